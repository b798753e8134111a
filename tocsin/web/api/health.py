"""Health endpoints for monitoring Tocsin itself: alive, ready, reload, metrics."""

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from tocsin.storage import StorageError
from tocsin.storage.accounts import Role
from tocsin.web.http.access import PUBLIC, Allow
from tocsin.web.http.pages import set_by, utc
from tocsin.web.http.runtime import runtime_of, services_of

router = APIRouter()

RELOADERS = Allow(roles=frozenset({Role.ADMINISTRATOR, Role.ENGINEER}), scopes=frozenset({"reload"}))
# Names of watches and components are in it, which are not for the public.
READERS = Allow(roles=frozenset(Role), scopes=frozenset({"metrics"}), local=True)


@router.get("/", include_in_schema=False, dependencies=[Depends(PUBLIC)])
def home() -> Response:
    """Whoever comes without a path wants the public page."""
    return RedirectResponse("/status/")


@router.get("/-/healthy", dependencies=[Depends(PUBLIC)], response_class=PlainTextResponse)
async def healthy() -> PlainTextResponse:
    """200 while the process answers, also where every thread for requests waits for something."""
    return PlainTextResponse("Tocsin is healthy.\n")


@router.get(
    "/-/ready",
    dependencies=[Depends(PUBLIC)],
    response_class=PlainTextResponse,
    responses={503: {"description": "Not ready yet, and why", "content": {"text/plain": {}}}},
)
async def ready(request: Request) -> Response:
    """200 once the database answers and every watch is warm, here or at the leader; else 503 with what is missing."""
    a_thread_of_its_own = CapacityLimiter(1)
    return await to_thread.run_sync(_readiness, request, limiter=a_thread_of_its_own)


def _readiness(request: Request) -> Response:
    try:
        services_of(request).store.ping()
    except StorageError as error:
        return PlainTextResponse(f"not ready: the database does not answer ({type(error).__name__})\n", 503)
    missing = runtime_of(request).not_ready()
    if missing:
        return PlainTextResponse(f"not ready: {missing}\n", 503)
    jump = runtime_of(request).clock_jump
    clock = f"The computer's clock was {set_by(jump.by)}; it showed {utc(jump.at)} then.\n" if jump else ""
    standby = "Another process leads; this one stands by.\n" if runtime_of(request).stands_by else ""
    return PlainTextResponse(f"Tocsin is ready.\n{standby}{clock}")


@router.post(
    "/-/reload",
    dependencies=[Depends(RELOADERS)],
    responses={422: {"description": "Refused, with every problem; the old configuration stays"}},
)
def reload(request: Request) -> JSONResponse:
    """Reads the configuration again; a bad one is refused with every error and changes nothing."""
    problems = runtime_of(request).reload()
    if problems:
        return JSONResponse({"error": "the configuration was not loaded; the old one stays", "problems": problems}, 422)
    return JSONResponse({"reloaded": True})


@router.get("/metrics", dependencies=[Depends(READERS)], response_class=PlainTextResponse)
def metrics(request: Request) -> Response:
    """Tocsin's own vital signs, for a Prometheus."""
    return Response(generate_latest(services_of(request).metrics.registry), media_type=CONTENT_TYPE_LATEST)
