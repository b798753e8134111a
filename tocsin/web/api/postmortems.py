"""The API of what people do after an incident: the postmortem's text and review, and its action items."""

from datetime import date, datetime
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Depends, Header, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from incidents.action_item import ActionItem, ItemState
from incidents.incident import Incident
from incidents.lifecycle import TransitionError
from incidents.review import ReviewState
from tocsin.response.after_actions import (
    ITEM_TEXT_MAX,
    OWNER_MAX,
    TEXT_MAX,
    TITLE_MAX,
    add_item,
    item_trackers,
    settle_item,
    write_postmortem,
)
from tocsin.web.api.incidents import MISSING, UNREADABLE, WRITE, named
from tocsin.web.api.tickets import Refusal
from tocsin.web.http.access import Principal
from tocsin.web.http.runtime import WebServices, services_of

router = APIRouter(prefix="/api/v1", tags=["incidents"])

Writer = Annotated[Principal, Depends(WRITE)]


class ReviewEventOut(BaseModel):
    """A state that a person set, and of which version."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    by: str
    state: ReviewState
    version: int


class ReviewOut(BaseModel):
    """How the postmortem's review stands. version: of the newest text, 0 = nobody wrote one; text: the newest."""

    state: ReviewState
    version: int
    text: str
    events: list[ReviewEventOut]

    @classmethod
    def of(cls, services: WebServices, incident: Incident) -> Self:
        """As it is now."""
        store = services.store.postmortems
        review = store.review(incident.id)
        text = store.text(incident.id, review.version) if review.version else None
        return cls(
            state=review.state,
            version=review.version,
            text=text.text if text else "",
            events=[ReviewEventOut.model_validate(one) for one in review.events],
        )


class PostmortemIn(BaseModel):
    """One more version of the text, in Markdown. based_on: the version that it was written from, 0 = the draft."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=1, max_length=TEXT_MAX)]
    based_on: Annotated[int, Field(ge=0, le=10**8)]


class ActionItemIn(BaseModel):
    """What is to be done. tracker: where its ticket is kept, one of the configured; "" = only here."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(min_length=1, max_length=TITLE_MAX)]
    text: Annotated[str, Field(max_length=ITEM_TEXT_MAX)] = ""
    owner: Annotated[str, Field(max_length=OWNER_MAX)] = ""
    due_on: date | None = None
    tracker: Annotated[str, Field(max_length=100)] = ""


class ItemStateIn(BaseModel):
    """The state that an action item is set to."""

    model_config = ConfigDict(extra="forbid")

    state: ItemState


class ActionItemOut(BaseModel):
    """An action item. url: of its ticket, "" = there is none yet; assignee: as last read there."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    reference: str
    title: str
    text: str
    owner: str
    due_on: date | None
    state: ItemState
    state_at: datetime
    state_by: str
    tracker: str
    url: str
    assignee: str

    @classmethod
    def of(cls, item: ActionItem) -> Self:
        """As it is sent."""
        return cls.model_validate(item)


class ActionItemsOut(BaseModel):
    """Action items: open ones with the earliest first, others with the latest first."""

    items: list[ActionItemOut]


@router.get("/incidents/{reference}/postmortem/review", dependencies=[Depends(WRITE)], responses=MISSING)
def read_review(request: Request, reference: str) -> ReviewOut:
    """The postmortem as people wrote it, and whose turn it is. Its words are for engineers: they may name anybody."""
    services = services_of(request)
    return ReviewOut.of(services, named(services, reference))


@router.put(
    "/incidents/{reference}/postmortem",
    responses={**UNREADABLE, **MISSING, 409: {"model": Refusal, "description": "Somebody wrote another version"}},
)
def keep_version(request: Request, reference: str, body: PostmortemIn, who: Writer) -> ReviewOut:
    """Keeps one more version of the text. A person approves it, in the console."""
    services = services_of(request)
    incident = named(services, reference)
    try:
        write_postmortem(
            services.response, incident, body.text, based_on=body.based_on, by=who.name, now=services.now()
        )
    except TransitionError as error:
        raise HTTPException(409, str(error)) from error
    except ValueError as error:
        raise HTTPException(422, str(error)) from error
    return ReviewOut.of(services, incident)


@router.post("/incidents/{reference}/action-items", responses={**UNREADABLE, **MISSING})
def add_action_item(
    request: Request,
    reference: str,
    body: ActionItemIn,
    who: Writer,
    idempotency_key: Annotated[str, Header(min_length=1, max_length=255)],
) -> ActionItemOut:
    """Adds one, and its ticket where a tracker is named. With the same Idempotency-Key again it is the same item."""
    services = services_of(request)
    values = body.model_dump(mode="json")
    said = {name: str(value) for name, value in values.items() if value is not None}
    key, trackers = f"{who.name}:{idempotency_key}", item_trackers(services.config)
    try:
        item = add_item(
            services.response,
            named(services, reference),
            said,
            trackers=trackers,
            key=key,
            by=who.name,
            now=services.now(),
        )
    except ValueError as error:
        raise HTTPException(422, str(error)) from error
    return ActionItemOut.of(item)


@router.get("/action-items", dependencies=[Depends(WRITE)])
def read_action_items(request: Request, state: Literal["open", "over"] = "open") -> ActionItemsOut:
    """Those that are open (at most 1,000), or the latest 100 that are done or dropped."""
    items = services_of(request).store.action_items
    return ActionItemsOut(items=[ActionItemOut.of(one) for one in (items.open() if state == "open" else items.over())])


@router.post(
    "/action-items/{item_id}",
    responses={**UNREADABLE, **MISSING, 409: {"model": Refusal, "description": "It is in that state already"}},
)
def set_state(request: Request, item_id: str, body: ItemStateIn, who: Writer) -> ActionItemOut:
    """Sets it to done, dropped, or open again; its ticket follows."""
    services = services_of(request)
    try:
        return ActionItemOut.of(settle_item(services.response, item_id, body.state, who.name, services.now()))
    except TransitionError as error:
        raise HTTPException(409, str(error)) from error
