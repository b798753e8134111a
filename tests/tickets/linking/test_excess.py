import math
from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from tests.tickets.make import NOON, linkable_btc, minutes, new, stored
from tickets.linking import rank
from tickets.linking.excess import FURTHEST, SEEN, Arrival, Tally, arrival_of, names_it
from tickets.linking.reading import read_incident
from tickets.ticket import Form

INCIDENT = read_incident(linkable_btc())
BEGAN = NOON - minutes(30)
NAMES = [
    ("Withdrawal", {"BTC"}, set(), True),
    ("Withdrawal", set(), {"bitcoin"}, True),
    ("Withdrawal", {"BTC"}, {"bitcoin"}, True),
    ("Withdrawal", {"BTC", "ETH"}, set(), True),
    ("Withdrawal", {"ETH"}, set(), False),
    ("Withdrawal", {"BTC"}, {"lightning"}, False),
    ("Withdrawal", set(), set(), False),
    ("Deposit", {"BTC"}, {"bitcoin"}, False),
    ("Other", {"BTC"}, {"bitcoin"}, False),
]


@pytest.mark.parametrize(("form", "assets", "networks", "is_it"), NAMES)
def test_a_ticket_counts_where_form_and_coin_or_network_are_the_incidents(
    form: str, assets: set[str], networks: set[str], is_it: bool
) -> None:
    assert names_it(form, frozenset(assets), frozenset(networks), INCIDENT) is is_it


def test_where_both_directions_fail_both_forms_count() -> None:
    both = read_incident(linkable_btc(direction="both"))
    assert [names_it(form, frozenset({"BTC"}), frozenset(), both) for form in ("Deposit", "Withdrawal", "Fees")] == [
        True,
        True,
        False,
    ]


def test_what_is_counted_of_a_ticket_is_what_form_and_text_name() -> None:
    ticket = stored("Mine went by ERC20", subject="usdt", fields=(("asset", "btc"), ("network", "BTC")))
    one = arrival_of(ticket)
    assert (one.form, set(one.assets), set(one.networks)) == ("Withdrawal", {"BTC", "USDT"}, {"bitcoin", "ethereum"})
    assert one.customer == "id:C1"


def of(customers: Iterable[str], at: datetime) -> list[Arrival]:
    coin = frozenset({"BTC"})
    return [
        Arrival(number="", at=at, customer=c, is_proven=True, form="Withdrawal", assets=coin, networks=frozenset())
        for c in customers
    ]


def tally(*, past: timedelta = timedelta(days=7), before: int = 0, since: int = 0) -> Tally:
    made = Tally(incident=INCIDENT, known_from=BEGAN - minutes(30) - past)
    made.add(of((f"B{k}" for k in range(before)), BEGAN - timedelta(days=1)))
    made.add(of((f"S{k}" for k in range(since)), NOON))
    return made


def test_without_a_day_of_past_nothing_is_known_of_what_is_usual() -> None:
    assert tally(past=timedelta(hours=23), since=10_000).excess(NOON) == 0.0
    assert tally(past=timedelta(days=1), since=10_000).excess(NOON) == FURTHEST


def test_as_many_as_on_the_days_that_the_weights_come_from_move_nothing() -> None:
    assert tally(before=7, since=0).excess(NOON) == 0.0
    assert tally(before=7, since=9).excess(NOON) == 0.0


def test_beyond_that_the_log_odds_move_by_the_log_of_how_many_times_more_they_are() -> None:
    usual = 168 * (1 / (24 * 7))  # in the hour since half an hour before it began
    found = tally(before=168, since=200).excess(NOON)
    assert found == pytest.approx(math.log(200.5 / (usual + 0.5) / SEEN))
    assert 0 < found < FURTHEST


def test_the_same_customers_writing_again_are_no_more() -> None:
    once, again = tally(since=30), tally(since=30)
    for _ in range(50):
        again.add(of((f"S{k}" for k in range(30)), NOON))
    assert again.excess(NOON) == once.excess(NOON) > 0


def probability(text: str, excess: float, *, coin: str = "BTC", form: Form = Form.WITHDRAWAL) -> float:
    ticket = new(text, form, fields={"asset": coin})
    return rank(ticket, [linkable_btc()], None, NOON, excess={"inc1": excess})[0].probability


def test_an_excess_makes_a_ticket_that_names_it_likelier_and_says_so() -> None:
    text = "please look into my transfer"
    assert probability(text, FURTHEST) > probability(text, 1.0) > probability(text, 0.0)
    ticket = new(text, fields={"asset": "BTC"})
    (match,) = rank(ticket, [linkable_btc()], None, NOON, excess={"inc1": FURTHEST})
    assert "Far more customers than usual write about this by this form." in match.reasons


def test_an_excess_says_nothing_of_a_ticket_that_does_not_name_it() -> None:
    for coin, form in (("ETH", Form.WITHDRAWAL), ("", Form.WITHDRAWAL), ("BTC", Form.FEES)):
        text = "please look into my transfer"
        changed = probability(text, FURTHEST, coin=coin, form=form)
        assert changed == probability(text, 0.0, coin=coin, form=form)


def test_no_excess_makes_a_theft_the_incidents() -> None:
    assert probability("I did not make this withdrawal, somebody stole my bitcoin, I was hacked", FURTHEST) < 0.5
