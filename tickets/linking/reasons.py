"""Explains a match: the evidence in short sentences, for agents."""

from collections.abc import Mapping
from types import MappingProxyType

SHOWN = 5
SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "form same": "The form fits.",
        "form other": "It came by another form.",
        "asset field other": "The form names another coin.",
        "asset text same": "The text names the same coin.",
        "asset text other": "The text names another coin.",
        "asset text mixed": "The text names another coin too.",
        "network text mixed": "The text names another network too.",
        "nothing ties": "Neither form nor text says what it is about.",
        "question alone": "It asks, and names no failure.",
        "network field other": "The form names another network.",
        "network text same": "The text names the same network.",
        "network text other": "The text names another network.",
        "topic same": "The text is about the same thing.",
        "topic other": "The text is about something else.",
        "direction opposite": "The text is about the other direction.",
        "symptom same": "What the customer sees fits how it fails.",
        "symptom other": "What the customer sees does not fit how it fails.",
        "symptom none": "The text names no failure.",
        "alike in words alone": "It is like the incident's own words, and nothing else can be compared.",
        "alike in meaning alone": "It means much the same as the incident's own words; nothing else can be compared.",
        "alike in words too": "It shares words with the incident's own.",
        "only meaning compared": "Neither coin, network, country nor account can be compared.",
        "nothing compared": "Neither coin, network, country nor account can be compared.",
        "country same": "The country is one that it concerns.",
        "country other": "The country is not one that it concerns.",
        "question": "It asks in words of a question.",
        "own mistake": "It speaks of a mistake of the customer's own.",
        "another matter": "It speaks of another matter.",
        "security": "It speaks of security.",
        "reads question": "It reads like a question about how something works.",
        "reads own mistake": "It reads as if the customer made a mistake or lacks something.",
        "reads another matter": "It reads as if it were about something else than a failure.",
        "says nothing": "The text names neither subject nor failure.",
        "over": "The incident is over.",
        "more than usual": "Far more customers than usual write about this by this form.",
        "earlier same": "An agent linked the ticket that it asks about again.",
        "earlier other": "An agent decided otherwise about the ticket that it asks about again.",
        "account hit": "A transaction of the customer's own is held up where the incident is.",
        "account through": "A transaction of the customer's own is one that the incident may have touched.",
        "account late": "The exchange says that this transaction is late.",
        "account done": "The customer's own transaction of that kind went through.",
        "account elsewhere": "Only another transaction of the customer's is open.",
        "account nothing": "The customer has no transaction that the incident could hold up.",
        "account empty": "The account shows no transactions at all.",
        "account hit and elsewhere": "Another transaction of the customer's is open too.",
    }
)


def reasons(pieces: Mapping[str, float], weights: Mapping[str, float]) -> tuple[str, ...]:
    """The pieces that weigh most, heaviest first, whichever way they point."""
    heavy = sorted(pieces, key=lambda name: -abs(weights[name] * pieces[name]))
    return tuple(SENTENCES[name] for name in heavy if weights[name])[:SHOWN]
