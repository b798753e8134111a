"""A customer's day in Chromium, by the keyboard alone at 360 px, in English and in Arabic; every page seen by axe."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, ViewportSize, expect

from tests.accessibility import add_axe, violations
from tests.browser.conftest import serve
from tests.browser.served import Served
from tests.browser.test_pages import OVERFLOW
from tests.tocsin.web.running import Running
from tickets import lifecycle
from tickets.ticket import Ticket, TicketStatus
from tocsin.desk.ticket_actions import perform
from tocsin.desk.ticket_link import mailed_path
from tocsin.web.portal.phrases import WORDS

SMALL: ViewportSize = {"width": 360, "height": 740}
ADA = "ada@example.com"
SCREEN: FilePayload = {
    "name": "screen.png",
    "mimeType": "image/png",
    "buffer": b"\x89PNG\r\n\x1a\n" + bytes(64),
}


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    yield from serve(tmp_path_factory.mktemp("portal"))


def look(page: Page) -> None:
    """Nothing that axe finds, and no sideways scroll."""
    add_axe(page)
    assert violations(page) == []
    assert page.evaluate(OVERFLOW) <= 0


def press(page: Page, target: Locator, key: str = "Enter") -> None:
    """Comes to it by Tab, and presses a key that loads the next page."""
    reach(page, target)
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press(key)


def reach(page: Page, target: Locator) -> None:
    """Tab until it has the focus."""
    expect(target).to_be_visible()
    page.locator("body").evaluate("document.activeElement.blur()")
    for _ in range(80):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"Tab does not come to {target}")


def mailed_link(portal: Served) -> str:
    tocsin = portal.tocsin
    tocsin.deliver("mail")
    box = tocsin.services.mailbox
    assert box is not None
    lines = [line for one in box.list().mails if (mail := box.read(one.id)) for line in mail.text.splitlines()]
    return next(line for line in lines if "/support/signin/" in line).partition("/support")[2]


@pytest.mark.parametrize(("language", "locale"), [("en", "en-US"), ("ar", "ar-EG")])
def test_a_customer_files_signs_in_answers_with_a_file_closes_and_undoes(
    chromium: Browser, portal: Served, language: str, locale: str
) -> None:
    words, tocsin = WORDS[language], portal.tocsin
    tocsin.clock.pass_(hours=1)
    window = portal.signed_in(chromium, None, locale=locale, bypass_csp=True)
    page = window.new_page()
    page.set_viewport_size(SMALL)
    page.goto("/support?form=Other")
    look(page)
    for label, text in ((words["text"], "My coins are late"), (words["email"], ADA)):
        reach(page, page.get_by_label(label, exact=False).first)
        page.keyboard.type(text)
    press(page, page.get_by_role("button", name=words["send"]))
    expect(page.get_by_role("status")).to_contain_text("TOC-")
    look(page)

    page.goto("/support/signin")
    look(page)
    reach(page, page.get_by_label(words["email"]))
    page.keyboard.type(ADA)
    press(page, page.get_by_role("button", name=words["signin_send"]))
    expect(page.get_by_role("heading", level=1)).to_have_text(words["signin_sent"])
    tocsin.clock.pass_(seconds=1)
    page.goto(f"/support{mailed_link(portal)}")
    look(page)
    press(page, page.get_by_role("button", name=words["signin"]))
    expect(page.get_by_role("heading", level=1)).to_have_text(words["history"])
    look(page)
    press(page, page.locator("td.main a").first)

    reach(page, page.get_by_label(words["add"]))
    page.keyboard.type("Here is a picture")
    page.get_by_label(words["files"]).set_input_files(files=[SCREEN])
    press(page, page.get_by_role("button", name=words["send_message"], exact=True))
    expect(page.locator(".thread article").last).to_contain_text("Here is a picture")
    expect(page.get_by_role("link", name="screen.png")).to_be_visible()
    press(page, page.get_by_role("button", name=words["close"]))
    expect(page.locator("dl.facts")).to_contain_text(words["state.closed"])
    look(page)
    page.get_by_role("radio", name="5", exact=True).first.check()
    press(page, page.get_by_role("button", name=words["survey_send"]))
    expect(page.get_by_role("button", name=words["survey_change"])).to_be_visible()
    press(page, page.get_by_role("button", name=words["undo"]))
    expect(page.locator("dl.facts")).to_contain_text(words["state.new"])
    newest = tocsin.services.store.tickets.page().items[0]
    assert newest.status is TicketStatus.NEW
    assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    window.close()


def test_a_reader_chooses_another_language(chromium: Browser, portal: Served) -> None:
    window = portal.signed_in(chromium, None)
    page = window.new_page()
    page.set_viewport_size(SMALL)
    page.goto("/support?form=Deposit")
    press(page, page.get_by_role("link", name="Türkçe"))
    expect(page.get_by_role("heading", level=1)).to_have_text(WORDS["tr"]["form_title"])
    press(page, page.get_by_role("link", name=WORDS["tr"]["form.fees"]))
    expect(page.get_by_role("heading", level=1)).to_have_text(WORDS["tr"]["form_title"])
    window.close()


def test_an_answer_appears_on_the_open_page_and_never_under_who_writes(chromium: Browser, portal: Served) -> None:
    tocsin = portal.tocsin
    ticket = tocsin.ticket(email=ADA)
    window = portal.signed_in(chromium, None)
    page = window.new_page()
    page.goto(mailed_path(tocsin.services.desk, ticket.id))
    answer(tocsin, ticket, "We have found it.")
    expect(page.locator(".thread article").last).to_contain_text("We have found it.")
    expect(page.locator("dl.facts")).to_contain_text(WORDS["en"]["state.awaiting_customer"])
    page.get_by_label(WORDS["en"]["add"]).fill("I am just")
    answer(tocsin, ticket, "It is on its way.")
    expect(page.get_by_text(WORDS["en"]["news"])).to_be_visible()
    expect(page.get_by_label(WORDS["en"]["add"])).to_have_value("I am just")
    window.close()


def answer(tocsin: Running, ticket: Ticket, text: str) -> None:
    tocsin.clock.pass_(minutes=1)

    def act(current: Ticket) -> lifecycle.Change:
        return lifecycle.reply(current, "mara", text, tocsin.clock())

    perform(tocsin.services.desk, ticket.id, act, actor="mara", action="reply", now=tocsin.clock())
