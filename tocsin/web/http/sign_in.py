"""Sign-in and sign-out: argon2, a session cookie, and a limit on guessing."""

import secrets
from datetime import timedelta
from functools import cache
from typing import Annotated
from urllib.parse import urlsplit

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from tocsin.context.signatures import is_signature, signature_of
from tocsin.storage import AuditEntry
from tocsin.storage.accounts import Role, User
from tocsin.web.http.access import ANYBODY, PUBLIC, SESSION_COOKIE, STAFF, Principal, Sent, refuse_other_sites, said
from tocsin.web.http.answers import is_https, place_of
from tocsin.web.http.pages import page
from tocsin.web.http.runtime import WebServices, services_of

SESSION_LASTS = timedelta(hours=12)  # a shift, so that nobody signs in twice in one
GUESS_WINDOW = timedelta(minutes=15)
# Wrong passwords within the window: of one name from one place; from one place; of one name from everywhere. The last
# is high, so that nobody can be kept out by a stranger's wrong guesses in passing, and still hopeless for a guesser.
GUESSES_HERE, GUESSES_PLACE, GUESSES_NAME = 10, 50, 100
KNOWN = "known-browser"
KNOWN_COOKIE = "tocsin_known"
KNOWN_LASTS = timedelta(days=180)
"""How long a browser in which somebody signed in is known as theirs."""
HOME = {Role.ENGINEER: "/console", Role.ADMINISTRATOR: "/console", Role.AGENT: "/desk", Role.MANAGER: "/desk"}

DOTS = frozenset({".", ".."})
router = APIRouter(include_in_schema=False)


def local(address: str) -> str:
    """The address if it is a path of this site, else "".

    A path with an empty step or one of dots (`//`, `/.//`, `/../`) is none: shortened on its way, it may name a host.
    """
    parts = urlsplit(address)
    steps = parts.path.split("/")
    plain = (
        steps[0] == "" and len(steps) > 1 and not {"", ".", ".."}.intersection(steps[1:-1]) and steps[-1] not in DOTS
    )
    safe = plain and not parts.netloc and not parts.scheme and address.isprintable()
    return address if safe and "\\" not in address and "%" not in parts.path else ""


@cache
def nobodys_hash() -> str:
    """A hash that no password has, so that an unknown name takes as long as a wrong password."""
    return PasswordHasher().hash("nobody")


def fits(user: User | None, password: str) -> bool:
    """Whether it is the user's password; takes as long for nobody."""
    try:
        PasswordHasher().verify(user.password_hash if user else nobodys_hash(), password)
    except (VerificationError, InvalidHashError):
        return False
    return user is not None and user.disabled_at is None


def limits(name: str, place: str, known: str) -> dict[str, int]:
    """Whose wrong passwords are counted, and how many each may have; known: of a browser in which this name signed in.

    In such a browser nobody else's guesses count, so that no stranger can keep the name's owner out.
    """
    if known:
        return {f"{name} in {known}": GUESSES_HERE}
    return {f"{name} {place}": GUESSES_HERE, place: GUESSES_PLACE, name: GUESSES_NAME}


def signed_in(services: WebServices, name: str, password: str, place: str, known: str = "") -> User | str:
    """The user, or why not in words that tell no name from no password."""
    now, counted = services.now(), limits(name, place, known)
    since = now - GUESS_WINDOW
    if any(services.store.people.attempts_since(who, since) >= limit for who, limit in counted.items()):
        return f"Too many wrong passwords. Try again in {int(GUESS_WINDOW.total_seconds()) // 60} minutes."
    user = services.store.people.user_by_name(name)
    if not fits(user, password) or user is None:
        for who in counted:
            services.store.people.record_attempt(who, now)
        return "The name or the password is wrong."
    services.store.people.forgive_attempts(next(iter(counted)), now)
    entry = AuditEntry(actor=user.name, action="sign in", subject_kind="user", subject=user.name)
    services.store.audit.add(entry, now)
    return user


def known_browser(services: WebServices, name: str, cookie: str) -> str:
    """The mark of a browser in which this name signed in lately; "" where it is none, or another's."""
    mark, _, signature = cookie.partition(".")
    return mark if is_signature(signature, services.secret, KNOWN, f"{name.casefold()} {mark}") else ""


@router.get("/signin", dependencies=[Depends(PUBLIC)])
def signin_page(request: Request, wanted: Annotated[str, Query(alias="next")] = "") -> HTMLResponse:
    """The form."""
    return page(request, "signin.html", ANYBODY, wanted=local(wanted), name="", problem="")


@router.post("/signin", dependencies=[Depends(PUBLIC)])
def signin(
    request: Request,
    name: Annotated[str, Form(max_length=200)],
    password: Annotated[str, Form(max_length=1000)],
    wanted: Annotated[str, Form(alias="next")] = "",
) -> Response:
    """Starts a session, or says why not."""
    refuse_other_sites(request)
    services = services_of(request)
    known = known_browser(services, name.strip(), request.cookies.get(KNOWN_COOKIE, ""))
    user = signed_in(services, name.strip(), password, place_of(request), known)
    if isinstance(user, str):
        return page(request, "signin.html", ANYBODY, status=401, wanted=local(wanted), name=name, problem=user)
    session = services.store.people.start_session(user, services.now(), SESSION_LASTS)
    response = RedirectResponse(local(wanted) or HOME[user.role], status_code=303)
    secure = is_https(services)
    lasts = int(SESSION_LASTS.total_seconds())
    response.set_cookie(SESSION_COOKIE, session, max_age=lasts, httponly=True, samesite="lax", secure=secure)
    mark = known or secrets.token_urlsafe(12)
    mine = f"{mark}.{signature_of(services.secret, KNOWN, f'{user.name.casefold()} {mark}')}"
    kept = int(KNOWN_LASTS.total_seconds())
    response.set_cookie(
        KNOWN_COOKIE, mine, max_age=kept, path="/signin", httponly=True, samesite="strict", secure=secure
    )
    return response


@router.post("/signout")
def signout(request: Request, who: Annotated[Principal, Depends(STAFF)], sent: Sent) -> Response:
    """Ends this session, or every session of its user."""
    services = services_of(request)
    everywhere = said(sent).get("everywhere") == "yes"
    action = "sign out everywhere" if everywhere else "sign out"
    entry = AuditEntry(actor=who.name, action=action, subject_kind="user", subject=who.name)
    if everywhere:
        services.store.people.end_sessions(who.name, services.now(), entry)
    else:
        services.store.people.end_session(who.session, services.now())
        services.store.audit.add(entry, services.now())
    response = RedirectResponse("/signin", status_code=303)
    response.delete_cookie(SESSION_COOKIE)
    return response
