import re
from dataclasses import replace
from typing import Any

import pytest

from tests.tickets.make import NOON, stored
from tickets.broadcast import CustomerMessage, Mailing
from tickets.mail.compose import (
    Letterhead,
    PublicWords,
    agent_reply,
    confirmation,
    incident_mail,
    joined,
    known_so_far,
    mistaken,
    question,
    withdrawn,
    without_links,
)
from tickets.mail.frames import FRAMES, RIGHT_TO_LEFT, language_of
from tickets.mail.message import Mail
from tickets.ticket import Author, Home, Message, Ticket

HEAD = Letterhead(
    exchange="Example", domain="example.com", status_url="https://status.example", ticket_url="https://x.example/t/1"
)
READ = replace(HEAD, reads_answers=True)
ENGLISH = FRAMES["en"]
OTHERS = [language for language in FRAMES if language != "en"]


def ticket(language: str, **changes: Any) -> Ticket:
    return stored(language=language, name="", **changes)


def all_mails(language: str) -> list[Mail]:
    """One mail of each kind; what it says of the incident is no word of any language."""
    words = PublicWords(title="0", body="1", language=language)
    one = ticket(language, is_address_proven=False)
    asked = ticket(language, asked_about="i", is_address_proven=False)
    messages = [
        CustomerMessage(
            key=f"i:{kind}:c",
            mailing=kind,
            ticket=one,
            tickets=("a", "b", "c"),
            stays_open=("2",),
            not_done=("3",),
        )
        for kind in Mailing
    ]
    message = Message(id="m", ticket_id="t1", author=Author.AGENT, name="7", text="4", at=NOON)
    return [
        confirmation(HEAD, one, NOON),
        confirmation(HEAD, one, NOON, words),
        confirmation(HEAD, asked, NOON, words),
        question(HEAD, asked, words, NOON),
        question(HEAD, replace(asked, home=Home(helpdesk="h", id="1", url="https://h.example")), words, NOON),
        joined(HEAD, one, one, None, NOON),
        joined(HEAD, one, one, words, NOON),
        mistaken(HEAD, one, words, NOON, key="k"),
        mistaken(HEAD, one, None, NOON, key="k"),
        withdrawn(HEAD, one, "5", NOON, key="k"),
        known_so_far(HEAD, one, words, NOON),
        *(incident_mail(HEAD, one_message, words, NOON) for one_message in messages),
        confirmation(READ, one, NOON, words),
        incident_mail(READ, messages[list(Mailing).index(Mailing.RESOLUTION)], words, NOON),
        agent_reply(HEAD, one, message, NOON),
    ]


@pytest.mark.parametrize("language", OTHERS)
def test_every_word_is_there_with_the_same_places_to_fill(language: str) -> None:
    words = FRAMES[language]
    assert words.keys() == ENGLISH.keys()
    for name, text in ENGLISH.items():
        assert re.findall(r"{\w+}", words[name]) == re.findall(r"{\w+}", text), name
        assert words[name] != text, f"{name} is not translated"


@pytest.mark.parametrize("language", FRAMES)
def test_every_mail_is_wholly_in_one_language(language: str) -> None:
    others = {text for other in FRAMES for name, text in FRAMES[other].items() if other != language and "{" not in text}
    for mail in all_mails(language):
        said = {mail.subject.partition("] ")[2], *mail.text.strip().split("\n\n")}
        assert not said & (others - set(FRAMES[language].values())), mail.subject
        assert f'lang="{language}"' in mail.html
        assert ('dir="rtl"' in mail.html) is (language in RIGHT_TO_LEFT)


@pytest.mark.parametrize("language", FRAMES)
def test_links_are_links_in_every_language_and_never_in_the_thread(language: str) -> None:
    for mail in all_mails(language):
        assert '<a href="https://x.example/t/1">' in mail.html
        assert "https://" not in without_links(mail)


def test_together_the_mails_say_every_sentence() -> None:
    written = "\n".join(f"{mail.subject}\n{mail.text}" for mail in all_mails("de"))
    written += confirmation(HEAD, stored(language="de", name="Ada"), NOON).text
    for name, text in FRAMES["de"].items():
        pieces = [piece for piece in re.split(r"{\w+}", text) if piece.strip()]
        assert all(piece in written for piece in pieces), name


@pytest.mark.parametrize("language", FRAMES)
@pytest.mark.parametrize(
    ("head", "home", "is_read"),
    [
        pytest.param(HEAD, None, False, id="nobody reads"),
        pytest.param(READ, None, True, id="we read"),
        pytest.param(HEAD, Home(helpdesk="h", id="1", url="https://h.example"), True, id="another helpdesk reads"),
    ],
)
def test_only_where_answers_are_read_a_mail_asks_for_one(
    language: str, head: Letterhead, home: Home | None, *, is_read: bool
) -> None:
    words, frame = PublicWords(title="0", body="1", language=language), FRAMES[language]
    one = ticket(language, home=home)
    message = CustomerMessage(key="k", mailing=Mailing.RESOLUTION, ticket=one, tickets=(one.id,))
    written = confirmation(head, one, NOON, words).text + incident_mail(head, message, words, NOON).text
    answer, page = ("linked.reply", "solved.reply"), ("linked.else", "solved.still")
    for name in answer if is_read else page:
        assert frame[name] in written
    for name in page if is_read else answer:
        assert frame[name] not in written


def test_where_the_incidents_words_have_another_language_the_mail_follows_them() -> None:
    words = PublicWords(title="0", body="1", language="es")
    assert FRAMES["es"]["linked.lead"] in confirmation(HEAD, ticket("de"), NOON, words).text


@pytest.mark.parametrize(
    ("wanted", "language"),
    [(("de-AT",), "de"), (("zh_TW",), "zh"), (("xx", "ja"), "ja"), (("",), "en"), (("hi",), "en"), (("DE",), "de")],
)
def test_a_language_is_found_by_its_first_part(wanted: tuple[str, ...], language: str) -> None:
    assert language_of(*wanted) == language
