"""The web application: every surface behind one set of headers, errors and access rules."""

from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.middleware.base import RequestResponseEndpoint
from starlette.staticfiles import StaticFiles

from tocsin.services import Runtime
from tocsin.storage import NotFound, StorageError
from tocsin.web import console, desk, health, mailbox, portal, signin, tickets_api
from tocsin.web.access import ANYBODY, SignInNeeded
from tocsin.web.pages import environment, page
from tocsin.web.published import Published

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; script-src 'self'; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
WORDS = {401: "Sign-in needed", 403: "Not allowed", 404: "Not found", 413: "Too large", 422: "Not understood"}


def create_web(runtime: Runtime) -> FastAPI:
    """The ASGI application over a running Tocsin."""
    web = FastAPI(title="Tocsin", docs_url=None, redoc_url=None)
    web.state.runtime = runtime
    web.state.environment = environment()
    for router in (health.router, signin.router, tickets_api.router, portal.router, console.router, desk.router, mailbox.router):
        web.include_router(router)
    web.mount("/static", StaticFiles(directory=str(files("tocsin.web").joinpath("static"))), name="static")
    web.mount("/status", Published(lambda: Path(runtime.services.page_directory)), name="status")
    _add_errors(web)
    web.middleware("http")(_with_headers)
    return web


async def _with_headers(request: Request, call_next: RequestResponseEndpoint) -> Response:
    response = await call_next(request)
    if not request.url.path.startswith("/status/"):
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _add_errors(web: FastAPI) -> None:
    @web.exception_handler(SignInNeeded)
    def signin_needed(request: Request, exc: Exception) -> Response:
        if _is_machine(request):
            return JSONResponse({"error": "a bearer token is needed: Authorization: Bearer …"}, 401)
        return RedirectResponse(f"/signin?next={quote(request.url.path)}", status_code=303)

    @web.exception_handler(StarletteHTTPException)
    def refused(request: Request, exc: StarletteHTTPException) -> Response:
        return _answer(request, exc.status_code, str(exc.detail))

    @web.exception_handler(NotFound)
    def not_found(request: Request, exc: Exception) -> Response:
        return _answer(request, 404, str(exc))

    @web.exception_handler(RequestValidationError)
    def not_understood(request: Request, exc: RequestValidationError) -> Response:
        faults = [{"field": ".".join(map(str, e["loc"][1:])), "problem": e["msg"]} for e in exc.errors()]
        if _is_machine(request):
            return JSONResponse({"error": "the request is not valid", "problems": faults}, 422)
        return _answer(request, 422, "; ".join(f"{f['field']}: {f['problem']}" for f in faults))

    @web.exception_handler(StorageError)
    def storage_down(request: Request, exc: Exception) -> Response:
        return _answer(request, 503, "the database does not answer; nothing was stored, please send it again")


def _is_machine(request: Request) -> bool:
    return request.url.path.startswith(("/api/", "/-/", "/metrics")) or "text/html" not in request.headers.get("accept", "")


def _answer(request: Request, status: int, detail: str) -> Response:
    if _is_machine(request):
        return JSONResponse({"error": detail}, status)
    title = WORDS.get(status, "Something went wrong")
    staff = request.url.path.startswith(("/console", "/desk"))
    back, words = (request.url.path.split("/")[1], "Back") if staff else ("support", "To support")
    return page(request, "error.html", ANYBODY, status=status, title=title, detail=detail, back=f"/{back}", back_words=words)
