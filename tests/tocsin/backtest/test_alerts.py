"""When alerts would have fired, beside Prometheus's own rule manager; and how they lie beside incidents."""

import json
import random
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from detectors.frame import Floats, Frame, Idle
from detectors.watch import Watch
from tests.require import require
from tests.tocsin.backtest.examples import ran
from tocsin.backtest.alerts import PastAlert, alerts_of, beside
from tocsin.backtest.report import PastIncident, ReportSpan
from tocsin.backtest.rules import AlertRule

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RULE = AlertRule(name="Slow", group="g", expr="slow > 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A source that answers with one value a minute from the epoch on; NaN = the expression found nothing."""

    rows: Mapping[str, Sequence[float]]
    size: int = 7

    def history(self, watch: Watch, start: datetime, end: datetime, step: timedelta) -> Iterator[Frame]:
        """Several frames, as a server answers a long stretch, each with the series of its own part."""
        assert (watch.query.promql, step) == ("slow > 0", MINUTE)
        values: Floats = np.array([list(row) for row in self.rows.values()], np.float64)
        times: Floats = 60.0 * np.arange(values.shape[1], dtype=np.float64)
        inside = (times > start.timestamp()) & (times <= end.timestamp())
        for at in range(0, int(inside.sum()), self.size):
            yield self._frame(times[inside][at : at + self.size], values[:, inside][:, at : at + self.size])

    def _frame(self, times: Floats, values: Floats) -> Frame:
        known = np.array([bool(np.isfinite(row).any()) for row in values])
        keys = [(("pod", name),) for name in self.rows]
        return Frame(
            keys=tuple(key for key, there in zip(keys, known, strict=True) if there),
            times=times,
            values=np.where(np.isfinite(values), values, np.nan)[known],
            idle=Idle(keys=tuple(keys), at=np.isinf(values)),
        )

    def read(self, watch: Watch, after: datetime | None, until: datetime) -> Frame:
        raise NotImplementedError

    def problems(self, watch: Watch) -> tuple[str, ...]:
        raise NotImplementedError

    def probe(self) -> str:
        raise NotImplementedError


def minutes(alert: PastAlert) -> tuple[int, int, int | None]:
    """Active, fired and ended, in minutes."""
    active, fired = (alert.active_at - EPOCH) // MINUTE, (alert.fired_at - EPOCH) // MINUTE
    return active, fired, None if alert.ended_at is None else (alert.ended_at - EPOCH) // MINUTE


def fired(
    rows: Mapping[str, str], rule: AlertRule = RULE, start: int = 0
) -> dict[str, list[tuple[int, int, int | None]]]:
    """By pod. rows: by pod, a character a minute: "." = nothing found, "x" = found, "i" = found, and infinite."""
    values = {name: [{".": np.nan, "x": 1.0, "i": np.inf}[one] for one in row] for name, row in rows.items()}
    end = max(map(len, rows.values())) - 1
    span = ReportSpan(start=EPOCH + start * MINUTE, end=EPOCH + end * MINUTE)
    found: dict[str, list[tuple[int, int, int | None]]] = {}
    for alert in alerts_of(rule, Rows(rows=values), span):
        found.setdefault(dict(alert.labels)["pod"], []).append(minutes(alert))
    return found


@pytest.mark.parametrize(
    ("row", "hold", "keep", "expected"),
    [
        pytest.param(".xx..", 0, 0, [(1, 1, 3)], id="at once"),
        pytest.param(".xx....", 2, 0, None, id="not long enough"),
        pytest.param(".xxx...", 2, 0, [(1, 3, 4)], id="just long enough"),
        pytest.param(".xx.xxx.", 2, 0, [(4, 6, 7)], id="a gap begins the wait anew"),
        pytest.param(".x..x....", 0, 3, [(1, 1, 8)], id="kept over a gap"),
        pytest.param(".x.....", 0, 2, [(1, 1, 4)], id="kept from the first evaluation without it"),
        pytest.param("..xxxx", 1, 0, [(2, 3, None)], id="still firing"),
        pytest.param(".ii..", 0, 0, [(1, 1, 3)], id="infinite"),
        pytest.param("." * 12 + "x" * 9 + ".", 5, 0, [(12, 17, 21)], id="over several answers"),
    ],
)
def test_an_alert_fires_as_its_rule_says(
    row: str, hold: int, keep: int, expected: list[tuple[int, int, int | None]] | None
) -> None:
    rule = replace(RULE, hold=hold * MINUTE, keep=keep * MINUTE)
    assert fired({"a": row}, rule).get("a") == expected


def test_what_was_active_before_the_span_fires_in_it_and_what_ended_before_is_left_out() -> None:
    rule = replace(RULE, hold=5 * MINUTE)
    rows = {"a": "." * 18 + "x" * 10, "b": "." * 8 + "x" * 8 + "." * 12}
    assert fired(rows, rule, start=20) == {"a": [(18, 23, None)]}


def test_labels_of_the_rule_go_before_those_of_the_series() -> None:
    rule = replace(RULE, labels=(("pod", "any"), ("severity", "page")))
    span = ReportSpan(start=EPOCH, end=EPOCH + 3 * MINUTE)
    (alert,) = alerts_of(rule, Rows(rows={"a": [np.nan, 1.0, 1.0, np.nan]}), span)
    assert alert.labels == (("pod", "any"), ("severity", "page"))


@pytest.mark.parametrize("seed", range(3))
def test_prometheus_fires_the_same(tmp_path: Path, seed: int) -> None:
    """Drawn series and waits: promtool holds what we say of every minute against its own rule manager."""
    chance = random.Random(seed)
    waits = [(hold, keep) for hold in (0, 1, 3) for keep in (0, 1, 4)]
    rules = [replace(RULE, name=f"R{hold}{keep}", hold=hold * MINUTE, keep=keep * MINUTE) for hold, keep in waits]
    rows = {}
    for pod in "abcdef":
        state, row = False, ""
        for _ in range(60):
            state = state if chance.random() < 0.7 else not state
            row += "x" if state else "."
        rows[pod] = row
    (tmp_path / "rules.yml").write_text(json.dumps({"groups": [{"name": "g", "rules": [_written(r) for r in rules]}]}))
    tests = []
    for rule in rules:
        found = fired(rows, rule)
        for minute in range(60):
            firing = [pod for pod, all_of in found.items() for _, at, end in all_of if at <= minute < (end or 60)]
            expected = [{"exp_labels": {"pod": pod}} for pod in firing]
            tests.append({"eval_time": f"{minute}m", "alertname": rule.name, "exp_alerts": expected})
    series = [
        {"series": f'slow{{pod="{pod}"}}', "values": " ".join("1" if one == "x" else "0" for one in row)}
        for pod, row in rows.items()
    ]
    case = {"interval": "1m", "input_series": series, "alert_rule_test": tests}
    document = {"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": [case]}
    (tmp_path / "test.yml").write_text(json.dumps(document))
    reported = subprocess.run(
        [require("promtool"), "test", "rules", "test.yml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert reported.returncode == 0, reported.stdout + reported.stderr


def _written(rule: AlertRule) -> dict[str, str]:
    waits = {"for": f"{rule.hold // MINUTE}m", "keep_firing_for": f"{rule.keep // MINUTE}m"}
    return {"alert": rule.name, "expr": rule.expr, **{k: v for k, v in waits.items() if v != "0m"}}


def test_alerts_lie_beside_the_incidents_of_the_same_time() -> None:
    report = ran()
    first = report.incidents[0]
    opened, began = first.incident.opened_at, first.incident.started_at
    away = report.span.start + MINUTE
    alerts = [
        past(active=began + MINUTE, fired=opened + 3 * MINUTE, ended=opened + 9 * MINUTE, pod="a"),
        past(active=began + MINUTE, fired=opened + 5 * MINUTE, ended=opened + 6 * MINUTE, pod="b"),
        past(active=away, fired=away, ended=away + MINUTE, pod="a"),
    ]
    result = beside((RULE,), [sorted(alerts, key=lambda a: a.fired_at)], report)
    lone, met = result.episodes
    assert (len(lone.alerts), lone.incidents, lone.earlier) == (1, (), None)
    assert (len(met.alerts), met.fired_at, met.ended_at) == (2, opened + 3 * MINUTE, opened + 9 * MINUTE)
    assert first.incident.reference in references(met.incidents)
    assert met.earlier == 3 * MINUTE
    assert (result.alerts, result.met) == (3, (met,))
    assert references(result.unmatched) == references(report.incidents) - references(met.incidents)


def test_an_alert_that_never_ends_takes_all_later_ones_into_its_episode() -> None:
    report = ran()
    at = report.span.start
    alerts = [past(active=at, fired=at, ended=None, pod="a"), past(active=at, fired=at + MINUTE, ended=at + 2 * MINUTE)]
    (episode,) = beside((RULE,), [alerts], report).episodes
    assert (len(episode.alerts), episode.ended_at) == (2, None)


def references(incidents: Sequence[PastIncident]) -> set[str]:
    return {one.incident.reference for one in incidents}


def past(*, active: datetime, fired: datetime, ended: datetime | None, pod: str = "a") -> PastAlert:
    return PastAlert(rule=RULE, labels=(("pod", pod),), active_at=active, fired_at=fired, ended_at=ended)
