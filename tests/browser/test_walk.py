"""One afternoon in Chromium: a customer writes, an agent answers, an engineer publishes, the customer learns of it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import serve
from tests.browser.served import Served
from tests.tocsin.web.http.test_bounds import PNG
from tests.tocsin.web.running import PASSWORD
from tocsin.storage.accounts import Role

ADMIN = Role.ADMINISTRATOR


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Served]:
    yield from serve(tmp_path)


def listening(page: Page) -> list[str]:
    """What the browser complains of: a broken rule of the content security policy, a script's error."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def test_the_whole_way_of_a_ticket(chromium: Browser, alone: Served) -> None:
    tocsin = alone.tocsin
    tocsin.session(ADMIN)
    window = alone.signed_in(chromium, None)
    page = window.new_page()
    said = listening(page)

    number = customer_writes(page)
    sign_in(page)
    agent_answers(page, number)
    engineer_publishes(page)
    tocsin.settle()
    mail_leads_back(page, number)
    page.goto("/status/")
    expect(page.get_by_text("Bitcoin withdrawals delayed").first).to_be_visible()
    assert [words for words in said if "401" not in words] == []  # the wrong password
    window.close()


def customer_writes(page: Page) -> str:
    page.goto("/support")
    page.get_by_role("link", name="Withdrawal").click()
    page.get_by_label("Coin or currency").fill("BTC")
    page.get_by_label("What happened?").fill("My Bitcoin withdrawal has not arrived")
    page.get_by_label("E-mail address").fill("ada@example.com")
    page.get_by_label("Pictures or PDF").set_input_files({"name": "proof.png", "mimeType": "image/png", "buffer": PNG})
    page.get_by_role("button", name="Send to support").click()
    expect(page.get_by_role("status")).to_contain_text("Your ticket number is")
    number = page.get_by_role("status").locator(".id").inner_text()
    page.get_by_label("Add a message").fill("It is for my rent")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("It is for my rent")).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("link", name="proof.png").click()
    assert saved.value.suggested_filename == "proof.png"
    return number


def sign_in(page: Page) -> None:
    page.goto("/desk")
    page.get_by_label("Name").fill(ADMIN)
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("The name or the password is wrong.")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile("/desk$"))


def agent_answers(page: Page, number: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("1 new ticket needs a human")
    page.locator("tr", has_text=number).get_by_role("link").click()
    page.get_by_role("button", name="Take it", exact=True).click()
    expect(page.get_by_text("in progress")).to_be_visible()
    page.get_by_label("Write").fill("We are looking at it.")
    page.get_by_role("button", name="Answer the customer").click()
    expect(page.get_by_text("answered: awaiting customer")).to_be_visible()


def engineer_publishes(page: Page) -> None:
    page.get_by_role("link", name="Incidents").click()
    page.get_by_role("link", name="Open an incident by hand").click()
    page.get_by_label("What is wrong, for engineers").fill("BTC node hangs")
    page.get_by_label("Where").select_option("withdrawals/BTC/bitcoin")
    page.get_by_label("How it fails").select_option("delay")
    page.get_by_role("button", name="Open the incident").click()
    expect(page.get_by_role("heading", name="What the public would read")).to_be_visible()
    page.get_by_label("Your words for the public").first.fill("We restart our node.")
    page.get_by_role("button", name="Publish now").click()
    expect(page.get_by_role("heading", name="What the public reads")).to_be_visible()
    expect(page.get_by_text("We restart our node.").first).to_be_visible()


def mail_leads_back(page: Page, number: str) -> None:
    page.get_by_role("link", name="Mailbox").click()
    page.get_by_role("link", name=re.compile(f"{number}.*received")).click()
    page.frame_locator("iframe.mail").get_by_role("link", name=re.compile("support.t.")).click()
    expect(page.get_by_text("We are looking at it.")).to_be_visible()
    page.get_by_role("link", name="your support history").click()
    expect(page.locator("tr", has_text=number)).to_contain_text("Awaiting Your Response")


def test_the_desk_stays_fresh_but_never_moves_what_somebody_chose(chromium: Browser, alone: Served) -> None:
    tocsin = alone.tocsin
    tocsin.incident()
    tocsin.ticket(subject="The first")
    window = alone.signed_in(chromium, Role.AGENT)
    page = window.new_page()
    page.clock.install()
    page.goto("/desk")
    tocsin.ticket(subject="The second")
    with page.expect_response("**/desk"):
        page.clock.run_for(61_000)
    expect(page.get_by_role("link", name="The second")).to_be_visible()
    page.get_by_role("checkbox").first.check()
    tocsin.ticket(subject="The third")
    with page.expect_response("**/desk"):
        page.clock.run_for(61_000)
    expect(page.get_by_role("checkbox").first).to_be_checked()
    expect(page.get_by_role("link", name="The third")).to_have_count(0)
    window.close()
