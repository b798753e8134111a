"""Error answers: a page for people, JSON for machines; never with internal details."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from tickets.lifecycle import TransitionError
from tocsin.context.word_check import InsideWords
from tocsin.storage import AlreadyActive, AlreadyExists, BadCursor, NotFound, StorageError
from tocsin.web.http.access import ANYBODY, SAFE_METHODS, SignInNeeded
from tocsin.web.http.headers import add_headers
from tocsin.web.http.pages import page

log = structlog.get_logger()

TITLES = {
    400: "Not understood",
    401: "Sign-in needed",
    403: "Not allowed",
    404: "Not found",
    405: "Not possible here",
    408: "Too slow",
    409: "Not possible now",
    413: "Too large",
    422: "Not understood",
    503: "Not reachable just now",
}
AGAIN_AFTER_S = "2"
"""`Retry-After` of what could not be done just now."""
STATUSES: dict[type[StorageError], int] = {NotFound: 404, BadCursor: 400, AlreadyActive: 409, AlreadyExists: 409}


def add_failures(web: FastAPI) -> None:
    """Teaches the application to answer every error."""
    web.add_exception_handler(SignInNeeded, _signin_needed)
    web.add_exception_handler(HTTPException, _refused)
    web.add_exception_handler(RequestValidationError, _not_valid)
    web.add_exception_handler(StorageError, _not_stored)
    web.add_exception_handler(TransitionError, _not_possible)
    web.add_exception_handler(InsideWords, _not_for_the_public)
    web.add_exception_handler(Exception, _broken)


def is_machine(request: Request) -> bool:
    """Whether JSON is expected rather than a page."""
    if request.url.path.startswith(("/api/", "/v2/", "/-/", "/metrics", "/openapi.json")):
        return True
    return "text/html" not in request.headers.get("accept", "text/html")


def _signin_needed(request: Request, _error: Exception) -> Response:
    if is_machine(request):
        return JSONResponse(
            {"error": "sign-in or a bearer token is needed: Authorization: Bearer …"},
            401,
            headers={"WWW-Authenticate": "Bearer"},
        )
    wanted = request.url.path if request.method in SAFE_METHODS else ""
    return RedirectResponse(f"/signin?next={quote(wanted)}", status_code=303)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it alone
    if error.status_code == 503:
        return not_now(request, error.detail, error.headers)
    refused = answer(request, error.status_code, error.detail)
    refused.headers.update(error.headers or {})
    return refused


def _not_valid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it alone
    faults = [{"field": ".".join(map(str, e["loc"][1:])), "problem": str(e["msg"])} for e in error.errors()]
    malformed = any(e["type"] == "json_invalid" for e in error.errors())
    words = "the body is not JSON" if malformed else "the request is not valid"
    status = 400 if malformed else 422
    if is_machine(request):
        return JSONResponse({"error": words, "problems": faults}, status)
    return answer(request, status, "; ".join(f"{f['field']}: {f['problem']}" for f in faults))


def _not_stored(request: Request, error: Exception) -> Response:
    status = next((status for kind, status in STATUSES.items() if isinstance(error, kind)), 503)
    if status != 503:
        return answer(request, status, str(error))
    log.error("the database does not answer", path=request.scope["path"], kind=type(error).__name__)
    return not_now(request, "the database does not answer; nothing was stored, please send it again")


def not_now(request: Request, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """503 with `Retry-After`; a person's form comes back as it was sent, to be sent again with the same key."""
    if is_machine(request):
        response: Response = JSONResponse({"error": detail, "problems": []}, 503)
    else:
        sent = getattr(request.state, "sent", FormData())
        typed = [(name, value) for name, value in sent.multi_items() if isinstance(value, str)]
        has_files = any(getattr(value, "filename", "") for value in sent.values())
        response = _page(request, 503, detail, again=typed, has_files=has_files)
    response.headers.update({"Retry-After": AGAIN_AFTER_S, **(headers or {})})
    return response


def _not_possible(request: Request, error: Exception) -> Response:
    return answer(request, 409, str(error))


def _not_for_the_public(request: Request, error: Exception) -> Response:
    assert isinstance(error, InsideWords)  # noqa: S101 - registered for it alone
    if is_machine(request):
        fault = {"field": error.field, "problem": str(error)}
        return JSONResponse({"error": "readers would see words of the inside", "problems": [fault]}, 422)
    return answer(request, 422, str(error))


def _broken(request: Request, error: Exception) -> Response:
    """A fault of ours, logged with its traceback by the server; the answer passes no middleware any more."""
    log.error("request failed", path=request.scope["path"], kind=type(error).__name__)
    response = JSONResponse({"error": "Something went wrong on our side; nothing more is known here."}, 500)
    add_headers(response.headers)
    return response


def answer(request: Request, status: int, detail: str) -> Response:
    """The refusal as its reader expects it."""
    if is_machine(request):
        return JSONResponse({"error": detail, "problems": []}, status)
    return _page(request, status, detail)


def _page(
    request: Request, status: int, detail: str, *, again: Sequence[tuple[str, str]] = (), has_files: bool = False
) -> Response:
    """again: the fields of a form to send once more; has_files: it came with files, which are not kept."""
    surface = request.url.path.split("/")[1]
    staff = surface in {"console", "desk", "mailbox"}
    back, words = (f"/{surface}", "Back") if staff else ("/support", "To support")
    title = TITLES.get(status, "Something went wrong")
    return page(
        request,
        "error.html",
        ANYBODY,
        status=status,
        title=title,
        detail=detail,
        back=back,
        back_words=words,
        again=again,
        has_files=has_files,
    )
