"""Draws the plots of an incident: its worst stretches as SVG, in one size for a desk and one for a telephone."""

from dataclasses import dataclass

from detectors.anomaly import AnomalyKind
from detectors.frame import Labels
from detectors.plot import PlotData, plot
from detectors.reason import finding
from detectors.strip import Strip, thinned
from tocsin.backtest.report import Evidence, PastIncident

MOST = 3
"""Of an incident: the worst at its root and two others, as in its ticket."""
WIDE, NARROW = (920, 250), (320, 220)
POINTS_NARROW = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One stretch drawn twice. finding: what both say."""

    evidence: Evidence
    finding: str
    wide: str
    narrow: str


def pictures_of(one: PastIncident) -> tuple[Picture, ...]:
    """One a series: of the stretches at the root first, then the worst; those alone whose samples were kept."""
    drawn: dict[tuple[str, Labels], Picture] = {}
    for evidence in sorted(one.evidence, key=lambda evidence: _rank(evidence, one)):
        strip = evidence.stretch.strip
        if len(drawn) < MOST and strip is not None and len(strip.times):
            series = (evidence.watch.name, strip.labels)
            if series not in drawn:
                drawn[series] = _picture(evidence, strip)
    return tuple(drawn.values())


def _rank(evidence: Evidence, one: PastIncident) -> tuple[bool, float, str]:
    anomaly = evidence.stretch.anomaly
    return anomaly.component != one.incident.component, -anomaly.score, anomaly.key


def _picture(evidence: Evidence, strip: Strip) -> Picture:
    anomaly, watch = evidence.stretch.anomaly, evidence.watch
    is_absent = anomaly.kind is AnomalyKind.ABSENCE
    said = anomaly.reason if is_absent else finding(watch, anomaly.observed, anomaly.low, anomaly.high)
    return Picture(
        evidence=evidence,
        finding=said,
        wide=_drawn(evidence, strip, said, WIDE),
        narrow=_drawn(evidence, thinned(strip, POINTS_NARROW), said, NARROW),
    )


def _drawn(evidence: Evidence, strip: Strip, title: str, size: tuple[int, int]) -> str:
    anomaly = evidence.stretch.anomaly
    return plot(
        PlotData(
            title=title,
            unit=evidence.watch.unit,
            times=strip.times,
            values=strip.values,
            expected=strip.expected,
            low=strip.low,
            high=strip.high,
            started_at=anomaly.started_at,
            ended_at=anomaly.ended_at,
            width=size[0],
            height=size[1],
        )
    )
