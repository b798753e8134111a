"""Everything that a watch has learnt: arrays with one entry a series on the last axis, and its anomalies under way."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from detectors.components import Components
from detectors.frame import Floats, Labels, Singles
from detectors.models.burn import CELLS
from detectors.models.returns import EXPERTS, PRIOR_BAR, PRIOR_SLOPE
from detectors.models.runs import Run
from detectors.watch import Watch, component_of

FORMAT = 9
DAY = 86_400.0
SCALES = (0.0, 3_600.0)
"""What is judged beside each other: the sample itself, and the mean of an hour (seconds)."""
SLOT = 300.0
"""The finest clock time of the daily profile, seconds."""
WEEK = 7 * DAY
PLACE = 1_800.0
"""The finest time of the week: what a weekend changes lasts for hours."""
QUARTER = 900.0
"""The finest time of the day at which the days before are remembered, seconds."""
DAYS = 8
"""The number of days that are remembered: a week and today."""
BLOCK = 15 * 3_600.0
"""The length of a block in seconds; of each block only the largest deviation is kept. Half of the blocks may hold a
fault."""
BLOCK_ROWS = 36
"""The least number of samples in a block."""
MONTH = 28 * DAY
"""How long blocks are kept, in seconds: a budget is stated for a month."""
PARDONS = 5
"""Kinds of excursion that a person may call usual: above, below, and each kind of run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """A deviation of one component that may become, is, or lately was an anomaly.

    since: its first sample; last, above_at: when its score was last high enough to last, and last at least 1.
    opened_at: when it had lasted long enough, None before. below_since: back below since, None while it lasts.
    series: how many of the component took part at once, and members, which: the clearest first, at most MEMBERS.
    together: it took part in what the watch as a whole showed.
    pooled, of: how many of the watch's series did so together, where that is what spoke.
    peak: the worst score; reported: the last one reported, with reported_series series. Times are epoch seconds.
    pardoned: it was judged milder, since a person had called such an excursion usual.
    accepted: it ended although nothing came back: what had changed is the new normal.
    """

    component: str
    kind: str
    since: float
    last: float
    above_at: float
    opened_at: float | None = None
    below_since: float | None = None
    ended_at: float | None = None
    peak: float = 0.0
    reported: float = 0.0
    series: int = 1
    reported_series: int = 1
    members: tuple[Labels, ...] = ()
    together: bool = False
    pooled: int = 0
    of: int = 0
    labels: Labels = ()
    observed: float = float("nan")
    expected: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    model: str = ""
    silent: float = 0.0
    accepted: bool = False
    pardoned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One watch's state over S series, K scales and E experts; `step` and `decide` return the next one.

    watermark_s: epoch seconds of the last column scored, NaN before the first.
    last: (S,) epoch seconds of a series' last sample, NaN before it.
    gap: (S,) usual seconds between samples, inf before two. age: (S,) seconds learnt from. count: (S,) samples seen.
    first: (S,) epoch seconds of a series' first sample, NaN before it.
    silent: (S,) seconds watched without a sample when one was due; rested: (S,) those when none was, of one silence.
    patience: (S,) seconds of silence that the series' past made usual at the time `patient_at`.
    size: (S,) mean of |x| over a day. quantum: (S,) the smallest change seen. previous: (S,) the last sample.
    whole: (S,) 1.0 while every sample was a whole number. hour: (S,) the mean of the last hour.
    burst: (S,) 1.0 where the sample itself has left the band and not yet come back.
    filled: (S,) the share of the hour's mean that one sample would explain: 1 = it is a single sample.
    strange: (S,) how far a sample usually is from the days before; strange_s: (S,) seconds that this is known from.
    quarter: (S,) samples seen in the quarter of an hour that lasts. then: (S,) what it was on the days before;
    then_hour: (S,) the mean of that over the last hour, of the level where it is not known.
    course, course_usual: (S,) how the known day that lasts went in its last hour, and what was usual then;
    course_s: (S,) seconds that this is known from.
    pardon: (PARDONS, S) what a person's word takes from the score of each kind of excursion; pardon_at: (S,) when.
    compared: (S,) seconds that the two errors are known from.
    compared_weeks: (S,) the same of the errors without and with the week.
    gate, gate_week: (S,) the share of its error that the day's profile, the week's must leave at most, to be used.
    calm: (S,) the score of a sample that is as expected.
    shared, common: (S,) means of its deviation times that of all, and of the square of that of all, in spreads.
    own: (S,) the mean square of what is left. lately, restless: (S,) that as a running mean, and that one's square.
    events, hour_events: (S,) how many events usually stand behind a sample, and did so lately; 0 where it is unknown.
    watched: (S,) seconds in which `ended` runs of each kind came to their end; both fade.
    due, waited: (R, S) of the run that lasts now, how often its end was due, and its seconds. most: (R, S) the longest.
    run_bar, run_slope: (R, S) how often an end must have been due for a score of 1, and for how much more.
    burnt: (CELLS, S) good and bad events by window, no cells without an objective.
    shape, shaped: (B, S) the usual share of the events up to each bound, NaN where it is unknown, and the seconds that
        it is known from; no bounds where there are no histograms. wander: (S,) what the histograms vary by.
    ends: (B,) where the buckets end.
    level, var: (K, S). error_flat, error_daily: (K, S) mean absolute error without and with the daily profile.
    error_best, error_weekly: (K, S) without and with what the time of the week adds to it.
    least: (K, S) the spread is never less. beyond: (K, S) seconds spent far outside.
    bar, slope: (E, S) the peakiness that scores 1, and the tail's slope. reach: (E, S) the band's half in spreads.
    pool: what is known of the series together, None before it is.
    profile: for each clock slot (K, S); seen: for each clock slot (S,) visits.
    ring: for each block (E, S) the largest deviation in spreads, 0 = not judged; below 0 = it was reported, and was
    new.
    days: for each quarter of an hour of the last eight days (S,) the mean sample, NaN = none.
    week: for each time of the week (K, S) what it adds to the profile; weeks: for each (S,) visits.
    """

    keys: tuple[Labels, ...]
    components: Components
    watermark_s: float
    tracks: tuple[Track, ...]
    last: Floats
    gap: Floats
    age: Floats
    count: Floats
    first: Floats
    silent: Floats
    rested: Floats
    patience: Floats
    patient_at: Floats
    size: Floats
    quantum: Floats
    previous: Floats
    whole: Floats
    hour: Floats
    burst: Floats
    filled: Floats
    strange: Floats
    strange_s: Floats
    quarter: Floats
    then: Floats
    then_hour: Floats
    course: Floats
    course_usual: Floats
    course_s: Floats
    pardon: Floats
    pardon_at: Floats
    compared: Floats
    compared_weeks: Floats
    gate: Floats
    gate_week: Floats
    calm: Floats
    shared: Floats
    common: Floats
    own: Floats
    lately: Floats
    restless: Floats
    events: Floats
    hour_events: Floats
    watched: Floats
    wander: Floats
    due: Floats
    waited: Floats
    most: Floats
    ended: Floats
    run_bar: Floats
    run_slope: Floats
    burnt: Floats
    shape: Floats
    shaped: Floats
    ends: tuple[float, ...]
    level: Floats
    var: Floats
    error_flat: Floats
    error_daily: Floats
    error_best: Floats
    error_weekly: Floats
    least: Floats
    beyond: Floats
    bar: Floats
    slope: Floats
    reach: Floats
    profile: tuple[Singles, ...]
    seen: tuple[Singles, ...]
    week: tuple[Singles, ...]
    weeks: tuple[Singles, ...]
    ring: tuple[Singles, ...]
    days: tuple[Singles, ...]
    pool: "State | None" = None

    @classmethod
    def empty(cls, watch: Watch) -> Self:
        """Nothing learnt yet."""
        row, scales = np.zeros(0), np.zeros((len(SCALES), 0))
        arrays: dict[str, Any] = {name: row.copy() for name in ROWS} | {name: scales.copy() for name in SCALED}
        arrays |= {name: np.zeros((EXPERTS, 0)) for name in OF_EXPERTS}
        arrays |= {name: np.zeros((len(Run), 0)) for name in RUNS} | {"pardon": np.zeros((PARDONS, 0))}
        arrays |= {"burnt": np.zeros((0 if watch.slo is None else CELLS, 0)), "ends": ()}
        arrays |= {"shape": np.zeros((0, 0)), "shaped": np.zeros((0, 0))}
        single = np.zeros((len(SCALES), 0), np.float32)
        slots, places = slots_of(watch), places_of(watch)
        return cls(
            keys=(),
            components=Components(),
            watermark_s=float("nan"),
            tracks=(),
            profile=tuple(single for _ in range(slots)),
            seen=tuple(single[0] for _ in range(slots)),
            week=tuple(single for _ in range(places)),
            weeks=tuple(single[0] for _ in range(places)),
            ring=tuple(np.zeros((EXPERTS, 0), np.float32) for _ in range(blocks_of(watch))),
            days=tuple(single[0] for _ in range(DAYS * quarters_of(watch))),
            **arrays,
        )

    @property
    def watermark(self) -> datetime | None:
        """The last instant scored; None before the first."""
        return None if np.isnan(self.watermark_s) else datetime.fromtimestamp(self.watermark_s, UTC)

    def to_bytes(self, watch: Watch) -> bytes:
        """The state as an npz without pickles, with its format and the fingerprint of what it was learnt from."""
        head = {
            "format": FORMAT,
            "fingerprint": fingerprint(watch),
            "keys": self.keys,
            "components": self.components,
            "ends": self.ends,
            "tracks": [asdict(track) for track in self.tracks],
        }
        stacks: dict[str, Any] = {name: np.stack(getattr(self, name)) for name in STACKED}
        arrays: dict[str, Any] = {**self.arrays()}
        if self.pool is not None:
            arrays["pool"] = np.frombuffer(self.pool.to_bytes(watch), np.uint8)
        file = io.BytesIO()
        text = np.frombuffer(json.dumps(head).encode(), np.uint8)
        np.savez_compressed(file, told=text, watermark_s=np.float64(self.watermark_s), **arrays, **stacks)
        return file.getvalue()

    @classmethod
    def from_bytes(cls, watch: Watch, data: bytes) -> Self | None:
        """The state that `to_bytes` wrote; None where it is of another format or was learnt from another query.

        Raises ValueError where the bytes are no state at all.
        """
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as file:
                head = json.loads(bytes(file["told"]))
                if head["format"] != FORMAT or head["fingerprint"] != fingerprint(watch):
                    return None
                arrays: dict[str, Any] = {name: file[name] for name in ARRAYS}
                stacks: dict[str, Any] = {name: tuple(file[name]) for name in STACKED}
                watermark = float(file["watermark_s"])
                pool = cls.from_bytes(watch, file["pool"].tobytes()) if "pool" in file else None
        except (OSError, EOFError, KeyError, ValueError, TypeError, zipfile.BadZipFile) as error:
            raise ValueError(
                f"watch {watch.name}: its saved state of {len(data)} bytes is not readable ({error!r}); "
                "delete it, and the watch learns afresh from history"
            ) from error
        return cls(
            keys=tuple(_labels(key) for key in head["keys"]),
            components=Components(head["components"]),
            tracks=tuple(_track(track) for track in head["tracks"]),
            ends=tuple(head["ends"]),
            watermark_s=watermark,
            pool=pool,
            **arrays,
            **stacks,
        )

    def after(self, made: Mapping[str, Any]) -> Self:
        """With these fields in place of its own: as `dataclasses.replace`, which takes thrice as long for so many."""
        return type(self)(**{**dict(zip(FIELDS, _FIELDS_OF(self), strict=True)), **made})

    def arrays(self) -> dict[str, Floats]:
        """All that has a series on its last axis, by name."""
        return dict(zip(ARRAYS, _ARRAYS_OF(self), strict=True))

    def joined(self, watch: Watch, keys: tuple[Labels, ...]) -> Self:
        """With a fresh row for each series that is not yet known."""
        if keys == self.keys:
            return self
        known = set(self.keys)
        new = tuple(key for key in keys if key not in known)
        if not new:
            return self
        size = len(new)
        arrays: dict[str, Any] = {
            name: _wider(array, size, FRESH.get(name, 0.0)) for name, array in self.arrays().items()
        }
        arrays |= {
            name: tuple(_wider(slot, size, FRESH.get(name, 0.0)) for slot in getattr(self, name)) for name in STACKED
        }
        return replace(
            self,
            keys=self.keys + new,
            components=Components((*self.components, *(component_of(watch, key) for key in new))),
            **arrays,
        )

    def kept(self, rows: NDArray[np.bool_]) -> Self:
        """Of the series, those alone whose row is True."""
        arrays: dict[str, Any] = {name: array[..., rows] for name, array in self.arrays().items()}
        arrays |= {name: tuple(slot[..., rows] for slot in getattr(self, name)) for name in STACKED}
        return replace(
            self,
            keys=tuple(key for key, stays in zip(self.keys, rows, strict=True) if stays),
            components=Components(name for name, stays in zip(self.components, rows, strict=True) if stays),
            **arrays,
        )


FIELDS = tuple(field.name for field in fields(State))
STACKED = ("profile", "seen", "week", "weeks", "ring", "days")
NOUNS = {"keys", "components", "watermark_s", "tracks", "pool", "ends", *STACKED}
SCALED = ("level", "var", "error_flat", "error_daily", "error_best", "error_weekly", "least", "beyond")
OF_EXPERTS = ("bar", "slope", "reach")
RUNS = ("due", "waited", "most", "ended", "run_bar", "run_slope")
WIDE = ("pardon", "burnt", "shape", "shaped")
ROWS = tuple(field.name for field in fields(State) if field.name not in {*NOUNS, *SCALED, *OF_EXPERTS, *RUNS, *WIDE})
ARRAYS = ROWS + SCALED + OF_EXPERTS + RUNS + WIDE
"""All that has a series on its last axis."""
_FIELDS_OF, _ARRAYS_OF = attrgetter(*FIELDS), attrgetter(*ARRAYS)
_RENAMED = {"hot": "above_at", "told": "reported", "told_series": "reported_series"}
"""Fields of a track by the names under which earlier releases saved them."""
FRESH = {
    "last": float("nan"),
    "first": float("nan"),
    "gap": float("inf"),
    "quantum": float("inf"),
    "previous": float("nan"),
    "whole": 1.0,
    "gate": 0.9,
    "gate_week": 0.9,
    "own": 1.0,
    "restless": 1.0,
    "bar": PRIOR_BAR,
    "slope": PRIOR_SLOPE,
    "days": float("nan"),
    "then": float("nan"),
    "shape": float("nan"),
}


def fingerprint(watch: Watch) -> str:
    """A hash of what a state was learnt from: another query, component, clock slot or time zone gives another one."""
    said = f"{watch.source} {watch.query} {watch.component} {slots_of(watch)} {watch.slo} {watch.time_zone}"
    return hashlib.sha256(said.encode()).hexdigest()


def slots_of(watch: Watch) -> int:
    """How many clock slots a day of this watch has."""
    return int(-(-DAY // slot_seconds(watch)))


def slot_seconds(watch: Watch) -> float:
    """The width of a clock slot: five minutes, or the watch's own spacing where that is wider."""
    return min(DAY, max(SLOT, watch.every.total_seconds()))


def places_of(watch: Watch) -> int:
    """How many times of the week this watch tells apart."""
    return int(-(-WEEK // place_seconds(watch)))


def place_seconds(watch: Watch) -> float:
    """The width of a time of the week: half an hour, or the watch's own spacing where that is wider."""
    return max(PLACE, slot_seconds(watch))


def quarter_seconds(watch: Watch) -> float:
    """The width of a remembered time of the day: a quarter of an hour, or the watch's own spacing where it is wider."""
    return min(DAY, max(QUARTER, watch.every.total_seconds()))


def quarters_of(watch: Watch) -> int:
    """How many times of a day are remembered."""
    return int(-(-DAY // quarter_seconds(watch)))


def block_seconds(watch: Watch) -> float:
    """The seconds of which one largest deviation is kept."""
    return max(BLOCK, BLOCK_ROWS * watch.every.total_seconds())


def blocks_of(watch: Watch) -> int:
    """How many blocks are kept: a month of them, and the one that lasts."""
    return max(2, int(MONTH // block_seconds(watch)) + 1)


def _track(saved: dict[str, Any]) -> Track:
    values = {_RENAMED.get(name, name): value for name, value in saved.items()}
    members = tuple(_labels(key) for key in saved["members"])
    return Track(**{**values, "labels": _labels(saved["labels"]), "members": members})


def _labels(pairs: list[list[str]]) -> Labels:
    return tuple((name, value) for name, value in pairs)


def _wider(array: NDArray[Any], rows: int, value: float) -> NDArray[Any]:
    fresh = np.full((*array.shape[:-1], rows), value, array.dtype)
    return np.concatenate([array, fresh], axis=-1)
