"""Spikes of tickets: from our own counter through the engine and a shadow incident to the marked chart."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from detectors.sources.scrape_store import RawHistory
from tests.tocsin.web.running import CONFIG, NOW, Running, running
from tickets.ticket import Form
from tocsin.detection.observe import observe, restored
from tocsin.kpi.span import last_days
from tocsin.kpi.spikes import spikes_of
from tocsin.response.place import place
from tocsin.storage.accounts import Role

SPIKES = """\
  - name: tickets-by-topic
    title: Tickets written
    metric: tocsin_tickets_total
    read: rate
    by: [topic]
    window: 15m
    component: tickets/{topic}
    unit: 1/s
    bad: above
    min_change: 0.01
    every: 5m
    absent_after: null
    shadow: true
"""
TOPIC = """\
  - for: [{topic: withdrawal}, {topic: deposit}, {topic: fees}]
    name: tickets/{topic}
    title: "Tickets: {topic}"
    public: false
    disclosure: {mode: never}
watches:
"""
SPIKE = 70 * 60  # seconds before NOW that the flood began, for forty minutes
TOPICS = (Form.WITHDRAWAL, Form.DEPOSIT, Form.FEES)


def _counted() -> tuple[RawHistory, RawHistory]:
    """Eight days of tickets by topic, a minute apart, more of them by day; then ten times as many on deposits."""
    rng = np.random.default_rng(11)
    end = NOW.timestamp()
    times = np.arange(end - 8 * 86_400, end + 1, 60.0)
    usual = 0.02 * (1 + 0.6 * np.sin(times / 86_400 * 2 * np.pi)) * 60
    rows = np.array([rng.poisson(usual) for _ in TOPICS], dtype=np.float64)
    flood = (times > end - SPIKE) & (times <= end - SPIKE + 2_400)
    rows[1, flood] = rng.poisson(usual[flood] * 10)
    keys = tuple((("fate", "new"), ("topic", topic.slug)) for topic in TOPICS)
    scraped = RawHistory(metric="up", keys=((("job", "tocsin"),),), times=times, values=np.ones((1, len(times))))
    return RawHistory(metric="tocsin_tickets_total", keys=keys, times=times, values=rows.cumsum(axis=1)), scraped


@pytest.fixture(scope="module")
def flooded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    made = running(tmp_path_factory.mktemp("spikes"), CONFIG.replace("watches:\n", TOPIC) + SPIKES)
    made.runtime.kept.samples.load_history(_counted())
    services, watch = made.services, made.services.config.watches[-1]
    made.clock.at = NOW - timedelta(seconds=SPIKE + 3_600)
    services.memory.states[watch.name] = restored(services.observer, watch, made.clock())
    for minutes in range(5, 125, 5):
        made.clock.at = NOW - timedelta(seconds=SPIKE + 3_600) + timedelta(minutes=minutes)
        observe(services.observer, watch, made.clock())
        place(services.response, made.clock())
    yield made
    made.close()


def test_ten_times_the_usual_tickets_of_a_topic_are_a_spike_and_nothing_else_is(flooded: Running) -> None:
    days = last_days(7, flooded.clock(), flooded.services.store.figures.time_zone())
    found = spikes_of(flooded.services.store, flooded.services.config.watches, days)
    assert [(spike.topic, spike.started_at.date()) for spike in found] == [("Deposit", NOW.date())]
    assert abs((found[0].started_at - NOW).total_seconds() + SPIKE) < 900
    assert "expected" in found[0].observed


def test_the_dashboard_marks_its_day_and_topic_and_opens_to_its_incident(flooded: Running) -> None:
    flooded.ticket(form=Form.DEPOSIT)
    client = flooded.client(Role.MANAGER)
    page = client.get("/dashboards/support?days=7").text
    assert "the most on 2 March 2026: 1; more than usual on 1 day" in page
    assert "more than usual: Deposit" in page
    assert "(before: 0) · 1 spike" in page
    row = page.split('data-label="Recorded as"><a href="')[1]
    assert client.get(row.split('"')[0]).status_code == 200


@pytest.mark.parametrize(
    ("query", "is_marked"),
    [("topic=Deposit", True), ("topic=Fees", False), ("team=Technical+Support", False), ("component=trading", False)],
)
def test_a_view_of_some_tickets_marks_only_what_was_found_of_all_of_them(
    flooded: Running, query: str, *, is_marked: bool
) -> None:
    page = flooded.client(Role.MANAGER).get(f"/dashboards/support?days=7&{query}").text
    assert ('data-label="Recorded as"' in page) is is_marked


def test_customers_and_the_public_never_hear_of_a_spike(flooded: Running) -> None:
    assert all(incident.shadow for incident in flooded.services.store.incidents.page(limit=9).items)
    flooded.settle()
    assert "ticket" not in flooded.client().get("/status").text.lower().replace("/ticket", "")


def test_without_such_a_watch_the_page_says_how_to_have_spikes_marked(tmp_path: Path) -> None:
    tocsin = running(tmp_path)
    page = tocsin.client(Role.MANAGER).get("/dashboards/support").text
    assert "No spikes are marked: no watch looks at <code>tocsin_tickets_total</code>" in page
    tocsin.close()
