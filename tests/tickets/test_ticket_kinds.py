"""The ticket of five kinds of fault: a stranger finds the answers on its first screen, in every tracker's markup."""

import pytest

from tests.tickets.kinds import TICKETS
from tickets.engineering import EngineeringTicket
from tickets.trackers.markup import to_html, to_text, to_wiki

SCREEN = 24
"""Lines of Markdown that one screen shows."""

ANSWERS = {
    "a delay after a deploy": {
        "what": "Bitcoin withdrawals delayed",
        "since when": "since 2026-03-02 14:03:10 UTC",
        "how bad": "was 493 s at 2026-03-02 14:10:10 UTC, expected at most 95 s",
        "who is hurt": "214 customers have written about it.",
        "where to look": "Look at the change Wallet 2.14.1: undo it if the times fit",
        "what was done": "**People on it**: ann",
    },
    "errors": {
        "what": "Spot trading failing",
        "since when": "since 2026-03-02 14:03:10 UTC",
        "how bad": "**Severity**: critical, because 31 % fail",
        "who is hurt": "**Affected**: Spot trading",
        "where to look": "[Prometheus](https://prometheus.example/graph?g0.expr=w&g0.range_input=1800s)",
        "what was done": "**People on it**: nobody yet",
    },
    "silence": {
        "what": "Bitcoin network not reporting",
        "since when": "no data since 2026-03-02 14:03:10 UTC",
        "how bad": "**Severity**: pending",
        "who is hurt": "**Affected**: Bitcoin network (bitcoin)",
        "where to look": "See whether `chain/bitcoin` is down or only its metrics",
        "what was done": "40 s after the first sign",
    },
    "a backlog with a common cause": {
        "what": "Signing service backing up",
        "since when": "since 2026-03-02 14:03:10 UTC",
        "how bad": "Signatures waiting of `queue=main` was 2,140",
        "who is hurt": "Signing service, Bitcoin withdrawals (BTC on bitcoin), Ether withdrawals (ETH on ethereum)",
        "where to look": "See whether what ended INC-17 helps again",
        "what was done": "[on the status page](https://status.example/incidents/a.html) since 2026-03-02 14:05:10 UTC",
    },
    "somebody else's alert": {
        "what": "Spot trading stopped",
        "since when": "since 2026-03-02 14:03:10 UTC",
        "how bad": "**Severity**: major, because customers feel it",
        "who is hurt": "No customer has written about it.",
        "where to look": "[console](https://tocsin.example/console/incidents/aaaaaaaaaaaa)",
        "what was done": "not yet; by itself 2026-03-02 14:08:10 UTC",
    },
}


@pytest.mark.parametrize(
    ("kind", "question"), [(kind, question) for kind, answers in ANSWERS.items() for question in answers]
)
def test_the_first_screen_answers(kind: str, question: str) -> None:
    screen = "\n".join(TICKETS[kind].body.splitlines()[:SCREEN])
    assert ANSWERS[kind][question] in screen


@pytest.mark.parametrize("ticket", TICKETS.values(), ids=TICKETS)
def test_nothing_is_said_three_times(ticket: EngineeringTicket) -> None:
    """No line stands twice, no address three times, and no number of the summary again in the evidence."""
    lines = [line for line in ticket.body.splitlines() if line.strip("` ") and line != "```promql"]
    assert len(lines) == len(set(lines))
    evidence = ticket.body.partition("## Evidence")[2].splitlines()[2]
    assert "493 s" not in evidence


@pytest.mark.parametrize("ticket", TICKETS.values(), ids=TICKETS)
def test_every_markup_keeps_every_word(ticket: EngineeringTicket) -> None:
    words = [word for word in to_text(ticket.body).replace("(", " ").replace(")", " ").split() if word.isalpha()]
    wiki, html = to_wiki(ticket.body), to_html(ticket.body)
    lost = [word for word in words if word.lower() not in wiki.lower() or word.lower() not in html.lower()]
    assert lost == []


def test_what_was_not_seen_before_is_called_novel() -> None:
    assert "- **Novel**: no incident of the last 90 days had one of its faults" in TICKETS["errors"].body
    assert "- none: no change reported" in TICKETS["errors"].body
