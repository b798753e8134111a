"""Whether a customer's second ticket about one transaction joins the first, has news, or is a matter of its own."""

import pytest

from tests.tickets.make import NOON, minutes, new, stored, transaction, waiting
from tickets.guard import GuardDecision, HumanReason, must_stay_human
from tickets.second_ticket import second_ticket
from tickets.ticket import Form, Home, NewTicket, Proof, Ticket, TicketStatus

HASH, OTHER = "ab" * 32, "cd" * 32
ADDRESS = "0x" + "12" * 20
FIRST = stored(fields=(("txid", HASH),))
HELD = stored(fields=(("txid", HASH),), human_reason=HumanReason.STOLEN.value)
SECOND = new("Where is it?", fields={"txid": HASH})


def joins(ticket: NewTicket, *earlier: Ticket) -> str:
    """The id of the ticket that it joins; why it does not; or "" where it is a matter of its own."""
    verdict = must_stay_human(ticket, None, earlier, now=NOON + minutes(5))
    found = second_ticket(ticket, verdict, earlier)
    return "" if found is None else found.news or found.first.id


@pytest.mark.parametrize(
    ("ticket", "first"),
    [
        pytest.param(SECOND, FIRST, id="by the field"),
        pytest.param(new(f"Any news of 0x{HASH.upper()}?"), FIRST, id="by the text"),
        pytest.param(SECOND, stored(f"Where is {HASH}?"), id="of the first's text"),
        pytest.param(SECOND, waiting(fields=(("txid", HASH),)), id="while the first waits for an incident"),
        pytest.param(new("Any update?", fields={"txid": HASH}), HELD, id="a person has the first"),
        pytest.param(
            new(Form.TRADING, form=Form.TRADING, fields={"order_id": "O-778812"}),
            stored(form=Form.TRADING, fields=(("order_id", "o-778812"),)),
            id="an order",
        ),
    ],
)
def test_it_joins_the_first_about_the_same_transaction(ticket: NewTicket, first: Ticket) -> None:
    assert joins(ticket, first) == first.id


def test_the_earliest_is_joined() -> None:
    later = stored(id="t0", fields=(("txid", HASH),), created_at=NOON + minutes(1))
    assert joins(SECOND, later, FIRST) == "t1"


@pytest.mark.parametrize(
    ("ticket", "first"),
    [
        pytest.param(new("Where is it?", fields={"txid": OTHER}), FIRST, id="another transaction"),
        pytest.param(new("Where is it?"), FIRST, id="no transaction"),
        pytest.param(new("A", fields={"order_id": "none"}), stored(fields=(("order_id", "none"),)), id="none"),
        pytest.param(new(f"To {ADDRESS}"), stored(f"It went to {ADDRESS}"), id="the same address"),
        pytest.param(new("The fee?", form=Form.FEES, fields={"txid": HASH}), FIRST, id="another topic"),
        pytest.param(SECOND, stored(fields=(("txid", HASH),), status=TicketStatus.RESOLVED), id="settled"),
        pytest.param(SECOND, stored(fields=(("txid", HASH),), customer_id="C2"), id="another customer"),
        pytest.param(SECOND, stored(fields=(("txid", HASH),), proof=Proof.NONE), id="the first is claimed"),
        pytest.param(new("Where?", fields={"txid": HASH}, proof=Proof.NONE), FIRST, id="the second is claimed"),
        pytest.param(
            SECOND,
            stored(fields=(("txid", HASH),), home=Home(helpdesk="h", id="1", url="https://h.example")),
            id="the first lives elsewhere",
        ),
    ],
)
def test_it_is_a_matter_of_its_own(ticket: NewTicket, first: Ticket) -> None:
    assert joins(ticket, first) == ""


@pytest.mark.parametrize(
    ("text", "news"),
    [
        (f"And {OTHER} hangs too", "names another transaction than the ticket"),
        ("This is ridiculous, I am furious!!", "has become angry"),
        ("My account was hacked", "says hack, scam, legal or lawyer"),
        ("It was 25,000 USD.", "is about more than 10,000 US dollars"),
    ],
)
def test_news_keep_it_apart(text: str, news: str) -> None:
    assert news in joins(new(text, fields={"txid": HASH}), FIRST)


def test_what_a_person_reads_already_is_no_news() -> None:
    assert joins(new("They stole it", fields={"txid": HASH}), HELD) == HELD.id


def test_an_id_that_the_account_knows_counts_wherever_it_stands() -> None:
    own = (transaction(txid="W-900417"),)
    first, second = stored("W-900417 hangs"), new("Any news of W-900417?")
    found = second_ticket(second, GuardDecision(), (first,), own)
    assert found is not None
    assert (found.first.id, found.news) == ("t1", "")
    assert second_ticket(second, GuardDecision(), (first,)) is None
