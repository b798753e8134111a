"""What a watch has spent: the incidents that rest on it, and those that were false alarms."""

from datetime import datetime, timedelta

from detectors.watch import FailureKind
from incidents.lifecycle import Action
from incidents.signal import Signal, SignalSource
from tests.tocsin.web.running import Running
from tocsin.detection.false_alarm_budget import BUDGET_SPAN, openings, update_metrics
from tocsin.response.place import place
from tocsin.storage import Openings

WATCH = "withdrawal-time"


def said(tocsin: Running, name: str, component: str, *, source: SignalSource = SignalSource.WATCH) -> None:
    now: datetime = tocsin.clock()
    signal = Signal(
        key=f"{name}:{component}:{now.timestamp()}",
        source=source,
        name=name,
        component=component,
        title="Withdrawals take long",
        kind=FailureKind.DELAY,
        started_at=now,
        seen_at=now,
    )
    tocsin.services.store.signals.record((signal,), now)
    tocsin.clock.pass_(minutes=1)  # what may have its cause elsewhere waits for it a while
    place(tocsin.services.response, tocsin.clock())


def test_an_incident_counts_once_for_each_watch_that_it_rests_on(tocsin: Running) -> None:
    said(tocsin, WATCH, "withdrawals/BTC/bitcoin")
    said(tocsin, "chain-lag", "chain/bitcoin")
    said(tocsin, "HighLatency", "trading", source=SignalSource.ALERT)
    store = tocsin.services.store
    incidents = len({i.id for i in store.incidents.page().items})
    assert incidents >= 1
    assert openings(store, tocsin.clock()) == {WATCH: Openings(all=1), "chain-lag": Openings(all=1)}


def test_a_retracted_one_is_spent_and_a_month_later_forgotten(tocsin: Running) -> None:
    said(tocsin, WATCH, "withdrawals/BTC/bitcoin")
    (incident,) = tocsin.services.store.incidents.page().items
    tocsin.do(incident, Action.RETRACT, end_reason="false_alarm")
    store, now = tocsin.services.store, tocsin.clock()
    assert openings(store, now) == {WATCH: Openings(all=1, false=1)}
    assert openings(store, now + BUDGET_SPAN + timedelta(seconds=1)) == {}


def test_a_watchs_incidents_are_found_by_its_whole_name(tocsin: Running) -> None:
    said(tocsin, WATCH, "withdrawals/BTC/bitcoin")
    store, now = tocsin.services.store, tocsin.clock()
    assert len(store.incidents.of_watch(WATCH, now)) == 1
    assert store.incidents.of_watch("withdrawal", now) == ()
    assert store.incidents.of_watch("withdrawal_time", now) == ()
    (incident,) = store.incidents.page().items
    tocsin.do(incident, Action.RESOLVE, end_reason="fixed", anyway="yes")
    assert len(store.incidents.of_watch(WATCH, now)) == 1
    assert store.incidents.of_watch(WATCH, now + timedelta(seconds=1)) == ()


def test_the_metrics_say_what_is_spent_and_forget_a_watch_that_is_gone(tocsin: Running) -> None:
    said(tocsin, WATCH, "withdrawals/BTC/bitcoin")
    services, metrics = tocsin.services, tocsin.services.metrics
    update_metrics(metrics, services.config.watches, services.memory, services.store, tocsin.clock())

    def value(name: str) -> float | None:
        return metrics.registry.get_sample_value(name, {"watch": WATCH})

    names = ("tocsin_watch_budget", "tocsin_watch_openings", "tocsin_watch_false_openings")
    assert [value(name) for name in names] == [1.0, 1.0, 0.0]
    metrics.forget_watch(WATCH)
    assert [value(name) for name in names] == [None, None, None]
