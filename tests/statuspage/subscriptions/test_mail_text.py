import re

import pytest

from statuspage.page import listed_on
from statuspage.phrases import phrases_of
from statuspage.site import Site
from statuspage.subscriptions.mail_text import Links, MailText, already, confirmation, news, stopped
from statuspage.subscriptions.phrases import LANGUAGES
from statuspage.view import IncidentView
from tests.statuspage.examples import COMPONENTS, SITE, incident, page

LINKS = Links(manage="https://s.example/m/TOKEN", unsubscribe="https://s.example/u/TOKEN")
HOSTILE = '<img src=x onerror=alert(1)>"\r\nBcc: evil@example.com'


def view(title: str = "Bitcoin withdrawals are delayed") -> IncidentView:
    return page([incident(1, title=title)]).incidents[0]


def letter_of(one: IncidentView, site: Site = SITE) -> MailText:
    return news(one, one.updates, site, one.sign).to(LINKS)


def test_a_letter_says_what_the_page_says() -> None:
    one = view()
    letter = letter_of(one)
    newest = one.updates[0]
    assert letter.subject == f"[{SITE.title}] {phrases_of('en').say(newest.phase)}: {one.title}"
    for part in (newest.body, f"{SITE.url}incidents/{one.id}.html", LINKS.manage, LINKS.unsubscribe):
        assert part in letter.text
    for touched in one.touched:
        assert touched.label in letter.text
    assert f'href="{LINKS.unsubscribe}"' in letter.html


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl"), ("fa", "rtl"), ("ja", "ltr")])
def test_a_letter_is_in_its_readers_language(language: str, direction: str) -> None:
    site = Site(title=SITE.title, url=f"{SITE.url}{language}/", since=SITE.since, language=language, root=SITE.url)
    letter = letter_of(view(), site)
    assert f'<html lang="{language}" dir="{direction}">' in letter.html
    assert LANGUAGES[language]["mail_manage"] in letter.text
    assert f"{SITE.url}{language}/incidents/" in letter.text


def test_nothing_hostile_gets_into_the_html() -> None:
    letter = letter_of(view(title=HOSTILE))
    assert "<img" not in letter.html
    assert "&lt;img" in letter.html
    for notice in (
        confirmation("en", HOSTILE, "https://c", "https://d", hours=48, host=HOSTILE),
        already("en", HOSTILE, LINKS),
        stopped("en", HOSTILE, HOSTILE, LINKS),
    ):
        assert "<img" not in notice.html


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_notice_has_its_links_and_no_placeholder(language: str) -> None:
    for notice, links in (
        (confirmation(language, "Exchange", "https://c/1", "https://d/1", hours=48), ("https://c/1", "https://d/1")),
        (confirmation(language, "Exchange", "https://c/1", "https://d/1", hours=48, host="h.example"), ("h.example",)),
        (already(language, "Exchange", LINKS), (LINKS.manage, LINKS.unsubscribe)),
        (stopped(language, "Exchange", "h.example", LINKS), (LINKS.manage, "h.example")),
    ):
        assert all(link in notice.text and link in notice.html for link in links)
        assert not re.search(r"[{}]", notice.text + notice.subject)


def test_internal_names_are_no_part_of_what_is_listed() -> None:
    for name, one in listed_on(SITE, COMPONENTS).items():
        assert name not in (one.id, one.label)
