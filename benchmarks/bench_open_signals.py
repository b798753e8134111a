"""What pages and API calls cost while very many signals are open, and the loops beside them; CPU time, not the wall's.

python -m benchmarks.bench_open_signals [--signals 50000] [--database URL]

500 alerts have one cause: 50,000 signals are 100 incidents. Measured are every page and call of the engineers and of
machines that needs no name but an incident's, 20 times after the first; and the loops, with nothing new and after one
more alert. --database: an empty PostgreSQL; a SQLite of its own unless given.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from benchmarks.aims import found
from incidents.incident import UpdateKind
from incidents.intake.alerts import Alert
from tests.tocsin.web.running import HOST, Running, running
from tocsin.intake.intake import accept, work_off
from tocsin.page.publish import offer_if_due, suspicions, unverified
from tocsin.response.place import place, remind
from tocsin.storage.accounts import Role

OF_ONE_CAUSE = 500
CALLS = 20
CONFIG = """\
site: {{name: Bench}}
data: ./data
{database}
components:
  - {{for: [{rows}], name: "service/{{n}}", title: "Service {{n}}", disclosure: {{mode: auto, after: 5m}}}}
watches: [{{name: none, metric: nothing_of_the_kind, component: service/0}}]
sources: {{default: {{kind: scrape, targets: [{{url: "http://127.0.0.1:9/metrics"}}]}}}}
alerts: {{rules: [{{match: {{service: "*"}}, component: "service/{{service}}", kind: delay, user_visible: true}}]}}
"""
PAGES = (
    "/console", "/console?show=over", "/console/incidents/{id}", "/console/watches", "/console/silences",
    "/console/notices", "/console/delivery", "/console/incidents/new", "/desk", "/desk/incidents/{id}", "/support",
    "/dashboards/operations", "/api/v1/incidents", "/api/v1/incidents/{id}", "/api/v1/changes",
    "/metrics", "/-/ready",
)  # fmt: skip
CALLS_OF_MACHINES = (
    ("incidents:read", "/api/v1/incidents?limit=50"),
    ("alerts", "/api/v2/silences"),
)
WHOLE_LIST = "/api/v2/alerts"
"""All that fires in one answer, since amtool asks for no pages: 22 MB of 50,000 (an Alertmanager 0.25: 3.8 s)."""


def alerts(tocsin: Running, first: int, many: int) -> tuple[Alert, ...]:
    now = tocsin.clock()
    return tuple(
        Alert(
            labels=(("alertname", f"Slow{n % 5}"), ("instance", f"i{n}"), ("service", str(n // OF_ONE_CAUSE))),
            annotations=(("description", "p95 is 4.1 s, for five minutes now"), ("summary", f"{n} is slow")),
            started_at=now,
            said_at=now,
            lease_until=now + timedelta(hours=8),
            url="http://prometheus.internal:9090/graph?g0.expr=up",
        )
        for n in range(first, first + many)
    )


def storm(tocsin: Running, signals: int) -> None:
    """All at once, in requests of 64, worked off and placed as they come, then given out to our own sinks."""
    for sink in tocsin.services.sinks:
        tocsin.services.store.sinks.start(sink.name, tocsin.clock())
    for first in range(0, signals, 6_400):
        for one in range(first, min(first + 6_400, signals), 64):
            accept(tocsin.services.intake, alerts(tocsin, one, min(64, signals - one)), tocsin.clock())
        loops(tocsin)
        tocsin.clock.pass_(seconds=10)
    tocsin.clock.pass_(minutes=6)
    loops(tocsin)


def loops(tocsin: Running) -> None:
    services = tocsin.services
    work_off(services.intake, tocsin.clock())
    place(services.response, tocsin.clock())
    offer_if_due(services.publisher, tocsin.clock())
    for sink in services.sinks:
        tocsin.deliver(f"updates:{sink.name}")


def cost(work: Callable[[], object]) -> float:
    """Milliseconds of CPU time, of all threads."""
    begun = time.process_time()
    work()
    return 1000 * (time.process_time() - begun)


def p95(work: Callable[[], object]) -> float:
    work()
    return sorted(cost(work) for _ in range(CALLS))[int(0.95 * CALLS) - 1]


def measured(tocsin: Running) -> None:
    services, now = tocsin.services, tocsin.clock
    for sink in services.refreshed:
        found(f"the tickets of all, {sink.name}, looked at again", p95(sink.refresh), "ms")
    found("signals placed where nothing is new", p95(lambda: place(services.response, now())), "ms")
    found("reminders looked for", p95(lambda: remind(services.response, now())), "ms")
    found("the page looked at: what is unverified", p95(lambda: unverified(services.publisher, now())), "ms")
    found("the page looked at: what is suspected", p95(lambda: suspicions(services.publisher, now())), "ms")
    browser, host = tocsin.client(Role.ADMINISTRATOR), tocsin.client(Role.ADMINISTRATOR, host=HOST)
    incident = services.store.incidents.active()[0]
    for path in PAGES:
        client = host if path == "/metrics" else browser
        found(f"GET {path}, p95", p95(lambda c=client, p=path: _get(c, p, incident.id)), "ms", at_most=200)
    for scope, path in CALLS_OF_MACHINES:
        caller = tocsin.client(token=tocsin.token(scope))
        found(f"GET {path}, p95", p95(lambda c=caller, p=path: _get(c, p, "")), "ms", at_most=200)

    machine = tocsin.client(token=tocsin.token("alerts"))
    found(f"GET {WHOLE_LIST}, the first time", cost(lambda: _get(machine, WHOLE_LIST, "")), "ms")
    found(f"GET {WHOLE_LIST}, p95", p95(lambda: _get(machine, WHOLE_LIST, "")), "ms", at_most=200)


def _get(client: object, path: str, incident_id: str) -> None:
    answer = client.get(path.format(id=incident_id))  # type: ignore[attr-defined]
    assert answer.status_code == 200, (path, answer.status_code, answer.text[:500])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signals", type=int, default=50_000)
    parser.add_argument("--database", default="")
    asked = parser.parse_args()
    rows = ", ".join(f'{{n: "{n}"}}' for n in range(asked.signals // OF_ONE_CAUSE + 1))
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        database = f"database: {asked.database}" if asked.database else ""
        tocsin = running(Path(folder), CONFIG.format(rows=rows, database=database))
        found(
            f"{asked.signals} signals taken, placed and given out",
            cost(lambda: storm(tocsin, asked.signals)) / 1000,
            "s",
        )
        opened = tocsin.services.store.incidents.active()
        lines = [u for i in opened for u in tocsin.services.store.incidents.timeline(i.id)]
        found("incidents", len(opened), "", at_least=asked.signals / OF_ONE_CAUSE, at_most=asked.signals / OF_ONE_CAUSE)
        found("signals that they hold", sum(len(i.signals) for i in opened), "", at_least=asked.signals)
        found("lines of their timelines", len(lines), "")
        assert all(u.kind is not UpdateKind.RESOLVED for u in lines)
        measured(tocsin)
        tocsin.close()


if __name__ == "__main__":
    main()
