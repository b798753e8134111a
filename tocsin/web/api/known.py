"""What is known of a topic, for the exchange's own app: the incidents that answer a ticket before it is written."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from tickets.ticket import Form, Transaction
from tocsin.desk.deflection import Answering, affected, answering
from tocsin.web.api.tickets import Refusal
from tocsin.web.http.access import PUBLIC
from tocsin.web.http.customer import ByMachine
from tocsin.web.http.runtime import services_of

router = APIRouter(prefix="/api/v1", tags=["tickets"])


class OwnOut(BaseModel):
    """A transaction of the customer's that an incident may hold up."""

    kind: str
    asset: str
    txid: str
    status: str
    created_at: datetime


class ProblemOut(BaseModel):
    """A disclosed incident in its public words. affected: the customer's own transactions; null = not known."""

    title: str
    body: str
    message: str
    affected: list[OwnOut] | None


class KnownOut(BaseModel):
    """What is known of a topic, and where to read on and to write."""

    problems: list[ProblemOut]
    status_url: str
    support_url: str


@router.get(
    "/known",
    response_model=KnownOut,
    dependencies=[Depends(PUBLIC)],
    responses={
        401: {"model": Refusal, "description": "The proof of identity that came along is none"},
        403: {"model": Refusal, "description": "The token that came along may not say who a customer is"},
        422: {"model": Refusal, "description": "There is no such form"},
    },
)
def known(
    request: Request,
    identity: ByMachine,
    form: Form,
    asset: Annotated[str, Query(max_length=12)] = "",
    language: Annotated[str, Query(max_length=35, pattern=r"^[A-Za-z0-9-]*$")] = "en",
) -> JSONResponse:
    """The disclosed incidents that a ticket of this form and coin would be about; none for matters of security.

    With X-Customer-Token, a token that the exchange signed for its customer, each says which of their own transactions
    it may hold up. Any site may ask from its pages, without that token.
    """
    services = services_of(request)
    found = answering(services.desk, form, asset, language or "en", services.now())
    customer = identity.customer_id
    own = affected(services.desk, customer, [one.linkable for one in found]) if customer and found else None
    out = KnownOut(
        problems=[_problem(one, None if own is None else own[place]) for place, one in enumerate(found)],
        status_url=services.config.page_url,
        support_url=f"{services.config.site.public_url.rstrip('/')}/support",
    )
    return JSONResponse(out.model_dump(mode="json"), headers={"Access-Control-Allow-Origin": "*"})


def _problem(one: Answering, own: Sequence[Transaction] | None) -> ProblemOut:
    return ProblemOut(
        title=one.words.title,
        body=one.words.body,
        message=one.words.message,
        affected=None if own is None else [OwnOut.model_validate(t, from_attributes=True) for t in own],
    )
