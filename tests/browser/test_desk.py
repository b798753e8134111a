"""An agent's half hour at the desk by keyboard alone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.accessibility import add_axe, violations
from tests.browser.conftest import serve
from tests.browser.served import Served
from tickets.ticket import Priority, Routing, Team, Ticket, TicketStatus
from tocsin.storage.accounts import Role


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    yield from serve(tmp_path_factory.mktemp("desk"))


@pytest.fixture
def page(chromium: Browser, alone: Served) -> Iterator[Page]:
    window = alone.signed_in(chromium, Role.AGENT, bypass_csp=True)
    alone.tocsin.session(Role.MANAGER)
    yield window.new_page()
    window.close()


def arrive(alone: Served, subject: str, priority: Priority = Priority.NORMAL) -> Ticket:
    alone.tocsin.clock.pass_(seconds=1)
    routing = Routing(priority=priority, team=Team.GENERAL, tier=1, department="Technical")
    return alone.tocsin.ticket(subject=subject, routing=routing, customer_id=subject)


def press_to(page: Page, *keys: str) -> None:
    """Presses keys, the last of which leads to another page."""
    for key in keys[:-1]:
        page.keyboard.press(key)
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press(keys[-1])


def is_clean(page: Page) -> None:
    add_axe(page)
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert violations(page) == [], width


def test_a_half_hour_by_keyboard_alone(alone: Served, page: Page) -> None:
    first, second, third = (arrive(alone, f"Case {number}") for number in ("one", "two", "three"))
    page.goto("/desk")
    is_clean(page)
    page.keyboard.press("/")
    expect(page.get_by_label("Find a ticket")).to_be_focused()
    page.keyboard.type(second.number)
    press_to(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Case two")
    press_to(page, "u", "Enter")
    for _ in range(2):
        page.keyboard.press("j")
    page.keyboard.press("k")
    press_to(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Case one")
    press_to(page, "a", "Enter")
    expect(page.locator("dl.facts")).to_contain_text("in progress, agent")
    page.keyboard.press("r")
    page.keyboard.type("It is on its way.")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Answer and solve")).to_be_focused()
    press_to(page, "Enter")
    expect(page.get_by_role("status").first).to_contain_text(f"{first.number} answered: resolved, agent")
    expect(page.get_by_role("heading", level=1)).to_have_text("Case two")
    page.keyboard.press("h")
    hand_over(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Case three")
    is_clean(page)
    press_to(page, "e", "Enter")
    expect(page.get_by_role("status").first).to_contain_text(f"{third.number} resolved")
    expect(page.locator("dl.facts")).to_contain_text("tier 2")
    states = [alone.tocsin.again(one).status for one in (first, second, third)]
    assert states == [TicketStatus.RESOLVED, TicketStatus.NEW, TicketStatus.RESOLVED]
    assert alone.tocsin.again(second).routing.tier == 2


def hand_over(page: Page) -> None:
    """Fills the form of a transfer from its first field on."""
    expect(page.get_by_label("Tier")).to_be_focused()
    page.keyboard.type("2")
    page.get_by_label("What the next person must know").focus()
    page.keyboard.type("The chain shows it, our node does not")
    for label in ("Times: when it happened", "Previous communication"):
        page.get_by_label(label).focus()
        page.keyboard.type("unknown")
    press_to(page, "Enter")


def test_what_was_typed_outlives_a_look_elsewhere_and_a_colleague_is_named(alone: Served, page: Page) -> None:
    ticket = arrive(alone, "Typed", Priority.CRITICAL)
    path = f"/desk/tickets/{ticket.number}"
    page.goto(path)
    page.get_by_label("Write").fill("We are looking")
    page.goto("/desk")
    alone.tocsin.services.store.presence.note(ticket.id, "bob", alone.tocsin.clock(), writes=True)
    page.goto(path)
    expect(page.get_by_label("Write")).to_have_value("We are looking")
    expect(page.locator("[data-present]")).to_contain_text("bob writes here")
    alone.tocsin.clock.pass_(seconds=1)
    with page.expect_navigation(wait_until="load"):
        page.get_by_role("button", name="Answer the customer").press("Enter")
    page.goto(path)
    expect(page.get_by_label("Write")).to_have_value("")


def test_the_keys_of_a_ticket_are_listed(alone: Served, page: Page) -> None:
    page.goto(f"/desk/tickets/{arrive(alone, 'Keys').number}")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    for line in ("a Take it", "e Resolve", "r Answer", "h Hand over", "n Next ticket", "u Back to the list"):
        expect(keys).to_contain_text(line)
