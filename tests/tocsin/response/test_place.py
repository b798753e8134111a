from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from detectors.watch import FailureKind
from incidents.delivery import DeliveryError
from incidents.incident import IncidentUpdate, UpdateKind
from incidents.lifecycle import Action
from incidents.signal import Signal, SignalSource
from tests.tocsin.web.running import Running
from tocsin.delivery.channel import deliver_due
from tocsin.delivery.updates import POLICY
from tocsin.response.place import place, remind
from tocsin.wiring.channels import updates_of


class Listener:
    """A sink. fails: incident id -> what it raises when reported of it."""

    name = "listener"

    def __init__(self, tocsin: Running) -> None:
        self.fails: dict[str, Exception] = {}
        self.notified: list[str] = []
        tocsin.services.store.sinks.start(self.name, tocsin.clock())

    def deliver(self, update: IncidentUpdate) -> None:
        if update.incident.id in self.fails:
            raise self.fails[update.incident.id]
        self.notified.append(update.key)

    def send_test(self) -> str:
        return ""


def reported(tocsin: Running, listener: Listener, now: datetime) -> int:
    """Delivers what is due to it; how many updates it took."""
    return deliver_due(updates_of(tocsin.services.store, listener), tocsin.services.metrics, now)


def keys(tocsin: Running, incident_id: str) -> list[str]:
    return [line.key for line in tocsin.services.store.incidents.timeline(incident_id)]


def test_each_update_is_reported_once_and_in_order(tocsin: Running) -> None:
    listener = Listener(tocsin)
    incident = tocsin.incident()
    assert reported(tocsin, listener, tocsin.clock()) == 2
    tocsin.do(incident, Action.RESOLVE, end_reason="fixed")
    assert reported(tocsin, listener, tocsin.clock()) == 1
    assert reported(tocsin, listener, tocsin.clock()) == 0
    assert listener.notified == keys(tocsin, incident.id)


def test_whoever_is_on_call_is_reminded_once_before_the_public_waits_in_vain(tocsin: Running) -> None:
    listener = Listener(tocsin)
    incident = tocsin.incident()
    late = tocsin.clock() + timedelta(minutes=29)
    for _ in range(2):
        remind(tocsin.services.response, late)
    kinds = [line.kind for line in tocsin.services.store.incidents.timeline(incident.id)]
    assert kinds.count(UpdateKind.REMINDER) == 1
    reported(tocsin, listener, late)
    assert listener.notified == keys(tocsin, incident.id)


def test_open_incidents_are_counted(tocsin: Running) -> None:
    def counted() -> float | None:
        place(tocsin.services.response, tocsin.clock())
        return tocsin.services.metrics.registry.get_sample_value("tocsin_incidents_active")

    assert counted() == 0
    incident = tocsin.incident()
    assert counted() == 1
    tocsin.do(incident, Action.RESOLVE, end_reason="fixed")
    assert counted() == 0


def test_what_was_before_a_sink_began_is_not_notified(tocsin: Running) -> None:
    tocsin.incident("An old one")
    assert reported(tocsin, Listener(tocsin), tocsin.clock()) == 0


def test_a_failure_delays_its_own_incident_alone_and_is_tried_again_later(tocsin: Running) -> None:
    listener = Listener(tocsin)
    first, second = tocsin.incident("One"), tocsin.incident("Two")
    listener.fails[first.id] = DeliveryError("busy", retry=True)
    reported(tocsin, listener, tocsin.clock())
    assert listener.notified == keys(tocsin, second.id)
    listener.fails.clear()
    assert reported(tocsin, listener, tocsin.clock()) == 0, "not before its time"
    reported(tocsin, listener, tocsin.clock() + timedelta(seconds=1))
    assert listener.notified == keys(tocsin, second.id) + keys(tocsin, first.id)


@pytest.mark.parametrize(
    ("error", "wait"),
    [
        (DeliveryError("busy", retry=True), timedelta(seconds=1)),
        (DeliveryError("gone", retry=False), POLICY.longest),
        (DeliveryError("later", retry=True, retry_after=timedelta(minutes=7)), timedelta(minutes=7)),
    ],
    ids=["may work soon", "refused for good", "asked to wait"],
)
def test_how_long_a_failed_delivery_waits(tocsin: Running, error: DeliveryError, wait: timedelta) -> None:
    listener = Listener(tocsin)
    incident = tocsin.incident()
    listener.fails[incident.id] = error
    reported(tocsin, listener, tocsin.clock())
    state = tocsin.services.store.sinks.state(listener.name)
    assert state
    (failure,) = state.failures
    assert wait / 2 <= failure.next_at - tocsin.clock() <= wait + POLICY.first
    assert error.retry_after is None or failure.next_at - tocsin.clock() >= error.retry_after
    assert failure.error == str(error)


def test_a_mistake_of_ours_in_one_incident_keeps_no_other_from_being_reported(tocsin: Running) -> None:
    listener = Listener(tocsin)
    first, second = tocsin.incident("One"), tocsin.incident("Two")
    listener.fails[first.id] = ZeroDivisionError("a plot")
    reported(tocsin, listener, tocsin.clock())
    assert listener.notified == keys(tocsin, second.id)
    state = tocsin.services.store.sinks.state(listener.name)
    assert state
    assert state.failures[0].error == "a mistake of ours: ZeroDivisionError: a plot"


def flaps(tocsin: Running, times: int, good: float, bad: float) -> list[str]:
    """A foreign alert that fires for so many seconds, is quiet for so many, and so on; the timeline's reasons."""
    for number in range(times):
        began = tocsin.clock()
        fires = lag(tocsin, key=f"lag-{number}", started_at=began)
        for left in (bad, 0):
            ended = None if left else tocsin.clock()
            said = replace(fires, seen_at=tocsin.clock(), ended_at=ended)
            tocsin.services.store.signals.record([said], tocsin.clock())
            place(tocsin.services.response, tocsin.clock())
            tocsin.clock.pass_(seconds=left or good)
            place(tocsin.services.response, tocsin.clock())
    (incident,) = tocsin.services.store.incidents.page().items
    return [line.reason for line in tocsin.services.store.incidents.timeline(incident.id)]


def lag(tocsin: Running, **changes: object) -> Signal:
    fields: dict[str, object] = {
        "key": "lag",
        "source": SignalSource.ALERT,
        "name": "KafkaLagHigh",
        "component": "trading",
        "title": "lag",
        "kind": FailureKind.DELAY,
        "started_at": tocsin.clock(),
        "seen_at": tocsin.clock(),
        **changes,
    }
    return Signal(**fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(("good", "bad"), [(20, 20), (5, 40), (50, 3), (33, 47)])
def test_a_fault_that_flaps_is_noted_once_and_its_end_once_it_held(tocsin: Running, good: float, bad: float) -> None:
    reasons = flaps(tocsin, 30, good, bad)
    assert sum("is flapping: it began 4 times" in reason for reason in reasons) == 1
    assert len(reasons) < 12, reasons
    (incident,) = tocsin.services.store.incidents.active()
    assert incident.lasting, "it is not taken for over between two of its returns"
    ended = tocsin.clock() - timedelta(seconds=good)
    tocsin.clock.pass_(minutes=3)
    place(tocsin.services.response, tocsin.clock())
    assert tocsin.current(incident).recovered_at == ended
    assert tocsin.current(incident).flapping == ()
    assert tocsin.current(incident).status == "resolved"
    assert tocsin.services.store.signals.waiting() == ()


def test_a_flapping_fault_that_stays_gets_no_further_line_and_one_that_is_slow_is_recurring(tocsin: Running) -> None:
    flaps(tocsin, 6, 20, 20)
    (incident,) = tocsin.services.store.incidents.active()
    before = len(tocsin.services.store.incidents.timeline(incident.id))
    tocsin.services.store.signals.record([lag(tocsin, key="stays")], tocsin.clock())
    tocsin.clock.pass_(minutes=30)
    place(tocsin.services.response, tocsin.clock())
    assert [line.kind for line in tocsin.services.store.incidents.timeline(incident.id)[before:]] == []
    assert tocsin.current(incident).lasting
