"""The API of what comes after an incident: the draft of DORA's first notice, and of the postmortem."""

from datetime import datetime

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict

from dashboards.first_notice import FirstNotice, NoticeField
from tocsin.response.after_incident import notice_of, postmortem_of
from tocsin.web.api.incidents import MISSING, READ, named
from tocsin.web.http.runtime import services_of

router = APIRouter(prefix="/api/v1/incidents", tags=["incidents"])


class RowOut(BaseModel):
    """Where a figure can be looked at, by whoever may see it."""

    model_config = ConfigDict(from_attributes=True)

    words: str
    url: str


class NoticeFieldOut(BaseModel):
    """A field of the template. value: null = missing; `knower` says who can fill it in, `hint` what is known.

    number, name: as in Annex I of (EU) 2025/302. source: the provisions that require it. if_applicable: it may rightly
    stay empty.
    """

    number: str
    name: str
    source: str
    if_applicable: bool
    value: str | None
    knower: str | None
    hint: str
    rows: list[RowOut]

    @classmethod
    def of(cls, one: NoticeField) -> "NoticeFieldOut":
        """As it is sent."""
        return cls(
            number=one.field.number,
            name=one.field.name,
            source=one.source,
            if_applicable=one.field.if_applicable,
            value=one.value or None,
            knower=None if one.value else one.field.knower,
            hint=one.hint,
            rows=[RowOut.model_validate(row) for row in one.rows],
        )


class NoticeDeadlineOut(BaseModel):
    """A time limit. since, at: null = it does not run. binds: it decides when the notice is due.

    has_passed: its time is over; whether a notice went out is not known here.
    """

    model_config = ConfigDict(from_attributes=True)

    words: str
    since: datetime | None
    at: datetime | None
    binds: bool
    has_passed: bool
    rows: list[RowOut]


class FirstNoticeOut(BaseModel):
    """The draft of the initial notification. due_at: null = none is due. missing: the numbers of the fields without a
    value, those that may not apply among them. caveats: what a person must know before it is sent.
    """

    written_at: datetime
    due_at: datetime | None
    deadlines: list[NoticeDeadlineOut]
    missing: list[str]
    caveats: list[str]
    fields: list[NoticeFieldOut]

    @classmethod
    def of(cls, notice: FirstNotice) -> "FirstNoticeOut":
        """As it is sent."""
        return cls(
            written_at=notice.written_at,
            due_at=notice.due_at,
            deadlines=[NoticeDeadlineOut.model_validate(one) for one in notice.deadlines],
            missing=[one.field.number for one in notice.missing],
            caveats=list(notice.caveats),
            fields=[NoticeFieldOut.of(one) for one in notice.fields],
        )


@router.get("/{reference}/dora", dependencies=[Depends(READ)], responses=MISSING)
def read_first_notice(request: Request, reference: str) -> FirstNoticeOut:
    """The draft of the first notice under DORA (Regulation (EU) 2022/2554, Article 19), as of now."""
    services = services_of(request)
    incident = named(services, reference)
    return FirstNoticeOut.of(notice_of(services.response, services.config, incident, services.now()))


@router.get(
    "/{reference}/postmortem",
    dependencies=[Depends(READ)],
    response_class=Response,
    responses={**MISSING, 200: {"content": {"text/markdown": {}}, "description": "The draft, in Markdown"}},
)
def read_postmortem(request: Request, reference: str) -> Response:
    """The draft of the postmortem for engineers, from the timeline as of now."""
    services = services_of(request)
    incident = named(services, reference)
    text = postmortem_of(services.response, services.config, services.desk.text, incident, services.now())
    return Response(text, media_type="text/markdown; charset=utf-8")
