"""The engineering ticket of a running Tocsin: title, summary and plot show one sample of one series."""

import re
from collections.abc import Iterator
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from detectors.sources.prometheus import Prometheus
from incidents.incident import IncidentUpdate
from tests.tocsin.web.running import Clock, Running
from tests.tocsin.web.watching import GROWS, SILENT, evaluate, series_of, watching
from tickets.engineering import EngineeringTicket
from tocsin.response.builtin_tracker import Tracker
from tocsin.response.engineering_ticket import TicketParts, ticket_of
from tocsin.response.measured_tickets import MeasuredTickets


@pytest.fixture(scope="module")
def tocsin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    made = watching(tmp_path_factory.mktemp("ticket"))
    made.clock.pass_(minutes=7)
    evaluate(made)
    yield made
    made.close()


def parts_of(tocsin: Running) -> TicketParts:
    (tracker,) = [sink for sink in tocsin.services.refreshed if isinstance(sink, Tracker)]
    return tracker._tickets.parts  # what the running application gives it


def update_of(tocsin: Running) -> IncidentUpdate:
    (incident,) = tocsin.services.store.incidents.active()
    return tocsin.services.store.incidents.timeline(incident.id)[-1]


@pytest.fixture(scope="module")
def ticket(tocsin: Running) -> EngineeringTicket:
    return ticket_of(parts_of(tocsin), update_of(tocsin)).ticket


def test_title_summary_and_plot_tell_one_sample(ticket: EngineeringTicket) -> None:
    (value,) = re.findall(r"Deposits waiting (\S+), expected at most", ticket.title)
    (at,) = re.findall(rf"Deposits waiting of `asset={GROWS}` was {value} at 2026-03-02 (\S+) UTC", ticket.body)
    plot = next(p for p in ticket.plots if p.name == "deposits-waiting-asset-a00.svg")
    assert plot.finding.startswith(f"Deposits waiting {value} at {at} UTC, expected at most ")
    assert f">{plot.finding}</text>" in plot.content.decode()


def test_each_series_has_one_plot_of_its_name(ticket: EngineeringTicket) -> None:
    names = [p.name for p in ticket.plots if p.name.endswith(".svg")]
    assert names == ["deposits-waiting-asset-a00.svg", "deposits-waiting-asset-a29.svg"]
    titles = [ET.fromstring(p.content)[0].text or "" for p in ticket.plots if p.name.endswith(".svg")]
    assert f"asset={GROWS}" in titles[0]
    assert f"asset={SILENT}" in titles[1]
    assert {p.name for p in ticket.plots} == {*names, *(name.replace(".svg", ".png") for name in names)}


def test_a_plot_is_dark_on_a_dark_screen(ticket: EngineeringTicket) -> None:
    assert b"@media (prefers-color-scheme:dark)" in ticket.plots[0].content


def test_the_links_open_the_series_and_prometheus(tocsin: Running) -> None:
    prometheus = Prometheus("http://127.0.0.1:9090")
    ticket = ticket_of(replace(parts_of(tocsin), sources={"default": prometheus}), update_of(tocsin)).ticket
    prometheus.close()
    page = f"http://testserver/console/watches/deposits/waiting?series={series_of(GROWS)}&span=6h"
    assert f"[series]({page})" in ticket.body
    (link,) = re.findall(r"\[Prometheus\]\((\S+A00\S+)\), plot `deposits-waiting-asset-a00.svg`", ticket.body)
    assert "g0.expr=avg+by+%28asset%29+%28deposits_waiting%7Basset%3D%22A00%22%7D%29" in link.replace("%2528", "%28")
    assert "g0.end_input=2026-03-02+14%3A10%3A00" in link


def test_after_a_restart_the_title_stays_with_the_plots(tocsin: Running) -> None:
    parts, update = parts_of(tocsin), update_of(tocsin)
    Tracker(MeasuredTickets(parts, tocsin.clock), tocsin.clock).deliver(update)
    written = tocsin.services.store.engineering_tickets.get(update.incident.id)
    restarted = replace(parts, memory=type(parts.memory)())
    assert ticket_of(restarted, update).ticket.plots == ()
    Tracker(MeasuredTickets(restarted, tocsin.clock), tocsin.clock).deliver(update)
    kept = tocsin.services.store.engineering_tickets.get(update.incident.id)
    assert written is not None
    assert kept is not None
    assert (kept.title, kept.plots) == (written.title, written.plots)


def test_a_ticket_is_measured_once_for_all_its_receivers(tocsin: Running) -> None:
    clock, update = Clock(at=tocsin.clock()), update_of(tocsin)
    tickets = MeasuredTickets(parts_of(tocsin), clock)
    first = tickets.of(update)
    clock.pass_(seconds=1.9)
    assert tickets.of(update) is first
    assert tickets.of(replace(update, seq=update.seq + 1)) is not first, "another line is measured anew"
    clock.pass_(seconds=0.1)
    again = tickets.of(update)
    assert again is not first, "its samples go on without an update"
    clock.pass_(hours=-1)
    assert tickets.of(update) is not again, "a clock that was set back keeps nothing"
