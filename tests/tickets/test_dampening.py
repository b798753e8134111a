import math

import pytest

from incidents.incident import Incident, Status
from tests.tickets.make import NOON, incident, minutes, new, stored, waiting
from tickets.dampening import DampeningReason, Reply, dampen
from tickets.guard import GuardDecision, HumanReason
from tickets.linking import Bands, Match
from tickets.ticket import NewTicket, Ticket, TicketStatus

SURE = Match(incident_id="inc1", probability=0.9, reasons=("The form fits.",))
MAYBE = Match(incident_id="inc1", probability=0.4, reasons=())
NO = Match(incident_id="inc1", probability=0.05, reasons=())
BANDS = Bands(attach=0.8, ask=0.6, suggest=0.2)
FREE, HELD = GuardDecision(), GuardDecision(reasons=(HumanReason.UNAUTHORISED,))

CASES = [
    pytest.param(
        SURE, incident(), FREE, "awaiting_incident", Reply.INCIDENT, DampeningReason.DISCLOSED, id="disclosed"
    ),
    pytest.param(
        SURE,
        incident(disclosed_at=None),
        FREE,
        "awaiting_incident",
        Reply.NEUTRAL,
        DampeningReason.NOT_YET_DISCLOSED,
        id="secret",
    ),
    pytest.param(SURE, incident(), HELD, "new", Reply.NEUTRAL, DampeningReason.MUST_STAY_HUMAN, id="security"),
    pytest.param(SURE, incident(shadow=True), FREE, "new", Reply.NEUTRAL, DampeningReason.SHADOW, id="shadow"),
    pytest.param(MAYBE, incident(), FREE, "new", Reply.NEUTRAL, DampeningReason.TOO_UNCERTAIN, id="uncertain"),
    pytest.param(NO, incident(), FREE, "new", Reply.NEUTRAL, DampeningReason.NO_MATCH, id="unlikely"),
    pytest.param(None, None, FREE, "new", Reply.NEUTRAL, DampeningReason.NO_MATCH, id="no incident"),
    pytest.param(
        None, None, HELD, "new", Reply.NEUTRAL, DampeningReason.MUST_STAY_HUMAN, id="security without an incident"
    ),
    pytest.param(
        SURE,
        incident(status=Status.RESOLVED),
        FREE,
        "new",
        Reply.NEUTRAL,
        DampeningReason.INCIDENT_OVER,
        id="after its end",
    ),
]


@pytest.mark.parametrize(("match", "found", "verdict", "status", "reply", "reason"), CASES)
def test_what_a_ticket_gets(  # noqa: PLR0917 - one row of the table
    match: Match | None,
    found: Incident | None,
    verdict: GuardDecision,
    status: str,
    reply: Reply,
    reason: DampeningReason,
) -> None:
    done = dampen(new(), match, found, verdict, bands=BANDS)
    assert (done.status, done.reply, done.reason) == (TicketStatus(status), reply, reason)
    assert (done.incident_id is not None) == (done.status is TicketStatus.AWAITING_INCIDENT)


def test_an_agent_is_shown_what_a_security_ticket_may_belong_to() -> None:
    done = dampen(new(), SURE, incident(), HELD, bands=BANDS)
    assert (done.incident_id, done.suggested_id) == (None, "inc1")


def test_a_second_ticket_about_the_same_incident_joins_the_first_without_a_mail() -> None:
    later = waiting(id="t2", created_at=NOON + minutes(5))
    done = dampen(new("any update?"), SURE, incident(), FREE, (later, waiting()), bands=BANDS)
    assert (done.reply, done.joins, done.reason) == (Reply.NONE, "t1", DampeningReason.SAME_INCIDENT)
    assert done.status is TicketStatus.AWAITING_INCIDENT


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(stored(), id="not linked"),
        pytest.param(waiting(incident_id="inc2"), id="another incident"),
        pytest.param(waiting(status=TicketStatus.RESOLVED), id="settled"),
        pytest.param(waiting(customer_id="C2"), id="another customer"),
    ],
)
def test_it_joins_nothing_else(other: object) -> None:
    assert dampen(new(), SURE, incident(), FREE, (other,), bands=BANDS).joins is None  # type: ignore[arg-type]


ASKED = Match(incident_id="inc1", probability=0.7, reasons=("The form fits.",))


@pytest.mark.parametrize(
    ("bands", "match", "reason"),
    [
        (Bands(attach=0.95, ask=0.92, suggest=0.2), SURE, DampeningReason.TOO_UNCERTAIN),
        (Bands(attach=0.9, ask=0.6, suggest=0.2), SURE, DampeningReason.DISCLOSED),
        (Bands(attach=0.95, ask=0.9, suggest=0.2), SURE, DampeningReason.ASKED),
        (Bands(attach=0.3, ask=0.2, suggest=0.1), MAYBE, DampeningReason.DISCLOSED),
        (Bands(attach=0.9, ask=0.6, suggest=0.05), NO, DampeningReason.TOO_UNCERTAIN),
        (Bands(attach=math.inf, ask=math.inf, suggest=0.06), NO, DampeningReason.NO_MATCH),
    ],
    ids=["surer than sure", "just sure enough", "asked", "bold", "curious", "not even that"],
)
def test_the_bands_say_how_sure_a_link_must_be(bands: Bands, match: Match, reason: DampeningReason) -> None:
    assert dampen(new(), match, incident(), FREE, bands=bands).reason is reason


def test_the_customer_is_asked_and_the_ticket_stays_in_the_queue() -> None:
    done = dampen(new(), ASKED, incident(), FREE, bands=BANDS)
    assert (done.reply, done.status, done.incident_id, done.suggested_id) == (
        Reply.QUESTION,
        TicketStatus.NEW,
        None,
        "inc1",
    )


@pytest.mark.parametrize(
    ("found", "verdict", "ticket", "reason"),
    [
        pytest.param(incident(disclosed_at=None), FREE, new(), DampeningReason.TOO_UNCERTAIN, id="not public"),
        pytest.param(incident(status=Status.RESOLVED), FREE, new(), DampeningReason.INCIDENT_OVER, id="over"),
        pytest.param(incident(shadow=True), FREE, new(), DampeningReason.SHADOW, id="shadow"),
        pytest.param(incident(), HELD, new(), DampeningReason.MUST_STAY_HUMAN, id="security"),
        pytest.param(incident(), FREE, stored(asked_about="inc1"), DampeningReason.ASKED, id="asked before"),
        pytest.param(incident(), FREE, stored(not_about=("inc1",)), DampeningReason.DENIED, id="denied"),
    ],
)
def test_who_is_not_asked(
    found: Incident, verdict: GuardDecision, ticket: NewTicket | Ticket, reason: DampeningReason
) -> None:
    done = dampen(ticket, ASKED, found, verdict, bands=BANDS)
    assert (done.reply, done.reason) == (Reply.NEUTRAL, reason)


def test_what_was_denied_is_not_linked_however_sure_linking_is() -> None:
    assert dampen(stored(not_about=("inc1",)), SURE, incident(), FREE, bands=BANDS).incident_id is None
    assert dampen(stored(not_about=("inc2",)), SURE, incident(), FREE, bands=BANDS).incident_id == "inc1"
