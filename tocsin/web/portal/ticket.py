"""A customer's ticket page: its status, thread, known incidents, a reply form, and the customer's other tickets."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from tickets import lifecycle
from tickets.mail.compose import PublicWords
from tickets.ticket import Attachment, Author, Ticket, TicketStatus
from tocsin.desk.intake import InvalidTicket
from tocsin.desk.survey import answer_survey, may_answer
from tocsin.desk.ticket_actions import (
    customer_answers,
    customer_closes,
    customer_undoes_close,
    customer_writes,
    download,
    file_names,
    view,
)
from tocsin.desk.ticket_link import is_mailed
from tocsin.storage.surveys import SurveyAnswer
from tocsin.web.http.access import PUBLIC, Sent, said
from tocsin.web.http.answers import saved
from tocsin.web.http.runtime import WebServices, services_of
from tocsin.web.portal.forms import attachments_of
from tocsin.web.portal.page import portal_page
from tocsin.web.portal.phrases import reader_words

router = APIRouter(prefix="/support/t", include_in_schema=False, dependencies=[Depends(PUBLIC)])

CSAT = frozenset(str(k) for k in range(1, 6))
NPS = frozenset(str(k) for k in range(11))
SURVEY_TEXT_MAX = 2000
Mailed = Annotated[str, Query(max_length=100)]


def ticket_of(services: WebServices, token: str) -> Ticket:
    """The ticket whose page the word opens; 404 for any other."""
    ticket = services.store.tickets.of_token(token)
    if ticket is None:
        raise HTTPException(404, "There is no such ticket page. Use the link in the mail that we sent you.")
    return ticket


@router.get("/{token}")
def ticket_page(request: Request, token: str, sent: int = 0, mailed: Mailed = "") -> HTMLResponse:
    """The ticket as its customer reads it."""
    return _page(request, ticket_of(services_of(request), token), is_new=bool(sent), mailed=mailed)


def _page(
    request: Request,
    ticket: Ticket,
    *,
    is_new: bool = False,
    mailed: str = "",
    problems: Sequence[str] = (),
    text: str = "",
) -> HTMLResponse:
    services = services_of(request)
    words = _words(services, ticket, ticket.incident_id)
    thread = [m for m in view(services.desk, ticket, "customer", services.now()) if m.author is not Author.INTERNAL]
    response = portal_page(
        request,
        "portal_ticket.html",
        status=422 if problems else 200,
        written_in=ticket.language,
        ticket=ticket,
        live_state=_state(ticket),
        may_answer=may_answer(ticket),
        survey=services.store.surveys.of_ticket(ticket.id) if may_answer(ticket) else None,
        words=words,
        first=_first(services, ticket),
        asked=_words(services, ticket, ticket.asked_about) if ticket.incident_id is None else None,
        waits=ticket.status is TicketStatus.AWAITING_INCIDENT,
        thread=thread,
        names=file_names(services.desk, thread),
        open=ticket.status in lifecycle.REOPENABLE,
        is_new=is_new,
        problems=problems,
        text=text,
        key=secrets.token_urlsafe(12),
        mailed=mailed if is_mailed(services.desk, ticket.id, mailed) else "",
    )
    response.headers["Referrer-Policy"] = "no-referrer"  # the address is the key to the ticket
    return response


def _state(ticket: Ticket) -> str:
    """Another text after each change of the ticket."""
    return f"{ticket.status} {ticket.updated_at.isoformat()}"


@router.get("/{token}/state")
def state(request: Request, token: str) -> Response:
    """Whether there is news: a text that an open page compares with its own. It reads no message."""
    return PlainTextResponse(_state(ticket_of(services_of(request), token)), headers={"Cache-Control": "no-store"})


def _first(services: WebServices, ticket: Ticket) -> tuple[str, str] | None:
    """Number and page of the ticket that this one is part of; no page where it was written from another address."""
    first = services.store.tickets.get(ticket.merged_into) if ticket.merged_into else None
    if first is None:
        return None
    is_same = first.email.casefold() == ticket.email.casefold()
    return first.number, f"/support/t/{services.store.tickets.make_token(first.id)}" if is_same else ""


def _words(services: WebServices, ticket: Ticket, incident_id: str | None) -> PublicWords | None:
    """The public words of an incident, in the ticket's language."""
    incident = services.store.incidents.get(incident_id) if incident_id else None
    if incident is None or incident.shadow:
        return None
    return services.desk.text.words_of(incident, ticket.language or "en")


@router.post("/{token}")
def write(request: Request, token: str, sent: Sent, mailed: Mailed = "") -> Response:
    """The customer writes again, on a resolved ticket to open it; or says that it is settled, or takes that back; or
    answers whether it is about an incident.
    """
    services, values = services_of(request), said(sent)
    ticket = ticket_of(services, token)
    try:
        if values.get("action") == "close":
            customer_closes(services.desk, ticket, services.now())
        elif values.get("action") == "about":
            is_about = values.get("answer") == "yes"
            customer_answers(services.desk, ticket, values.get("incident", "")[:64], is_about, services.now())
        elif values.get("action") == "undo close":
            customer_undoes_close(services.desk, ticket, services.now())
        elif values.get("action") == "survey":
            answer_survey(services.desk, ticket, _survey(values), services.now())
        else:
            _add(services, ticket, values, attachments_of(sent))
    except lifecycle.TransitionError:
        words = reader_words(request, ticket.language)
        problem = words["elsewhere" if ticket.home is not None else "error.state"]
        return _page(request, ticket_of(services, token), mailed=mailed, problems=[problem])
    except InvalidTicket as error:
        words = reader_words(request, ticket.language)
        said_wrong = [words["error.word"] if p.key == "error.text" else words.problem(p) for p in error.problems]
        return _page(request, ticket, mailed=mailed, problems=said_wrong, text=values.get("text", ""))
    return RedirectResponse(f"/support/t/{token}" + (f"?mailed={quote(mailed)}" if mailed else ""), status_code=303)


def _survey(values: Mapping[str, str]) -> SurveyAnswer:
    csat, nps = values.get("csat", ""), values.get("nps", "")
    return SurveyAnswer(
        csat=int(csat) if csat in CSAT else None,
        nps=int(nps) if nps in NPS else None,
        text=values.get("survey_text", "").replace("\x00", "").strip()[:SURVEY_TEXT_MAX],
    )


def _add(services: WebServices, ticket: Ticket, values: Mapping[str, str], files: tuple[Attachment, ...]) -> None:
    if ticket.home is not None:
        raise lifecycle.TransitionError("Please write where you wrote to us before: there a person will read it.")
    customer_writes(
        services.desk,
        ticket,
        values.get("text", ""),
        services.now(),
        unsolved=bool(values.get("unsolved")),
        files=files,
        key=values.get("key", "")[:64],
    )


@router.get("/{token}/files/{file_id}")
def file(request: Request, token: str, file_id: str) -> Response:
    """A file of the ticket's thread, to be saved."""
    services = services_of(request)
    ticket = ticket_of(services, token)
    visible = {
        f for m in services.store.tickets.thread(ticket.id) if m.author is not Author.INTERNAL for f in m.attachments
    }
    found = download(services.desk, ticket, file_id, "customer", services.now()) if file_id in visible else None
    return saved(found, file_id)
