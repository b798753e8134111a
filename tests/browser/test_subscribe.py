"""Subscribing in Chromium by the keyboard alone and without JavaScript; every page of it looked at by axe."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from statuspage.subscriptions.phrases import LANGUAGES
from tests.accessibility import add_axe, violations
from tests.browser.conftest import serve
from tests.browser.served import Served
from tests.browser.test_pages import OVERFLOW, SMALL
from tests.tocsin.web.running import Running, running
from tests.tocsin.web.subscribing import ADA, OPEN, link, mails, start, tell
from tocsin.storage import Purpose
from tocsin.storage.accounts import Role

EN = LANGUAGES["en"]


def in_eight_languages(folder: Path, config: str) -> Running:
    return running(folder, config.replace("languages: [en, de]", "languages: [en, ar, de, es, fa, ja, tr, zh]") + OPEN)


@pytest.fixture(scope="module")
def open_to_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A Tocsin that takes subscriptions, in every language."""
    yield from serve(tmp_path_factory.mktemp("subscribe"), in_eight_languages)


def test_the_whole_way_by_keyboard_and_without_javascript(chromium: Browser, open_to_all: Served) -> None:
    tocsin = open_to_all.tocsin
    tocsin.settle()
    start(tocsin)
    window = chromium.new_context(base_url=open_to_all.address, java_script_enabled=False)
    page = window.new_page()
    page.goto("/status/")
    press(page, page.get_by_role("link", name="Subscribe", exact=True), "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(EN["title"])
    focus(page, page.get_by_label(EN["email"]))
    page.keyboard.type(ADA)
    focus(page, page.get_by_label(EN["everything"]))
    page.keyboard.press("ArrowDown")
    press(page, page.get_by_label("Bitcoin withdrawals"), "Space")
    press(page, page.get_by_role("button", name=EN["send"]), "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(EN["sent_title"])

    mailbox_leads_on(chromium, open_to_all, page)
    press(page, page.get_by_role("button", name=EN["confirm_button"]), "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(EN["confirmed_title"])
    expect(page.get_by_label("Bitcoin withdrawals")).to_be_checked()
    press(page, page.locator("input[name=group]").last, "Space")
    press(page, page.get_by_role("button", name=EN["save"]), "Enter")
    expect(page.get_by_role("status")).to_have_text(EN["saved"])

    tocsin.clock.pass_(seconds=1)
    tocsin.incident()
    tocsin.clock.pass_(seconds=30)
    assert tell(tocsin) == 1
    page.goto(link(mails(tocsin)[0], Purpose.UNSUBSCRIBE))
    press(page, page.get_by_role("button", name=EN["leave_button"]), "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(EN["left_title"])
    assert tocsin.services.store.subscriptions.of_address(ADA) == ()
    window.close()


def mailbox_leads_on(chromium: Browser, served: Served, page: Page) -> None:
    """The mail as the local mailbox shows it; its link is opened by whoever subscribes."""
    mails(served.tocsin)
    window = served.signed_in(chromium, Role.ADMINISTRATOR)
    reading = window.new_page()
    reading.goto("/mailbox")
    reading.get_by_role("link", name=EN["mail_confirm_subject"].format(site="Example Exchange")).click()
    address = reading.frame_locator("iframe.mail").locator('a[href*="/subscribe/confirm/"]').get_attribute("href")
    window.close()
    assert address is not None
    page.goto(address)


def focus(page: Page, wanted: Locator) -> None:
    """Goes on with Tab until it is there."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if wanted.and_(page.locator(":focus")).count():
            return
    raise AssertionError(f"the keyboard never comes to {wanted}")


def press(page: Page, wanted: Locator, key: str) -> None:
    focus(page, wanted)
    page.keyboard.press(key)


def addresses(served: Served) -> dict[str, str]:
    """Every kind of page, by name."""
    tocsin = served.tocsin
    client = tocsin.client()
    for email, way in (("bo@example.com", "mail"), ("cy@example.com", "webhook")):
        sent = {"email": email, "scope": "all", "way": way, "url": "http://127.0.0.1:9/hook"}
        assert client.post("/subscribe", data=sent).status_code == 200
    (waiting,), (hook,) = mails(tocsin, "bo@example.com"), mails(tocsin, "cy@example.com")
    client.post(link(hook, Purpose.CONFIRM))
    one = tocsin.services.store.subscriptions.of_address("cy@example.com")[0]
    token = tocsin.services.store.subscriptions.token(one.id, Purpose.MANAGE)
    return {
        **{f"form-{language}": f"/subscribe?language={language}" for language in ("en", "ar", "fa", "ja")},
        "webhook": "/subscribe?way=webhook&component=none",
        "confirm": link(waiting, Purpose.CONFIRM),
        "leave": link(waiting, Purpose.UNSUBSCRIBE),
        "manage": f"/subscribe/manage/{token}",
        "nowhere": "/subscribe/manage/none",
    }


def test_axe_finds_nothing_and_everything_fits(chromium: Browser, open_to_all: Served) -> None:
    window = chromium.new_context(base_url=open_to_all.address, bypass_csp=True)
    page = window.new_page()
    for name, address in addresses(open_to_all).items():
        page.goto(address)
        add_axe(page)
        if page.locator("#scope-some").count():
            page.check("#scope-some")
        for width, scheme in ((320, "light"), (1280, "dark")):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
            assert violations(page) == [], (name, width, scheme)
            assert page.evaluate(OVERFLOW) <= 0, (name, width)
            assert page.evaluate(SMALL) == [], (name, width)
    window.close()
