"""Alerts in other formats than Prometheus's: an Alertmanager's webhook, the Events API version 2, CloudEvents 1.0."""

from typing import Any
from uuid import uuid4

import orjson
from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from incidents.intake.alertmanager import read_webhook
from incidents.intake.cloud_events import PREFIX, of_headers, read_events
from incidents.intake.events import read_event
from incidents.intake.prometheus import BadAlert, Reading
from tocsin.intake.intake import Overloaded, accept
from tocsin.web.api.alerts import BUSY, SENDERS, Body, decoded, problem_text, refusal, taken
from tocsin.web.api.tickets import Refusal
from tocsin.web.http.access import PUBLIC
from tocsin.web.http.runtime import WebServices, services_of

router = APIRouter(tags=["alerts"])

BATCH = "application/cloudevents-batch+json"
STRUCTURED = "application/cloudevents+json"
NAMED: dict[int | str, dict[str, Any]] = {
    **BUSY,
    200: {"description": "All alerts are stored"},
    400: {"model": Refusal, "description": "What is wrong, by its place; the valid alerts are stored"},
}


@router.post("/api/v1/alertmanager", dependencies=[Depends(SENDERS)], response_class=Response, responses=NAMED)
def take_webhook(request: Request, body: Body) -> Response:
    """Takes an Alertmanager's webhook, version 4: committed before the answer.

    It says 503 where other senders hear 429, since an Alertmanager tries again after a 5xx alone.
    """
    services = services_of(request)
    now = services.now()
    reading = read_webhook(decoded(body), now, services.config.alerts.repeat_within)
    return taken(services, reading, now, busy=503) or _answer(reading)


@router.post("/api/v1/cloudevents", dependencies=[Depends(SENDERS)], response_class=Response, responses=NAMED)
def take_cloud_events(request: Request, body: Body) -> Response:
    """Takes CloudEvents 1.0, structured, binary or in a batch: committed before the answer."""
    services = services_of(request)
    now = services.now()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == BATCH:
        events = decoded(body)
    elif kind == STRUCTURED:
        events = [decoded(body)]
    elif f"{PREFIX}id" in request.headers:
        # Without a content type the data is JSON where it reads as such.
        is_json = not kind or kind == "application/json" or kind.endswith("+json")
        events = [of_headers(request.headers, _json_or_nothing(body) if is_json else None)]
    else:
        error = (
            f"the content type is {kind or 'missing'}, must be {STRUCTURED} or {BATCH}, or the headers {PREFIX}id, …"
        )
        return JSONResponse({"error": error, "problems": []}, 415)
    reading = read_events(events, now, services.config.alerts.repeat_within)
    return taken(services, reading, now) or _answer(reading)


def _json_or_nothing(body: bytes) -> object:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _answer(reading: Reading) -> Response:
    if not reading.problems:
        return Response(status_code=200)
    problems = [{"field": place, "problem": str(error)} for place, error in reading.problems]
    return JSONResponse({"error": problem_text(reading), "problems": problems}, 400)


@router.post("/v2/enqueue", status_code=202, dependencies=[Depends(PUBLIC)], responses=BUSY)
def enqueue(request: Request, body: Body) -> Response:
    """Takes an event of the Events API, version 2, whose routing key is a token with the scope `alerts`."""
    services = services_of(request)
    now = services.now()
    try:
        event = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        return _invalid(f"the body is not JSON: {error}")
    sender = _sender(services, event.get("routing_key") if isinstance(event, dict) else None)
    if sender is None:
        return _invalid("routing_key is not a known token with the scope alerts; make one with `tocsin keys add`")
    try:
        alert, key = read_event(event, sender, uuid4().hex, now)
        accept(services.intake, (alert,) if alert else (), now)
    except BadAlert as error:
        return _invalid(str(error))
    except Overloaded as error:
        return refusal(error, 429)
    return JSONResponse({"status": "success", "message": "Event processed", "dedup_key": key}, 202)


def _sender(services: WebServices, secret: object) -> str | None:
    """The name of the token; None where it may not send alerts."""
    token = services.store.people.token(secret, services.now()) if isinstance(secret, str) else None
    return token.name if token and SENDERS.scopes.intersection(token.scopes) else None


def _invalid(error: str) -> JSONResponse:
    return JSONResponse({"status": "invalid event", "message": "Event object is invalid", "errors": [error]}, 400)
