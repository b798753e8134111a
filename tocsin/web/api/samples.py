"""Samples that others push: remote write 1.0 of a Prometheus, and OTLP metrics over HTTP."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response

from detectors.sources.otlp import answer_of, read_metrics
from detectors.sources.push import BadPush, MissingPushExtra, Pushed, unzipped
from detectors.sources.remote_write import read_write_request
from detectors.sources.source import SourceError
from tocsin.intake.samples import SampleIntake, Taken, take
from tocsin.web.api.alerts import SENDERS, Body
from tocsin.web.api.incidents import Responses
from tocsin.web.api.tickets import Refusal
from tocsin.web.http.access import Principal
from tocsin.web.http.runtime import services_of

router = APIRouter(tags=["samples"])

Sender = Annotated[Principal, Depends(SENDERS)]
PROTOBUF, JSON = "application/x-protobuf", "application/json"
REFUSALS: Responses = {
    400: {
        "model": Refusal,
        "description": "What is not valid, which is not to be sent again; the valid samples are stored",
    },
    404: {"model": Refusal, "description": "No source of kind push is configured"},
    413: {"model": Refusal, "description": "The body is larger than 8 MiB"},
    415: {"model": Refusal, "description": "Another format or another packing than those that are taken"},
    501: {"model": Refusal, "description": "The extra `push` is not installed"},
    503: {"model": Refusal, "description": "The store cannot be written now; nothing is lost by sending it again"},
}


@router.post("/api/v1/write", status_code=204, response_class=Response, responses=REFUSALS)
def remote_write(request: Request, body: Body, who: Sender) -> Response:
    """Takes a remote write, version 1.0, as Prometheus sends it: committed before the answer."""
    kind = request.headers.get("content-type", PROTOBUF)
    if not kind.startswith(PROTOBUF) or "proto=io.prometheus.write.v2" in kind:
        raise HTTPException(415, f"the content type is {kind[:100]}, must be {PROTOBUF} (remote write 1.0)")
    if (packing := request.headers.get("content-encoding", "snappy")) != "snappy":
        raise HTTPException(415, f"the content encoding is {packing[:40]}, must be snappy")
    intake = _intake(request)
    taken = _taken(request, intake, _read(lambda: read_write_request(body)), who)
    if taken.problems:
        raise HTTPException(400, f"{'; '.join(taken.problems)}; {taken.stored} samples were stored")
    return Response(status_code=204)


@router.post("/api/v1/otlp/v1/metrics", response_class=Response, responses=REFUSALS)
def otlp(request: Request, body: Body, who: Sender) -> Response:
    """Takes metrics by OTLP over HTTP, in protobuf or JSON, packed by gzip or not: committed before the answer."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in (PROTOBUF, JSON):
        raise HTTPException(415, f"the content type is {kind[:100] or 'missing'}, must be {PROTOBUF} or {JSON}")
    packing = request.headers.get("content-encoding", "identity")
    if packing not in ("gzip", "identity"):
        raise HTTPException(415, f"the content encoding is {packing[:40]}, must be gzip or none")
    intake = _intake(request)
    pushed = _read(lambda: read_metrics(unzipped(body) if packing == "gzip" else body, as_json=kind == JSON))
    taken = _taken(request, intake, pushed, who)
    return Response(answer_of(taken.refused, "; ".join(taken.problems), as_json=kind == JSON), 200, media_type=kind)


def _intake(request: Request) -> SampleIntake:
    intake = services_of(request).sample_intake
    if intake is None:
        raise HTTPException(404, "no source takes pushed samples: configure one with kind: push (sources)")
    return intake


def _read(read: Callable[[], Pushed]) -> Pushed:
    try:
        return read()
    except BadPush as error:
        raise HTTPException(400, str(error)) from error
    except MissingPushExtra as error:
        raise HTTPException(501, str(error)) from error


def _taken(request: Request, intake: SampleIntake, pushed: Pushed, who: Principal) -> Taken:
    try:
        return take(intake, pushed, who.name, services_of(request).now())
    except SourceError as error:
        raise HTTPException(503, str(error), headers={"Retry-After": "5"}) from error
