"""The judge of a story: a good one holds, and each thing that may go wrong fails the check that is there for it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from incidents.incident import Incident, IncidentUpdate, Status, UpdateKind
from tests.incidents.build import at, signal
from tests.tickets.make import stored
from tickets.ticket import Ticket, TicketStatus
from tocsin.story.summary import StoryFacts, Summary, judge

CUSTOMERS = 40
FAULT, DETECTED, OPENED, PAGE, FIRST_LETTER, MENDED, RECOVERED, RESOLVED = 0, 3, 5, 6, 20, 35, 40, 50


def incident(**more: Any) -> Incident:
    seen = replace(signal("withdrawals/BTC/bitcoin", FAULT + 1), detected_at=at(DETECTED))
    base = Incident(
        id="inc1",
        number=1,
        title="Bitcoin withdrawals delayed",
        kind=seen.kind,
        component=seen.component,
        components=(seen.component,),
        signals=(seen,),
        started_at=seen.started_at,
        opened_at=at(OPENED),
        disclosed_at=at(OPENED),
    )
    return replace(base, **more)


def line(kind: UpdateKind, seconds: float, seq: int, **more: Any) -> IncidentUpdate:
    return IncidentUpdate(incident=incident(**more), seq=seq, at=at(seconds), kind=kind, reason="test")


OPENING = line(UpdateKind.OPENED, OPENED, 1)
DISCLOSURE = line(UpdateKind.DISCLOSED, OPENED, 2)
ENDING = line(UpdateKind.RESOLVED, RESOLVED, 3, status=Status.RESOLVED, resolved_at=at(RESOLVED))


def letter(label: str, number: str, seconds: float = FIRST_LETTER, error: str = "") -> dict[str, Any]:
    return {"label": label, "number": number, "error": error, "sent_at": at(seconds).isoformat()}


def linked(number: str, customer: str, **more: Any) -> Ticket:
    base = stored(
        id=f"id-{number}", number=number, customer_id=customer, incident_id="inc1", status=TicketStatus.RESOLVED
    )
    return replace(base, **more)


def unlinked(number: str, customer: str, **more: Any) -> Ticket:
    return replace(stored(id=f"id-{number}", number=number, customer_id=customer), **more)


def numbers(letter_of: str, count: int) -> list[str]:
    return [f"{letter_of}{n}" for n in range(count)]


def good() -> StoryFacts:
    """Forty customers of the fault, one of whom asks twice, three with something else, one robbed and one angry."""
    affected, unrelated = numbers("A", CUSTOMERS), numbers("U", 3)
    tickets = {number: linked(number, f"customer-{number}") for number in affected}
    tickets["R0"] = linked("R0", f"customer-{affected[-1]}")
    tickets |= {number: unlinked(number, f"customer-{number}") for number in unrelated}
    tickets["S0"] = unlinked("S0", "customer-S0", human_reason="a stolen account")
    tickets["X0"] = unlinked("X0", "customer-X0", text="My lawyer will hear of it.", human_reason="legal")
    mails = {f"id-{number}": [f"confirmation:id-{number}", f"inc1:3:customer-{number}"] for number in affected}
    mails["id-R0"] = []
    sent = [letter("affected", number, FIRST_LETTER + k) for k, number in enumerate(affected)]
    sent += [letter("unrelated", number) for number in unrelated]
    sent += [letter("repeat", "R0"), letter("security", "S0"), letter("angry", "X0")]
    truth = {
        "faults": [{"started_at": at(FAULT).isoformat(), "ended_at": at(MENDED).isoformat()}],
        "tickets": sent,
    }
    return StoryFacts(
        truth=truth,
        updates=(OPENING, DISCLOSURE, ENDING),
        page_at=at(PAGE),
        tickets=tickets,
        mails=mails,
        plotted=frozenset({"inc1"}),
    )


def failed(summary: Summary) -> set[str]:
    return {check.name for check in summary.checks if not check.holds}


def with_tickets(e: StoryFacts, **changes: Ticket) -> StoryFacts:
    return replace(e, tickets={**e.tickets, **changes})


def with_mails(e: StoryFacts, **changes: list[str]) -> StoryFacts:
    return replace(e, mails={**e.mails, **{f"id-{number}": keys for number, keys in changes.items()}})


def with_letters(e: StoryFacts, *more: Mapping[str, Any]) -> StoryFacts:
    return replace(e, truth={**e.truth, "tickets": [*e.truth["tickets"], *more]})


def with_fault(e: StoryFacts, **changes: Any) -> StoryFacts:
    return replace(e, truth={**e.truth, "faults": [{**e.truth["faults"][0], **changes}]})


def without_link(e: StoryFacts, count: int) -> StoryFacts:
    """So many of the affected customers' tickets stay with agents, and are confirmed as any ticket is."""
    return with_tickets(e, **{number: unlinked(number, f"customer-{number}") for number in numbers("A", count)})


def second_incident(e: StoryFacts) -> StoryFacts:
    other = replace(ENDING.incident, id="inc2", number=2)
    return replace(e, updates=(*e.updates, replace(ENDING, incident=other)), plotted=e.plotted | {"inc2"})


GONE_WRONG: dict[str, tuple[Callable[[StoryFacts], StoryFacts], set[str]]] = {
    "the page comes before the engineering ticket": (
        lambda e: replace(e, page_at=at(OPENED - 1)), {"order of events"}),
    "a customer writes before the page tells": (
        lambda e: with_letters(e, letter("affected", "", PAGE - 1)), {"order of events"}),
    "it is resolved before the exchange has recovered": (
        lambda e: with_fault(e, ended_at=at(RESOLVED + 1).isoformat()), {"order of events"}),
    "an anomaly is older than the fault": (
        lambda e: with_fault(e, started_at=at(DETECTED + 1).isoformat()), {"order of events"}),
    "the page never tells": (
        lambda e: replace(e, page_at=None), {"order of events"}),
    "the fault is never mended": (
        lambda e: with_fault(e, ended_at=None), {"order of events"}),
    "nothing is detected": (
        lambda e: replace(e, updates=()),
        {"order of events", "one incident", "one resolution a customer"}),
    "two incidents of one fault": (
        second_incident, {"one incident"}),
    "the incident stays open": (
        lambda e: replace(e, updates=e.updates[:-1]),
        {"order of events", "all resolved", "one resolution a customer"}),
    "the engineering ticket is not written, or has no plot": (
        lambda e: replace(e, plotted=frozenset()), {"each has its engineering ticket"}),
    "a ticket was refused": (
        lambda e: with_letters(e, letter("unrelated", "", error="HTTP 500")), {"every ticket was accepted"}),
    "a ticket was accepted and is gone": (
        lambda e: with_letters(e, letter("unrelated", "U99")), {"every ticket was accepted"}),
    "three of forty affected tickets are not linked": (
        lambda e: without_link(e, 3), {"affected tickets linked"}),
    "an affected ticket is linked and kept with a human all the same": (
        lambda e: with_tickets(e, **{n: linked(n, f"customer-{n}", human_reason="rage") for n in numbers("A", 3)}),
        {"affected tickets linked", "others kept for fear"}),
    "no affected ticket came at all": (
        lambda e: replace(e, truth={**e.truth, "tickets": [t for t in e.truth["tickets"] if t["number"][0] in "US"]}),
        {"order of events", "affected tickets linked",
         "one acknowledgement a customer", "one resolution a customer"}),
    "somebody with another question is reported of the incident": (
        lambda e: with_tickets(e, U0=linked("U0", "customer-U0")), {"unrelated tickets linked"}),
    "an angry customer with another question is reported of the incident": (
        lambda e: with_tickets(e, X0=linked("X0", "customer-X0", human_reason="")), {"unrelated tickets linked"}),
    "a robbed customer is answered by a machine": (
        lambda e: with_tickets(e, S0=unlinked("S0", "customer-S0")), {"security stays with humans"}),
    "a robbed customer is reported of the incident": (
        lambda e: with_tickets(e, S0=linked("S0", "customer-S0", human_reason="a stolen account")),
        {"security stays with humans"}),
    "two harmless tickets are kept for fear": (
        lambda e: with_tickets(
            e, **{n: unlinked(n, f"customer-{n}", human_reason="it mentions a password") for n in numbers("U", 2)}),
        {"others kept for fear"}),
    "a customer is acknowledged twice": (
        lambda e: with_mails(e, R0=["confirmation:id-R0"]), {"one acknowledgement a customer"}),
    "a customer is never acknowledged": (
        lambda e: with_mails(e, A3=["inc1:3:customer-A3"]), {"one acknowledgement a customer"}),
    "a customer learns of the end twice": (
        lambda e: with_mails(e, R0=["inc1:3:customer-A39"]), {"one resolution a customer"}),
    "a customer never learns of the end": (
        lambda e: with_mails(e, A3=["confirmation:id-A3"]), {"one resolution a customer"}),
    "a linked ticket still waits after the end": (
        lambda e: with_tickets(e, A3=linked("A3", "customer-A3", status=TicketStatus.AWAITING_INCIDENT)),
        {"linked tickets are resolved"}),
}  # fmt: skip

STILL_WELL: dict[str, Callable[[StoryFacts], StoryFacts]] = {
    "two of forty affected tickets are not linked": lambda e: without_link(e, 2),
    "an affected customer whose ticket was not linked is confirmed and gets no more": lambda e: with_mails(
        without_link(e, 1), A0=["confirmation:id-A0"]
    ),
    "a disclosure that came after the ticket is one mail more": lambda e: with_mails(
        e, A3=["confirmation:id-A3", "inc1:2:customer-A3", "inc1:3:customer-A3"]
    ),
    "a letter is still on its way": lambda e: with_letters(e, letter("unrelated", "")),
    "a ticket stays open at its customer's wish": lambda e: with_tickets(
        e, A3=linked("A3", "customer-A3", status=TicketStatus.IN_PROGRESS, keep_open=True)
    ),
    "one customer in thirty is kept for fear": lambda e: with_tickets(
        e, U0=unlinked("U0", "customer-U0", human_reason="it mentions a password")
    ),
    "a foreign alert tells no time of detection": lambda e: replace(
        e, updates=tuple(replace(u, incident=replace(u.incident, signals=(_undated(u),))) for u in e.updates)
    ),
}


def _undated(update: IncidentUpdate) -> Any:
    return replace(update.incident.signals[0], detected_at=None, seen_at=at(DETECTED))


@pytest.mark.parametrize(("spoil", "expected"), GONE_WRONG.values(), ids=GONE_WRONG)
def test_what_goes_wrong_fails_its_check_and_no_other(
    spoil: Callable[[StoryFacts], StoryFacts], expected: set[str]
) -> None:
    summary = judge(spoil(good()))
    assert failed(summary) == expected
    assert not summary.holds


@pytest.mark.parametrize("change", STILL_WELL.values(), ids=STILL_WELL)
def test_what_may_be_lets_the_story_hold(change: Callable[[StoryFacts], StoryFacts]) -> None:
    assert failed(judge(change(good()))) == set()


def test_a_good_story_holds_and_says_when_everything_was() -> None:
    summary = judge(good())
    assert summary.holds
    assert list(summary.seconds.values()) == [FAULT, DETECTED, OPENED, PAGE, FIRST_LETTER, MENDED, RESOLVED]
    assert summary.counts["affected"] == summary.counts["linked_rightly"] == summary.counts["customers"] == CUSTOMERS
    assert summary.counts["mails_a_customer"] == 2


def test_a_slower_story_holds_as_well_for_durations_are_only_reported() -> None:
    e = good()
    hour = timedelta(hours=1)
    later = replace(e, updates=(OPENING, DISCLOSURE, replace(ENDING, at=ENDING.at + hour)))
    summary = judge(later)
    assert summary.holds
    assert summary.seconds["resolution"] == RESOLVED + 3600


def test_the_summary_is_json_with_missing_instants_as_null() -> None:
    said = json.loads(json.dumps(judge(replace(good(), page_at=None)).as_json()))
    assert said["holds"] is False
    assert said["instants"]["page"] is None
    assert said["seconds_after_fault"]["page"] is None
    assert {"name": "order of events", "holds": False, "found": "did not happen: page"} in said["checks"]
