"""A customer's support history: every ticket of an address that they proved, or that the exchange says are theirs."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from tickets.identity import SAYS_WHO, Identity
from tickets.ticket import Proof, Ticket
from tocsin.desk.ticket_link import is_mailed, mailed_path
from tocsin.storage import ListPage
from tocsin.web.http.access import PUBLIC
from tocsin.web.http.customer import in_browser
from tocsin.web.http.runtime import WebServices, services_of
from tocsin.web.portal.page import portal_page
from tocsin.web.portal.ticket import ticket_of

router = APIRouter(prefix="/support", include_in_schema=False, dependencies=[Depends(PUBLIC)])

ROWS = 25  # tickets a page
OF_CUSTOMER = 200  # tickets of one customer ID
Mailed = Annotated[str, Query(max_length=100)]


@router.get("/t/{token}/history")
def history_of_link(request: Request, token: str, mailed: Mailed = "", cursor: str | None = None) -> HTMLResponse:
    """Every ticket that was written from the same address; only for who came by a mail to it."""
    services = services_of(request)
    ticket = ticket_of(services, token)
    if not is_mailed(services.desk, ticket.id, mailed):
        raise HTTPException(403, "Your support history opens from the link in a mail that we sent you.")
    # By the address alone: a customer ID is only claimed, the address has received the link.
    found = services.store.tickets.naming(email=ticket.email, cursor=cursor, limit=ROWS)
    rows = [(one, mailed_path(services.desk, one.id)) for one in found.items]
    return _page(request, rows, found.next_cursor, email=ticket.email, ticket=ticket, token=token, mailed=mailed)


@router.get("/history")
def history(request: Request, cursor: str | None = None) -> Response:
    """Every ticket of whoever is signed in; who is not is asked to."""
    services, identity = services_of(request), in_browser(request, {})
    if identity.proof is Proof.NONE:
        return RedirectResponse("/support/signin", status_code=303)
    found = _tickets_of(services, identity, cursor)
    rows = [(one, _path(services, one, identity)) for one in found.items]
    who = identity.customer_id or identity.email
    return _page(request, rows, found.next_cursor, email=identity.email, who=who)


def _tickets_of(services: WebServices, identity: Identity, cursor: str | None) -> ListPage[Ticket]:
    """By a proven customer ID their proven tickets; by a proven address every ticket that was written from it."""
    if identity.proof in SAYS_WHO:
        return ListPage(items=services.store.tickets.of_proven(f"id:{identity.customer_id}", OF_CUSTOMER))
    return services.store.tickets.naming(email=identity.email, cursor=cursor, limit=ROWS)


def _path(services: WebServices, ticket: Ticket, identity: Identity) -> str:
    """The ticket's page; whose address is proven comes to it as by a mail."""
    if identity.email and ticket.email.casefold() == identity.email.casefold():
        return mailed_path(services.desk, ticket.id)
    return f"/support/t/{services.store.tickets.make_token(ticket.id)}"


def _page(
    request: Request,
    rows: Sequence[tuple[Ticket, str]],
    next_cursor: str | None,
    *,
    email: str,
    who: str = "",
    ticket: Ticket | None = None,
    token: str = "",
    mailed: str = "",
) -> HTMLResponse:
    response = portal_page(
        request,
        "portal_history.html",
        written_in=ticket.language if ticket else "",
        rows=rows,
        next_cursor=next_cursor,
        email=email,
        is_signed_in=bool(who),
        who_signed_in=who,
        ticket=ticket,
        token=token,
        mailed=mailed,
    )
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
