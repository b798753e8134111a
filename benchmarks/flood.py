"""Ten thousand tickets in ten minutes, most of them about two incidents: what agents must do, and what customers get.

Run: python -m benchmarks.flood [--tickets 10000] [--seed 1] [--database postgresql://…] [--account] [--embeddings]
[--confirm 20]. --account: the exchange tells each customer's own transactions. --confirm: an agent links so many of
each incident's tickets that were left, as they come, and linking learns from them. The service is the real one, in this
process, on a clock of its own: each ticket comes through `POST /api/v1/tickets`, each "any update?" through the
ticket's page, and what is due is delivered as the loops would.

Two usual days come first, with the unrelated tickets of 150 customers each. Of the flood's tickets 60 % are caused by
one of the two incidents (15 % are second tickets of the same customer), 2 % are security, law or despair, the rest is
unrelated: bystanders, of whom some name the very coin by the very form. 5 % of the caused are furious without being
security; 35 % of their customers ask again. Wordings: `messages/flood.jsonl` for the caused, `messages/strangers.jsonl`
and `messages/held_out.jsonl` for all others; no weight of ours was fitted on any of them.

When all have written, an agent looks at a sample of the tickets that may be about each incident as surely as nineteen
in twenty, and links them all (`/desk/incidents/…/suggested`); what may be a human's case is not among them.

Then an agent reads the lists of the furious (`/desk/incidents/…/angry`), fifty on a screen, and lets wait who is
nothing but furious.

A touch is each time an agent must open or decide on a ticket or a message of the two incidents, those samples included;
a screen of furious tickets that is cleared as a whole is one. With each of its tickets as one it is printed too.
One by one a caused ticket costs two (answer it, settle it), and each "any update?" one more.
"""

import argparse
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.aims import found
from incidents.incident import Incident, Severity
from incidents.lifecycle import Action
from tests.tocsin.web.running import Client, Running, running
from tickets.mail.frames import FRAMES
from tickets.mail.message import Mail
from tickets.ticket import Ticket, TicketStatus, Transaction
from tocsin.desk.angry import angry
from tocsin.desk.bulk_actions import let_wait, link_all
from tocsin.desk.suggested import SuggestedFilter, sample_of, suggested
from tocsin.storage import TicketFilter, every, migrate

MESSAGES = Path(__file__).parent / "messages"
LASTS = timedelta(minutes=10)
CAUSED, SECURITY, SECOND, FURIOUS, AGAIN, WITH_FIELDS = 0.6, 0.02, 0.15, 0.05, 0.35, 0.7
AS_SURE_AS, READ_AT_ONCE = 0.95, 50
ANSWERS = 0.6
"""The share of the customers who answer when they are asked whether it is about an incident."""
SAFETY = frozenset({"security", "legal", "self_harm"})
OTHERS = frozenset({"question", "own_mistake", "other_matter", "complaint"})
CONFIG = """\
site: {name: Example Exchange, public_url: "http://testserver", languages: [en, de, es, ar, ja, tr, zh]}
data: ./data
sources: {default: {kind: scrape, targets: [{url: "http://127.0.0.1:9/metrics"}]}}
components:
  - for:
      - {kind: withdrawal, asset: USDT, network: tron, title: USDT withdrawals on Tron, form: Withdrawal}
      - {kind: deposit, asset: BTC, network: bitcoin, title: Bitcoin deposits, form: Deposit}
    name: "{kind}s/{asset}/{network}"
    title: "{title}"
    asset: "{asset}"
    network: "{network}"
    direction: "{kind}"
    form: "{form}"
  - {name: trading, title: Spot trading, direction: trade, form: Trading issue}
watches: [{name: none, metric: nothing_of_the_kind, component: trading, absent_after: null}]
"""
WHERE = {"withdrawal": ("USDT", "tron"), "deposit": ("BTC", "bitcoin")}
COINS = (("USDT", "tron"), ("BTC", "bitcoin"), ("ETH", "ethereum"), ("SOL", "solana"), ("USDC", "ethereum"))
"""What bystanders move, each as often."""
DAYS_BEFORE, A_DAY = 2, 150


@dataclass(frozen=True, slots=True, kw_only=True)
class FloodTicket:
    """One ticket of the flood. about: withdrawal or deposit where one of the two incidents caused it, else ""."""

    customer: str
    language: str
    form: str
    text: str
    about: str = ""
    is_safety: bool = False
    is_furious: bool = False
    fields: tuple[tuple[str, str], ...] = ()

    def body(self) -> dict[str, object]:
        """As the exchange's app sends it."""
        return {
            "form": self.form,
            "text": self.text,
            "name": f"Customer {self.customer}",
            "customer_id": self.customer,
            "email": f"{self.customer.lower()}@customers.example",
            "language": self.language,
            "fields": dict(self.fields),
        }


def flood_of(many: int, seed: int) -> list[FloodTicket]:
    """The flood in the order of its arrival, the same for the same seed."""
    chance = random.Random(seed)
    own = _messages("flood")
    caused = [one for one in own if one["about"] in WHERE]
    furious = [one for one in own if one["about"] == "angry"]
    others = _unrelated()
    safety = [one for one in _of_others() if one["matter"] in SAFETY]
    first = round(many * CAUSED / (1 + SECOND))
    tickets = [_caused(chance, caused, furious, f"C-{k}") for k in range(first)]
    again = chance.sample(tickets, round(many * CAUSED) - first)
    tickets += [_second(chance, caused, one) for one in again]
    tickets += [_other(chance, safety, f"S-{k}", is_safety=True) for k in range(round(many * SECURITY))]
    tickets += [_other(chance, others, f"U-{k}", is_safety=False) for k in range(many - len(tickets))]
    chance.shuffle(tickets)
    return tickets


def _unrelated() -> list[dict[str, str]]:
    return [one for one in _of_others() if one["matter"] in OTHERS and one.get("topic") not in WHERE]


def _of_others() -> list[dict[str, str]]:
    return [*_messages("strangers"), *_messages("held_out")]


def _messages(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (MESSAGES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def _caused(
    chance: random.Random, wordings: Sequence[dict[str, str]], furious: Sequence[dict[str, str]], customer: str
) -> FloodTicket:
    wording = chance.choice(wordings)
    text = wording["text"].format(amount=chance.randrange(20, 2000), hours=chance.randrange(2, 7))
    is_furious = chance.random() < FURIOUS
    if is_furious:
        text += " " + chance.choice([one["text"] for one in furious])
    asset, network = WHERE[wording["about"]]
    filled = chance.random() < WITH_FIELDS
    return FloodTicket(
        customer=customer,
        language=wording["language"],
        form=wording["about"].title(),
        text=text,
        about=wording["about"],
        is_furious=is_furious,
        fields=(("asset", asset), ("network", network)) if filled else (),
    )


def _second(chance: random.Random, wordings: Sequence[dict[str, str]], first: FloodTicket) -> FloodTicket:
    """The same customer about the same transaction, in other words of the language."""
    same = [one for one in wordings if (one["about"], one["language"]) == (first.about, first.language)]
    text = chance.choice(same)["text"].format(amount=chance.randrange(20, 2000), hours=chance.randrange(2, 7))
    return FloodTicket(
        customer=first.customer, language=first.language, form=first.form, text=text, about=first.about,
        fields=first.fields,
    )  # fmt: skip


def _other(chance: random.Random, wordings: Sequence[dict[str, str]], customer: str, *, is_safety: bool) -> FloodTicket:
    wording = chance.choice(wordings)
    form = chance.choice(("Other", "Other", "Withdrawal", "Deposit", "Trading issue", "Fees"))
    filled = form in ("Withdrawal", "Deposit") and chance.random() < WITH_FIELDS
    asset, network = chance.choice(COINS)
    return FloodTicket(
        customer=customer,
        language=wording["language"],
        form=form,
        text=wording["text"],
        is_safety=is_safety,
        fields=(("asset", asset), ("network", network)) if filled else (),
    )


def usual_days(seed: int) -> list[FloodTicket]:
    """The tickets of the days before, oldest first."""
    chance, others = random.Random(seed + 2), _unrelated()
    return [_other(chance, others, f"B-{k}", is_safety=False) for k in range(DAYS_BEFORE * A_DAY)]


@dataclass(kw_only=True)
class Accounts:
    """The exchange's account API, in this process: of a caused customer the transaction that is late, of another an
    order that is done.
    """

    flood: Sequence[FloodTicket]
    now: Callable[[], datetime]
    last_error: str = ""
    state: str = "pending"
    _of: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._of = {one.customer: one.about for one in self.flood}

    def transactions(self, customer_id: str) -> tuple[Transaction, ...]:
        about = self._of.get(customer_id, "")
        if not about:
            return (
                Transaction(
                    kind="order", asset="ETH", network="", amount_usd=90.0, txid=f"o{customer_id}", status="completed",
                    created_at=self.now() - timedelta(days=2), late=False,
                ),
            )  # fmt: skip
        asset, network = WHERE[about]
        return (
            Transaction(
                kind=about, asset=asset, network=network, amount_usd=250.0, txid=f"tx{customer_id}", status=self.state,
                created_at=self.now() - timedelta(hours=2), late=True,
            ),
        )  # fmt: skip


@dataclass(kw_only=True)
class Flood:
    """A flood that was sent, and what became of it.

    seconds: that it took to send, on this machine's clock. looked_at: tickets that an agent read as a sample;
    linked_at_once: those that were linked after it. screens: of the lists of furious customers; read: tickets in them.
    confirm: of each incident so many are linked by an agent as they come; confirmed: how many were.
    """

    tocsin: Running
    incidents: dict[str, Incident]
    sent: dict[str, FloodTicket] = field(default_factory=dict)
    answers: Counter[int] = field(default_factory=Counter)
    asked_again: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    seconds: dict[str, float] = field(default_factory=dict)
    looked_at: int = 0
    linked_at_once: int = 0
    screens: int = 0
    read: int = 0
    confirm: int = 0
    confirmed: Counter[str] = field(default_factory=Counter)

    def tickets(self) -> Iterator[tuple[FloodTicket, Ticket]]:
        """What was sent beside what is stored of it."""
        store = self.tocsin.services.store.tickets
        for ticket in every(lambda cursor: store.page(TicketFilter(), cursor, 500)):
            if ticket.number in self.sent:
                yield self.sent[ticket.number], ticket

    def mails(self, ids: Sequence[str]) -> Iterator[Mail]:
        """Every mail about these tickets."""
        for ticket_id in ids:
            yield from self.tocsin.services.store.mail.of_ticket(ticket_id)


def play(tocsin: Running, flood: Sequence[FloodTicket], seed: int, confirm: int = 0) -> Flood:
    """Plays the usual days, opens the two incidents, sends the flood, has them updated and resolved, and delivers what
    is due.
    """
    _play_days_before(tocsin, seed)
    incidents = open_incidents(tocsin)
    made = Flood(tocsin=tocsin, incidents=incidents, confirm=confirm)
    tocsin.settle()
    began = time.perf_counter()
    _send(made, flood, random.Random(seed + 1))
    made.seconds["send"] = time.perf_counter() - began
    for incident in incidents.values():
        link_suggested(made, incident)
        clear_angry(made, incident)
    for name, action in (("update", Action.ADD_MESSAGE), ("end", Action.RESOLVE)):
        tocsin.clock.pass_(minutes=5)
        said = {"text": "We are on it."} if name == "update" else {"end_reason": "fixed"}
        for incident in incidents.values():
            tocsin.do(incident, action, **said)
        if name == "end" and isinstance(tocsin.services.desk.account, Accounts):
            tocsin.services.desk.account.state = "completed"
        began = time.perf_counter()
        for sink in tocsin.services.sinks:
            tocsin.deliver(f"updates:{sink.name}")
        made.seconds[name] = time.perf_counter() - began
    return made


def open_incidents(tocsin: Running) -> dict[str, Incident]:
    """The two incidents, by what their customers wait for."""
    return {
        "withdrawal": tocsin.incident(
            "USDT withdrawals on Tron are stuck", components=("withdrawals/USDT/tron",), severity=Severity.MAJOR
        ),
        "deposit": tocsin.incident("BTC deposits are credited late", components=("deposits/BTC/bitcoin",)),
    }


def asks_again() -> list[str]:
    """Wordings of "any update?"."""
    return [one["text"] for one in _messages("flood") if one["about"] == "again"]


def _play_days_before(tocsin: Running, seed: int) -> None:
    exchange, usual = tocsin.client(token=tocsin.token("tickets:write")), usual_days(seed)
    for one in usual:
        tocsin.clock.pass_(days=DAYS_BEFORE / len(usual))
        exchange.post("/api/v1/tickets", json=one.body()).raise_for_status()


def _send(made: Flood, flood: Sequence[FloodTicket], chance: random.Random) -> None:
    tocsin = made.tocsin
    exchange, browser = tocsin.client(token=tocsin.token("tickets:write")), tocsin.client()
    asks = asks_again()
    for one in flood:
        tocsin.clock.pass_(seconds=LASTS.total_seconds() / len(flood))
        answer = exchange.post("/api/v1/tickets", json=one.body())
        made.answers[answer.status_code] += 1
        if answer.status_code != 201:
            continue
        number, url = str(answer.json()["number"]), str(answer.json()["url"])
        made.sent[number] = one
        path = url.removeprefix(tocsin.services.config.site.public_url)
        reply(made, browser, path, number, chance)
        confirm_first(made, number)
        if one.about and one.customer not in made.asked_again and chance.random() < AGAIN:
            made.asked_again.add(one.customer)
            browser.post(path, data={"text": chance.choice(asks), "key": "again"})


def confirm_first(made: Flood, number: str) -> None:
    """An agent links a ticket that was left, if few of its incident are linked so yet; it is opened for that."""
    one = made.sent[number]
    if not one.about or made.confirmed[one.about] >= made.confirm:
        return
    ticket = made.tocsin.services.store.tickets.by_number(number)
    if ticket is None or ticket.incident_id or ticket.human_reason:
        return
    made.confirmed[one.about] += 1
    made.looked_at += 1
    link_all(made.tocsin.services.desk, [ticket.id], made.incidents[one.about].id, "agent", made.tocsin.clock())


def link_suggested(made: Flood, incident: Incident) -> None:
    desk = made.tocsin.services.desk
    tickets = suggested(desk, incident, SuggestedFilter(at_least=AS_SURE_AS)).together
    made.looked_at += len(sample_of(tickets))
    link_all(desk, [t.id for t in tickets], incident.id, "agent", made.tocsin.clock())
    made.linked_at_once += len(tickets)


def clear_angry(made: Flood, incident: Incident) -> None:
    """An agent reads the list of the furious, a screen at a time, and lets wait who means nothing else.

    What is about something else is opened, one by one.
    """
    desk = made.tocsin.services.desk
    tickets = angry(desk, incident)
    for first in range(0, len(tickets), READ_AT_ONCE):
        read = tickets[first : first + READ_AT_ONCE]
        made.screens += 1
        made.read += len(read)
        plain = [t.id for t in read if made.incidents.get(made.sent[t.number].about) == incident]
        made.looked_at += len(read) - len(plain)
        let_wait(desk, plain, incident.id, "agent", made.tocsin.clock())


def reply(made: Flood, browser: Client, path: str, number: str, chance: random.Random) -> None:
    """A customer who is asked whether it is about an incident may say so, as it is."""
    ticket = made.tocsin.services.store.tickets.by_number(number)
    if ticket is None or ticket.asked_about is None:
        return
    made.asked.add(number)
    one = made.sent[number]
    is_it = bool(one.about) and made.incidents[one.about].id == ticket.asked_about
    if chance.random() < ANSWERS:
        said = {"action": "about", "incident": ticket.asked_about, "answer": "yes" if is_it else "no"}
        browser.post(path, data=said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the flood came to. Shares are of 1.

    touches: of the two incidents; one_by_one: what they would cost without linking. twice: customers with more than
    one acknowledgement of an incident, or more than one mail of an update; forgotten: linked customers without any.
    """

    sent: int
    refused: int
    lost: int
    linked: float
    asked: int
    linked_at_once: int
    wrongly_linked: int
    one_by_one: int
    touches: int
    furious_waiting: int
    screens: int
    read: int
    safety_left_queue: int
    fear: float
    unrelated_linked: float
    acknowledged_twice: int
    updated_twice: int
    forgotten: int


def figures(made: Flood) -> Figures:
    """Counts it."""
    pairs = list(made.tickets())
    caused = [(one, t) for one, t in pairs if one.about]
    unrelated = [(one, t) for one, t in pairs if not one.about and not one.is_safety]
    right = {name: incident.id for name, incident in made.incidents.items()}
    linked = [(one, t) for one, t in caused if t.incident_id == right[one.about]]
    customers = {t.email for _, t in linked if not t.human_reason}
    # Who was linked by an agent later had the confirmation of a ticket before, and none of an incident.
    by_itself = [t.id for _, t in linked if t.linked_by in ("tocsin", "customer")]
    confirmed = Counter(mail.to for mail in made.mails(by_itself) if _kind(mail) == "confirmation")
    mails = Counter((mail.to, _kind(mail)) for mail in made.mails([t.id for _, t in linked]))
    ordinary = [(one, t) for one, t in (*caused, *unrelated) if not one.is_furious]
    return Figures(
        sent=len(made.sent),
        refused=sum(many for code, many in made.answers.items() if code != 201),
        lost=len(made.sent) - len(pairs),
        linked=len(linked) / len(caused),
        asked=len(made.asked),
        linked_at_once=made.linked_at_once,
        wrongly_linked=sum(t.incident_id not in (None, right[one.about]) for one, t in caused),
        one_by_one=2 * len(caused) + len(made.asked_again),
        touches=_touches(made, caused),
        furious_waiting=sum(bool(t.human_reason) for one, t in caused if one.is_furious),
        screens=made.screens,
        read=made.read,
        safety_left_queue=sum(
            t.status not in (TicketStatus.NEW, TicketStatus.IN_PROGRESS) for one, t in pairs if one.is_safety
        ),
        fear=sum(bool(t.human_reason) for _, t in ordinary) / len(ordinary),
        unrelated_linked=sum(t.incident_id is not None for _, t in unrelated) / len(unrelated),
        acknowledged_twice=sum(many > 1 for many in confirmed.values()),
        updated_twice=sum(many > 1 for (_, kind), many in mails.items() if kind != "confirmation"),
        forgotten=sum((customer, "end") not in mails for customer in customers),
    )


def _kind(mail: Mail) -> str:
    if mail.key.startswith("confirmation:"):
        return "confirmation"
    ends = [words["solved.subject"].partition("{")[0] for words in FRAMES.values()]
    return "end" if any(end in mail.subject for end in ends) else mail.key.rpartition(":")[0]


def _touches(made: Flood, caused: Sequence[tuple[FloodTicket, Ticket]]) -> int:
    """Two for each ticket that a human must take, one for each "any update?" on such a ticket, one for each screen of
    furious tickets that is read and cleared as a whole.
    """
    own = [(one, t) for one, t in caused if t.status in (TicketStatus.NEW, TicketStatus.IN_PROGRESS)]
    return made.looked_at + made.screens + 2 * len(own) + sum(one.customer in made.asked_again for one, _ in own)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tickets", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", default="", help="a PostgreSQL database that is empty; SQLite without it")
    parser.add_argument("--account", action="store_true")
    parser.add_argument("--embeddings", action="store_true")
    parser.add_argument("--confirm", type=int, default=0)
    wanted = parser.parse_args()
    config = CONFIG
    if wanted.database:
        migrate(wanted.database)
        config += f'database: "{wanted.database}"\n'
    config += "desk: {embeddings: true}\n" if wanted.embeddings else ""
    with tempfile.TemporaryDirectory() as folder:
        tocsin = running(Path(folder), config)
        flood = flood_of(wanted.tickets, wanted.seed)
        if wanted.account:
            give_account(tocsin, Accounts(flood=flood, now=tocsin.clock))
        made = play(tocsin, flood, wanted.seed, wanted.confirm)
        told(figures(made), made.seconds, wanted.tickets, confirmed=bool(wanted.confirm))
        tocsin.close()


def told(f: Figures, seconds: dict[str, float], many: int, *, confirmed: bool = False) -> None:
    """Prints the table. confirmed: after an agent's first confirmations."""
    share, most = many / 10_000, 300 if confirmed else 600
    found("tickets answered 201", f.sent, "tickets", at_least=many)
    found("tickets lost", f.lost, "tickets", at_most=0)
    found("touches of agents, one by one", f.one_by_one, "touches")
    found("touches of agents", f.touches, "touches", at_most=most * share)
    found(
        "touches of agents, with each ticket in the lists of the furious as one",
        f.touches - f.screens + f.read,
        "touches",
    )
    found("furious tickets read in a list and let wait together", f.read, "tickets")
    found("furious tickets that stay with a person", f.furious_waiting, "tickets")
    found("caused tickets linked to their incident", 100 * f.linked, "%")
    found("customers asked whether it is about an incident", f.asked, "tickets")
    found("tickets that an agent linked at once after a sample", f.linked_at_once, "tickets")
    found("caused tickets linked to the other incident", f.wrongly_linked, "tickets")
    found("customers acknowledged twice about one incident", f.acknowledged_twice, "customers", at_most=0)
    found("customers mailed an update twice", f.updated_twice, "customers", at_most=0)
    found("linked customers without a mail about an update", f.forgotten, "customers", at_most=0)
    found("security tickets out of the human queue", f.safety_left_queue, "tickets", at_most=0)
    found("ordinary tickets kept back for fear", 100 * f.fear, "%", at_most=3)
    found("unrelated tickets linked", 100 * f.unrelated_linked, "%", at_most=0.5)
    if not seconds:
        return
    found("tickets taken, with what customers added", many / seconds["send"], "a second")
    found("an update to every linked customer queued after", seconds["update"], "s")
    found("the end to every linked customer queued, tickets settled, after", seconds["end"], "s")


def give_account(tocsin: Running, account: Any) -> None:
    """Lets the desk ask this account API instead of one over HTTP."""
    object.__setattr__(tocsin.services.desk, "account", account)


if __name__ == "__main__":
    main()
