"""The tickets API: other programs hand in customers' tickets here."""

from math import ceil
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from tickets.admission import TooManyTickets, network_of
from tickets.forms import FIELD_MAX, SUBJECT_MAX, TEXT_MAX
from tickets.identity import UnprovenIdentity
from tickets.ticket import Channel, Form, NewTicket, Priority
from tocsin.desk.intake import InvalidTicket, Receipt, receive
from tocsin.storage import KeyReused
from tocsin.web.http.access import PUBLIC
from tocsin.web.http.answers import place_of
from tocsin.web.http.customer import ByMachine
from tocsin.web.http.runtime import services_of

router = APIRouter(prefix="/api/v1", tags=["tickets"])


class TicketIn(BaseModel):
    """A customer's ticket. Unknown keys are refused, so that a misspelt one is noticed.

    customer_id, email: claims, until a proof of identity comes with the request. A customer token fills them in.
    """

    model_config = ConfigDict(extra="forbid")

    form: Form = Form.OTHER
    subject: Annotated[str, Field(max_length=SUBJECT_MAX)] = ""
    text: Annotated[str, Field(min_length=1, max_length=TEXT_MAX)]
    name: Annotated[str, Field(max_length=FIELD_MAX)] = ""
    email: Annotated[str, Field(max_length=254)] = ""
    phone: Annotated[str, Field(max_length=FIELD_MAX)] = ""
    customer_id: Annotated[str, Field(max_length=FIELD_MAX)] = ""
    language: Annotated[str, Field(max_length=35, pattern=r"^[A-Za-z0-9-]*$")] = ""
    priority: Priority | None = None
    organisation: Annotated[str, Field(max_length=FIELD_MAX)] = ""
    fields: Annotated[dict[str, str | int | float], Field(max_length=30)] = {}


class TicketOut(BaseModel):
    """What the sender keeps: the number that the customer quotes, and the address of the ticket's page."""

    number: str
    status: str
    url: str


class FieldFault(BaseModel):
    """What is wrong with one field."""

    field: str
    problem: str


class Refusal(BaseModel):
    """Why nothing was stored."""

    error: str
    problems: list[FieldFault] = []


@router.post(
    "/tickets",
    status_code=201,
    response_model=TicketOut,
    dependencies=[Depends(PUBLIC)],
    responses={
        200: {"model": TicketOut, "description": "The same key before: the first answer again"},
        400: {"model": Refusal, "description": "The body is not JSON"},
        401: {"model": Refusal, "description": "The proof of identity that came along is none"},
        403: {"model": Refusal, "description": "The token that came along may not say whose a ticket is"},
        409: {"model": Refusal, "description": "The key was used for another ticket"},
        413: {"model": Refusal, "description": "The body is larger than 512 KiB"},
        422: {"model": Refusal, "description": "The ticket is not valid: every field that is wrong"},
        429: {"model": Refusal, "description": "Too many of this customer, text or network; again after Retry-After"},
        503: {"model": Refusal, "description": "The database does not answer; send it again"},
    },
)
def add_ticket(
    request: Request,
    body: TicketIn,
    identity: ByMachine,
    idempotency_key: Annotated[str | None, Header(max_length=255)] = None,
) -> JSONResponse:
    """Accepts a ticket: committed before the answer. With an Idempotency-Key it can be sent again safely.

    Whose it is is proven by a machine's token with the scope `tickets:write` (Authorization: Bearer …), or by a token
    that the exchange signed for its customer (X-Customer-Token). Without either it is only claimed: the ticket is
    answered by itself, reads no account and meets no other ticket.
    """
    services = services_of(request)
    try:
        receipt = receive(
            services.desk,
            as_ticket(body),
            services.now(),
            identity=identity,
            idempotency_key=idempotency_key,
            network=network_of(place_of(request)),
        )
    except UnprovenIdentity as error:
        return JSONResponse({"error": str(error), "problems": []}, 403)
    except TooManyTickets as error:
        seconds = str(ceil(error.again_in.total_seconds()))
        return JSONResponse({"error": str(error), "problems": []}, 429, headers={"Retry-After": seconds})
    except InvalidTicket as error:
        problems = [{"field": p.field, "problem": p.message} for p in error.problems]
        return JSONResponse({"error": "the ticket is not valid", "problems": problems}, 422)
    except KeyReused as error:
        return JSONResponse({"error": str(error), "problems": []}, 409)
    return JSONResponse(answer(receipt, services.config.site.public_url), 201 if receipt.created else 200)


def as_ticket(body: TicketIn) -> NewTicket:
    """The domain's value of what was sent."""
    lines = body.text.strip().splitlines() or [""]
    return NewTicket(
        form=body.form,
        subject=body.subject or lines[0][:80],
        text=body.text,
        name=body.name,
        email=body.email,
        phone=body.phone,
        customer_id=body.customer_id,
        language=body.language,
        channel=Channel.API,
        fields=tuple(sorted((k, str(v)) for k, v in body.fields.items() if str(v).strip())),
        requested_priority=body.priority,
        organisation=body.organisation,
    )


def answer(receipt: Receipt, public_url: str) -> dict[str, str]:
    """The receipt that the sender gets."""
    return {
        "number": receipt.ticket.number,
        "status": receipt.ticket.status.value,
        "url": public_url.rstrip("/") + receipt.path,
    }
