"""The subscriptions API: the same double opt-in as the form; it never says whether an address is subscribed."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from tocsin.storage import Purpose
from tocsin.subscriptions import signup
from tocsin.subscriptions.signup import SignupOutcome, Wish
from tocsin.subscriptions.subscriptions import SubscriptionServices
from tocsin.web.api.tickets import FieldFault, Refusal
from tocsin.web.http.access import PUBLIC
from tocsin.web.http.answers import place_of
from tocsin.web.http.runtime import services_of
from tocsin.web.http.subscription_choice import choice_of

router = APIRouter(prefix="/api/v1/subscriptions", tags=["subscriptions"], dependencies=[Depends(PUBLIC)])

PublicId = Annotated[str, Field(pattern=r"^[a-z0-9]{12}$")]


class SubscriptionIn(BaseModel):
    """Who wants to be notified of what. Unknown keys are refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid")

    email: Annotated[str, Field(max_length=254)]
    url: Annotated[str, Field(max_length=2000)] = ""
    """Of a webhook; the address then gets a mail when it stops working."""
    language: Annotated[str, Field(max_length=35, pattern=r"^[A-Za-z0-9-]*$")] = ""
    components: Annotated[list[PublicId], Field(max_length=5000)] = []
    """Ids of components as the page's API names them; neither these nor groups: everything."""
    groups: Annotated[list[PublicId], Field(max_length=1000)] = []


class SubscriptionOut(BaseModel):
    """The answer to a sign-up; the same whether the address is subscribed or not."""

    message: str


FIELDS = {
    signup.SignupProblem.EMAIL: ("email", "must be an e-mail address such as name@example.com"),
    signup.SignupProblem.URL: ("url", "must be an https:// address on the public internet; or webhooks are off here"),
    signup.SignupProblem.NOTHING_CHOSEN: ("components", "names nothing that the page lists"),
}


@router.post(
    "",
    status_code=202,
    response_model=SubscriptionOut,
    responses={
        404: {"model": Refusal, "description": "Nobody can subscribe to this page"},
        422: {"model": Refusal, "description": "Something of it is not valid: every field that is wrong"},
        429: {"model": Refusal, "description": "Too many sign-ups from this network"},
    },
)
def add_subscription(request: Request, body: SubscriptionIn) -> JSONResponse:
    """Sends a mail with a link that confirms, where the address may be written to; the answer is always the same."""
    services, subscriptions = services_of(request), _open(request)
    scope = ["some"] if body.components or body.groups else ["all"]
    known = [site.language for site in services.site.trees]
    wish = Wish(
        email=body.email.strip(),
        url=body.url.strip(),
        language=body.language if body.language in known else known[0],
        choice=choice_of(subscriptions, {"scope": scope, "group": body.groups, "component": body.components}),
    )
    if problems := signup.problems_of(subscriptions, wish):
        faults = [FieldFault(field=FIELDS[p][0], problem=FIELDS[p][1]).model_dump() for p in problems]
        return JSONResponse({"error": "the subscription is not valid", "problems": faults}, 422)
    if signup.ask(subscriptions, wish, place_of(request), services.now()) is SignupOutcome.TOO_MANY:
        return JSONResponse({"error": "too many sign-ups from this network; try again in an hour", "problems": []}, 429)
    return JSONResponse({"message": "if this address can be subscribed, a mail with a link is on its way"}, 202)


@router.delete("/{token}", status_code=204, response_class=Response)
def end_subscription(request: Request, token: str) -> Response:
    """Ends the one of a token of the mails' links, and deletes it; an unknown token is a no-op."""
    services, subscriptions = services_of(request), _open(request)
    one = services.store.subscriptions.of_token(token, Purpose.MANAGE, Purpose.UNSUBSCRIBE)
    if one is not None:
        signup.leave(subscriptions, one, services.now())
    return Response(status_code=204)


def _open(request: Request) -> SubscriptionServices:
    subscriptions = services_of(request).subscriptions
    if subscriptions is None:
        raise HTTPException(404, "nobody can subscribe to this page; it has feeds")
    return subscriptions
