"""The excess of tickets over the usual, counted from the store."""

from datetime import timedelta

from tests.tocsin.web.running import Running
from tickets.linking import LinkableIncident
from tickets.linking.excess import FURTHEST
from tickets.ticket import Form
from tocsin.desk.arrivals import EVERY, TicketArrivals

COIN = {"form": Form.WITHDRAWAL, "fields": (("asset", "BTC"), ("network", "bitcoin"))}


def write(
    tocsin: Running, many: int, *, name: str, coin: str = "BTC", within: timedelta = timedelta(minutes=5)
) -> None:
    for k in range(many):
        tocsin.clock.pass_(seconds=within.total_seconds() / many)
        tocsin.ticket(
            form=Form.WITHDRAWAL, fields=(("asset", coin),), email=f"{name}{k}@example.com", customer_id=f"{name}{k}"
        )


def incident(tocsin: Running, coin: str = "BTC") -> LinkableIncident:
    return LinkableIncident(
        id=f"inc-{coin}", title="Slow", public="Slow", form="Withdrawal", assets=(coin,), started_at=tocsin.clock()
    )


def test_tickets_beyond_the_usual_are_counted_as_they_come(tocsin: Running) -> None:
    write(tocsin, 4, name="usual", within=timedelta(days=2))
    arrivals, slow, other = TicketArrivals(tocsin.services.store), incident(tocsin), incident(tocsin, "ETH")
    assert arrivals.excess([slow], tocsin.clock()) == {slow.id: 0.0}
    write(tocsin, 30, name="flood")
    tocsin.clock.pass_(seconds=EVERY.total_seconds())
    found = arrivals.excess([slow, other], tocsin.clock())
    assert 0 < found[slow.id] <= FURTHEST
    assert found[other.id] == 0.0


def test_a_start_in_the_middle_of_a_flood_counts_the_same(tocsin: Running) -> None:
    write(tocsin, 4, name="usual", within=timedelta(days=2))
    before, slow = TicketArrivals(tocsin.services.store), incident(tocsin)
    before.excess([slow], tocsin.clock())
    write(tocsin, 40, name="flood")
    tocsin.clock.pass_(seconds=EVERY.total_seconds())
    now = tocsin.clock()
    assert TicketArrivals(tocsin.services.store).excess([slow], now) == before.excess([slow], now)


def test_an_incident_that_names_no_coin_has_no_excess(tocsin: Running) -> None:
    anywhere = LinkableIncident(id="inc", title="Slow", public="Slow", form="Withdrawal", started_at=tocsin.clock())
    assert TicketArrivals(tocsin.services.store).excess([anywhere], tocsin.clock()) == {}
