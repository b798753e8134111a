"""The portal in eight languages: R10 and R13 for whoever reads none of them in English."""

import re
from pathlib import Path
from string import Formatter

import pytest

from statuspage.phrases import LANGUAGES as PAGES
from tests.tocsin.web.running import Running
from tickets.forms import ANY_FORM, FieldError, validate
from tickets.ticket import Attachment, Channel, Form, NewTicket, TicketStatus
from tocsin.desk.ticket_link import mailed_path
from tocsin.web.portal.phrases import LANGUAGE_COOKIE, WORDS, PortalWords

SOURCES = Path(__file__).parents[4] / "tocsin" / "web"
ENGLISH = WORDS["en"]
OTHERS = [language for language in WORDS if language != "en"]
SAME = {"form.api", "hint.network", "hint.endpoint", "expected.phone_country", "form.two-factor"}
"""Words that may be the same in two languages."""


def places(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name)


def test_the_portal_speaks_every_language_of_the_page() -> None:
    assert WORDS.keys() == PAGES.keys()


@pytest.mark.parametrize("language", OTHERS)
def test_every_word_is_there_with_the_same_places_to_fill(language: str) -> None:
    assert WORDS[language].keys() == ENGLISH.keys()
    for name, text in ENGLISH.items():
        assert places(WORDS[language][name]) == places(text), name
    same = {name for name, text in ENGLISH.items() if WORDS[language][name] == text and re.search(r"[a-z]{4}", text)}
    assert same <= SAME | {"form.trading-issue", "home", "name", "error.file"}, "not translated"


def test_every_word_is_used_and_every_used_one_is_there() -> None:
    files = [*(SOURCES / "templates").glob("portal_*.html"), *(SOURCES / "portal").glob("*.py")]
    files.append(SOURCES.parents[1] / "tickets" / "forms.py")
    used = "\n".join(file.read_text(encoding="utf-8") for file in files)
    built = ("state.", "form.", "field.", "hint.", "expected.", "kind.")
    unused = {name for name in ENGLISH if f'"{name}"' not in used and not name.startswith(built)}
    assert unused == set()
    assert {f"state.{status}" for status in TicketStatus} | {f"form.{form.slug}" for form in Form} <= ENGLISH.keys()
    assert {f"field.{name}" for name in ANY_FORM} <= ENGLISH.keys()
    assert {f"hint.{name}" for name, one in ANY_FORM.items() if one.hint} <= ENGLISH.keys()
    assert {f"expected.{name}" for name, one in ANY_FORM.items() if one.pattern} <= ENGLISH.keys()


WRONG = NewTicket(
    form=Form.ACCOUNT_VERIFICATION,
    subject="x" * 201,
    text="\x00",
    email="ada",
    channel=Channel.PORTAL,
    fields=(("user_id", "?!"), ("asset", "bitcoin of a long name"), ("network", "n" * 201)),
    attachments=tuple(Attachment(name="a.exe", media_type="", content=b"MZ") for _ in range(6)),
)


@pytest.mark.parametrize("language", WORDS)
def test_whatever_is_wrong_with_a_form_is_said_in_every_language(language: str) -> None:
    problems = [*validate(WRONG), *validate(NewTicket(form=Form.WITHDRAWAL, subject="", text="", email=""))]
    said = [PortalWords(language).problem(problem) for problem in problems]
    assert all(problem.key for problem in problems)
    if language == "en":
        assert "Coin or currency is missing." in said
        assert "User ID: expected is up to 64 letters and digits." in said
    else:
        assert not set(said) & {problem.message for problem in problems}


def test_an_error_without_a_key_is_said_as_it_is() -> None:
    assert PortalWords("de").problem(FieldError(field="x", message="There is no such field.")) == (
        "There is no such field."
    )


@pytest.mark.parametrize("language", WORDS)
def test_every_page_is_wholly_in_the_readers_language(tocsin: Running, language: str) -> None:
    incident = tocsin.incident()
    asked = tocsin.ticket(asked_about=incident.id, suggested_id=incident.id, incident_id=None, language=language)
    over = tocsin.ticket(status=TicketStatus.RESOLVED, language=language)
    pages = [f"/support?form={form}" for form in ("Withdrawal", "Account verification", "Other")]
    pages += [mailed_path(tocsin.services.desk, one.id) for one in (asked, over)]
    pages += [pages[-1].replace("?", "/history?"), "/support/signin", "/support/signin/none"]
    client = tocsin.client()
    client.headers["accept-language"] = language
    direction = "rtl" if language in {"ar", "fa"} else "ltr"
    for path in pages:
        html = client.get(path).text
        assert f'<html lang="{language}" dir="{direction}">' in html, path
        if language != "en":
            text = re.sub(r"<[^>]+>", "\n", html)
            lines = {line.strip() for line in text.splitlines()}
            foreign = {text for name, text in ENGLISH.items() if WORDS[language][name] != text and "{" not in text}
            assert not lines & foreign, path


def test_a_chosen_language_is_kept_and_goes_before_the_browsers(tocsin: Running) -> None:
    client = tocsin.client()
    client.headers["accept-language"] = "de"
    assert '<html lang="de"' in client.get("/support").text
    answer = client.get("/support?form=Other&lang=ar")
    assert '<html lang="ar" dir="rtl">' in answer.text
    assert 'href="?form=Other&amp;lang=tr"' in answer.text, "the others are offered for the same page"
    assert client.cookies[LANGUAGE_COOKIE] == "ar"
    assert '<html lang="ar"' in client.get("/support").text
    assert '<html lang="ar"' in client.get("/support?lang=klingon").text


def test_what_others_wrote_has_a_direction_of_its_own(tocsin: Running) -> None:
    ticket = tocsin.ticket(subject="My coins", text="They are late", language="ar")
    html = tocsin.client().get(mailed_path(tocsin.services.desk, ticket.id)).text
    assert '<html lang="ar" dir="rtl">' in html
    assert '<h1 dir="auto">My coins</h1>' in html
    assert '<p class="text" dir="auto">' in html
