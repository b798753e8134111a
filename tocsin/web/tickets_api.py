"""Where other programs hand in customers' tickets."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from tickets.forms import SUBJECT_MAX, TEXT_MAX
from tickets.ticket import Channel, Form, NewTicket, Priority
from tocsin.reception import InvalidTicket, Receipt, receive
from tocsin.storage import KeyReused
from tocsin.web.access import PUBLIC, Principal
from tocsin.web.services import services_of

router = APIRouter(prefix="/api/v1")


class TicketIn(BaseModel):
    """A customer's ticket. Unknown keys are refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid")

    form: Form = Form.OTHER
    subject: Annotated[str, Field(max_length=SUBJECT_MAX)] = ""
    text: Annotated[str, Field(min_length=1, max_length=TEXT_MAX)]
    name: Annotated[str, Field(max_length=200)] = ""
    email: Annotated[str, Field(max_length=254)]
    phone: Annotated[str, Field(max_length=200)] = ""
    customer_id: Annotated[str, Field(max_length=200)] = ""
    language: Annotated[str, Field(max_length=35, pattern=r"^[A-Za-z0-9-]*$")] = ""
    priority: Priority | None = None
    organisation: Annotated[str, Field(max_length=200)] = ""
    fields: Annotated[dict[str, str | int | float], Field(max_length=30)] = {}


class TicketOut(BaseModel):
    """What the sender keeps: the number that the customer quotes, and the address of their own page."""

    number: str
    status: str
    url: str


class Refusal(BaseModel):
    """Why nothing was stored."""

    error: str
    problems: list[dict[str, str]] = []


@router.post(
    "/tickets",
    status_code=201,
    response_model=TicketOut,
    responses={200: {"model": TicketOut, "description": "The same key before: the first answer again"},
               400: {"model": Refusal, "description": "Not JSON"},
               409: {"model": Refusal, "description": "The key was used for another ticket"},
               422: {"model": Refusal}},
)
def add_ticket(
    request: Request,
    body: TicketIn,
    who: Annotated[Principal, Depends(PUBLIC)],
    idempotency_key: Annotated[str | None, Header(max_length=255)] = None,
) -> JSONResponse:
    """Accepts a ticket: committed before the answer. With an Idempotency-Key it can be sent again safely."""
    services = services_of(request)
    new = as_ticket(body, Channel.API)
    owner = body.customer_id or body.email.casefold()
    try:
        receipt = receive(services, new, services.now(), idempotency_key=idempotency_key, owner=owner)
    except InvalidTicket as error:
        problems = [{"field": p.field, "problem": p.message} for p in error.problems]
        return JSONResponse({"error": "the ticket is not valid", "problems": problems}, 422)
    except KeyReused as error:
        return JSONResponse({"error": str(error), "problems": []}, 409)
    return JSONResponse(answer(receipt, services.config.site.public_url), 201 if receipt.created else 200)


def as_ticket(body: TicketIn, channel: Literal[Channel.API, Channel.PORTAL]) -> NewTicket:
    """The domain's value of what was sent."""
    return NewTicket(
        form=body.form,
        subject=body.subject or body.text.strip().splitlines()[0][:80],
        text=body.text,
        name=body.name,
        email=body.email,
        phone=body.phone,
        customer_id=body.customer_id,
        language=body.language,
        channel=channel,
        fields=tuple(sorted((k, str(v)) for k, v in body.fields.items() if str(v).strip())),
        requested_priority=body.priority,
        organisation=body.organisation,
    )


def answer(receipt: Receipt, public_url: str) -> dict[str, str]:
    """What the sender is told."""
    return {
        "number": receipt.ticket.number,
        "status": receipt.ticket.status.value,
        "url": public_url.rstrip("/") + receipt.path,
    }
