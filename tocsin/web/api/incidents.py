"""The incidents API: list, read and open incidents, and act on them as an engineer may."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Depends, Header, HTTPException, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from detectors.watch import FailureKind
from incidents.change import ChangeKind, suspect_changes
from incidents.grouping import Grouping, Regroup
from incidents.incident import EndReason, Incident, IncidentUpdate, Severity, Status, UpdateKind
from incidents.lifecycle import Action, Opening, TransitionError, allowed_actions
from incidents.signal import SignalSource, short_id
from tickets.ticket import TicketStatus
from tocsin.context.changes import reported_for
from tocsin.response.grouping_actions import is_undoable, take_back
from tocsin.response.incident_actions import act, open_incident
from tocsin.storage import AlreadyActive, NotFound, TicketFilter
from tocsin.storage.accounts import Role
from tocsin.web.api.tickets import Refusal
from tocsin.web.http.access import Allow, Principal
from tocsin.web.http.instants import Instant
from tocsin.web.http.runtime import WebServices, services_of

router = APIRouter(prefix="/api/v1/incidents", tags=["incidents"])

ENGINEERS = frozenset({Role.ENGINEER, Role.ADMINISTRATOR})
Responses = dict[int | str, dict[str, Any]]
READ = Allow(roles=ENGINEERS, scopes=frozenset({"incidents:read", "incidents:write", "incidents:propose"}))
WRITE = Allow(roles=ENGINEERS, scopes=frozenset({"incidents:write"}))
Writer = Annotated[Principal, Depends(WRITE)]

LISTED_SIGNALS = 20
"""Of each incident in a list: a page of incidents in a storm would hold tens of thousands."""
MISSING: Responses = {404: {"model": Refusal, "description": "There is no such incident"}}
UNREADABLE: Responses = {
    400: {"model": Refusal, "description": "The body is not JSON, or the cursor is not one of this list's"},
    413: {"model": Refusal, "description": "The body is larger than 512 KiB"},
    422: {"model": Refusal, "description": "The request is not valid: every field that is wrong"},
}


class SignalOut(BaseModel):
    """One piece of evidence."""

    model_config = ConfigDict(from_attributes=True)

    key: str
    source: SignalSource
    name: str
    component: str
    title: str
    kind: FailureKind
    started_at: datetime
    ended_at: datetime | None
    score: float | None
    user_visible: bool


class IncidentOut(BaseModel):
    """An incident as it stands. severity is null while it is pending.

    signals: the evidence, by its start; a list of incidents holds the first 20 of each. signal_count: of all evidence.
    """

    model_config = ConfigDict(from_attributes=True)

    id: str
    reference: str
    title: str
    status: Status
    severity: Severity | None
    severity_reason: str
    kind: FailureKind
    component: str
    components: tuple[str, ...]
    started_at: datetime
    opened_at: datetime
    opened_by: str
    recovered_at: datetime | None
    resolved_at: datetime | None
    end_reason: EndReason | None
    merged_into: str | None
    shadow: bool
    disclosed_at: datetime | None
    disclose_at: datetime | None
    signals: tuple[SignalOut, ...]
    signal_count: int

    @classmethod
    def of(cls, incident: Incident, signals: int | None = None) -> Self:
        """As it stands, with so many of its signals; None = all."""
        own = {name: getattr(incident, name) for name in cls.model_fields if name not in {"signals", "signal_count"}}
        shown = [SignalOut.model_validate(one) for one in incident.signals[:signals]]
        return cls.model_validate({**own, "signals": shown, "signal_count": len(incident.signals)})


class UpdateOut(BaseModel):
    """One line of the timeline. message: a human's words for the public.

    corrects: the seq of the line whose words these replace; is_mailed: whether that was mailed too.
    """

    model_config = ConfigDict(from_attributes=True)

    seq: int
    at: datetime
    kind: UpdateKind
    reason: str
    author: str
    message: str
    language: str
    corrects: int | None
    is_mailed: bool


class IncidentPage(BaseModel):
    """Some incidents, newest number first; next_cursor is null on the last page."""

    items: list[IncidentOut]
    next_cursor: str | None


class ChangeOut(BaseModel):
    """A change as it is kept."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    kind: ChangeKind
    title: str
    at: datetime
    components: tuple[str, ...]
    author: str
    description: str
    url: str
    sender: str


class SuspectChangeOut(BaseModel):
    """A change that the incident may come from.

    changed, affected: the changed component and the affected one nearest to it, with the dependencies between them;
    is_caller: the changed one depends on the affected one. weight: how probable it would be, were it the only suspect.
    confidence: how probable it is that the incident comes from this change, 0 to 1.
    """

    model_config = ConfigDict(from_attributes=True)

    change: ChangeOut
    changed: str
    affected: str
    hops: int
    is_caller: bool
    weight: float
    confidence: float


class GroupingOut(BaseModel):
    """A person's decision about which signals belong together; the next ones like these follow it until it is undone.

    source, target: the incidents that the signals left and came to, as INC-17. can_undo: whether the incidents can be
    as they were.
    """

    model_config = ConfigDict(from_attributes=True)

    id: str
    at: datetime
    by: str
    reason: str
    verb: Regroup
    source: Annotated[str, Field(validation_alias="source_ref")]
    target: Annotated[str, Field(validation_alias="target_ref")]
    undone_at: datetime | None
    undone_by: str
    can_undo: bool = False


class IncidentStory(BaseModel):
    """An incident, its whole timeline, oldest first, and what may be done now.

    groupings: what people decided about its signals, the latest first. earlier: incidents before it that had the same
    faults, such as INC-12, the latest first.
    suspect_changes: the most suspect first; null = nobody has ever reported a change here.
    """

    incident: IncidentOut
    timeline: list[UpdateOut]
    suspect_changes: list[SuspectChangeOut] | None
    groupings: list[GroupingOut]
    earlier: list[str]
    actions: list[Action]


class OpeningIn(BaseModel):
    """An incident opened by hand; the component believed to be at fault first."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(min_length=1, max_length=200)]
    components: Annotated[list[str], Field(min_length=1, max_length=100)]
    kind: FailureKind = FailureKind.OTHER
    severity: Severity | None = None
    started_at: Instant | None = None
    reason: Annotated[str, Field(max_length=2000)] = "opened by hand"


class ActionIn(BaseModel):
    """What to do, and what the action asks for.

    text: of a note or of words for the public; severity: of "set severity", "" = let the rules decide; end_reason: of
    "resolve"; anyway: "yes" resolves though evidence still deviates; into: of "merge" and "move signals", such as
    INC-17; signals: the keys of those that "split" and "move signals" take. These three need a reason.
    Of "correct words": line is the seq of the line that first said them, whose place `text` takes, "" = no words; mail:
    "yes" mails the new ones too.
    """

    model_config = ConfigDict(extra="forbid")

    action: Action
    reason: Annotated[str, Field(max_length=2000)] = ""
    text: Annotated[str, Field(max_length=20_000)] = ""
    severity: str = ""
    end_reason: str = ""
    anyway: Literal["", "yes"] = ""
    into: str = ""
    signals: Annotated[list[str], Field(max_length=10_000)] = []
    line: Annotated[int, Field(ge=0)] = 0
    mail: Literal["", "yes"] = ""


@router.get("", dependencies=[Depends(READ)], responses=UNREADABLE)
def list_incidents(
    request: Request,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    status: Annotated[list[Status] | None, Query()] = None,
) -> IncidentPage:
    """Newest number first, of any of the statuses given, or of all."""
    page = services_of(request).store.incidents.page(cursor, limit, status)
    return IncidentPage(items=[IncidentOut.of(i, LISTED_SIGNALS) for i in page.items], next_cursor=page.next_cursor)


@router.get("/{reference}", dependencies=[Depends(READ)], responses=MISSING)
def read_incident(request: Request, reference: str) -> IncidentStory:
    """By id or by number, such as INC-17."""
    services = services_of(request)
    return story(services, named(services, reference))


class TicketCounts(BaseModel):
    """How many customers' tickets are linked to an incident, by what became of them: numbers, and no customer."""

    linked: int
    by_status: dict[TicketStatus, int]


@router.get("/{reference}/tickets", dependencies=[Depends(READ)], responses=MISSING)
def count_tickets(request: Request, reference: str) -> TicketCounts:
    """How many tickets are linked to it."""
    services = services_of(request)
    counts = services.store.tickets.counts(TicketFilter(incident_id=named(services, reference).id))
    return TicketCounts(linked=sum(counts.values()), by_status={k: many for k, many in counts.items() if many})


def named(services: WebServices, reference: str) -> Incident:
    """The incident of an id or a number; raises NotFound."""
    digits = reference.upper().removeprefix("INC-")
    by_number = digits.isascii() and digits.isdigit() and len(digits) < 10
    found = services.store.incidents.by_number(int(digits)) if by_number else services.store.incidents.get(reference)
    if found is None:
        raise NotFound("incident", reference[:60])
    return found


def story(services: WebServices, incident: Incident) -> IncidentStory:
    """The whole of an incident."""
    changes = reported_for(services.store, incident)
    suspects = None if changes is None else suspect_changes(changes, incident, services.graph)
    return IncidentStory(
        suspect_changes=None if suspects is None else [SuspectChangeOut.model_validate(s) for s in suspects],
        incident=IncidentOut.of(incident),
        timeline=[UpdateOut.model_validate(u) for u in services.store.incidents.timeline(incident.id)],
        groupings=[_decided(services, grouping) for grouping in services.store.groupings.of_incident(incident.id)],
        earlier=[one.reference for one in services.store.incidents.earlier_like(incident)],
        actions=list(allowed_actions(incident.status)),
    )


def _decided(services: WebServices, grouping: Grouping) -> GroupingOut:
    read = services.store.incidents.get
    can_undo = is_undoable(grouping, read(grouping.source), read(grouping.target))
    return GroupingOut.model_validate(grouping).model_copy(update={"can_undo": can_undo})


@router.post(
    "",
    status_code=201,
    responses={
        **UNREADABLE,
        200: {"model": IncidentStory, "description": "The same key before: the incident it opened"},
        409: {"model": Refusal, "description": "The key opened another incident"},
    },
)
def open_by_hand(
    request: Request,
    response: Response,
    body: OpeningIn,
    who: Writer,
    idempotency_key: Annotated[str, Header(min_length=1, max_length=255)],
) -> IncidentStory:
    """Opens one. With the same Idempotency-Key again it is the same incident."""
    services = services_of(request)
    key = f"{who.name}:{idempotency_key}"
    opening = Opening(key=key, **{**dict(body), "components": tuple(body.components)})
    known = services.store.incidents.get(short_id(f"human:{key}"))
    try:
        first = open_incident(services.response, opening, who.name, services.now())
    except ValueError as error:
        raise HTTPException(422, str(error)) from error
    if not _same(first, body):
        raise HTTPException(
            409, f"Idempotency-Key {idempotency_key!r} opened {first.incident.reference}: use a new one"
        )
    response.status_code = 200 if known else 201
    return story(services, named(services, first.incident.id))


def _same(first: IncidentUpdate, body: OpeningIn) -> bool:
    """Whether the incident was opened by the same words."""
    i = first.incident
    said = (body.title.strip(), set(body.components), body.kind, body.severity)
    return (i.title, set(i.components), i.kind, i.severity) == said


@router.post(
    "/{reference}/actions",
    responses={
        **UNREADABLE,
        **MISSING,
        409: {"model": Refusal, "description": "Not possible in the incident's status"},
    },
)
def do(request: Request, reference: str, body: ActionIn, who: Writer) -> IncidentStory:
    """Does one action; the incident's `actions` says which are possible."""
    services = services_of(request)
    found = named(services, reference)
    said = {name: str(value) for name, value in body.model_dump(exclude={"action", "signals"}).items()}
    now = services.now()
    try:
        act(services.response, found.id, body.action, by=who.name, said=said, now=now, signals=body.signals)
    except (TransitionError, AlreadyActive) as error:
        raise HTTPException(409, str(error)) from error
    return story(services, named(services, found.id))


class UndoIn(BaseModel):
    """Why a decision about signals is taken back.

    only_forget: the signals stay where they are, and the next ones like them follow the decision no longer.
    """

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, Field(max_length=2000)] = ""
    only_forget: bool = False


@router.post(
    "/{reference}/groupings/{grouping_id}/undo",
    responses={
        **UNREADABLE,
        404: {"model": Refusal, "description": "There is no such incident, or no such decision of it"},
        409: {"model": Refusal, "description": "The incidents cannot be as they were"},
    },
)
def undo_grouping(request: Request, reference: str, grouping_id: str, body: UndoIn, who: Writer) -> IncidentStory:
    """Takes a merge, a split or a move back: the signals return, and nothing follows the decision any more."""
    services = services_of(request)
    found = named(services, reference)
    if grouping_id not in {one.id for one in services.store.groupings.of_incident(found.id)}:
        raise NotFound("grouping", grouping_id[:40])
    try:
        take_back(services.response, grouping_id, who.name, services.now(), body.reason, only_forget=body.only_forget)
    except (TransitionError, AlreadyActive) as error:
        raise HTTPException(409, str(error)) from error
    return story(services, named(services, found.id))
