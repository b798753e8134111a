"""The proposals API: a machine asks for an action on an incident, and reads what a person decided."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Header, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from incidents.lifecycle import Action, TransitionError
from incidents.proposal import ProposedAction
from tocsin.response.proposals import TooManyOpen, propose
from tocsin.storage import NotFound
from tocsin.web.api.incidents import MISSING, UNREADABLE, named
from tocsin.web.api.tickets import Refusal
from tocsin.web.http.access import Allow, Principal
from tocsin.web.http.runtime import services_of

router = APIRouter(prefix="/api/v1/proposals", tags=["proposals"])

PROPOSE = Allow(scopes=frozenset({"incidents:propose"}))
Proposer = Annotated[Principal, Depends(PROPOSE)]


class ProposalIn(BaseModel):
    """What is proposed and why; text, severity and end_reason as the action itself asks for them."""

    model_config = ConfigDict(extra="forbid")

    incident: Annotated[str, Field(min_length=1, max_length=40)]
    action: Action
    why: Annotated[str, Field(min_length=1, max_length=2000)]
    text: Annotated[str, Field(max_length=20_000)] = ""
    severity: Annotated[str, Field(max_length=20)] = ""
    end_reason: Annotated[str, Field(max_length=20)] = ""


class ProposalOut(BaseModel):
    """A proposal. state: open, approved, rejected or expired; decided_by: the person, "" before."""

    id: str
    incident: str
    action: Action
    why: str
    state: str
    at: datetime
    decided_at: datetime | None
    decided_by: str

    @classmethod
    def of(cls, proposal: ProposedAction, now: datetime) -> Self:
        """As it is now."""
        return cls(
            id=proposal.id,
            incident=proposal.reference,
            action=proposal.action,
            why=proposal.why,
            state=proposal.state(now),
            at=proposal.at,
            decided_at=proposal.decided_at,
            decided_by=proposal.decided_by,
        )


@router.post(
    "",
    status_code=202,
    responses={
        **UNREADABLE,
        **MISSING,
        409: {"model": Refusal, "description": "Not possible in the incident's status"},
        429: {"model": Refusal, "description": "Too many proposals of this token wait for a person"},
    },
)
def add(
    request: Request,
    body: ProposalIn,
    who: Proposer,
    idempotency_key: Annotated[str, Header(min_length=1, max_length=255)],
) -> ProposalOut:
    """Keeps it for an engineer's decision; nothing changes before. The same key again is the same proposal."""
    services = services_of(request)
    now = services.now()
    said = {"text": body.text, "severity": body.severity, "end_reason": body.end_reason}
    try:
        made = propose(
            services.response,
            named(services, body.incident),
            body.action,
            said,
            why=body.why,
            by=who.name,
            key=idempotency_key,
            now=now,
        )
    except TransitionError as error:
        raise HTTPException(409, str(error)) from error
    except TooManyOpen as error:
        raise HTTPException(429, str(error), {"Retry-After": "600"}) from error
    except ValueError as error:
        raise HTTPException(422, str(error)) from error
    return ProposalOut.of(made, now)


@router.get("/{proposal_id}", responses={404: {"model": Refusal, "description": "There is no such proposal"}})
def read(request: Request, proposal_id: str, who: Proposer) -> ProposalOut:
    """What became of one of its own."""
    services = services_of(request)
    found = services.store.proposals.get(proposal_id)
    if found.by != who.name:
        raise NotFound("proposal", proposal_id[:60])
    return ProposalOut.of(found, services.now())
