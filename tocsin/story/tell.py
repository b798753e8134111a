"""Runs `tocsin demo`: the service beside a simulated exchange, with a live timeline; `--once` judges one story."""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx2

from incidents.incident import IncidentUpdate, UpdateKind
from tocsin.config import load
from tocsin.context.clock_jumps import wall_clock
from tocsin.storage import Store, TicketFilter, every
from tocsin.story.process import StageError
from tocsin.story.stage import Stage, StageOptions, set_up
from tocsin.story.summary import StoryFacts, Summary, judge
from tocsin.wiring.installation import keep

SETTLE_S = 8.0  # seconds of quiet before the fault, so that the story begins on a good day
FAULT_S = 45.0  # how long it lasts at least: at the default speed 22 minutes of the customers' patience
SHOWN_S = 240.0  # how long one lasts where somebody looks round: long enough to open every page while it goes on
PATIENCE_S = 300.0  # for the page to tell of it, and after the recovery for everything to be over
LOOK_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryOptions:
    """What was asked for on the command line."""

    once: bool = False
    json_file: Path | None = None
    fault: str = "withdrawals-stuck:tron"
    speed: float = 30.0
    seed: int = 7
    port: int = 8080
    prometheus: str = ""
    exchange_port: int = 0
    data: Path | None = None
    fault_s: float = FAULT_S


def tell(story: StoryOptions) -> int:
    """Runs the demo. The exit status: 0 where a story held, or the demo was ended with Ctrl-C; 1 otherwise."""
    try:
        with _folder(story) as folder:
            wanted = StageOptions(
                folder=folder,
                speed=story.speed,
                seed=story.seed,
                port=story.port,
                exchange_port=story.exchange_port,
                prometheus=story.prometheus,
            )
            stage = set_up(wanted, _say)
            try:
                return _once(stage, story) if story.once else _serve(stage, story)
            finally:
                stage.stop()
    except StageError as error:
        print(f"tocsin demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


@contextmanager
def _folder(story: StoryOptions) -> Iterator[Path]:
    if story.data is not None:
        yield story.data.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="tocsin-demo-") as folder:
        yield Path(folder)


def _say(words: str) -> None:
    print(f"{wall_clock():%H:%M:%S}  {words}", flush=True)


def _addresses(stage: Stage) -> None:
    rows = (
        ("Public page", "/status/", ""),
        ("Customer portal", "/support", ""),
        ("Engineers' console", "/console", "erin"),
        ("Agents' desk", "/desk", "amir"),
        ("Dashboards", "/dashboards/support", "ada"),
        ("Mailbox", "/mailbox", "ada"),
    )
    print()
    for name, path, user in rows:
        sign_in = f"   sign in: {user} / {stage.passwords[user]}" if user else ""
        print(f"  {name:20} {stage.address}{path:20}{sign_in}")
    print(f"  {'Simulated exchange':20} {stage.exchange}/metrics\n", flush=True)


def _serve(stage: Stage, story: StoryOptions) -> int:
    """Goes on until Ctrl-C; a fault comes after half a minute, and then again and again."""
    _addresses(stage)
    _say(f"Quiet for 30 s; then the first fault ({story.fault}). Ctrl-C ends the demo.")
    with _store(stage) as store:
        watching = _Watching(stage, store)
        while True:
            watching.look_for(30.0)
            fault = stage.fault(story.fault)
            _say(
                f"FAULT      {story.fault} begins at the exchange, and lasts for {SHOWN_S / 60:.0f} minutes: look round"
            )
            watching.look_for(SHOWN_S)
            stage.mend(fault)
            _say("MENDED     the exchange is well again; the next fault comes in 3 minutes")
            watching.look_for(180.0)


def _once(stage: Stage, story: StoryOptions) -> int:
    _addresses(stage)
    with _store(stage) as store:
        watching = _Watching(stage, store)
        watching.look_for(SETTLE_S)
        fault = stage.fault(story.fault)
        _say(f"FAULT      {story.fault} begins at the exchange")
        watching.look_for(story.fault_s)
        watching.look_until(watching.is_announced)
        stage.mend(fault)
        _say("MENDED     the exchange is well again")
        watching.look_until(watching.all_over)
        summary = judge(evidence(stage, store, watching.page_at))
    _tell_summary(summary)
    if story.json_file is not None:
        story.json_file.write_text(json.dumps(summary.as_json(), indent=2) + "\n", encoding="utf-8")
    return 0 if summary.holds else 1


@contextmanager
def _store(stage: Stage) -> Iterator[Store]:
    """The service's own store, read beside it."""
    kept = keep(load(stage.config))
    try:
        yield kept.store
    finally:
        kept.store.close()
        kept.samples.close()


class _Watching:
    """Looks at the service as its people would, and says what is new."""

    def __init__(self, stage: Stage, store: Store) -> None:
        self._stage = stage
        self._store = store
        self._printed: set[str] = set()
        self._tickets = 0
        self._page = ""
        self.page_at: datetime | None = None

    def look_for(self, seconds: float) -> None:
        """Looks again and again for so long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._look()
            time.sleep(LOOK_S)

    def look_until(self, holds: Callable[[], bool]) -> None:
        """Looks until it holds, or patience ends: what did not come is then missing from the summary."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline and not holds():
            self.look_for(1.0)

    def is_announced(self) -> bool:
        """Whether the page has shown the incident, and some customer's ticket is linked to it."""
        return self.page_at is not None and self._tickets > 0

    def all_over(self) -> bool:
        """Whether nothing is open or on its way any more."""
        if self._store.incidents.active() or self._stage.truth()["tickets_under_way"]:
            return False
        waiting = self._store.tickets.page(TicketFilter(linked=True)).items
        return all(t.status != "awaiting_incident" for t in waiting) and self._store.mail.counts().waiting == 0

    def _look(self) -> None:
        self._look_at_page()
        for incident in (*self._store.incidents.active(), *self._store.incidents.page(limit=5).items):
            for update in self._store.incidents.timeline(incident.id):
                if update.key not in self._printed:
                    self._printed.add(update.key)
                    _say(_line(update))
                    if update.kind in (UpdateKind.OPENED, UpdateKind.REOPENED):
                        _say(f"           {self._stage.address}/console/incidents/{incident.id}")
        counted = sum(self._store.tickets.counts(TicketFilter(linked=True)).values())
        if counted > self._tickets:
            self._tickets = counted
            _say(f"TICKETS    {counted} linked to an incident so far")

    def _look_at_page(self) -> None:
        try:
            answer = self._stage.client.get(f"{self._stage.address}/status/api/v2/summary.json", timeout=2)
        except httpx2.HTTPError:
            return
        if answer.status_code != 200:
            return
        found = answer.json()
        if found["incidents"] and self.page_at is None:
            self.page_at = wall_clock()
        if found["status"]["description"] != self._page:
            self._page = found["status"]["description"]
            _say(f"PAGE       {self._page}")


def _line(update: IncidentUpdate) -> str:
    incident = update.incident
    return f"{update.kind.upper():10} {incident.reference} {incident.title} ({update.reason})"


def evidence(stage: Stage, store: Store, page_at: datetime | None) -> StoryFacts:
    """Everything that a story is judged by."""
    truth = stage.truth()  # before the tickets: whatever it says was accepted must be among them
    tickets = tuple(every(lambda cursor: store.tickets.page(None, cursor, 500)))
    incidents = store.incidents.page(limit=200).items
    return StoryFacts(
        truth=truth,
        updates=[u for i in reversed(incidents) for u in store.incidents.timeline(i.id)],
        page_at=page_at,
        tickets={t.number: t for t in tickets},
        mails={t.id: [m.key for m in store.mail.of_ticket(t.id)] for t in tickets if t.incident_id},
        plotted=frozenset(i.id for i in incidents if (row := store.engineering_tickets.get(i.id)) and row.plots),
    )


def _tell_summary(summary: Summary) -> None:
    print("\nSeconds after the fault")
    for name, seconds in summary.seconds.items():
        print(f"  {name.replace('_', ' '):24} {'–' if seconds is None else f'{seconds:8.1f}'}")
    print("\nWhat must hold")
    for check in summary.checks:
        print(f"  {'yes' if check.holds else 'NO '}  {check.name}: {check.found}")
    print("\nThe story held." if summary.holds else "\nThe story did NOT hold.", flush=True)
