"""Access rules: every route declares who may call it with `Depends(Allow…)`; a test lists routes that don't."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.datastructures import FormData

from tocsin.context.signatures import is_signature, signature_of
from tocsin.storage.accounts import Role
from tocsin.web.http.bulkheads import refuse_if_busy
from tocsin.web.http.hosts import is_loopback
from tocsin.web.http.runtime import WebServices, services_of
from tocsin.web.http.threads import look_up

SESSION_COOKIE = "tocsin_session"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FORM = "form"
FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-real-ip")


class SignInNeeded(Exception):
    """Nobody is signed in: a browser is sent to the sign-in page, a machine gets 401."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The caller: a signed-in user, a machine's token (`token:NAME`), or anybody ("")."""

    name: str = ""
    role: Role | None = None
    session: str = ""


ANYBODY = Principal()


@dataclass(frozen=True, slots=True)
class Allow:
    """A dependency that lets through those it names and tells the route who they are.

    roles: users with one of them. scopes: machines whose token has one of them. anybody: no sign-in at all.
    local: whoever asks from this machine itself, where nobody else can reach it.
    """

    roles: frozenset[Role] = frozenset()
    scopes: frozenset[str] = frozenset()
    anybody: bool = False
    local: bool = False

    async def __call__(self, request: Request) -> Principal:
        """The caller; raises SignInNeeded, or HTTPException 401, 403 or 503."""
        refuse_if_busy(request)
        services = services_of(request)
        if self.anybody or (self.local and is_local(request, services.config.site.public_url)):
            return ANYBODY
        bearer = request.headers.get("authorization", "")
        if bearer.lower().startswith("bearer "):
            return await look_up(self._machine, services, bearer[7:].strip())
        principal = await look_up(self._user, services, request.cookies.get(SESSION_COOKIE, ""))
        if request.method not in SAFE_METHODS:
            await refuse_forgery(request, services, principal.session)
        return principal

    def _machine(self, services: WebServices, secret: str) -> Principal:
        token = services.store.people.token(secret, services.now())
        if token is None:
            raise HTTPException(401, "the bearer token is not known or was revoked; make one with `tocsin keys add`")
        if not self.scopes.intersection(token.scopes):
            wanted = ", ".join(sorted(self.scopes)) or "none: this route is for signed-in people"
            raise HTTPException(403, f"token {token.name}: its scopes do not allow this; needed: {wanted}")
        return Principal(name=f"token:{token.name}")

    def _user(self, services: WebServices, session: str) -> Principal:
        user = services.store.people.session(session, services.now()) if session else None
        if user is None:
            raise SignInNeeded
        if user.role not in self.roles:
            raise HTTPException(403, f"{user.name} is {user.role}; this needs {' or '.join(sorted(self.roles))}")
        return Principal(name=user.name, role=user.role, session=session)


def is_local(request: Request, public_url: str) -> bool:
    """Whether the caller is on this machine and speaks for nobody else.

    Where browsers reach Tocsin by another name, a proxy stands before it, and it may say nothing of whom it speaks for.
    """
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    if not (is_loopback(urlsplit(public_url).netloc) and is_loopback(request.headers.get("host", ""))):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:  # a socket's path, a test's name
        return False


def form_token(services: WebServices, session: str) -> str:
    """The token that each form of this session carries, so that another site cannot send it."""
    return signature_of(services.secret, FORM, session)


async def refuse_forgery(request: Request, services: WebServices, session: str) -> None:
    """Raises HTTPException 403 unless the form's token belongs to the session and the request to this site."""
    refuse_other_sites(request)
    given = request.headers.get("x-form-token", "")
    if not given:
        request.state.sent = form = await request.form()
        given = str(form.get("form_token", ""))
        refuse_if_busy(request)
    if not is_signature(given, services.secret, FORM, session):
        raise HTTPException(403, "the form is from another sign-in or another site; open the page again and repeat it")


def refuse_other_sites(request: Request) -> None:
    """Raises HTTPException 403 where the browser says that the request comes from another site."""
    site = request.headers.get("sec-fetch-site", "")
    origin = request.headers.get("origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.headers.get("host")
    if site not in {"", "same-origin", "none"} or (foreign and site != "same-origin"):
        raise HTTPException(403, "the request comes from another site; open the page here and repeat it")


PUBLIC = Allow(anybody=True)
STAFF = Allow(roles=frozenset(Role))
ENGINEERS = Allow(roles=frozenset({Role.ENGINEER, Role.ADMINISTRATOR}))
AGENTS = Allow(roles=frozenset({Role.AGENT, Role.MANAGER, Role.ADMINISTRATOR}))
MANAGERS = Allow(roles=frozenset({Role.MANAGER, Role.ADMINISTRATOR}))
STEERING = Allow(roles=frozenset({Role.ENGINEER, Role.MANAGER, Role.ADMINISTRATOR}))
ADMINISTRATORS = Allow(roles=frozenset({Role.ADMINISTRATOR}))


async def sent(request: Request) -> AsyncIterator[FormData]:
    """The form that came with the request; its files are closed after the answer."""
    async with request.form() as form:
        request.state.sent = form
        refuse_if_busy(request)
        yield form


Sent = Annotated[FormData, Depends(sent)]


def said(form: FormData) -> dict[str, str]:
    """The form's texts by name, without its files."""
    return {name: value for name, value in form.items() if isinstance(value, str)}


def allowances(web: FastAPI) -> Iterator[tuple[str, tuple[Allow, ...]]]:
    """Every route ("GET /desk") with what it names as its callers: exactly one, or the route is a mistake.

    A mounted application names it as its attribute `allow`.
    """
    for context in iter_route_contexts(web.routes):
        methods = ",".join(sorted(context.methods or ())) or "MOUNT"
        if isinstance(context.original_route, APIRoute):
            yield f"{methods} {context.path}", tuple(_allows(context.original_route.dependant))
        else:
            mounted = getattr(getattr(context.original_route, "app", None), "allow", None)
            yield f"{methods} {context.path}", (mounted,) if isinstance(mounted, Allow) else ()


def _allows(dependant: Dependant) -> Iterator[Allow]:
    for one in dependant.dependencies:
        if isinstance(one.call, Allow):
            yield one.call
        yield from _allows(one)
