"""Scores the series of a small watch one after the other, each in plain numbers: so few have nothing to pool.

What series of one watch share is their budget alone: each is given when the others had their first sample.
"""

from typing import Any

import numpy as np

from detectors.components import Components
from detectors.frame import Floats, Singles
from detectors.lone import Lone, is_plain
from detectors.models import counts
from detectors.scores import Scores, blank
from detectors.share import is_pooled
from detectors.state import STACKED, State
from detectors.watch import Read, Watch

OF_SERIES = ("score", "observed", "expected", "low", "high", "model", "silent", "pardoned")
"""The scores that a series has of its own, where there is no pool."""


def goes_apart(watch: Watch, state: State, values: Floats) -> bool:
    """Whether the columns (T, S) are quicker series by series: each extraordinary sample costs more than a column."""
    series = len(state.keys)
    if not series or is_pooled(series) or not is_plain(watch, state, len(values)):
        return False
    return 2 * _extraordinary(watch, values) < len(values)


def score_apart(watch: Watch, state: State, times: Floats, values: Floats, scores: Scores, *, believed: bool) -> State:
    """Score the samples (T, S) of times after the state's watermark, NaN = none, into `scores`; the state after them.

    The same to the last bit as column by column.
    """
    if len(state.keys) == 1:
        return Lone(watch, state, believed=believed).take(times, values[:, 0], scores)
    firsts = _firsts(state, times, values)
    stacks = {name: np.stack(getattr(state, name)) for name in STACKED}
    after: list[State] = []
    for row in range(len(state.keys)):
        one = _only(state, stacks, row)
        mine = blank(one, times)
        lone = Lone(watch, one, believed=believed, others=np.delete(firsts, row))
        after.append(lone.take(times, values[:, row], mine))
        for name in OF_SERIES:
            getattr(scores, name)[row] = getattr(mine, name)[0]
    return _together(state, after)


def _extraordinary(watch: Watch, values: Floats) -> int:
    """How many samples (T, S) are seen to be missing, the same as before, or counts of few events: at least."""
    unit = counts.unit_of(watch.query)
    few = np.zeros(values.shape[1], np.bool_)
    if unit is not None:
        known = np.where(np.isnan(values), 0.0, values)
        whole = watch.query.read is Read.RATE or (known == np.rint(known)).all(axis=0)
        mean = known.sum(axis=0) / np.maximum(1, np.count_nonzero(~np.isnan(values), axis=0))
        few = whole & (mean >= 0) & (mean < counts.UP_TO * unit)
    same = np.concatenate([np.zeros((1, values.shape[1]), np.bool_), values[1:] == values[:-1]])
    return int(np.count_nonzero(np.isnan(values) | same | few))


def _firsts(state: State, times: Floats, values: Floats) -> Floats:
    """(S,) epoch seconds of each series' first sample, infinite where it has none yet."""
    there = ~np.isnan(values)
    coming = np.where(there.any(axis=0), times[there.argmax(axis=0)], np.inf)
    return np.where(state.count > 0, -np.inf, coming)


def _only(state: State, stacks: dict[str, Singles], row: int) -> State:
    """The state of one row alone."""
    which = slice(row, row + 1)
    arrays: dict[str, Any] = {name: array[..., which] for name, array in state.arrays().items()}
    arrays |= {name: tuple(np.ascontiguousarray(stack[..., which])) for name, stack in stacks.items()}
    alone = {"keys": state.keys[which], "components": Components(state.components[which])}
    return state.after({**alone, **arrays})


def _together(state: State, rows: list[State]) -> State:
    """The state of all rows, each with what it has learnt."""
    each = [row.arrays() for row in rows]
    arrays: dict[str, Any] = {name: np.concatenate([one[name] for one in each], axis=-1) for name in each[0]}
    for name in STACKED:
        arrays[name] = tuple(np.concatenate([np.stack(getattr(row, name)) for row in rows], axis=-1))
    return state.after({"watermark_s": rows[0].watermark_s, **arrays})
