"""What people do after an incident: write and review its postmortem, and decide what is to be done.

A form that is sent twice is done once, and answered both times as done: what is refused because the same person has
just done the same is no error.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial

from incidents.action_item import ActionItem, ItemState, settled
from incidents.incident import Incident
from incidents.lifecycle import TransitionError
from incidents.review import LEADS_TO, ReviewStep, reviewed, written
from incidents.signal import short_id
from tocsin.config import Config
from tocsin.config.schema_trackers import ForeignTrackerSettings
from tocsin.context.loops import Loop
from tocsin.response.action_tickets import item_entry
from tocsin.response.response import Response
from tocsin.storage import AuditEntry

TEXT_MAX = 200_000
"""Characters of a postmortem."""
TITLE_MAX = 200
ITEM_TEXT_MAX = 4000
OWNER_MAX = 100


def write_postmortem(
    response: Response, incident: Incident, text: str, *, based_on: int, by: str, now: datetime
) -> None:
    """Keeps one more version. based_on: the version that its writer began from, 0 = the draft.

    Raises TransitionError where another was written meanwhile, and ValueError for a text that cannot be kept.
    """
    kept = text.replace("\r\n", "\n").strip()
    if not kept or len(kept) > TEXT_MAX:
        raise ValueError(f"the text has {len(kept):,} characters; expected 1 to {TEXT_MAX:,}")
    entry = _entry("write postmortem", incident, by)
    step = partial(written, based_on=based_on, by=by, now=now)
    part = response.store.postmortems
    try:
        part.write(incident.id, kept, step, now, entry)
    except TransitionError:
        newest = part.review(incident.id).version
        there = part.text(incident.id, newest) if newest else None
        if there is None or (there.text, there.by) != (kept, by):
            raise


def review_postmortem(
    response: Response, incident: Incident, step: ReviewStep, *, version: int, by: str, now: datetime
) -> None:
    """Takes a step of the review, of the version that was read. Raises TransitionError."""
    entry = _entry(f"{step} of postmortem version {version}", incident, by)
    part = response.store.postmortems
    try:
        part.move(
            incident.id,
            lambda review, newest: reviewed(review, step, version=version, newest=newest, by=by, now=now),
            now,
            entry,
        )
    except TransitionError:
        last = part.review(incident.id).events[-1:]
        if [(one.by, one.version, one.state) for one in last] != [(by, version, LEADS_TO[step])]:
            raise


def add_item(
    response: Response,
    incident: Incident,
    said: Mapping[str, str],
    *,
    trackers: Sequence[str],
    key: str,
    by: str,
    now: datetime,
) -> ActionItem:
    """Keeps an action item; the same key again is the same item.

    said: title, text, owner, due_on, and tracker: one of `trackers`, "" = it is kept only here. Raises ValueError for
    what cannot be kept.
    """
    tracker = said.get("tracker", "")
    if tracker and tracker not in trackers:
        raise ValueError(
            f"tracker is {tracker[:40]!r}; expected one of these: {', '.join(trackers) or 'none is configured'}"
        )
    item = ActionItem(
        id=short_id(f"action item:{incident.id}:{key}"),
        incident_id=incident.id,
        reference=incident.reference,
        at=now,
        by=by,
        title=_within("the title", said.get("title", ""), 1, TITLE_MAX),
        text=_within("the text", said.get("text", ""), 0, ITEM_TEXT_MAX),
        owner=_within("the owner", said.get("owner", ""), 0, OWNER_MAX),
        due_on=_date(said.get("due_on", "")),
        state_at=now,
        state_by=by,
        tracker=tracker,
    )
    entry = AuditEntry(
        actor=by,
        action="add action item",
        subject_kind="incident",
        subject=incident.id,
        detail=(("item", item.title),),
    )
    kept = response.store.action_items.add(item, now, entry)
    response.wake(Loop.DELIVER)
    return kept


def settle_item(response: Response, item_id: str, state: ItemState, by: str, now: datetime) -> ActionItem:
    """Sets an item's state; its ticket follows.

    Raises NotFound, and TransitionError where somebody else has set it to that state.
    """
    part = response.store.action_items
    try:
        moved = settled(part.get(item_id), state, by, now)
        kept = part.change(item_id, lambda item: settled(item, state, by, now), now, item_entry(moved, by))
    except TransitionError:
        there = part.get(item_id)
        if (there.state, there.state_by) != (state, by):
            raise
        return there
    response.wake(Loop.DELIVER)
    return kept


def item_trackers(config: Config) -> tuple[str, ...]:
    """The trackers that can keep an action item's ticket, in the file's order."""
    return tuple(one.name for one in config.trackers if isinstance(one, ForeignTrackerSettings))


def _entry(action: str, incident: Incident, by: str) -> AuditEntry:
    return AuditEntry(actor=by, action=action, subject_kind="incident", subject=incident.id)


def _within(what: str, text: str, at_least: int, at_most: int) -> str:
    kept = text.replace("\r\n", "\n").strip()
    if not at_least <= len(kept) <= at_most:
        raise ValueError(f"{what} has {len(kept):,} characters; expected {at_least} to {at_most:,}")
    return kept


def _date(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise ValueError(f"due_on is {text[:40]!r}; expected a date such as 2026-03-31") from error
