"""Sign-in and sign-out: argon2, a session cookie, and a limit on guessing."""

from datetime import datetime, timedelta
from functools import cache
from typing import Annotated
from urllib.parse import urlsplit

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from tocsin.storage import AuditEntry
from tocsin.storage.accounts import Role, User
from tocsin.web.http.access import ANYBODY, PUBLIC, SESSION_COOKIE, STAFF, Principal, refuse_other_sites
from tocsin.web.http.answers import is_https
from tocsin.web.http.pages import page
from tocsin.web.http.runtime import WebServices, services_of

SESSION_LASTS = timedelta(hours=12)  # a shift, so that nobody signs in twice in one
GUESS_WINDOW = timedelta(minutes=15)
# Wrong passwords within the window: of one name from one place; from one place; of one name from everywhere. The last
# is high, so that nobody can be kept out by a stranger's wrong guesses in passing, and still hopeless for a guesser.
GUESSES_HERE, GUESSES_PLACE, GUESSES_NAME = 10, 50, 100
HOME = {Role.ENGINEER: "/console", Role.ADMINISTRATOR: "/console", Role.AGENT: "/desk", Role.MANAGER: "/desk"}

router = APIRouter(include_in_schema=False)


def local(address: str) -> str:
    """The address if it is a path of this site, else ""."""
    parts = urlsplit(address)
    safe = address.startswith("/") and not address.startswith("//") and not parts.netloc and not parts.scheme
    return address if safe and address.isprintable() and "\\" not in address else ""


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


def braked(services: WebServices, name: str, place: str, now: datetime) -> bool:
    """Whether there were too many wrong passwords lately."""
    since = now - GUESS_WINDOW
    limits = {f"{name} {place}": GUESSES_HERE, place: GUESSES_PLACE, name: GUESSES_NAME}
    return any(services.store.people.attempts_since(who, since) >= limit for who, limit in limits.items())


def signed_in(services: WebServices, name: str, password: str, place: str) -> User | str:
    """The user, or why not in words that tell no name from no password."""
    now = services.now()
    if braked(services, name, place, now):
        return f"Too many wrong passwords. Try again in {int(GUESS_WINDOW.total_seconds()) // 60} minutes."
    user = services.store.people.user_by_name(name)
    if not fits(user, password) or user is None:
        for who in (f"{name} {place}", place, name):
            services.store.people.record_attempt(who, now)
        return "The name or the password is wrong."
    services.store.people.forgive_attempts(f"{name} {place}", now)
    entry = AuditEntry(actor=user.name, action="sign in", subject_kind="user", subject=user.name)
    services.store.audit.add(entry, now)
    return user


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
    place = request.client.host if request.client else "unknown"
    user = signed_in(services, name.strip(), password, place)
    if isinstance(user, str):
        return page(request, "signin.html", ANYBODY, status=401, wanted=local(wanted), name=name, problem=user)
    session = services.store.people.start_session(user, services.now(), SESSION_LASTS)
    response = RedirectResponse(local(wanted) or HOME[user.role], status_code=303)
    secure = is_https(services)
    lasts = int(SESSION_LASTS.total_seconds())
    response.set_cookie(SESSION_COOKIE, session, max_age=lasts, httponly=True, samesite="lax", secure=secure)
    return response


@router.post("/signout")
def signout(request: Request, who: Annotated[Principal, Depends(STAFF)]) -> Response:
    """Ends this session."""
    services = services_of(request)
    services.store.people.end_session(who.session, services.now())
    entry = AuditEntry(actor=who.name, action="sign out", subject_kind="user", subject=who.name)
    services.store.audit.add(entry, services.now())
    response = RedirectResponse("/signin", status_code=303)
    response.delete_cookie(SESSION_COOKIE)
    return response
