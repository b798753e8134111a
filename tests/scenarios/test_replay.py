"""A recorded outage, replayed six hundred times as fast, goes the whole way to engineering ticket and public page."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from incidents.incident import Incident, Status
from tests.scenarios.service import Running, running

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
WARM = timedelta(days=3)
OUTAGE_AT = BEGIN + WARM + timedelta(hours=2)
OUTAGE = timedelta(minutes=100)
LENGTH = WARM + timedelta(hours=12)
PATIENCE_S = 90.0
CONFIG = """\
site: {name: Northbridge, public_url: "http://LISTEN"}
data: .
listen: LISTEN
sources:
  default: {kind: replay, files: {deposit_seconds: deposits.csv}, warm: 3d, speed: 600}
incidents: {cause_wait: 5s, recovery_hold: 2m}
components:
  - name: deposits/EUR
    title: Euro deposits
    group: Deposits
    asset: EUR
    direction: deposit
    form: Deposit
    disclosure: {mode: auto, after: 0s}
watches:
  - name: deposit-time
    title: Time to credit a deposit
    metric: deposit_seconds
    component: deposits/EUR
    unit: s
    bad: above
    kind: delay
    min_change: 10
    user_visible: true
    every: 60s
    hold: 3m
    recover: 5m
    history: 3d
"""


def write_latency(path: Path) -> None:
    """A sample a minute: slower by day than by night, noisy; four times as slow while the outage lasts."""
    minutes = np.arange(LENGTH / timedelta(minutes=1))
    seconds = 40 + 15 * np.sin(2 * np.pi * (minutes / 1440 - 0.3))
    seconds *= np.random.default_rng(11).lognormal(0, 0.08, len(minutes))
    start = (OUTAGE_AT - BEGIN) / timedelta(minutes=1)
    seconds[(minutes >= start) & (minutes < start + OUTAGE / timedelta(minutes=1))] *= 4
    epoch = BEGIN.timestamp() + 60 * minutes
    rows = (f"{at:.0f},{value:.2f}\n" for at, value in zip(epoch, seconds, strict=True))
    path.write_text("time,value\n" + "".join(rows), encoding="utf-8")


def first_incident(service: Running, status: Status | None = None) -> Incident:
    """The first incident, once there is one, and it stands so."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        found = service.incidents()
        if found and status in (None, found[0].status):
            return found[0]
        time.sleep(0.1)
    pytest.fail(f"no incident, or not {status}: {found}\n{service.log.read_text(encoding='utf-8')[-2000:]}")


def public_names(service: Running) -> list[str]:
    """What the page says lasts."""
    return [incident["name"] for incident in json.loads(service.page("api/v2/summary.json"))["incidents"]]


def wait_for_page(service: Running, *, telling: int) -> list[str]:
    deadline = time.monotonic() + PATIENCE_S
    while len(names := public_names(service)) != telling:
        assert time.monotonic() < deadline, names
        time.sleep(0.1)
    return names


def test_a_recorded_outage_becomes_one_ticket_and_one_page_and_both_end(tmp_path: Path) -> None:
    write_latency(tmp_path / "deposits.csv")
    with running(tmp_path, CONFIG) as service:
        opened = first_incident(service)
        (public,) = wait_for_page(service, telling=1)
        resolved = first_incident(service, Status.RESOLVED)
        assert wait_for_page(service, telling=0) == []
        ticket = service.store.engineering_tickets.get(opened.id)
        front = service.page()
        incidents = service.incidents()

    (evidence,) = resolved.signals
    assert len(incidents) == 1
    assert evidence.started_at == OUTAGE_AT
    assert evidence.ended_at == OUTAGE_AT + OUTAGE
    assert resolved.resolved_at is not None
    assert OUTAGE_AT < resolved.opened_at < OUTAGE_AT + OUTAGE < resolved.resolved_at
    assert ticket is not None
    assert ticket.title
    assert "Time to credit a deposit" in ticket.body
    assert {Path(name).suffix for name in ticket.plots} == {".svg", ".png"}
    assert "Euro deposits" in public
    assert public in front  # among the past incidents now
    assert "deposit_seconds" not in front
