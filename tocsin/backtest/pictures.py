"""Draws the plots of an incident: its worst stretches as SVG, in one size for a desk and one for a telephone."""

from dataclasses import dataclass

from detectors.frame import Labels
from detectors.peak import Peak, finding, peak_of
from detectors.plot import PlotData, plot
from detectors.strip import Strip, thinned
from tocsin.backtest.report import PastEvidence, PastIncident

MOST = 3
"""Of an incident: the worst at its root and two others, as in its ticket."""
WIDE, NARROW = (920, 250), (320, 220)
POINTS_NARROW = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePictures:
    """One stretch drawn twice. finding: what both say."""

    evidence: PastEvidence
    finding: str
    wide: str
    narrow: str


def pictures_of(one: PastIncident) -> tuple[EvidencePictures, ...]:
    """One a series: of the stretches at the root first, then the worst; those alone whose samples were kept."""
    drawn: dict[tuple[str, Labels], EvidencePictures] = {}
    for evidence in sorted(one.evidence, key=lambda evidence: _rank(evidence, one)):
        strip = evidence.stretch.strip
        if len(drawn) < MOST and strip is not None and len(strip.times):
            series = (evidence.watch.name, strip.labels)
            if series not in drawn:
                drawn[series] = _picture(evidence, strip)
    return tuple(drawn.values())


def _rank(evidence: PastEvidence, one: PastIncident) -> tuple[bool, float, str]:
    anomaly = evidence.stretch.anomaly
    return anomaly.component != one.incident.component, -anomaly.score, anomaly.key


def _picture(evidence: PastEvidence, strip: Strip) -> EvidencePictures:
    anomaly, watch = evidence.stretch.anomaly, evidence.watch
    start = anomaly.started_at.timestamp()
    end = anomaly.ended_at.timestamp() if anomaly.ended_at else float(strip.times[-1])
    peak = peak_of(watch, strip.times, strip.values, strip.low, strip.high, start=start, end=end)
    said = finding(watch, peak) if peak else anomaly.reason
    return EvidencePictures(
        evidence=evidence,
        finding=said,
        wide=_drawn(evidence, strip, said, peak, WIDE),
        narrow=_drawn(evidence, thinned(strip, POINTS_NARROW), said, peak, NARROW),
    )


def _drawn(evidence: PastEvidence, strip: Strip, title: str, peak: Peak | None, size: tuple[int, int]) -> str:
    anomaly = evidence.stretch.anomaly
    return plot(
        PlotData(
            title=title,
            peak=(peak.at, peak.value) if peak else None,
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
