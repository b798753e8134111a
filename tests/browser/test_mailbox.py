"""The mailbox in Chromium: a mail is shown as its reader sees it, in a frame that runs nothing and asks nobody."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from incidents.lifecycle import Action
from tests.browser.served import Served
from tests.detectors.sources import pages
from tests.detectors.sources.pages import serving
from tickets.mail.message import Mail
from tickets.ticket import TicketStatus
from tocsin.storage.accounts import Role

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
HOSTILE = """<!doctype html><html><head><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=HERE/refresh">
<style>body { background: url(HERE/style) }</style><link rel="stylesheet" href="HERE/sheet"></head>
<body onload="parent.document.title = 'run'"><p>Harmless words</p><script>top.location = "HERE/script"</script>
<img src="HERE/picture" alt=""><iframe src="HERE/frame"></iframe>
<form action="HERE/form"><button>Press</button></form>"""


@pytest.fixture
def page(chromium: Browser, served: Served) -> Iterator[Page]:
    window = served.signed_in(chromium, Role.AGENT)
    yield window.new_page()
    window.close()


def address_of(served: Served, words: str) -> str:
    """Where the one mail is shown whose HTML has these words."""
    mailbox = served.tocsin.services.mailbox
    assert mailbox is not None
    mails = [mail for head in mailbox.list().mails if (mail := mailbox.read(head.id))]
    (wanted,) = [mail.head.id for mail in mails if words in mail.html]
    return f"/mailbox/{wanted}"


def delivered(served: Served, html: str, text: str = "Harmless words") -> str:
    """The address of one more mail of ours."""
    mailbox = served.tocsin.services.mailbox
    assert mailbox is not None
    message_id = f"<{len(html)}@example.com>"
    mail = Mail(key=html, to="ada@example.com", subject="A mail", text=text, html=html, message_id=message_id)
    with mailbox.sending() as send:
        send(mail)
    return address_of(served, html.splitlines()[-1])


def update_mailed(served: Served) -> str:
    """The address of the mail by which a customer reads an engineer's words."""
    tocsin = served.tocsin
    incident = tocsin.incident()
    tocsin.ticket(incident_id=incident.id, status=TicketStatus.AWAITING_INCIDENT)
    tocsin.do(incident, Action.ADD_MESSAGE, text="We **restart** our node, see https://status.example.com/node")
    tocsin.settle()
    return address_of(served, "<strong>restart</strong>")


def test_a_mail_is_shown_as_its_reader_sees_it_and_as_text(served: Served, page: Page) -> None:
    page.goto(update_mailed(served))
    mail = page.frame_locator("iframe.mail")
    expect(mail.locator("strong")).to_have_text("restart")
    expect(mail.get_by_role("link", name="https://status.example.com/node")).to_be_visible()
    page.get_by_role("link", name="Plain text").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="The mail's text")).to_contain_text("We restart our node")
    expect(page.get_by_role("link", name="Plain text")).to_have_attribute("aria-current", "true")
    page.get_by_role("link", name="As it is read").click()
    expect(mail.locator("strong")).to_be_visible()


def test_the_keyboard_goes_into_a_mail_and_its_links_open_in_the_whole_window(served: Served, page: Page) -> None:
    page.goto(delivered(served, f'<p>Go on: <a href="{served.address}/support">your ticket</a></p>'))
    link = page.frame_locator("iframe.mail").get_by_role("link", name="your ticket")
    expect(link).to_be_visible()
    page.get_by_role("link", name="Plain text").focus()
    for _ in range(3):
        page.keyboard.press("Tab")
        if page.frames[1].evaluate("document.hasFocus() && document.activeElement.textContent") == "your ticket":
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/support")


def test_a_mail_wraps_on_a_narrow_screen(served: Served, page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    long = f"https://status.example.com/{'a' * 200}"
    page.goto(delivered(served, f'<p><a href="{long}">{long}</a></p>'))
    expect(page.frame_locator("iframe.mail").get_by_role("link")).to_be_visible()
    assert page.evaluate(OVERFLOW) <= 0
    frame = page.frames[1]
    assert frame.evaluate(OVERFLOW) <= 0


def test_a_hostile_mail_runs_nothing_and_asks_nobody(served: Served, page: Page) -> None:
    with serving(pages.page("asked")) as elsewhere:
        page.goto(delivered(served, HOSTILE.replace("HERE", elsewhere.url)))
        mail = page.frame_locator("iframe.mail")
        expect(mail.get_by_text("Harmless words")).to_be_visible()
        mail.get_by_role("button", name="Press").click()
        page.get_by_role("link", name="Plain text").click()
        expect(page.get_by_role("region", name="The mail's text")).to_have_text("Harmless words\n")
        page.go_back()
        expect(mail.get_by_text("Harmless words")).to_be_visible()
        assert page.title().startswith("A mail")
        assert elsewhere.paths == []
