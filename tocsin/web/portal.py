"""Where customers write to support and follow their ticket."""

import secrets
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData, UploadFile

from tickets import forms, lifecycle
from tickets.forms import ATTACHMENT_BYTES_MAX, ATTACHMENTS_MAX, FORMS, FieldError
from tickets.ticket import Attachment, Author, Channel, NewTicket, Ticket, TicketStatus
from tickets.ticket import Form as TicketForm
from tocsin.desk import customer_writes
from tocsin.publicwords import public_words
from tocsin.reception import InvalidTicket, receive
from tocsin.storage import KeyReused
from tocsin.web.access import PUBLIC, Principal
from tocsin.web.pages import page
from tocsin.web.services import Services, services_of

router = APIRouter(include_in_schema=False)

STATES: Mapping[TicketStatus, str] = {
    TicketStatus.NEW: "Open",
    TicketStatus.IN_PROGRESS: "In Progress",
    TicketStatus.AWAITING_CUSTOMER: "Awaiting Your Response",
    TicketStatus.AWAITING_INCIDENT: "We are working on the cause",
    TicketStatus.RESOLVED: "Resolved",
    TicketStatus.CLOSED: "Closed",
    TicketStatus.MERGED: "Part of another ticket of yours",
}
REQUEST_MAX = ATTACHMENTS_MAX * ATTACHMENT_BYTES_MAX + 1024 * 1024


def form_named(name: str) -> TicketForm:
    """The form of that name; "Other" for any that is not one."""
    return next((f for f in TicketForm if f.value == name), TicketForm.OTHER)


def form_page(
    request: Request, who: Principal, form: TicketForm, values: Mapping[str, str], problems: tuple[FieldError, ...] = ()
) -> HTMLResponse:
    """The form, filled in with what was sent and what is wrong with it."""
    services = services_of(request)
    return page(
        request,
        "portal_form.html",
        who,
        status=422 if problems else 200,
        forms=tuple(TicketForm),
        form=form,
        spec=FORMS[form],
        values=values,
        problems=problems,
        faults={p.field: p.message for p in problems},
        key=values.get("key") or secrets.token_urlsafe(16),
        incidents=known(services),
    )


def known(services: Services) -> list[object]:
    """The public words of what is disclosed and open."""
    words = (public_words(services, i, "en") for i in services.store.active_incidents() if i.disclosed_at)
    return [w for w in words if w is not None]


@router.get("/support")
def support(request: Request, who: Annotated[Principal, Depends(PUBLIC)], form: str = "Withdrawal") -> HTMLResponse:
    """The form to write to us."""
    return form_page(request, who, form_named(form), {})


@router.post("/support")
async def send(request: Request, who: Annotated[Principal, Depends(PUBLIC)]) -> Response:
    """Accepts a ticket and leads to its own page."""
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > REQUEST_MAX:
        raise HTTPException(413, f"At most {ATTACHMENTS_MAX} files of {ATTACHMENT_BYTES_MAX // 1024 // 1024} MiB each.")
    async with request.form(max_files=ATTACHMENTS_MAX + 1, max_fields=60) as sent:
        values = {name: value for name, value in sent.items() if isinstance(value, str)}
        attachments = await read_attachments(sent)
    return await run_in_threadpool(_accept, request, who, values, attachments)


async def read_attachments(sent: FormData) -> tuple[Attachment, ...]:
    """The files that were really chosen, with the type that their bytes show."""
    found = []
    for upload in sent.getlist("attachments"):
        if isinstance(upload, UploadFile) and upload.filename:
            content = await upload.read(ATTACHMENT_BYTES_MAX + 1)
            found.append(Attachment(name=upload.filename, media_type=forms.media_type(content), content=content))
    return tuple(found)


def _accept(request: Request, who: Principal, values: dict[str, str], attachments: tuple[Attachment, ...]) -> Response:
    services = services_of(request)
    form = form_named(values.get("form", ""))
    names = {f.name for f in FORMS[form].fields}
    new = NewTicket(
        form=form,
        subject=values.get("subject", "").strip() or form.value,
        text=values.get("text", ""),
        name=values.get("name", "").strip(),
        email=values.get("email", "").strip(),
        customer_id=values.get("customer_id", "").strip(),
        language=request.headers.get("accept-language", "en")[:2],
        channel=Channel.PORTAL,
        fields=tuple(sorted((n, values[n].strip()) for n in names if values.get(n, "").strip())),
        attachments=attachments,
    )
    key = values.get("key", "")[:64] or None
    try:
        receipt = receive(services, new, services.now(), idempotency_key=key, owner=new.customer_id or new.email.casefold())
    except InvalidTicket as error:
        return form_page(request, who, form, values, error.problems)
    except KeyReused:
        return form_page(request, who, form, values, (FieldError(field="text", message="This form was sent before with other words. Open the form again to send another ticket."),))
    return RedirectResponse(f"{receipt.path}?sent=1", status_code=303)


def ticket_of(services: Services, token: str) -> Ticket:
    """The ticket whose page the word opens; 404 for any other."""
    ticket = services.store.ticket_of_token(token)
    if ticket is None:
        raise HTTPException(404, "There is no such ticket page. Use the link in the mail that we sent you.")
    return ticket


@router.get("/support/t/{token}")
def ticket_page(request: Request, token: str, who: Annotated[Principal, Depends(PUBLIC)], sent: int = 0) -> HTMLResponse:
    """A customer's own ticket: state, thread, what is known."""
    return _ticket_page(request, who, ticket_of(services_of(request), token), sent=bool(sent))


def _ticket_page(
    request: Request, who: Principal, ticket: Ticket, *, sent: bool = False, problem: str = ""
) -> HTMLResponse:
    services = services_of(request)
    incident = services.store.incident(ticket.incident_id) if ticket.incident_id else None
    return page(
        request,
        "portal_ticket.html",
        who,
        status=422 if problem else 200,
        ticket=ticket,
        state=STATES[ticket.status],
        words=public_words(services, incident, ticket.language or "en") if incident else None,
        thread=[m for m in services.store.thread(ticket.id) if m.author is not Author.INTERNAL],
        open=ticket.status in lifecycle.REOPENABLE,
        sent=sent,
        problem=problem,
    )


@router.post("/support/t/{token}")
def write(
    request: Request,
    token: str,
    who: Annotated[Principal, Depends(PUBLIC)],
    text: Annotated[str, Form(max_length=forms.TEXT_MAX)] = "",
    unsolved: Annotated[str, Form()] = "",
) -> Response:
    """The customer writes again; on a resolved ticket that opens it."""
    services = services_of(request)
    ticket = ticket_of(services, token)
    try:
        customer_writes(services, ticket.id, text, services.now(), unsolved=bool(unsolved))
    except lifecycle.TransitionError as error:
        return _ticket_page(request, who, ticket, problem=str(error))
    return RedirectResponse(f"/support/t/{token}", status_code=303)
