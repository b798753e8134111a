"""A fault that returns, from its signals to the ticket, the page and the customers' mail, over real storage."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from detectors.watch import FailureKind
from incidents.incident import Status
from incidents.lifecycle import Action, TransitionError
from incidents.signal import Signal, SignalSource
from tests.tocsin.web.running import NOW, Running, running
from tickets.ticket import Ticket, TicketStatus
from tocsin.page.publish import publish
from tocsin.response.place import place

COMPONENT = "withdrawals/BTC/bitcoin"
STEP = timedelta(minutes=1)


@pytest.fixture
def tocsin(tmp_path: Path) -> Iterator[Running]:
    made = running(tmp_path)
    for sink in made.services.sinks:
        made.services.store.sinks.start(sink.name, made.clock())
    yield made
    made.services.store.close()
    made.runtime.kept.samples.close()


def excursion(begins: float, ends: float | None) -> Signal:
    """A stretch of slow withdrawals, in minutes from the beginning; None = it lasts."""
    return Signal(
        key=f"withdrawal-time:{begins}",
        source=SignalSource.WATCH,
        name="withdrawal-time",
        component=COMPONENT,
        title="Withdrawals take long",
        kind=FailureKind.DELAY,
        started_at=NOW + timedelta(minutes=begins),
        seen_at=NOW + timedelta(minutes=begins),
        ended_at=None if ends is None else NOW + timedelta(minutes=ends),
        user_visible=True,
    )


def play(tocsin: Running, excursions: list[Signal], minutes: float) -> None:
    """What deviates is stated each minute, placed and delivered, up to that minute."""
    while tocsin.clock() < NOW + timedelta(minutes=minutes):
        tocsin.clock.at += STEP
        now = tocsin.clock()
        tocsin.services.store.signals.record([s for e in excursions if (s := _stated(e, now)) is not None], now)
        place(tocsin.services.response, now)
        for sink in tocsin.services.sinks:
            tocsin.deliver(f"updates:{sink.name}")


def _stated(excursion: Signal, now: datetime) -> Signal | None:
    if excursion.started_at > now or (excursion.ended_at and now >= excursion.ended_at + STEP):
        return None
    ends = excursion.ended_at if excursion.ended_at and excursion.ended_at <= now else None
    return replace(excursion, seen_at=now, ended_at=ends)


def front(tocsin: Running) -> str:
    """The page as readers see it now."""
    publish(tocsin.services.publisher, tocsin.clock())
    return re.sub(r"<[^>]+>", "", tocsin.client().get("/status/").text)


def linked(tocsin: Running, incident_id: str) -> Ticket:
    return tocsin.ticket(status=TicketStatus.AWAITING_INCIDENT, incident_id=incident_id, linked_by="tocsin")


def test_three_spikes_an_hour_apart_are_one_ticket_and_everybody_is_notified_each_time(tocsin: Running) -> None:
    spikes = [excursion(60 * n + 1, 60 * n + 11) for n in range(3)]
    play(tocsin, spikes, 8)
    (incident,) = tocsin.services.store.incidents.page().items
    ticket = linked(tocsin, incident.id)
    play(tocsin, spikes, 30)
    assert tocsin.again(ticket).status is TicketStatus.RESOLVED
    assert "All systems operational" in front(tocsin)
    play(tocsin, spikes, 65)
    assert tocsin.again(ticket).status is TicketStatus.AWAITING_INCIDENT
    assert "The problem has been back since 15:04 UTC." in front(tocsin)
    play(tocsin, spikes, 140)
    assert "It keeps coming back: 3 times since 14:04 UTC." in front(tocsin)
    assert "All systems operational" not in front(tocsin)
    play(tocsin, spikes, 400)
    (incident,) = tocsin.services.store.incidents.page().items
    kinds = [u.kind.value for u in tocsin.services.store.incidents.timeline(incident.id)]
    assert (kinds.count("opened"), kinds.count("reopened"), kinds.count("resolved")) == (1, 2, 3)
    subjects = [m.subject.split("] ")[1].split(":")[0] for m in tocsin.services.store.mail.of_ticket(ticket.id)]
    assert subjects == ["Solved", "Not over", "Solved", "Not over", "Solved"]
    engineering = tocsin.services.store.engineering_tickets.get(incident.id)
    assert engineering
    assert "**Recurring**: 3 excursions since 2026-03-02 14:04:00 UTC" in engineering.body
    assert tocsin.services.store.incidents.openings_since(NOW)["withdrawal-time"].all == 1


def test_an_end_that_came_too_early_is_refused_then_taken_back(tocsin: Running) -> None:
    lasts = [excursion(1, None)]
    play(tocsin, lasts, 8)
    (incident,) = tocsin.services.store.incidents.page().items
    ticket = linked(tocsin, incident.id)
    with pytest.raises(TransitionError, match="still deviates: withdrawal-time on withdrawals/BTC/bitcoin since 14:04"):
        tocsin.do(incident, Action.RESOLVE, end_reason="fixed")
    tocsin.do(incident, Action.RESOLVE, end_reason="fixed", anyway="yes")
    assert "All systems operational" not in front(tocsin)
    play(tocsin, lasts, 9)
    assert tocsin.again(ticket).status is TicketStatus.RESOLVED
    play(tocsin, lasts, 12)
    (incident,) = tocsin.services.store.incidents.page().items
    assert incident.status is Status.DETECTED
    assert "We closed this too early: the problem is not over." in front(tocsin)
    assert tocsin.again(ticket).status is TicketStatus.AWAITING_INCIDENT


def test_what_deviates_while_the_public_waits_to_be_notified_is_suspected(tocsin: Running) -> None:
    lasts = [excursion(1, None)]
    play(tocsin, lasts, 3)
    assert "Problem suspected: Withdrawals" in front(tocsin)
    play(tocsin, lasts, 8)
    assert "Degraded: Withdrawals" in front(tocsin)


def test_what_was_called_a_false_alarm_stays_one_for_as_long_as_it_lasts(tocsin: Running) -> None:
    lasts = [excursion(1, 3), replace(excursion(2, None), key="queue:2", name="queue", user_visible=False)]
    play(tocsin, lasts, 5)
    (incident,) = tocsin.services.store.incidents.page().items
    tocsin.do(incident, Action.RETRACT, reason="the metric lies")
    tocsin.clock.at = NOW + timedelta(hours=5)
    play(tocsin, lasts, 302)
    assert [i.status for i in tocsin.services.store.incidents.page().items] == [Status.RETRACTED]
