"""The public page: a full build, one update more, a heartbeat, and how many bytes a reader fetches.

    python -m benchmarks.bench_page [--incidents 1000 5000 20000]

Beside them the same 1,000 incidents under Hugo: a plain site, or cState where TOCSIN_CSTATE names a checkout of it.
"""

import argparse
import gzip
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks import hugo_peer
from benchmarks.aims import found
from incidents.component import Component, ComponentStatus
from incidents.incident import Severity
from incidents.public import Phase, PublicIncident, PublicUpdate
from statuspage import uptime
from statuspage.page import Page, Views, build
from statuspage.phrases import LANGUAGES
from statuspage.publishers.directory import DirectoryPublisher
from statuspage.publishers.publisher import Published
from statuspage.render import Renderer, render
from statuspage.site import Site

Line = tuple[str, tuple[float, float], float]
"""(what, seconds on the wall and of the processor, the aim)."""

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SITE = Site(title="Example Exchange Status", url="https://status.example.com/", since=NOW - timedelta(days=3 * 365))
PHASES = (Phase.RESOLVED, Phase.MONITORING, Phase.IDENTIFIED, Phase.INVESTIGATING)
GROUP = 20
OTHERS = tuple(language for language in LANGUAGES if language != SITE.language)


def components(count: int) -> list[Component]:
    """So many, in groups of twenty."""
    kinds = ("deposits", "withdrawals", "trading")
    return [
        Component(name=f"internal/{n}", title=f"Asset {n} {kinds[n % 3]}", group=f"Market {n // GROUP + 1}")
        for n in range(count)
    ]


def incidents(count: int, over: Sequence[Component]) -> list[PublicIncident]:
    """So many ended ones with four updates each, evenly over three years."""
    return [
        _incident(n, over[n % len(over)], NOW - timedelta(days=3 * 365 * (count - n) / count)) for n in range(count)
    ]


def _incident(number: int, component: Component, start: datetime) -> PublicIncident:
    ends = start + timedelta(minutes=45)
    updates = tuple(
        PublicUpdate(
            id=f"u{number:010d}{n}",
            at=ends - timedelta(minutes=11 * n),
            phase=phase,
            body=f"{component.title} are delayed on line {number}. Other assets are not affected.",
            message="We moved traffic to **other** machines.\n\n- Deposits arrive\n- Withdrawals wait"
            if n == 1
            else "",
        )
        for n, phase in enumerate(PHASES)
    )
    return PublicIncident(
        id=f"i{number:011d}",
        title=f"{component.title} are delayed",
        phase=Phase.RESOLVED,
        severity=Severity.MINOR,
        started_at=start,
        disclosed_at=start + timedelta(minutes=1),
        updated_at=ends,
        resolved_at=ends,
        automatic=False,
        statuses=((component.name, ComponentStatus.DEGRADED),),
        now_statuses=((component.name, ComponentStatus.OPERATIONAL),),
        updates=updates,
    )


def pages(  # noqa: PLR0917 - as `build`
    of: Sequence[PublicIncident],
    over: Sequence[Component],
    now: datetime,
    site: Site = SITE,
    views: Mapping[str, Views] | None = None,
    history: uptime.History | None = None,
) -> list[Page]:
    """The page of these at `now` in each language, history and all: what the service does at every change."""
    stretches = (s for i in uptime.recent(of, now=now) for s in uptime.incident_stretches(i))
    counted = history or uptime.History()
    days = counted.of([c.name for c in over], stretches, since=SITE.since, now=now)
    kept = views or {}
    return [build(of, over, (), {}, days, site=one, now=now, views=kept.get(one.language)) for one in site.trees]


def one_more(of: Sequence[PublicIncident], now: datetime) -> list[PublicIncident]:
    """The newest incident says one thing more."""
    newest = of[-1]
    more = PublicUpdate(id="more00000001", at=now, phase=Phase.RESOLVED, body="All that waited has been sent.")
    return [*of[:-1], replace(newest, updates=(more, *newest.updates), updated_at=now)]


def timed(what: Callable[[], Any]) -> tuple[tuple[float, float], Any]:
    """Seconds on the wall and of this process's processor, and what came of it."""
    start, used = time.perf_counter(), time.process_time()
    result = what()
    return (time.perf_counter() - start, time.process_time() - used), result


def builds(count: int, site: Site = SITE) -> list[Line]:
    """A full build, one update more, and a heartbeat; an aim is for one language."""
    over, renderer, history = components(60), Renderer(site), uptime.History()
    views = {one.language: Views() for one in site.trees}
    known = incidents(count, over)
    with tempfile.TemporaryDirectory() as folder:
        publisher = DirectoryPublisher(Path(folder))

        def publish(of: Sequence[PublicIncident], now: datetime) -> Published:
            first, *others = pages(of, over, now, site, views, history)
            return publisher.publish(renderer.render(first, others))

        full, first = timed(lambda: publish(known, NOW))
        changed = one_more(known, NOW + timedelta(minutes=1))
        more, second = timed(lambda: publish(changed, NOW + timedelta(minutes=1)))
        beat, third = timed(lambda: publish(changed, NOW + timedelta(minutes=2)))
    share = max(1.0, count / 5000) * len(site.trees)
    what = f"{count} incidents, {len(site.trees)} language{'s' if site.languages else ''}"
    return [
        (f"{what}: full build and publish, {len(first.written)} files", full, 10.0 * share),
        (f"{what}: one update more, {len(second.written)} files", more, 0.3 * share),
        (f"{what}: heartbeat, {len(third.written)} files", beat, 0.3 * share),
    ]


def report(lines: Sequence[Line]) -> None:
    """Prints a line a figure."""
    for what, (seconds, used), aim in lines:
        found(what, seconds, "s", at_most=aim)
        found("  of it of the processor", used, "s")


def peer(count: int) -> str:
    """A line: how long Hugo takes for its page of so many incidents, and with whose theme."""
    over, cstate = components(60), hugo_peer.theme()
    with tempfile.TemporaryDirectory() as folder:
        hugo_peer.write_site(Path(folder), incidents(count, over), over, cstate)
        built = hugo_peer.build(Path(folder))
        pages = sum(1 for _ in Path(folder, "public", "issues").glob("i*/index.html"))
    what = f"{count} incidents, {'cState' if cstate else 'a plain site'} under Hugo, at each change"
    if built is None:
        return f"{what}: hugo is not here"
    if pages != count:
        raise RuntimeError(f"{what}: Hugo wrote {pages} pages of incidents, expected {count}")
    return f"{what}: {built[0]:.3f} s, {built[1]:.3f} s of the processor"


def first_page(count: int) -> int:
    """Bytes of index.html, gzipped, with so many components and a year of incidents."""
    over = components(count)
    return len(gzip.compress(render(pages(incidents(120, over), over, NOW)[0])["index.html"], mtime=0))


def main() -> None:
    """Runs it and prints a line a figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--incidents", type=int, nargs="*", default=[1000, 5000, 20_000], help="how many, one run each")
    asked = parser.parse_args().incidents
    more: dict[int, float] = {}
    for count in asked:
        lines = builds(count)
        more[count] = lines[1][1][1]
        report(lines)
    report(builds(1000, replace(SITE, languages=OTHERS)))
    few, many = min(asked), max(asked)
    what = f"one update more at {many} incidents: times that at {few}, of the processor"
    found(what, more[many] / more[few], "x", at_most=1.3)
    print(peer(1000))
    for count, most in ((60, 14 * 1024), (830, 40 * 1024)):
        found(f"first page, {count} components: gzipped, one request", first_page(count), "bytes", at_most=most)


if __name__ == "__main__":
    main()
