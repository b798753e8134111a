"""The sparklines of the public page: a component's last day, read from the source at intervals."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import numpy as np
import structlog

from detectors.frame import Floats, Frame
from detectors.sources.source import Source, SourceError
from detectors.watch import Direction, Watch, component_of
from statuspage.spark import SPAN, STEP, Spark
from tocsin.config import Config, SparklineSettings

log = structlog.get_logger()


class Sparklines:
    """The sparklines as last drawn, by component. A reload keeps them until they are drawn again."""

    def __init__(self) -> None:
        self.drawn: Mapping[str, Spark] = {}


def sparklines_of(config: Config, sources: Mapping[str, Source], now: datetime) -> dict[str, Spark]:
    """The last day of each component as a sparkline; a watch whose source does not answer has none."""
    watches = {watch.name: watch for watch in config.watches}
    found: dict[str, Spark] = {}
    for wanted in config.page.sparklines:
        watch = watches[wanted.watch]
        try:
            frames = list(sources[watch.source].history(watch, now - SPAN, now, STEP))
        except SourceError as error:
            log.warning("no figure for the public page", watch=watch.name, error=str(error))
            continue
        found |= drawn(watch, wanted, frames, now)
    return found


def drawn(watch: Watch, wanted: SparklineSettings, frames: Iterable[Frame], now: datetime) -> dict[str, Spark]:
    """Of frames whose columns are STEP apart: each component's worst series at each of them."""
    step, count = STEP.total_seconds(), SPAN // STEP
    last = now.timestamp() // step
    rows: dict[str, Floats] = {}
    for frame in frames:
        places = np.rint(frame.times / step - last).astype(np.intp) + count - 1
        kept = (places >= 0) & (places < count)
        for labels, values in zip(frame.keys, frame.values, strict=True):
            row = rows.setdefault(component_of(watch, labels), np.full(count, np.nan))
            row[places[kept]] = _worst(watch.bad, row[places[kept]], values[kept])
    return {
        name: Spark(
            title=wanted.title,
            unit=watch.unit,
            values=tuple(None if np.isnan(value) else float(value) for value in row),
        )
        for name, row in rows.items()
    }


def _worst(bad: Direction, one: Floats, other: Floats) -> Floats:
    return np.fmin(one, other) if bad is Direction.BELOW else np.fmax(one, other)
