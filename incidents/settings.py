"""The durations of correlation: what becomes one incident, and when it ends."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of correlation, each default with its reason.

    cause_wait: how long the signal of a component with dependencies waits for its cause to show. Watches of one round
        are evaluated within a few seconds of each other; longer would delay every ticket to save a few merges.
    together: starts this close are "one time" for components that only share a dependency. One scrape interval: faults
        that meet by chance within it are rare, effects of one cause nearly always are.
    cause_lag: a cause may start this much later than its effect and still be its cause; slow counters see late.
    linger: evidence that ended this long ago still draws new signals; a queue behind a fault deviates after it.
    reach: how many silent components may lie between an effect and its cause.
    shared: the share of a silent dependency's direct dependents that must deviate before it is taken for the cause.
    recovery_hold: how long all evidence must have ended before an incident resolves by itself; a shorter calm is none.
    reopen_within: the same fault this soon after its resolution is the same incident. Faults that return do so mostly
        with a job of every hour or less, so this covers an hourly one that misses a beat; and no calm need hold longer.
    flaps, flaps_within: a fault that begins this often in this time is flapping. Four in ten minutes is once in
        200 s: with a calm that holds for `recovery_hold` in between it is recurring, and reported as that.
    worse: a running signal is reported again when its score has grown by this factor.
    broad: the share of all components from which an incident is broad.
    long: what customers have felt for this long is one step worse than at first.
    grown: so is a backlog that is this many times what it was when it was first reported.
    many_customers: so is what this many linked tickets tell of; ten times as many make any incident critical.
    """

    cause_wait: timedelta = timedelta(seconds=5)
    together: timedelta = timedelta(seconds=60)
    cause_lag: timedelta = timedelta(minutes=5)
    linger: timedelta = timedelta(minutes=2)
    reach: int = 3
    shared: float = 0.5
    recovery_hold: timedelta = timedelta(minutes=2)
    reopen_within: timedelta = timedelta(hours=2)
    flaps: int = 4
    flaps_within: timedelta = timedelta(minutes=10)
    worse: float = 1.5
    broad: float = 0.5
    long: timedelta = timedelta(hours=1)
    grown: float = 10.0
    many_customers: int = 10
