"""The response to incidents in processor time: on call, the drafts after an incident, and what software agents ask.

- A storm of 1,000 incidents within an hour, over two levels with a person and a channel each, as in the test of the
  same name: whom to notify and when, what is mailed and called, without opening the incidents. Floor, in the same run:
  one committed row a step, by the table that the steps are kept in.
- The first notice under DORA and the postmortem of an incident that lasted an hour with a figure a minute, 12 notes and
  40 linked tickets. Floor: reading that incident's timeline.
- Each tool of `tocsin mcp`, by the official SDK's client in this process. Floor: the same question to the API.

python -m benchmarks.bench_response [--incidents 1000]
"""

import argparse
import asyncio
import logging
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
import structlog
from mcp import Client

from benchmarks.aims import found
from incidents.incident import Incident, Severity
from incidents.lifecycle import Action
from tests.detectors.sources.pages import serving
from tests.tocsin.oncall.test_escalations import ONCALL, SECRET, Hook
from tests.tocsin.web.running import CONFIG, Running, running
from tests.tocsin.web.serving import serve
from tests.tocsin.web.watching import evaluate, measure, watching
from tickets.ticket import TicketStatus
from tocsin.commands.mcp import server_of
from tocsin.commands.service import RunningService
from tocsin.oncall.escalations import work_escalations
from tocsin.response.after_incident import notice_of, postmortem_of

ROUNDS = 15
TOOLS = {
    "list_incidents": ("incidents?limit=20", {}),
    "show_incident": ("incidents/INC-1", {"reference": "INC-1"}),
    "list_watches": ("watches", {}),
    "count_tickets": ("incidents/INC-1/tickets", {"reference": "INC-1"}),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--incidents", type=int, default=1000)
    asked = parser.parse_args()
    logging.disable(logging.INFO)  # the SDK turns it on for every request
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with TemporaryDirectory() as folder:
        on_call(Path(folder), asked.incidents)
    with TemporaryDirectory() as folder:
        drafts(Path(folder))
    with TemporaryDirectory() as folder:
        agents(Path(folder))
    found("load of the machine", os.getloadavg()[0], "")


def on_call(folder: Path, incidents: int) -> None:
    os.environ["BOB_SECRET"] = SECRET
    hook = Hook()
    with serving(hook.answer) as site:
        tocsin = running(folder, f"{CONFIG}{ONCALL.replace('HOOK', site.url).replace('repeat: 1', 'repeat: 0')}")
        oncall, spent, ids = tocsin.services.oncall, 0.0, []
        assert oncall is not None
        for minute in range(75):
            for n in range(incidents * minute // 60, incidents * min(60, minute + 1) // 60):
                severity = Severity.CRITICAL if n % 100 == 7 else Severity.MINOR
                ids.append(tocsin.incident(f"Fault {n}", disclosed=False, severity=severity).id)
            tocsin.clock.pass_(minutes=1)
            begun = time.process_time()
            work_escalations(oncall, tocsin.clock())
            for channel in ("oncall:mail", "oncall:webhook"):
                tocsin.deliver(channel)
            spent += time.process_time() - begun
        store = oncall.store.oncall
        assert all(len(store.notified(one)) == 2 for one in ids), "each level hears of each incident"
        known = list(store.running().values())[:100]
        floor = _median(lambda n: store.save([replace(known[n], taken=n)]), len(known))
        tocsin.close()
    found(f"on call: {incidents:,} incidents, two levels, an incident", 1000 * spent / incidents, "ms", at_most=5)
    found("  one committed row", floor, "ms")
    found("  committed rows that an incident costs", 1000 * spent / incidents / floor, "", at_most=10)


def drafts(folder: Path) -> None:
    tocsin = watching(folder)
    tocsin.clock.pass_(minutes=15)
    evaluate(tocsin)
    (incident,) = tocsin.services.store.incidents.active()
    _last_an_hour(tocsin, incident)
    services = tocsin.services
    response, config, now = services.response, services.config, tocsin.clock()
    lines = len(services.store.incidents.timeline(incident.id))
    floor = _median(lambda _: services.store.incidents.timeline(incident.id))
    notice = _median(lambda _: notice_of(response, config, incident, now))
    written = _median(lambda _: postmortem_of(response, config, services.desk.text, incident, now))
    tocsin.close()
    found(f"first notice under DORA, a timeline of {lines}", notice, "ms", at_most=10)
    found("  reading the timeline", floor, "ms")
    found("  the notice beside it", notice / floor, "", at_most=8)
    found("postmortem's draft", written, "ms", at_most=20)


def _last_an_hour(tocsin: Running, incident: Incident) -> None:
    tocsin.do(incident, Action.APPROVE)
    for minute in range(60):
        tocsin.clock.pass_(minutes=1)
        measure(tocsin, 200.0 + 10 * minute)
        if minute % 5 == 0:
            tocsin.do(incident, Action.ADD_NOTE, text=f"looked at it, {minute}")
    for n in range(40):
        tocsin.ticket(incident_id=incident.id, status=TicketStatus.AWAITING_INCIDENT, customer_id=f"C-{n}")
    tocsin.do(incident, Action.ACKNOWLEDGE)


def agents(folder: Path) -> None:
    for answering in serve(folder, running):
        tocsin = answering.tocsin
        for n in range(20):
            tocsin.incident(f"Fault {n}", disclosed=False)
        headers = {"authorization": f"Bearer {tocsin.token('incidents:read')}"}
        with httpx2.Client(headers=headers, trust_env=False) as client:
            service = RunningService(client=client, address=answering.address)
            asyncio.run(_talk(service))


async def _talk(service: RunningService) -> None:
    async with Client(server_of(service, propose=False)) as client:
        for tool, (path, given) in TOOLS.items():
            floor = _median(lambda _, path=path: service.get(path))
            spent = []
            for _ in range(ROUNDS):
                begun = time.process_time()
                answer = await client.call_tool(tool, given)
                spent.append(1000 * (time.process_time() - begun))
                assert not answer.is_error, answer
            found(f"mcp: {tool}", statistics.median(spent), "ms")
            found("  beside the same question to the API", statistics.median(spent) - floor, "ms", at_most=5)


def _median(do: Callable[[int], object], rounds: int = ROUNDS) -> float:
    """Milliseconds of processor time of one call, of all threads of this process."""
    spent = []
    for number in range(rounds):
        begun = time.process_time()
        do(number)
        spent.append(1000 * (time.process_time() - begun))
    return statistics.median(spent)


if __name__ == "__main__":
    main()
