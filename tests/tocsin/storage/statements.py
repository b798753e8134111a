"""Every statement that the loops, jobs, pages and forms of a Tocsin run, and how its database would carry it out."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Table, event

from tests.tocsin.web.http.test_access import ROUTES
from tests.tocsin.web.http.test_odd_values import Forms
from tests.tocsin.web.running import Client, Running
from tocsin.page.own_downtime import note_absence
from tocsin.process.work import Work, start_sinks
from tocsin.storage.accounts import SCOPES, Role
from tocsin.storage.database import Database
from tocsin.storage.tables.columns import metadata
from tocsin.wiring.services import Current

READS = re.compile(r"\s*(SELECT|UPDATE|DELETE|WITH)\b")
SCAN = re.compile(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?")
CHOICES = (
    "/console?show=over",
    "/console/audit?subject=x",
    "/console/audit?subject_kind=ticket&subject=x&actor=mara",
    "/console/audit?action=link",
    "/desk?show=mine",
    "/desk?show=customer",
    "/desk?show=incident",
    "/desk?show=done",
    "/api/v1/incidents?status=resolved",
)
PAGES = [path for place in ROUTES for method, _, path in [place.partition(" ")] if method == "GET" and path != "/live"]
PAGES += CHOICES


@dataclass(slots=True)
class Recorded:
    """The statements that were run, each once with parameters of its own and what ran it first."""

    statements: dict[str, tuple[Any, str]] = field(default_factory=dict)
    by: str = ""

    def note(self, statement: str, parameters: Any) -> None:
        if READS.match(statement):
            self.statements.setdefault(statement, (parameters, self.by))


@contextmanager
def recording(database: Database) -> Iterator[Recorded]:
    """Notes each statement that the database is asked."""
    found, engines = Recorded(), {database.engine, database._for_requests}

    def note(
        _connection: object, _cursor: object, statement: str, parameters: Any, _context: object, is_many: bool
    ) -> None:
        found.note(statement, parameters[0] if is_many and parameters else parameters)

    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield found
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


def begin(tocsin: Running, found: Recorded) -> None:
    """What a process does that begins to lead."""
    found.by, services = "begin", tocsin.services
    services.store.alerts.try_again()
    note_absence(services.store, services.config.components, services.config.page.heartbeat, tocsin.clock())
    for channel in services.channels:
        channel.free()


def run_loops(tocsin: Running, found: Recorded) -> None:
    """Each woken loop and each periodic job once."""
    start_sinks(tocsin.services)
    work = Work(Current(tocsin.services), tocsin.runtime.wake)
    for duty in work.duties(tocsin.services):
        found.by = duty.key
        duty.work()
    for job in work.jobs(tocsin.services):
        found.by = job.name
        job.work()


def open_pages(tocsin: Running, found: Recorded, known: Mapping[str, str], token: str) -> list[Forms]:
    """Each page, as an administrator and as a machine; the forms that stand on them."""
    client, machine = tocsin.client(Role.ADMINISTRATOR), tocsin.client(token=token)
    forms = []
    for page in PAGES:
        found.by = page
        address = re.sub(r"\{(\w+)(?::path)?\}", lambda part: known.get(part[1], "none"), page)
        opened = client.get(address)
        if address.startswith("/api"):
            machine.get(address)
        if "html" in opened.headers.get("content-type", ""):
            reader = Forms(address)
            reader.feed(opened.text)
            forms.append(reader)
    return forms


def send_forms(tocsin: Running, found: Recorded, forms: Sequence[Forms]) -> int:
    """Each form once as it stands on its page; how many were sent."""
    client: Client = tocsin.client(Role.ADMINISTRATOR)
    sent = 0
    for form in (one for reader in forms for one in reader.found):
        if form.action.endswith("/signout"):
            continue
        if "form_token" in form.values:
            form.values["form_token"] = tocsin.form_token(Role.ADMINISTRATOR)
        found.by = f"{form.method} {form.action}"
        if form.method == "get":
            client.get(form.action, params=form.values)
        else:
            client.post(form.action, data=form.values)
        sent += 1
    return sent


def token_of_all(tocsin: Running) -> str:
    """A machine's token with every scope."""
    return tocsin.services.store.people.add_token("every scope", list(SCOPES), tocsin.clock())


def full_scans(connection: Connection, statement: str, parameters: Any, growing: frozenset[str]) -> list[str]:
    """The steps of the database's plan that read all of a growing table: not what waits alone, not a first page."""
    is_limited = "LIMIT" in statement and " WHERE " not in " ".join(statement.split())
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
        steps = [str(row[3]) for row in rows]
        whole = [step for step in steps if (hit := SCAN.match(step)) and hit[1] in growing and hit[2] not in PARTIAL]
        return [] if is_limited and not _is_sorted(steps) else whole
    for choice in ("seqscan", "hashjoin", "mergejoin"):  # tables of a few rows are else read whole
        connection.exec_driver_sql(f"SET LOCAL enable_{choice} = off")
    (plan,) = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
    return [] if is_limited else [step for step in _whole(plan["Plan"]) if step.rpartition(" ")[2] in growing]


def _whole(plan: Mapping[str, Any], *, is_first: bool = False) -> Iterator[str]:
    """The steps of PostgreSQL's plan that no condition of an index bounds. is_first: as few rows as wanted are read."""
    kind, index, steps = plan["Node Type"], plan.get("Index Name"), plan.get("Plans", ())
    bounded = plan.get("Index Cond") or index in PARTIAL or (is_first and "Filter" not in plan)
    if kind == "Bitmap Heap Scan":
        bounded = all(_is_bitmap_bounded(step) for step in steps)
    else:
        for step in steps:
            yield from _whole(step, is_first=kind == "Limit")
    if "Relation Name" in plan and not bounded and kind != "ModifyTable":
        yield f"{kind} {index or ''} {plan['Relation Name']}"


def _is_bitmap_bounded(plan: Mapping[str, Any]) -> bool:
    parts = plan.get("Plans", ())
    return all(map(_is_bitmap_bounded, parts)) if parts else "Index Cond" in plan or plan.get("Index Name") in PARTIAL


def _is_sorted(steps: Sequence[str]) -> bool:
    return any(step.startswith("USE TEMP B-TREE FOR") and "RIGHT PART" not in step for step in steps)


def _partial_of(table: Table) -> Iterator[str]:
    for index in table.indexes:
        if index.dialect_options["sqlite"]["where"] is not None:
            yield str(index.name)


PARTIAL = frozenset(name for table in metadata.tables.values() for name in _partial_of(table))
