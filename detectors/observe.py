"""One evaluation of a watch, live or over the past: its state and a frame of samples become scores and anomalies."""

from dataclasses import dataclass

from detectors.anomaly import Anomaly
from detectors.decide import decide
from detectors.engine import step
from detectors.frame import Frame
from detectors.scores import Scores
from detectors.state import State
from detectors.watch import Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """The state afterwards, the scores of the new columns, and the anomalies to report, in order of time."""

    state: State
    scores: Scores
    anomalies: tuple[Anomaly, ...]


def look(watch: Watch, state: State, frame: Frame) -> Observed:
    """Scores the columns after the state's watermark, and decides what is anomalous.

    Raises ValueError where a series lacks a label that the watch's component asks for.
    """
    state, scores = step(watch, state, frame)
    state, anomalies = decide(watch, state, scores)
    return Observed(state=state, scores=scores, anomalies=anomalies)
