"""Takes the samples that others push, committed before the answer."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from detectors.sources.head import PageSample
from detectors.sources.push import PUSHED, Pushed, target_of
from detectors.sources.scrape_store import ScrapeStore
from tocsin.context.metrics import Metrics


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleIntake:
    """What pushed samples are taken with."""

    samples: ScrapeStore
    metrics: Metrics


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What came of a request: samples that are stored, and those that are not, with why. problems: a sentence each."""

    stored: int
    refused: int
    problems: tuple[str, ...]


def take(intake: SampleIntake, pushed: Pushed, sender: str, now: datetime) -> Taken:
    """Stores the samples of a request. Raises SourceError where the store cannot be written; it may be sent again."""
    by_target: dict[str, list[PageSample]] = defaultdict(list)
    for sample in pushed.samples:
        by_target[target_of(sample.labels)].append(sample)
    repeated = ahead = 0
    for target, samples in by_target.items():
        appended = intake.samples.push(f"{sender} {target}", now, samples, pushed.kinds)
        repeated += appended.repeated
        ahead += appended.ahead
    refused = sum(pushed.problems.values())
    stored = len(pushed.samples) - repeated - ahead
    if stored:
        newest = max(sample.stamp or 0 for sample in pushed.samples)
        beat = PageSample(metric=PUSHED, labels=(("sender", sender),), value=float(stored), stamp=newest)
        intake.samples.push(f"{sender} {PUSHED}", now, [beat], {})
    for outcome, count in (("stored", stored), ("repeated", repeated), ("ahead", ahead), ("refused", refused)):
        intake.metrics.pushed_samples.labels(outcome).inc(count)
    problems = [f"{problem} ({count})" for problem, count in pushed.problems.items()]
    if ahead:
        problems.append(f"samples are more than ten minutes ahead of our clock, {now:%Y-%m-%d %H:%M:%S} UTC ({ahead})")
    return Taken(stored=stored, refused=refused + ahead, problems=tuple(problems))
