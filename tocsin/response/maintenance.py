"""Planned work and trading modes that engineers announce; each change is audited and published at once."""

from collections.abc import Callable, Mapping
from datetime import datetime

from incidents.component import ComponentGraph
from incidents.instant import written_instant
from statuspage.maintenance import MaintenancePhase, PlannedWork, end_series, move, plan, say, series_of
from statuspage.modes import TRADE, ModeChange, TradingMode
from tocsin.context.loops import Loop
from tocsin.context.word_check import TEXT, TITLE
from tocsin.response.response import Response
from tocsin.storage import AuditEntry

Said = Mapping[str, str]

_PHASES = {
    "begin": MaintenancePhase.IN_PROGRESS,
    "verify": MaintenancePhase.VERIFYING,
    "complete": MaintenancePhase.COMPLETED,
}
STEPS = (*_PHASES, "say", "move", "end series")


def plan_work(
    response: Response, key: str, components: list[str], said: Said, *, by: str, now: datetime
) -> PlannedWork:
    """Announces planned work, once for each key. Raises ValueError, naming what is wrong, and InsideWords."""
    work = drafted(response, key, components, said, by=by, now=now)
    entry = AuditEntry(actor=by, action="plan work", subject_kind="maintenance", subject=work.public.id)
    stored = response.store.maintenance.add(work, now, entry)
    response.wake(Loop.PLACE, Loop.PUBLISH)
    return stored


def drafted(response: Response, key: str, components: list[str], said: Said, *, by: str, now: datetime) -> PlannedWork:
    """Planned work as it would be announced; nothing is stored. Raises as `plan_work`."""
    _check_public(components, response.graph)
    for field in (TITLE, TEXT):
        response.words.require(said.get(field, ""), field)
    start, end = written_instant("start", said.get("start", "")), written_instant("end", said.get("end", ""))
    series = None
    if rule := said.get("rule", "").strip():
        until = written_instant("until", said["until"]) if said.get("until", "").strip() else None
        series, end = series_of(rule, said.get("zone", "").strip(), start, end, until)
        start = series.slot
    return plan(
        key=key,
        title=said.get("title", ""),
        body=said.get("text", ""),
        components=tuple(dict.fromkeys(components)),
        start=start,
        end=end,
        series=series,
        quiet=bool(said.get("quiet")),
        by=by,
        now=now,
    )


def change_work(response: Response, work_id: str, step: str, said: Said, *, by: str, now: datetime) -> PlannedWork:
    """Begins, verifies, completes or moves planned work, adds a message, or ends its series after this one.

    Raises ValueError, InsideWords where the text holds a word of the inside, and NotFound.
    """
    response.words.require(said.get(TEXT, ""))
    change = _change(step, said, now)
    entry = AuditEntry(actor=by, action=f"{step} work", subject_kind="maintenance", subject=work_id)
    changed = response.store.maintenance.change(work_id, change, now, entry)
    response.wake(Loop.PLACE, Loop.PUBLISH)
    return changed


def set_mode(response: Response, component: str, mode: str, by: str, now: datetime) -> bool:
    """Sets the trading mode of a market from now on; returns whether it changed. Raises ValueError."""
    found = response.graph.get(component)
    if found is None or found.direction != TRADE:
        markets = ", ".join(c.name for c in response.graph if c.direction == TRADE) or "none"
        raise ValueError(f"component {component!r} is no market; markets are those with direction trade: {markets}")
    try:
        wanted = TradingMode(mode)
    except ValueError:
        raise ValueError(f"mode is {mode!r}, expected one of {', '.join(TradingMode)}") from None
    change = ModeChange(component=component, mode=wanted, at=now, by=by)
    entry = AuditEntry(actor=by, action=f"trading {wanted}", subject_kind="component", subject=component)
    changed = response.store.maintenance.set_mode(change, entry)
    response.wake(Loop.PUBLISH)
    return changed


def _change(step: str, said: Said, now: datetime) -> Callable[[PlannedWork], PlannedWork]:
    if step == "move":
        start, end = written_instant("start", said.get("start", "")), written_instant("end", said.get("end", ""))
        return lambda work: move(work, start, end, now, said.get("text", ""))
    if step == "end series":
        return end_series
    if step not in STEPS:
        raise ValueError(f"action {step[:40]!r} is not one of {', '.join(STEPS)}")
    return lambda work: say(work, said.get("text", ""), now, phase=_PHASES.get(step))


def _check_public(components: list[str], graph: ComponentGraph) -> None:
    for name in components:
        found = graph.get(name)
        if found is None:
            raise ValueError(f"component {name!r} is not configured; names are under `components` in the config")
        if not found.public:
            raise ValueError(f"component {name!r} is internal: nothing about it can be published")
