"""Who may call a route: every route names it with `Depends(Allow…)`, and a test lists the routes that don't."""

import hmac
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import HTTPException, Request
from itsdangerous import Signer
from starlette.concurrency import run_in_threadpool

from tocsin.people import Role
from tocsin.web.services import Services, services_of

SESSION_COOKIE = "tocsin_session"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class SignInNeeded(Exception):
    """Nobody is signed in: a browser is sent to the sign-in page, a machine gets 401."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who calls: a signed-in user, a machine's token, or anybody ("")."""

    name: str = ""
    role: Role | None = None
    scopes: frozenset[str] = frozenset()
    session: str = ""


ANYBODY = Principal()


@dataclass(frozen=True, slots=True)
class Allow:
    """A dependency that lets through those it names and tells the route who they are.

    roles: users with one of them. scopes: machines whose token has one of them. anybody: no sign-in at all.
    """

    roles: frozenset[Role] = frozenset()
    scopes: frozenset[str] = frozenset()
    anybody: bool = False

    async def __call__(self, request: Request) -> Principal:
        """The caller; raises SignInNeeded, or HTTPException 401 or 403."""
        if self.anybody:
            return ANYBODY
        services = services_of(request)
        bearer = request.headers.get("authorization", "")
        if bearer.lower().startswith("bearer "):
            return await run_in_threadpool(self._machine, services, bearer[7:].strip())
        principal = await run_in_threadpool(self._user, services, request.cookies.get(SESSION_COOKIE, ""))
        if request.method not in SAFE_METHODS:
            await refuse_forgery(request, services, principal.session)
        return principal

    def _machine(self, services: Services, secret: str) -> Principal:
        token = services.store.token(secret, services.now())
        if token is None:
            raise HTTPException(401, "the bearer token is not known, expired or revoked; make one with `tocsin keys add`")
        scopes = frozenset(token.scopes)
        if not scopes & self.scopes:
            wanted = ", ".join(sorted(self.scopes)) or "none: this route is for signed-in people"
            raise HTTPException(403, f"token {token.name}: its scopes do not allow this; needed: {wanted}")
        return Principal(name=token.name, scopes=scopes)

    def _user(self, services: Services, session: str) -> Principal:
        user = services.store.session(session, services.now()) if session else None
        if user is None:
            raise SignInNeeded
        if user.role not in self.roles:
            raise HTTPException(403, f"{user.name} is {user.role}; this needs {' or '.join(sorted(self.roles))}")
        return Principal(name=user.name, role=user.role, session=session)


def form_token(services: Services, session: str) -> str:
    """What a form of this session carries, so that another site can't send it."""
    return Signer(services.secret, salt="form", digest_method="sha256").get_signature(session.encode()).decode()


async def refuse_forgery(request: Request, services: Services, session: str) -> None:
    """Raises HTTPException 403 unless the form's token belongs to the session and the request to this site."""
    refuse_other_sites(request)
    given = request.headers.get("x-form-token", "")
    if not given:
        given = str((await request.form()).get("form_token", ""))
    if not hmac.compare_digest(given.encode(), form_token(services, session).encode()):
        raise HTTPException(403, "the form is from another sign-in or another site; open the page again and repeat it")


def refuse_other_sites(request: Request) -> None:
    """Raises HTTPException 403 where the browser says that the request comes from another site."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    foreign = origin is not None and origin != "null" and urlsplit(origin).netloc != request.headers.get("host")
    if site not in {"same-origin", "none"} or foreign:
        raise HTTPException(403, "the request comes from another site; open the page here and repeat it")


PUBLIC = Allow(anybody=True)
STAFF = Allow(roles=frozenset(Role))
ENGINEERS = Allow(roles=frozenset({Role.ENGINEER, Role.ADMINISTRATOR}))
AGENTS = Allow(roles=frozenset({Role.AGENT, Role.MANAGER, Role.ADMINISTRATOR}))
ADMINISTRATORS = Allow(roles=frozenset({Role.ADMINISTRATOR}))


def machines(*scopes: str, roles: frozenset[Role] = frozenset()) -> Allow:
    """Machines whose token has one of the scopes, and users with one of the roles."""
    return Allow(roles=roles, scopes=frozenset(scopes))
