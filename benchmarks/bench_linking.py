"""How fast tickets are linked, against a plain text linker in the same run, and how well on the demo's own customers.

    python -m benchmarks.bench_linking [--tickets 1000] [--incidents 5]

The peer is a TF-IDF cosine (Salton and Buckley 1988) between the ticket's and the incidents' words: what one would
write first. Its speed is the yardstick; what it links is reported beside ours.
"""

import argparse
import math
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from benchmarks.aims import found
from benchmarks.linking_adapter import LIKELY
from tickets.guard import must_stay_human
from tickets.linking import LinkableIncident, rank
from tickets.ticket import Channel, Form, NewTicket, Transaction
from tocsin.demo.wordings import Wordings

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
COINS = (("BTC", "bitcoin"), ("ETH", "ethereum"), ("SOL", "solana"), ("ADA", "cardano"), ("LTC", "litecoin"))
FORMS = {
    "withdrawal": Form.WITHDRAWAL,
    "deposit": Form.DEPOSIT,
    "order": Form.TRADING,
    "fees": Form.FEES,
    "kyc": Form.ACCOUNT_VERIFICATION,
    "two_factor": Form.TWO_FACTOR,
    "api": Form.API,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One ticket, what its account says, and the incident that caused it; "" = none."""

    ticket: NewTicket
    account: tuple[Transaction, ...]
    truth: str
    topic: str


def incidents(count: int) -> list[LinkableIncident]:
    """Delayed withdrawals, one coin each."""
    found = []
    for k in range(count):
        asset, network = COINS[k % len(COINS)]
        found.append(
            LinkableIncident(
                id=f"inc{k}",
                title=f"{network.capitalize()} withdrawals delayed",
                public=f"Withdrawals of {asset} take longer than usual.",
                form="Withdrawal",
                assets=(asset,),
                networks=(network,),
                direction="withdrawal",
                failure_kind="delay",
                started_at=NOW - timedelta(minutes=40 + k),
            )
        )
    return found


def cases(count: int, known: Sequence[LinkableIncident]) -> list[Case]:
    """Every wording of the demo in turn: affected customers of the incidents, and everybody else."""
    wordings = Wordings()
    found: list[Case] = []
    while len(found) < count:
        for topic in wordings.topics():
            for n, words in enumerate(wordings.all(topic)):
                about = known[n % len(known)]
                found.append(_case(topic, words.subject, words.text, words.language, about))
    return found[:count]


def _case(topic: str, subject: str, text: str, language: str, about: LinkableIncident) -> Case:
    affected = topic == "withdrawal"
    asset, network = about.assets[0], about.networks[0]
    words = {"asset": asset, "network": network.capitalize(), "amount": "0.5", "txid": "a1b2c3d4", "coin": "DOT"}
    own = Transaction(
        kind="withdrawal",
        asset=asset,
        network=network,
        amount_usd=120.0,
        txid="a1b2c3d4",
        status="pending" if affected else "completed",
        created_at=NOW - timedelta(minutes=20),
        late=affected,
    )
    ticket = NewTicket(
        form=FORMS.get(topic, Form.OTHER),
        subject=_filled(subject, words),
        text=_filled(text, words),
        email="ada@example.com",
        customer_id="C1",
        language=language,
        channel=Channel.API,
        fields=(("asset", asset), ("network", network)) if affected else (),
    )
    return Case(ticket=ticket, account=(own,), truth=about.id if affected else "", topic=topic)


def _filled(text: str, words: Mapping[str, str]) -> str:
    """A wording with its slots filled; one that is not known stays empty."""
    return re.sub(r"\{(\w+)\}", lambda slot: words.get(slot[1], ""), text)


def cosine(ticket: NewTicket, known: Sequence[LinkableIncident]) -> tuple[str, float]:
    """The peer: the incident whose words are most alike, and the cosine."""
    documents = [Counter(re.findall(r"\w+", f"{i.title} {i.public}".casefold())) for i in known]
    seen = Counter(w for d in documents for w in d)
    weight = {w: math.log((1 + len(documents)) / n) for w, n in seen.items()}
    words = Counter(re.findall(r"\w+", f"{ticket.subject} {ticket.text}".casefold()))
    best = ("", 0.0)
    for one, document in zip(known, documents, strict=True):
        dot = sum(words[w] * document[w] * weight.get(w, 0.0) ** 2 for w in words)
        size = math.sqrt(sum((c * weight.get(w, 1.0)) ** 2 for w, c in words.items()))
        size *= math.sqrt(sum((c * weight[w]) ** 2 for w, c in document.items()))
        if size and dot / size > best[1]:
            best = (one.id, dot / size)
    return best


def ours(case: Case, known: Sequence[LinkableIncident]) -> tuple[str, float]:
    """The product: "" where the guard keeps it for a human."""
    match = rank(case.ticket, known, case.account, NOW)[0]
    kept = must_stay_human(case.ticket, case.account, now=NOW).human
    return ("", 0.0) if kept else (match.incident_id, match.probability)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Seconds a ticket, and the shares of the affected that are linked rightly and of the others that are linked."""

    seconds: float
    right: float
    wrong: float


def report(name: str, data: Sequence[Case], link: Callable[[Case], tuple[str, float]], threshold: float) -> Outcome:
    """Prints what is linked at the threshold."""
    began = time.perf_counter()
    answers = [link(c) for c in data]
    seconds = (time.perf_counter() - began) / len(data)
    right = sum(p >= threshold and i == c.truth for c, (i, p) in zip(data, answers, strict=True) if c.truth)
    wrong = sum(p >= threshold and i != c.truth for c, (i, p) in zip(data, answers, strict=True))
    affected = sum(bool(c.truth) for c in data)
    print(
        f"{name:14} {seconds * 1e3:7.3f} ms a ticket; right {right} of {affected} affected; "
        f"wrong {wrong} of {len(data) - affected} others"
    )
    return Outcome(seconds=seconds, right=right / affected, wrong=wrong / (len(data) - affected))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=1000)
    parser.add_argument("--incidents", type=int, default=5)
    options = parser.parse_args()
    known = incidents(options.incidents)
    data = cases(options.tickets, known)
    ours(data[0], known)  # builds the vocabulary once
    peer = report("TF-IDF cosine", data, lambda c: cosine(c.ticket, known), 0.3)
    own = report("Tocsin", data, lambda c: ours(c, known), LIKELY)
    found("a ticket's time by that of a TF-IDF cosine", own.seconds / peer.seconds, "x")
    found("affected tickets that are linked rightly", own.right, "", at_least=peer.right)
    found("others that are linked", own.wrong, "", at_most=peer.wrong)


if __name__ == "__main__":
    main()
