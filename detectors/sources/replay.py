"""Replays files of past samples as a source, at whatever speed the caller's `until` moves."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from detectors.frame import Frame
from detectors.sources.evaluate import LOOKBACK, Samples, evaluate
from detectors.sources.grid import Instants, frame_of, grid, joined, parts
from detectors.sources.promql import HISTOGRAMS, problems_of
from detectors.sources.replay_recording import Recording
from detectors.sources.runs import Block, samples_of
from detectors.sources.source import SourceError
from detectors.watch import Query, Watch

CELLS = 500_000
"""Series times columns evaluated at once, as the embedded source does."""
FEWEST_COLUMNS = 16
NO_RECORDING = Recording(keys=(), series=(), lookback=LOOKBACK)


class Replay:
    """Reads files of raw samples: rates, ratios and quantiles work on them as on any.

    files: the metric's name (or a whole PromQL expression, answered as it stands) -> the file. CSV and Parquet
    (`.parquet`) hold one metric in one of two forms: `time,asset,network,value`, a row a sample, all other columns
    labels; or `time,BTC,ETH`, a column a series, which gets the label `column`. Times are ISO 8601 (UTC unless they say
    otherwise) or epoch seconds; an empty value is no sample. OpenMetrics text (`.om`, `.prom`, `.txt`) has any
    metrics with timestamps, as promtool dumps them. Raises SourceError, with the file's line.
    """

    def __init__(self, files: Mapping[str, Path]) -> None:
        from detectors.sources.replay_files import recordings_of  # imports pandas, which no other source needs

        self._recordings = recordings_of(files)

    def read(self, watch: Watch, after: datetime | None, until: datetime) -> Frame:
        """See Source; nothing after `until` is seen. After the files' end there are no columns, so no silence."""
        end = datetime.fromtimestamp(self.span()[1], UTC)
        return joined(list(self._frames(watch, grid(after, min(until, end), watch.every))))

    def history(self, watch: Watch, start: datetime, end: datetime, step: timedelta) -> Iterator[Frame]:
        """See Source."""
        return self._frames(watch, grid(start, end, step))

    def problems(self, watch: Watch) -> tuple[str, ...]:
        """See Source: wrong words, and metrics that no file has."""
        query = watch.query
        wanted = [query.promql] if query.promql is not None else [_raw_metric(query), query.of]
        has = ", ".join(sorted(self._recordings)) or "none"
        lacks = [name for name in wanted if name is not None and name not in self._recordings]
        return (*problems_of(query), *(f"no file is given for {name}; there are files for {has}" for name in lacks))

    def probe(self) -> str:
        """See Source: from when to when there are samples."""
        ends = [(times[0], times[-1]) for each in self._recordings.values() for times, _ in each.series if len(times)]
        if not ends:
            raise SourceError("the replay's files hold no samples", retry=False)
        first, last = min(end[0] for end in ends), max(end[1] for end in ends)
        from detectors.sources.replay_files import shown

        return f"replay of {', '.join(self._recordings)} from {shown(first)} to {shown(last)}."

    def span(self) -> tuple[float, float]:
        """The first and the last instant of any sample, in epoch seconds. Raises SourceError when there is none."""
        self.probe()
        times = [times for each in self._recordings.values() for times, _ in each.series if len(times)]
        return min(each[0] for each in times) / 1000.0, max(each[-1] for each in times) / 1000.0

    def _frames(self, watch: Watch, instants: Instants) -> Iterator[Frame]:
        mistakes = self.problems(watch)
        if mistakes:
            raise SourceError(f"watch {watch.name}: {'; '.join(mistakes)}", retry=False)
        query = self._in_words(watch.query)
        recording = self._recordings[_raw_metric(query)]
        lookback = recording.lookback
        for part in parts(instants, max(CELLS // max(len(recording.keys), 1), FEWEST_COLUMNS)):
            yield frame_of(evaluate(query, part, self._select, lookback), part)

    def _in_words(self, query: Query) -> Query:
        """A PromQL expression is a recorded column: its values as they stand, under the labels that the file has."""
        if query.promql is None:
            return query
        names = {name for key in self._recordings[query.promql].keys for name, _ in key}
        return Query(metric=query.promql, by=tuple(sorted(names)))

    def _select(self, metric: str, match: tuple[tuple[str, str], ...], start: int, end: int) -> Samples:
        recording = self._recordings.get(metric, NO_RECORDING)  # a summary's count may be given or not
        pairs = [
            (key, samples)
            for key, samples in zip(recording.keys, recording.series, strict=True)
            if all(dict(key).get(name, "") == value for name, value in match)
        ]
        blocks = [
            Block(rows=np.array([row]), times=times, values=values[None])
            for row, (_, (times, values)) in enumerate(pairs)
        ]
        return samples_of(tuple(key for key, _ in pairs), blocks, start, end)


def _raw_metric(query: Query) -> str:
    return f"{query.metric}_bucket" if query.read in HISTOGRAMS else query.metric or ""
