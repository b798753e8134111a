"""How sure links are: the bands, the calibration that they follow from, and links for agents to check."""

from collections.abc import Sequence
from math import isinf
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from tickets.lifecycle import WITHOUT_AGENT
from tickets.linking import Band, Step
from tickets.linking.calibration import ENOUGH
from tickets.ticket import Ticket, TicketStatus
from tocsin.desk.learning import Calibrated
from tocsin.storage import TicketFilter
from tocsin.web.http.access import AGENTS, Principal
from tocsin.web.http.pages import page
from tocsin.web.http.runtime import WebServices, services_of

router = APIRouter(prefix="/desk/linking", include_in_schema=False)

Agent = Annotated[Principal, Depends(AGENTS)]
AMONG, CHECKED = 200, 10


@router.get("")
def linking(request: Request, who: Agent) -> HTMLResponse:
    """What a probable link leads to, how often such links are right, and some made without an agent."""
    services = services_of(request)
    found = services.desk.learning.calibrated()
    return page(
        request,
        "desk_linking.html",
        who,
        attach=None if isinf(found.bands.attach) else found.bands.attach,
        bands=_bands(services, found),
        steps=tuple(reversed(found.steps)),
        judged=sum(step.answers for step in found.steps),
        enough=ENOUGH,
        drift=found.drift,
        sample=_sample(services),
    )


def _bands(services: WebServices, found: Calibrated) -> list[tuple[Band, float, float | None, float | None]]:
    """(band, wanted share right, probability from which, expected share right); None = no link is probable enough."""
    targets, bands = services.desk.learning.targets, found.bands
    begins = ((Band.ATTACH, targets.attach, bands.attach), (Band.ASK, targets.ask, bands.ask))
    rows, end = [], 2.0
    for band, target, begin in (*begins, (Band.SUGGEST, targets.suggest, bands.suggest)):
        expected = _expected([s for s in found.steps if begin <= s.above < end])
        rows.append((band, target, None if expected is None else begin, expected))
        end = min(end, begin)
    return rows


def _expected(steps: Sequence[Step]) -> float | None:
    share = sum(s.share for s in steps)
    return sum(s.share * s.right for s in steps) / share if share else None


def _sample(services: WebServices) -> list[Ticket]:
    """Some of the newest links that no agent made or confirmed, by chance: a ticket's id is random."""
    waiting = TicketFilter(linked=True, status=(TicketStatus.AWAITING_INCIDENT,))
    newest = services.store.tickets.page(waiting, None, AMONG).items
    return sorted((t for t in newest if t.linked_by in WITHOUT_AGENT), key=lambda t: t.id)[:CHECKED]
