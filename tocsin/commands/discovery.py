"""Runs `tocsin discover`: proposes watches for the metrics of a Prometheus, with reasons and a trial on the past."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from pathlib import Path

from detectors.discover import propose, shortlist, why_not, why_not_their_shapes
from detectors.discover_metric import Metric, Sight
from detectors.sources.inventory import Inventory
from detectors.sources.prometheus_api import PrometheusApi
from detectors.sources.source import SourceError
from tocsin.backtest.render import in_words
from tocsin.backtest.report import Report, ReportSpan
from tocsin.backtest.run import backtest, only
from tocsin.backtest.setup import setup_of
from tocsin.commands.discovery_config import ConfigRequest, FoundMetrics, configuration, unwatched
from tocsin.config import Config, PrometheusSettings, load, load_text
from tocsin.wiring.sources import api_of, past_sources

OVER = 2.0
"""A watch that rings more than this much of its budget, and more than once, is said to ring too often."""
MONTH = timedelta(days=30)

Say = Callable[[str], None]


class Stopped(Exception):  # asked for, and no error
    """Somebody stopped it (Ctrl-C). text: the configuration with what was found till then, written like a whole one."""

    def __init__(self, text: str) -> None:
        super().__init__("stopped")
        self.text = text


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveryRequest:
    """The options of a run. config: its watches stay and others are added; without one only `url` is read.

    days: of the past that the watches are tried on; 0 = none.
    """

    url: str | None
    config: Path | None
    out: Path | None
    days: float


def discover(asked: DiscoveryRequest, now: datetime, say: Say, clock: Callable[[], float]) -> str:
    """The configuration's text, checked; written to `out` where that is given, first as long as nothing was tried.

    Raises SourceError, ConfigError; ValueError where there is nothing to watch; Stopped.
    say: is called with what is being done, a line each time. clock: seconds that only grow, for the time that is left.
    """
    place = asked.out or asked.config or Path("tocsin.yaml")
    base = load(asked.config) if asked.config else None
    source = _source(base) if base else "default"
    api = api_of(_settings(base, source)) if base else PrometheusApi(asked.url or "")
    with closing(api):
        found = look(api, now, say)
    wanted = ConfigRequest(url=api.url, source=source, base=base, text=asked.config.read_text() if asked.config else "")
    if base is not None:
        found = unwatched(found, base)
    text = _kept(asked, place, configuration(found, wanted, {}))
    if found.stopped:
        raise Stopped(text)
    if asked.days:
        names = [each.name for each in found.proposals]
        span = ReportSpan(start=now - timedelta(days=asked.days), end=now)
        verdicts: dict[str, str] = {}
        try:
            for name, words in tried(load_text(text, place), names, span, say, clock):
                verdicts[name] = words  # noqa: PERF403  # each is kept when the next is stopped
        except KeyboardInterrupt:
            missing = dict.fromkeys(names, "not yet, as it was stopped")
            raise Stopped(_kept(asked, place, configuration(found, wanted, missing | verdicts))) from None
        text = _kept(asked, place, configuration(found, wanted, verdicts))
    return text


def _kept(asked: DiscoveryRequest, place: Path, text: str) -> str:
    """The text, once it is checked and written where that is asked for. Raises ConfigError."""
    load_text(text, place)
    if asked.out:
        _write(text, asked.out)
    return text


def look(api: PrometheusApi, now: datetime, say: Say) -> FoundMetrics:
    """Finds the metrics that deserve a watch; of those looked at, where somebody stops it.

    Raises SourceError; ValueError where there are none.
    """
    inventory, moment = Inventory(api), now.timestamp()
    metrics = inventory.metrics()
    chosen = shortlist(metrics)
    say(f"{len(metrics)} metrics, {len(chosen)} of them worth a look")
    sights, stopped = _seen(inventory, chosen, moment)
    proposals, groups = [], {}
    by_name = {sight.metric.name: sight.metric for sight in sights}
    for proposal in propose(sights):
        metric = by_name[proposal.query.metric or ""]
        rows = inventory.groups(metric, proposal.query.by, moment)
        named = bool(rows) and all(len(row) == len(proposal.query.by) for row in rows)
        proposals.append(proposal if named else replace(proposal, query=replace(proposal.query, by=())))
        groups[proposal.name] = rows if named else ((),)
    if not proposals:
        raise ValueError(f"{api.url} has {len(metrics)} metrics, none of which says by its name what would be bad")
    passed: dict[str, int] = {}
    for metric in metrics:
        if why := why_not(metric):
            passed[why] = passed.get(why, 0) + 1
    shapeless = why_not_their_shapes(sights)
    for sight in sights:
        if sight.shape and not why_not(sight.metric) and (why := shapeless[sight.metric.name]):
            passed[why] = passed.get(why, 0) + 1
    say(f"{len(proposals)} watches of {len({proposal.area for proposal in proposals})} areas")
    return FoundMetrics(proposals=tuple(proposals), groups=groups, passed=passed, stopped=stopped)


def _seen(inventory: Inventory, chosen: Sequence[Metric], moment: float) -> tuple[list[Sight], bool]:
    """What is known of each metric that has series, and whether somebody stopped the looking (Ctrl-C)."""
    sights: list[Sight] = []
    try:
        for metric in chosen:
            if (sight := inventory.sight(metric, moment)).series:
                sights.append(sight)  # noqa: PERF401  # each is kept when the next is stopped
    except KeyboardInterrupt:
        if not sights:
            raise
        return sights, True
    return sights, False


def tried(
    config: Config, names: Sequence[str], span: ReportSpan, say: Say, clock: Callable[[], float]
) -> Iterator[tuple[str, str]]:
    """Tries each of these watches alone over the span: its name, and how it went in words."""
    setup, began = setup_of(config), clock()
    with past_sources(config) as sources:
        for place, name in enumerate(names, 1):
            try:
                words = verdict(backtest(only(setup, [name]), sources, span))
            except SourceError as error:
                words = f"could not be tried: {error}"
            say(f"{place}/{len(names)} {name}: {words}{_left(clock() - began, place, len(names))}")
            yield name, words


def _left(took: float, done: int, of: int) -> str:
    """; about 3 min left. By the mean of those that are done; "" at the end."""
    return f"; about {in_words(timedelta(seconds=ceil(took / done * (of - done))))} left" if done < of else ""


def verdict(report: Report) -> str:
    """How the backtest of one watch went, in words; whether it alarmed more than its budget."""
    (result,) = report.watches
    opened = len(report.incidents)
    length = f"{report.span.length / timedelta(days=1):g} days"
    if not result.samples:
        return f"no samples in the last {length}: not tried"
    if result.judging_since is None:
        return f"too little past in the last {length} to judge by"
    allowed = OVER * result.watch.budget * (report.span.length / MONTH)
    incidents = {0: "no incident", 1: "1 incident"}.get(opened, f"{opened} incidents")
    words = f"{incidents} in the last {length}, {result.series} series"
    return f"{words}: more than its budget, so look at it first" if opened > max(1.0, allowed) else words


def _source(base: Config) -> str:
    """The prometheus source of a configuration: the default, or the first. Raises ValueError."""
    names = [name for name, settings in base.sources.items() if isinstance(settings, PrometheusSettings)]
    if not names:
        raise ValueError(f"{base.path} has no prometheus source: give --url, or add one to its sources")
    return "default" if "default" in names else names[0]


def _settings(base: Config, name: str) -> PrometheusSettings:
    settings = base.sources[name]
    assert isinstance(settings, PrometheusSettings)  # noqa: S101  # `_source` chose it for that
    return settings


def _write(text: str, out: Path) -> None:
    made = tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=out.absolute().parent, delete=False)  # noqa: SIM115
    with made:
        made.write(text)
    Path(made.name).replace(out)
