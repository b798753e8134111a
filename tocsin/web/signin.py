"""Signing in and out: argon2, a session cookie, and a brake on guessing."""

from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from tocsin.people import Role
from tocsin.web.access import PUBLIC, SESSION_COOKIE, STAFF, Principal, refuse_other_sites
from tocsin.web.pages import page
from tocsin.web.services import Services, services_of

SESSION_LASTS = timedelta(hours=12)  # a shift, so that nobody signs in twice in one
GUESSES = 10  # wrong passwords a name within GUESS_WINDOW; far above a tired human, far below a guesser
GUESS_WINDOW = timedelta(minutes=15)
# A hash of nothing, so that an unknown name takes as long as a wrong password. Never a valid password's.
NOBODY = PasswordHasher().hash("nobody has this password; see signed_in")
HOME = {Role.ENGINEER: "/console", Role.ADMINISTRATOR: "/console", Role.AGENT: "/desk", Role.MANAGER: "/desk"}

router = APIRouter(include_in_schema=False)


def local(address: str) -> str:
    """The address if it is a path of this site, else ""."""
    parts = urlsplit(address)
    return address if address.startswith("/") and not address.startswith(("//", "/\\")) and not parts.netloc else ""


def password_fits(stored: str, given: str) -> bool:
    """Whether the password is the one that was hashed."""
    try:
        return PasswordHasher().verify(stored, given)
    except (VerificationError, InvalidHashError):
        return False


def signed_in(services: Services, name: str, password: str) -> tuple[str, Role] | str:
    """A new session's token and the role, or the words for who could not be signed in."""
    now = services.now()
    if services.store.attempts_since(name, now - GUESS_WINDOW) >= GUESSES:
        return f"Too many wrong passwords for this name. Try again in {GUESS_WINDOW.seconds // 60} minutes."
    user = services.store.user_by_name(name)
    if not password_fits(user.password_hash if user else NOBODY, password) or user is None or user.disabled:
        services.store.record_attempt(name, now)
        return "The name or the password is wrong."
    return services.store.start_session(user, now, SESSION_LASTS), user.role


@router.get("/signin")
def signin_page(request: Request, who: Annotated[Principal, Depends(PUBLIC)], next: str = "") -> HTMLResponse:
    """The form."""
    return page(request, "signin.html", who, next=local(next), name="", problem="")


@router.post("/signin")
def signin(
    request: Request,
    who: Annotated[Principal, Depends(PUBLIC)],
    name: Annotated[str, Form(max_length=200)],
    password: Annotated[str, Form(max_length=1000)],
    next: Annotated[str, Form()] = "",
) -> Response:
    """Starts a session, or says why not."""
    refuse_other_sites(request)
    services = services_of(request)
    answer = signed_in(services, name.strip(), password)
    if isinstance(answer, str):
        return page(request, "signin.html", who, status=401, next=local(next), name=name, problem=answer)
    token, role = answer
    response = RedirectResponse(local(next) or HOME[role], status_code=303)
    secure = services.config.site.public_url.startswith("https://")
    response.set_cookie(
        SESSION_COOKIE, token, max_age=int(SESSION_LASTS.total_seconds()), httponly=True, samesite="lax", secure=secure
    )
    return response


@router.post("/signout")
def signout(request: Request, who: Annotated[Principal, Depends(STAFF)]) -> Response:
    """Ends this session."""
    services = services_of(request)
    services.store.end_session(who.session, services.now())
    response = RedirectResponse("/signin", status_code=303)
    response.delete_cookie(SESSION_COOKIE)
    return response
