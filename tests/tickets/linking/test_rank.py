from dataclasses import replace

import pytest

from incidents.component import Component, ComponentGraph
from tests.tickets.make import NOON, incident, linkable_btc, minutes, new, stored, transaction, waiting
from tickets.linking import LinkableIncident, Match, linkable, rank
from tickets.ticket import Form, NewTicket, Transaction

LIKELY = 0.65  # likelier than a wrong link is worse than a missed one
BTC = {"asset": "BTC", "network": "bitcoin"}
ETH_DEPOSIT = LinkableIncident(
    id="inc2",
    title="Ethereum deposits not credited",
    public="ETH deposits are credited late.",
    form="Deposit",
    assets=("ETH",),
    networks=("ethereum",),
    direction="deposit",
    failure_kind="not_credited",
    started_at=NOON - minutes(20),
)


def best(ticket: NewTicket, transactions: tuple[Transaction, ...] | None = None) -> Match:
    return rank(ticket, [linkable_btc(), ETH_DEPOSIT], transactions, NOON)[0]


LINKED = [
    ("en", "my bitcoin withdrawal is still pending after hours"),
    ("de", "Meine Bitcoin-Auszahlung hängt seit Stunden"),
    ("es", "Mi retiro de bitcoin no llega, está pendiente"),
    ("tr", "Bitcoin çekim işlemim hâlâ beklemede"),
    ("ru", "Вывод биткоина завис, жду уже часами"),
    ("zh", "比特币提现一直没到账"),
    ("pt", "Meu saque de bitcoin está pendente há horas"),
    ("fa", "برداشت بیت کوین من هنوز نرسیده"),
    ("ja", "ビットコインの出金がまだ届きません"),
    ("ar", "سحب البيتكوين لم يصل حتى الآن"),
    ("hi", "mera bitcoin withdrawal abhi tak nahi aaya"),
]


@pytest.mark.parametrize(("language", "text"), LINKED)
def test_structure_account_and_words_together_link_in_every_language(language: str, text: str) -> None:
    match = best(new(text, fields=BTC, language=language), (transaction(late=True),))
    assert match.incident_id == "inc1"
    assert match.probability >= LIKELY
    assert match.reasons


UNRELATED = [
    pytest.param(new("How do I change my email?", Form.OTHER), None, id="another matter"),
    pytest.param(
        new("My ADA withdrawal is pending", fields={"asset": "ADA", "network": "cardano"}), None, id="other coin"
    ),
    pytest.param(
        new("My bitcoin withdrawal is pending", fields=BTC), (transaction(status="completed"),), id="it went through"
    ),
    pytest.param(
        new("My bitcoin withdrawal is pending", fields=BTC),
        (transaction(status="in review", late=True),),
        id="late for a reason of its own",
    ),
    pytest.param(new("My bitcoin deposit is pending", Form.DEPOSIT, fields=BTC), None, id="other direction"),
    pytest.param(new("I sent it to the wrong address", fields=BTC), None, id="own mistake"),
    pytest.param(new("I did not make this bitcoin withdrawal", fields=BTC), None, id="security"),
]


@pytest.mark.parametrize(("ticket", "transactions"), UNRELATED)
def test_what_is_not_the_incidents_is_not_linked(
    ticket: NewTicket, transactions: tuple[Transaction, ...] | None
) -> None:
    assert best(ticket, transactions).probability < LIKELY


def test_a_ticket_without_words_is_linked_by_its_account() -> None:
    assert best(new("help", fields=BTC), (transaction(late=True),)).probability >= LIKELY


def test_a_held_up_transaction_says_more_than_an_unknown_account() -> None:
    ticket = new("my bitcoin withdrawal is pending", fields=BTC)
    held, unknown, through = (
        best(ticket, t).probability for t in ((transaction(),), None, (transaction(status="completed"),))
    )
    assert held > unknown > through


def test_what_was_held_up_and_came_through_while_the_customer_wrote_is_linked() -> None:
    ticket = new("my bitcoin withdrawal is pending", fields=BTC)
    assert best(ticket, (transaction(status="completed", late=True),)).probability >= LIKELY


@pytest.mark.parametrize("age", [minutes(60 * 24), minutes(60 * 24 * 30)])
def test_a_transaction_from_before_the_incident_is_no_evidence(age: object) -> None:
    old = transaction(created_at=NOON - age)  # type: ignore[operator]
    ticket = new("my bitcoin withdrawal is pending", fields=BTC)
    assert best(ticket, (old,)).probability < best(ticket, (transaction(),)).probability


def test_probabilities_are_of_one_choice() -> None:
    matches = rank(new("pending", fields=BTC), [linkable_btc(), linkable_btc(id="inc3")], None, NOON)
    assert sum(m.probability for m in matches) <= 1.0
    assert matches[0].probability == pytest.approx(matches[1].probability)


def test_without_an_incident_there_is_no_match() -> None:
    assert rank(new(), [], None, NOON) == []


@pytest.mark.parametrize("text", ["any update?", "hello??", "Is anybody working on this?"])
def test_asking_again_is_about_what_the_earlier_ticket_was_about(text: str) -> None:
    again = new(text, Form.OTHER)
    about = stored("my bitcoin withdrawal is pending", fields=tuple(BTC.items()), language="")
    other = stored("I sent my bitcoin to the wrong address", fields=tuple(BTC.items()), language="")
    first = best(new("my bitcoin withdrawal is pending", fields=BTC)).probability
    assert rank(again, [linkable_btc()], None, NOON, earlier=(about,))[0].probability == pytest.approx(first, abs=0.1)
    assert rank(again, [linkable_btc()], None, NOON, earlier=(other,))[0].probability < LIKELY


def test_of_two_earlier_tickets_the_one_that_says_something_is_followed() -> None:
    about = stored("my bitcoin withdrawal is pending", fields=tuple(BTC.items()))
    again = stored("any update?", id="t2", created_at=NOON + minutes(5))
    alone = rank(new("any news?"), [linkable_btc()], None, NOON, earlier=(about,))
    assert rank(new("any news?"), [linkable_btc()], None, NOON, earlier=(about, again)) == alone


def test_an_automatic_link_of_the_earlier_ticket_is_no_evidence_and_an_agents_is() -> None:
    again = new("any update?", Form.OTHER)
    plain, automatic, agents = (
        rank(again, [linkable_btc()], None, NOON, earlier=(ticket,))[0].probability
        for ticket in (stored(), waiting(), waiting(linked_by="bob"))
    )
    assert plain == automatic < agents


def test_a_ticket_that_is_looked_at_again_does_not_follow_itself() -> None:
    ticket = stored("any update?")
    alone = rank(ticket, [linkable_btc()], None, NOON)
    assert rank(ticket, [linkable_btc()], None, NOON, earlier=(ticket,)) == alone


def test_the_same_ticket_gets_the_same_answer() -> None:
    ticket = new("my bitcoin withdrawal is pending", fields=BTC)
    assert best(ticket) == best(ticket)


def test_hostile_text_is_only_text() -> None:
    assert 0.0 <= best(new("\x00<script>" + "(" * 5_000 + "۝" * 5_000)).probability <= 1.0


GRAPH = ComponentGraph(
    [
        Component(name="nodes/bitcoin", title="Node"),
        Component(
            name="withdrawals/BTC/bitcoin",
            title="Bitcoin withdrawals",
            asset="BTC",
            network="bitcoin",
            direction="withdrawal",
            form="Withdrawal",
            depends_on=("nodes/bitcoin",),
        ),
        Component(
            name="deposits/BTC/bitcoin",
            title="Bitcoin deposits",
            asset="BTC",
            network="bitcoin",
            direction="deposit",
            form="Deposit",
            depends_on=("nodes/bitcoin",),
        ),
    ]
)


def test_an_incident_is_compared_by_what_customers_can_name() -> None:
    one = linkable(incident(), GRAPH, "Withdrawals are slow.", "Bitcoin withdrawals")
    assert (one.assets, one.networks, one.direction, one.form) == (("BTC",), ("bitcoin",), "withdrawal", "Withdrawal")
    assert one.title == "Bitcoin withdrawals"


def test_a_fault_in_a_node_touches_what_depends_on_it() -> None:
    one = linkable(incident(component="nodes/bitcoin", components=("nodes/bitcoin",)), GRAPH)
    assert (one.direction, one.assets) == ("both", ("BTC",))


CLEAR = new("my bitcoin withdrawal is still pending after hours", fields=BTC, language="en")
ENDED = [
    linkable_btc(id="e1", started_at=NOON - minutes(110), resolved_at=NOON - minutes(90)),
    linkable_btc(id="e2", started_at=NOON - minutes(70), resolved_at=NOON - minutes(40)),
]


@pytest.mark.parametrize(
    "ended",
    [
        pytest.param(ENDED[:1], id="one that ended"),
        pytest.param(ENDED, id="two that ended"),
        pytest.param([*ENDED, replace(ENDED[1], id="e3", resolved_at=NOON - minutes(1))], id="one ended just now"),
    ],
)
@pytest.mark.parametrize("account", [None, (transaction(late=True),)], ids=["unknown account", "held up"])
def test_an_active_incident_that_fits_is_as_likely_beside_those_that_ended(
    ended: list[LinkableIncident], account: tuple[Transaction, ...] | None
) -> None:
    (alone,) = rank(CLEAR, [linkable_btc()], account, NOON)
    best, *others = rank(CLEAR, [*ended, linkable_btc()], account, NOON)
    assert (best.incident_id, best.probability) == ("inc1", alone.probability)
    assert best.probability >= LIKELY
    assert sum(m.probability for m in (best, *others)) <= 1


def test_where_no_active_one_fits_those_that_ended_are_still_offered() -> None:
    best = rank(CLEAR, [ENDED[1], ETH_DEPOSIT], (transaction(late=True, created_at=NOON - minutes(60)),), NOON)[0]
    assert best.incident_id == "e2"
    assert best.probability >= 0.2


def test_two_active_ones_share_as_before() -> None:
    both = rank(CLEAR, [linkable_btc(), linkable_btc(id="twin")], None, NOON)
    assert both[0].probability == pytest.approx(both[1].probability)


CARDS = LinkableIncident(
    id="inc3",
    title="Card payments declined",
    public="Many card payments are declined at the moment. We are working with our card processor.",
    form="Withdrawal",
)


@pytest.mark.parametrize(
    ("text", "linked"),
    [
        ("My card payment was declined", True),
        ("card payments are declined, what is going on", True),
        ("Where is the closest ATM to me?", False),
        ("on the account ending in 38 change my pin", False),
        ("Please help me with activation.", False),
    ],
)
def test_where_nothing_else_can_be_compared_likeness_to_the_incidents_words_decides(text: str, linked: bool) -> None:
    assert (rank(new(text), [CARDS], None, NOON)[0].probability >= LIKELY) is linked


@pytest.mark.parametrize(("asset", "more"), [("BTC", True), ("", False)])
def test_a_field_that_names_the_incidents_coin_is_something_compared(asset: str, more: bool) -> None:
    known = rank(new("Anything new?", fields={"asset": asset}), [linkable_btc()], None, NOON)[0]
    assert (known.probability > 0.5) is more


def test_what_surely_is_a_case_of_security_is_not_linked_whatever_fits() -> None:
    text = "Somebody hacked my account and stole my bitcoin, I did not make this withdrawal, police report is filed"
    fitting = (transaction(late=True),)
    assert best(new(text, fields=BTC), fitting).probability < LIKELY


@pytest.mark.parametrize(
    "transactions", [None, (transaction(asset="USDT", network="tron"),)], ids=["unknown", "held up"]
)
def test_a_complaint_with_words_of_thefts_is_linked(transactions: tuple[Transaction, ...] | None) -> None:
    usdt = linkable_btc(title="USDT withdrawals over TRON delayed", assets=("USDT",), networks=("tron",))
    text = "I sent USDT from my account over the TRON network and it is still pending."
    ticket = new(text, subject="My withdrawal", fields={"asset": "USDT", "network": "tron"})
    assert rank(ticket, [usdt], transactions, NOON)[0].probability >= LIKELY
