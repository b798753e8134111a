"""A quarter of an hour without credited deposits, in Chromium: for a reader, a customer, an engineer and an agent."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from detectors.watch import FailureKind
from incidents.incident import EndReason, Status, UpdateKind
from tests.browser.afternoon import Afternoon, address_in, afternoon
from tests.browser.conftest import serve
from tests.browser.served import Served
from tests.tocsin.web.running import Running
from tickets.ticket import Ticket
from tocsin.desk import bulk_actions
from tocsin.storage.accounts import Role

FAULT = "deposits-uncredited:ethereum"
WRITTEN = "We restart the node that credits Ethereum. Your deposit is in our queue."
TOKYO = "Asia/Tokyo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What happens, and the windows of those who see it."""

    afternoon: Afternoon
    served: Served
    chromium: Browser

    @property
    def tocsin(self) -> Running:
        return self.afternoon.tocsin

    def window(self, role: Role | None = None, *, timezone: str = "UTC", locale: str = "en-US") -> BrowserContext:
        """Somebody's window, whose clock is the story's and stands still until `pass_` moves it."""
        made = self.served.signed_in(self.chromium, role, timezone=timezone, locale=locale)
        made.clock.install(time=self.tocsin.clock() - timedelta(seconds=1))
        made.clock.pause_at(self.tocsin.clock())
        return made

    def pass_(self, *tabs: Page, seconds: int) -> None:
        """Lets so much time pass, for tabs that stay open too."""
        self.afternoon.pass_(seconds=seconds)
        for tab in tabs:
            tab.clock.run_for(1000 * seconds)


@pytest.fixture
def story(chromium: Browser, tmp_path: Path) -> Iterator[Story]:
    made: list[Afternoon] = []

    def make(folder: Path, config: str) -> Running:
        made.append(afternoon(folder, address_in(config)))
        return made[0].tocsin

    for served in serve(tmp_path, make):
        yield Story(afternoon=made[0], served=served, chromium=chromium)


def test_deposits_are_not_credited(story: Story) -> None:
    story.pass_(seconds=30)
    reader = opened(story.window(timezone=TOKYO, locale="en-GB"), "/status/")
    arab = opened(story.window(timezone=TOKYO, locale="ar"), "/status/ar/")
    expect(reader.locator("h1")).to_have_text("All systems operational")
    story.afternoon.start_fault(FAULT)
    story.pass_(reader, arab, seconds=90)
    the_page_left_open_tells_it(reader)
    it_is_read_in_arabic_by_the_readers_clock(arab)
    customer = a_customer_writes(story)
    an_engineer_resolves_while_it_lasts(story)
    the_same_incident_opens_again(story, reader)
    an_agent_writes_to_all_while_customers_arrive(story)
    it_lasts_a_quarter_of_an_hour(story, reader, arab)
    waited = listeners(story)
    it_ends(story, reader, arab)
    each_customer_is_notified_once(story, waited, customer)


def opened(window: BrowserContext, path: str) -> Page:
    tab = window.new_page()
    tab.goto(path)
    return tab


def the_page_left_open_tells_it(reader: Page) -> None:
    expect(reader.locator("h1")).to_contain_text("Ethereum deposits")
    expect(reader.locator("#stale")).to_be_hidden()
    article = reader.locator("article").first
    expect(article).to_contain_text(re.compile(r"23:0\d"))  # 14:0x in Greenwich
    expect(article).not_to_contain_text("UTC")


def it_is_read_in_arabic_by_the_readers_clock(arab: Page) -> None:
    expect(arab.locator("html")).to_have_attribute("dir", "rtl")
    expect(arab.locator("h1")).to_contain_text("الإيداعات")
    article = arab.locator("article").first
    expect(article).to_contain_text(re.compile(r"23:0\d"))
    assert not re.search(r"\b14:0\d|UTC|[,;?] ", article.inner_text())


def a_customer_writes(story: Story) -> Page:
    """Past the incident that stands in place of the form, by the form; the ticket is linked at once."""
    page = opened(story.window(), "/support")
    page.get_by_role("link", name="Deposit").click()
    expect(page.get_by_text("You do not need to write to us about it").first).to_be_visible()
    page.get_by_label("Coin or currency").fill("ETH")
    page.get_by_role("button", name="Go on").click()
    if page.get_by_role("button", name="Send to support").count() == 0:  # a tenth is held out and sees the form at once
        page.get_by_role("link", name="Write to us").click()
    expect(page.get_by_label("Coin or currency")).to_have_value("ETH")
    page.get_by_label("Network").fill("ethereum")
    page.get_by_label("What happened?").fill(
        "My Ethereum deposit has two hundred confirmations and is not in my account"
    )
    page.get_by_label("E-mail address").fill("ada@example.com")
    page.get_by_role("button", name="Send to support").click()
    expect(page.get_by_role("status")).to_contain_text("Your ticket number is")
    expect(page.locator("section.notice")).to_contain_text("Ethereum deposits")
    number = page.get_by_role("status").locator(".id").inner_text()
    (ticket,) = [one for one in tickets(story) if one.number == number]
    assert ticket.incident_id == story.afternoon.incident().id
    return page


def an_engineer_resolves_while_it_lasts(story: Story) -> None:
    """The form says what still deviates and offers to monitor instead; without the explicit choice nothing is sent."""
    page = opened(story.window(Role.ENGINEER), "/console")
    page.get_by_role("link", name=re.compile("Ethereum deposits")).first.click()
    page.locator("summary", has_text="Resolve").click()
    form = page.locator("details", has=page.locator("summary", has_text="Resolve"))
    expect(form).to_contain_text("still deviate")
    expect(form).to_contain_text("deposits/ETH/ethereum")
    expect(form).to_contain_text("Fix in place, monitoring")
    expect(page.get_by_role("button", name="Fix in place, monitoring")).to_be_visible()
    form.get_by_role("button", name=re.compile("^Resolve, with")).click()
    assert story.afternoon.incident().is_active
    form.get_by_label("Why did it end?").select_option("fixed")
    form.get_by_label(re.compile("Resolve anyway")).check()
    form.get_by_role("button", name=re.compile("^Resolve, with")).click()
    expect(page.locator("dl.facts")).to_contain_text("resolved")
    assert story.afternoon.incident().status is Status.RESOLVED
    story.afternoon.deliver()


def the_same_incident_opens_again(story: Story, reader: Page) -> None:
    """Until then the page says of nothing that deviates that it is operational."""
    ended = story.afternoon.incident().id
    story.pass_(reader, seconds=5)
    plain = opened(story.window(), "/status/")
    expect(plain.locator("h1")).not_to_contain_text("operational")
    story.pass_(reader, seconds=55)
    assert (story.afternoon.incident().id, story.afternoon.incident().is_active) == (ended, True)
    expect(reader.locator("article").first).to_contain_text("We closed this too early: the problem is not over.")


def an_agent_writes_to_all_while_customers_arrive(story: Story) -> None:
    incident = story.afternoon.incident()
    page = opened(story.window(Role.AGENT), f"/desk/incidents/{incident.id}/answer")
    before = listeners(story)
    page.get_by_label("Your message").fill(WRITTEN)
    story.pass_(seconds=60)
    joined = listeners(story) - before
    assert joined
    page.get_by_role("button", name=re.compile("^Write to")).click()
    expect(page.get_by_role("status").first).to_contain_text(f"Sent to {len(before | joined)} customers")
    expect(page.get_by_role("status").first).to_contain_text(f"{len(joined)} more")
    page.go_back()
    page.get_by_role("button", name=re.compile("^Write to")).click()
    expect(page.get_by_role("status").first).to_contain_text("nobody got them twice")
    story.afternoon.deliver()
    mails = [mail for one in tickets(story) for mail in story.tocsin.services.store.mail.of_ticket(one.id)]
    got = Counter(mail.to for mail in mails if WRITTEN in mail.text)
    assert len(got) == len(before | joined)
    assert set(got.values()) == {1}


def it_lasts_a_quarter_of_an_hour(story: Story, *tabs: Page) -> None:
    """What stands on the pages left open is as of now, and as bad as it is."""
    left = story.afternoon.broken_at + timedelta(minutes=15) - story.tocsin.clock()
    story.pass_(*tabs, seconds=round(left.total_seconds()))
    incident = story.afternoon.incident()
    assert (incident.is_active, incident.kind, len(incident.lasting)) == (True, FailureKind.HALT, 2)
    the_engineers_ticket_is_of_now(story)
    reader = tabs[0]
    expect(reader.locator("h1")).to_contain_text("not being credited")
    expect(reader.locator("section.verdict")).to_have_class(re.compile("s-major_outage"))
    for tab in tabs:
        expect(tab.locator("#stale")).to_be_hidden()
        expect(tab.locator("article").first).to_contain_text(re.compile(r"23:\d\d"))


def the_engineers_ticket_is_of_now(story: Story) -> None:
    """The queue that ages is at its worst just now: title and summary give that sample."""
    row = story.tocsin.services.store.engineering_tickets.get(story.afternoon.incident().id)
    assert row is not None
    (in_title,) = re.findall(r"(\d+) s, expected", row.title)
    (worst, at) = re.findall(r"was (\d+) s at (\S+ \S+) UTC, expected", row.body)[0]
    assert in_title == worst
    measured_at = datetime.strptime(f"{at}+0000", "%Y-%m-%d %H:%M:%S%z")
    assert story.tocsin.clock() - measured_at < timedelta(seconds=30)


def it_ends(story: Story, reader: Page, arab: Page) -> None:
    """The exchange is mended: within two minutes the evidence is back and held, and the pages left open say so."""
    story.afternoon.stop_faults()
    story.pass_(reader, arab, seconds=180)
    incident = story.afternoon.incident()
    assert (incident.status, incident.end_reason, incident.lasting) == (Status.RESOLVED, EndReason.RECOVERED, ())
    expect(reader.locator("h1")).to_have_text("All systems operational")
    expect(reader.locator("section.past, ol.past").first).to_contain_text("Ethereum deposits")
    expect(arab.locator("section.verdict")).to_have_class(re.compile("s-operational"))
    for tab in (reader, arab):
        expect(tab.locator("#stale")).to_be_hidden()
    engineer = opened(story.window(Role.ENGINEER), f"/console/incidents/{incident.id}")
    expect(engineer.locator("dl.facts")).to_contain_text("resolved")


def each_customer_is_notified_once(story: Story, waited: set[str], customer: Page) -> None:
    """The one mail that closes it goes to each customer whose ticket waited; the ticket's page says it as well."""
    store = story.tocsin.services.store
    *_, end = (u for u in store.incidents.timeline(story.afternoon.incident().id) if u.kind is UpdateKind.RESOLVED)
    mails = [mail for one in tickets(story) for mail in store.mail.of_ticket(one.id)]
    closing = Counter(mail.to for mail in mails if mail.key.startswith(f"{end.key}:"))
    settled = {one.email for one in tickets(story) if one.resolved_at == end.at}
    assert waited <= set(closing) == settled
    assert set(closing.values()) == {1}
    customer.reload()
    notice = customer.locator("section.notice")
    expect(notice).to_contain_text("Resolved: Ethereum deposits")
    expect(notice).not_to_contain_text("We will write to you")


def tickets(story: Story) -> list[Ticket]:
    return list(story.tocsin.services.store.tickets.page(limit=500).items)


def listeners(story: Story) -> set[str]:
    """The customers who would get what is written to all now."""
    found = bulk_actions.listeners(story.tocsin.services.desk, story.afternoon.incident().id)
    return {one.email for one in found}
