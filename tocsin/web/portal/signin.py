"""Customers sign in: by a link that is mailed to them, or by a token that the exchange signed.

A link that is only fetched signs nobody in, since mail scanners fetch every link: the button on its page does.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from tickets.address import is_mail_address
from tickets.identity import TOKEN_MAX, UnprovenIdentity
from tickets.ticket import Proof
from tocsin.context.loops import Loop
from tocsin.desk.signin_link import LASTS, LinkWords, address_of_link, mail_link, use_link
from tocsin.web.http.access import PUBLIC, Sent, refuse_other_sites, said
from tocsin.web.http.answers import is_https
from tocsin.web.http.customer import CUSTOMER_COOKIE, MAIL_COOKIE, SIGNED_IN_FOR, mail_session, signed_by_exchange
from tocsin.web.http.runtime import runtime_of, services_of
from tocsin.web.portal.page import portal_page
from tocsin.web.portal.phrases import PortalWords, reader_words

router = APIRouter(prefix="/support", include_in_schema=False, dependencies=[Depends(PUBLIC)])

MINUTES = int(LASTS.total_seconds() // 60)
HISTORY = "/support/history"


@router.get("/signin")
def signin_page(request: Request, token: Annotated[str, Query(max_length=TOKEN_MAX)] = "") -> Response:
    """Asks for the address that the link is mailed to; a customer with a token of the exchange is signed in at once."""
    return _by_exchange(request, token) if token else _page(request, "ask", email="", problem="")


def _by_exchange(request: Request, token: str) -> Response:
    """Signs in by a token of the exchange, until that ends, or the customer signs out."""
    services = services_of(request)
    try:
        signed_by_exchange(services, token, Proof.SESSION)
    except UnprovenIdentity as error:
        raise HTTPException(401, f"You are not signed in: {error}.") from error
    response = RedirectResponse("/support", status_code=303)
    secure = is_https(services)
    response.set_cookie(CUSTOMER_COOKIE, token, httponly=True, samesite="lax", secure=secure)
    return response


@router.post("/signin")
def ask_for_link(request: Request, sent: Sent) -> HTMLResponse:
    """Mails a link where the address has tickets; the answer is the same where it has none."""
    services, words = services_of(request), reader_words(request)
    email = said(sent).get("email", "").strip()[:254]
    if not is_mail_address(email):
        return _page(request, "ask", status=422, email=email, problem=words["error.email"])
    if not mail_link(services.desk, email, _link_words(words), services.now()):
        return _page(request, "ask", status=429, email=email, problem=words["signin_often"])
    runtime_of(request).wake(Loop.MAIL)
    return _page(request, "sent", email=email, minutes=MINUTES)


def _link_words(words: PortalWords) -> LinkWords:
    return LinkWords(
        language=words.language,
        direction=words.direction,
        subject=words["link_subject"],
        text=words.say("link_text", minutes=MINUTES),
        not_you=words["link_not_you"],
    )


@router.get("/signin/{token}")
def link_page(request: Request, token: str) -> HTMLResponse:
    """Asks whether to sign in; signs nobody in by itself."""
    services = services_of(request)
    email = address_of_link(services.desk, token[:100], services.now())
    return _page(request, "confirm", email=email) if email else _page(request, "over", status=404)


@router.post("/signin/{token}")
def follow_link(request: Request, token: str) -> Response:
    """Uses the link up and signs in the customer of its address."""
    refuse_other_sites(request)
    services = services_of(request)
    email = use_link(services.desk, token[:100], services.now())
    if not email:
        return _page(request, "over", status=404)
    response = RedirectResponse(HISTORY, status_code=303)
    lasts, secure = int(SIGNED_IN_FOR.total_seconds()), is_https(services)
    session = mail_session(services, email)
    response.set_cookie(MAIL_COOKIE, session, max_age=lasts, httponly=True, samesite="lax", secure=secure)
    return response


@router.post("/signout")
def customer_signout() -> Response:
    """Forgets who the customer is."""
    response = RedirectResponse("/support", status_code=303)
    response.delete_cookie(CUSTOMER_COOKIE)
    response.delete_cookie(MAIL_COOKIE)
    return response


def _page(request: Request, step: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    response = portal_page(request, "portal_signin.html", status=status, step=step, title="signin", **values)
    response.headers["Referrer-Policy"] = "no-referrer"  # the address may be the key
    return response
