"""The public page: a full build, one update more, a heartbeat, and how many bytes a reader fetches.

    python -m benchmarks.bench_page [--incidents 1000 5000]

Each line: what, how long or how much, the aim. Exits 1 where an aim is missed.
"""

import argparse
import gzip
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from incidents.component import Component, ComponentStatus
from incidents.incident import Severity
from incidents.public import Phase, PublicIncident, PublicUpdate
from statuspage import uptime
from statuspage.page import Page, build
from statuspage.publishers.directory import DirectoryPublisher, Published
from statuspage.render import Renderer, render
from statuspage.site import Site

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SITE = Site(title="Example Exchange Status", url="https://status.example.com/", since=NOW - timedelta(days=3 * 365))
PHASES = (Phase.RESOLVED, Phase.MONITORING, Phase.IDENTIFIED, Phase.INVESTIGATING)
GROUP = 20


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
            body=f"{component.title} are delayed on line {number}. Your funds are safe. Other assets are not affected.",
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


def page(of: Sequence[PublicIncident], over: Sequence[Component], now: datetime) -> Page:
    """The page of these at `now`, history and all: what the service does at every change."""
    stretches = (s for i in of for s in uptime.incident_stretches(i))
    days = uptime.history([c.name for c in over], stretches, since=SITE.since, now=now)
    return build(of, over, (), {}, days, site=SITE, now=now)


def one_more(of: Sequence[PublicIncident], now: datetime) -> list[PublicIncident]:
    """The newest incident says one thing more."""
    newest = of[-1]
    more = PublicUpdate(id="more00000001", at=now, phase=Phase.RESOLVED, body="All that waited has been sent.")
    return [*of[:-1], replace(newest, updates=(more, *newest.updates), updated_at=now)]


def fresh(of: Sequence[PublicIncident]) -> list[PublicIncident]:
    """Equal, but not the same objects, as after reading them from a database again."""
    return [replace(i, updates=tuple(replace(u) for u in i.updates)) for i in of]


def timed(what: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds, and what came of it."""
    start = time.perf_counter()
    result = what()
    return time.perf_counter() - start, result


def builds(count: int) -> list[tuple[str, float, float]]:
    """(what, seconds, the aim) of a full build, one update more, and a heartbeat."""
    over, renderer = components(60), Renderer(SITE)
    known = incidents(count, over)
    with tempfile.TemporaryDirectory() as folder:
        publisher = DirectoryPublisher(Path(folder))

        def publish(of: Sequence[PublicIncident], now: datetime) -> Published:
            return publisher.publish(renderer.render(page(of, over, now)))

        full, first = timed(lambda: publish(known, NOW))
        changed = one_more(fresh(known), NOW + timedelta(minutes=1))
        more, second = timed(lambda: publish(changed, NOW + timedelta(minutes=1)))
        same = fresh(changed)
        beat, third = timed(lambda: publish(same, NOW + timedelta(minutes=2)))
    return [
        (f"{count} incidents: full build and publish, {len(first.written)} files", full, 10.0 * max(1.0, count / 5000)),
        (f"{count} incidents: one update more, {len(second.written)} files", more, 0.3 * max(1.0, count / 5000)),
        (f"{count} incidents: heartbeat, {len(third.written)} files", beat, 0.3 * max(1.0, count / 5000)),
    ]


def first_page(count: int) -> int:
    """Bytes of index.html, gzipped, with so many components and a year of incidents."""
    over = components(count)
    return len(gzip.compress(render(page(incidents(120, over), over, NOW))["index.html"], mtime=0))


def main() -> int:
    """Runs it and prints a line a figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--incidents", type=int, nargs="*", default=[1000, 5000], help="how many, one run each")
    missed = False
    for count in parser.parse_args().incidents:
        for what, seconds, aim in builds(count):
            print(f"{what}: {seconds:.3f} s (aim {aim:g} s)")
            missed |= seconds > aim
    for count, most in ((60, 14 * 1024), (830, 40 * 1024)):
        size = first_page(count)
        print(f"first page, {count} components: {size} bytes gzipped, one request (aim {most})")
        missed |= size > most
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
