"""The flood once more, with a service that is killed by kill -9 at ten scripted points and started again each time.

Run: python -m benchmarks.flood_killed [--tickets 10000] [--seed 1] [--database postgresql://…].

Each life of the service is a process. Customers keep a journal of what they were answered, outside of it; who got no
answer sends again with the same key. The exchange tells each customer's own transactions.
"""

import argparse
import functools
import itertools
import json
import os
import random
import signal
import tempfile
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.aims import found
from benchmarks.flood import (
    AGAIN,
    CONFIG,
    LASTS,
    Accounts,
    Flood,
    FloodTicket,
    asks_again,
    clear_angry,
    figures,
    flood_of,
    give_account,
    link_suggested,
    open_incidents,
    reply,
    told,
)
from incidents.incident import Incident, UpdateKind
from incidents.lifecycle import Action
from tests.tocsin.web.running import NOW, Running, reopened, running
from tocsin.desk.bulk_actions import CLAIM, finish_cut_short
from tocsin.storage import migrate

JOURNAL = "journal.jsonl"
PHASES = ("send", "link", "update", "end", "mail")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """When a life ends: in which phase, before the nth call of `where` ("module:Class.function"), or after it."""

    phase: str
    where: str
    after: bool = False
    nth: int = 1


STORAGE = "tocsin.storage"
KILLS = {
    "before a ticket's commit": Kill(phase="send", where=f"{STORAGE}.tickets:_Batch.finish", nth=5),
    "after a ticket's commit, before its answer": Kill(
        phase="send", where=f"{STORAGE}.tickets:Tickets.add", after=True, nth=20
    ),
    "after a further message's commit": Kill(
        phase="send", where=f"{STORAGE}.tickets:Tickets.change", after=True, nth=3
    ),
    "between a mass link's row and its tickets": Kill(
        phase="link", where=f"{STORAGE}.bulk_actions:BulkActions.begin", after=True
    ),
    "before a mass link says that it is done": Kill(phase="link", where=f"{STORAGE}.bulk_actions:BulkActions.finish"),
    "before an update's mails are queued": Kill(phase="update", where=f"{STORAGE}.outbox:queue_mails"),
    "after an update's mails are queued, before its cursor": Kill(
        phase="update", where=f"{STORAGE}.sinks:Sinks.notified_all"
    ),
    "after tickets are settled, before the cursor": Kill(
        phase="end", where=f"{STORAGE}.tickets:Tickets.change_all", after=True
    ),
    "mails claimed, none sent": Kill(phase="mail", where=f"{STORAGE}.outbox:Outbox.due", after=True),
    "mails sent, before their commit": Kill(phase="mail", where=f"{STORAGE}.outbox:Outbox.sent"),
}


def arm(kill: Kill) -> None:
    """From now on this process dies at that point."""
    module, _, path = kill.where.partition(":")
    *owners, name = path.split(".")
    owner = functools.reduce(getattr, owners, import_module(module))
    whole, calls = getattr(owner, name), itertools.count(1)

    @functools.wraps(whole)
    def deadly(*given: Any, **named: Any) -> Any:
        is_it = next(calls) == kill.nth
        if is_it and not kill.after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = whole(*given, **named)
        if is_it:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, deadly)
    if not owners:  # a function, as the module that calls it knows it
        import_module(f"{STORAGE}.tickets").queue_mails = deadly  # type: ignore[attr-defined]


@dataclass(kw_only=True)
class Outside:
    """What customers were answered, and the time; it outlives the service."""

    folder: Path
    lines: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.path.exists():
            self.lines = [json.loads(line) for line in self.path.read_text(encoding="utf-8").splitlines()]

    @property
    def path(self) -> Path:
        return self.folder / JOURNAL

    def note(self, **line: Any) -> None:
        self.lines.append(line)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def of(self, name: str) -> Iterator[Any]:
        """Everything that was noted under a name, in order."""
        return (line[name] for line in self.lines if name in line)


def live(folder: Path, many: int, seed: int, kill: Kill | None) -> Flood:
    """One life of the service: it goes on where the last one died, to its own death or the end of the story."""
    outside, flood = Outside(folder=folder), flood_of(many, seed)
    at = max((datetime.fromisoformat(one) for one in outside.of("at")), default=NOW)
    tocsin = reopened(folder, at + CLAIM + timedelta(minutes=1))
    incidents = {name: _incident(tocsin, one) for name, one in next(outside.of("incidents")).items()}
    state = "pending" if any(one.is_active for one in incidents.values()) else "completed"
    give_account(tocsin, Accounts(flood=flood, now=tocsin.clock, state=state))
    made = Flood(tocsin=tocsin, incidents=incidents)
    made.sent = {number: flood[place] for place, number in outside.of("sent")}
    made.answers[201] = len(made.sent)
    made.asked_again = {flood[place].customer for place in outside.of("again")}
    for channel in tocsin.services.channels:
        channel.free()
    finish_cut_short(tocsin.services.desk, tocsin.clock())
    steps: dict[str, Callable[[], None]] = {
        "send": lambda: _send(made, outside, flood, seed),
        "link": lambda: _link(made),
        "update": lambda: _say(made, Action.ADD_MESSAGE, UpdateKind.MESSAGE, text="We are on it."),
        "end": lambda: _end(made),
        "mail": lambda: _mail(made),
    }
    for phase in PHASES:
        if kill is not None and kill.phase == phase:
            arm(kill)
        steps[phase]()
        outside.note(at=tocsin.clock().isoformat())
    return made


def _incident(tocsin: Running, incident_id: str) -> Incident:
    found = tocsin.services.store.incidents.get(incident_id)
    assert found is not None
    return found


def _send(made: Flood, outside: Outside, flood: list[FloodTicket], seed: int) -> None:
    tocsin = made.tocsin
    exchange, browser = tocsin.client(token=tocsin.services.store.people.add_token(
        f"exchange {len(outside.lines)}", ["tickets:write"], tocsin.clock()
    )), tocsin.client()  # fmt: skip
    answered, again = {place for place, _ in outside.of("sent")}, set(outside.of("again"))
    for place, one in enumerate(flood):
        chance = random.Random(f"{seed}:{place}")
        asks = bool(one.about) and chance.random() < AGAIN
        if place in answered and (place in again or not asks):
            continue
        tocsin.clock.pass_(seconds=LASTS.total_seconds() / len(flood))
        answer = exchange.post("/api/v1/tickets", json=one.body(), headers={"Idempotency-Key": f"flood-{place}"})
        number = str(answer.raise_for_status().json()["number"])
        made.sent[number] = one
        if place not in answered:
            outside.note(sent=(place, number), at=tocsin.clock().isoformat())
        path = str(answer.json()["url"]).removeprefix(tocsin.services.config.site.public_url)
        reply(made, browser, path, number, chance)
        if asks:
            browser.post(path, data={"text": chance.choice(asks_again()), "key": "again"})
            made.asked_again.add(one.customer)
            outside.note(again=place)
    made.answers[201] = len(made.sent)


def _link(made: Flood) -> None:
    for incident in made.incidents.values():
        if made.tocsin.current(incident).is_active:
            link_suggested(made, incident)
            clear_angry(made, incident)


def _say(made: Flood, action: Action, kind: UpdateKind, **said: str) -> None:
    """What an engineer says of both incidents, once; then whoever waits for it is notified."""
    tocsin = made.tocsin
    for incident in made.incidents.values():
        if all(update.kind is not kind for update in tocsin.services.store.incidents.timeline(incident.id)):
            tocsin.do(incident, action, **said)
    for sink in tocsin.services.sinks:
        while tocsin.deliver(f"updates:{sink.name}"):
            pass


def _end(made: Flood) -> None:
    account = made.tocsin.services.desk.account
    assert isinstance(account, Accounts)
    account.state = "completed"
    _say(made, Action.RESOLVE, UpdateKind.RESOLVED, end_reason="fixed")


def _mail(made: Flood) -> None:
    while made.tocsin.deliver("mail"):
        pass


def play(folder: Path, many: int, seed: int, config: str = CONFIG) -> Flood:
    """Opens the incidents, then lives and dies at each point in turn, then lives to the end."""
    tocsin = running(folder, config)
    incidents = open_incidents(tocsin)
    tocsin.settle()
    outside = Outside(folder=folder)
    outside.note(incidents={name: one.id for name, one in incidents.items()}, at=tocsin.clock().isoformat())
    tocsin.close()
    for name, kill in KILLS.items():
        if not dies(lambda kill=kill: live(folder, many, seed, kill)):  # type: ignore[misc]
            raise RuntimeError(f"the service never came to the point {name!r}")
    return live(folder, many, seed, None)


def dies(life: Callable[[], object]) -> bool:
    """Whether a process that lives so kills itself; it is forked, so that it need not import all anew."""
    child = os.fork()
    if not child:
        try:
            life()
        except BaseException:  # noqa: BLE001 - the parent's own story must not go on in the child
            traceback.print_exc()
        os._exit(1)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tickets", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", default="", help="a PostgreSQL database that is empty; SQLite without it")
    wanted = parser.parse_args()
    if wanted.database:
        migrate(wanted.database)
    config = CONFIG + (f'database: "{wanted.database}"\n' if wanted.database else "")
    with tempfile.TemporaryDirectory() as folder:
        made = play(Path(folder), wanted.tickets, wanted.seed, config)
        report(made, wanted.tickets)
        made.tocsin.close()


def report(made: Flood, many: int) -> None:
    """Prints the flood's table, and what the kills may not have done."""
    store = made.tocsin.services.store
    told(figures(made), made.seconds, many)
    found("kills", len(KILLS), "kills")
    found("tickets stored", sum(store.tickets.counts().values()), "tickets", at_least=many, at_most=many)
    found("mails waiting", store.mail.counts().waiting, "mails", at_most=0)


if __name__ == "__main__":
    main()
