"""What becomes of one mail that came in: R46 (mail as a channel), R3 (one thread), and who may write into it."""

from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from incidents.lifecycle import Action
from tests.tickets.mail import incoming_mails as shapes
from tests.tickets.mail.incoming_mails import answer, report
from tests.tocsin.web.running import CONFIG, READILY, Running, running
from tickets import lifecycle
from tickets.mail.compose import message_id, thread_id
from tickets.mail.incoming import MailOutcome, key_of, read_mail
from tickets.ticket import Author, Channel, Proof, Ticket, TicketStatus
from tocsin.context.public_text import mail_domain
from tocsin.desk.answer_address import answer_address
from tocsin.desk.mail_outcome import MailResult, work_off_mail
from tocsin.desk.ticket_actions import customer_closes, perform
from tocsin.storage.outbox import MailState

ADA = "ada@example.org"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


def with_inbound(folder: Path, *, smtp: int = 0, **inbound: object) -> Running:
    """A Tocsin whose mailbox is configured; nothing is read before `poll`. smtp: the port by which mails leave."""
    (folder / "password").write_text("sécret", encoding="utf-8")
    values: dict[str, object] = {"host": "127.0.0.1", "port": 1, "tls": "none", "user": "support", "tags": "true"}
    keys = ", ".join(f"{name}: {value}" for name, value in {**values, **inbound}.items())
    sender = "Example Exchange Support <support@example.com>"
    out = f", smtp: {{host: 127.0.0.1, port: {smtp}, tls: none}}" if smtp else ""
    mail = f'mail: {{from: "{sender}", inbound: {{{keys}, password_file: password}}{out}}}'
    return running(folder, f"{CONFIG}desk: {{{READILY}}}\n{mail}\n")


@pytest.fixture
def tocsin(tmp_path: Path) -> Iterator[Running]:
    made = with_inbound(tmp_path)
    yield made
    made.close()


def ticket_of(tocsin: Running, **changes: Any) -> Ticket:
    return tocsin.ticket(**{"email": ADA, "name": "Ada", "incident_id": None, "assignee": "", **changes})


def domain(tocsin: Running) -> str:
    return mail_domain(tocsin.services.desk.public_url)


def root(tocsin: Running, ticket: Ticket) -> str:
    return thread_id(ticket, domain(tocsin))


def come(tocsin: Running, raw: bytes) -> MailResult:
    tocsin.clock.pass_(seconds=1)
    return work_off_mail(tocsin.services.desk, read_mail(raw), key_of(raw)[:20], tocsin.clock())


def thread(tocsin: Running, ticket: Ticket) -> list[tuple[Author, str]]:
    return [(m.author, m.text) for m in tocsin.services.store.tickets.thread(ticket.id)][1:]


def agent_answers(tocsin: Running, ticket: Ticket, text: str = "Which coin?") -> str:
    """An agent's answer by mail; its Message-ID."""
    tocsin.clock.pass_(minutes=1)

    def act(current: Ticket) -> lifecycle.Change:
        return lifecycle.reply(current, "mara", text, tocsin.clock())

    perform(tocsin.services.desk, ticket.id, act, actor="mara", action="reply", now=tocsin.clock())
    tocsin.deliver("mail")
    return tocsin.services.store.mail.of_ticket(ticket.id)[-1].message_id


def test_an_answer_joins_its_ticket_without_the_quote(tocsin: Running) -> None:
    ticket = ticket_of(tocsin)
    about = agent_answers(tocsin, ticket)
    text = "BTC\n\nOn Mon, Example Exchange Support <support@example.com> wrote:\n> Which coin?\n"
    done = come(tocsin, answer(text, about=(root(tocsin, ticket), about)))
    assert (done.outcome, done.ticket and done.ticket.id) == (MailOutcome.JOINED, ticket.id)
    assert thread(tocsin, ticket)[-1] == (Author.CUSTOMER, "BTC")
    assert tocsin.again(ticket).status is TicketStatus.IN_PROGRESS, (
        "it waited for the customer, and is the agent's again"
    )


def test_the_same_mail_once_more_changes_nothing(tocsin: Running) -> None:
    ticket = ticket_of(tocsin)
    raw = answer("Any news?", about=(root(tocsin, ticket),))
    assert come(tocsin, raw).outcome is come(tocsin, raw).outcome is MailOutcome.JOINED
    assert thread(tocsin, ticket) == [(Author.CUSTOMER, "Any news?")]
    new = answer("Something else", number=2)
    first, second = come(tocsin, new), come(tocsin, new)
    assert first.ticket is not None
    assert second.ticket is not None
    assert first.ticket.id == second.ticket.id


@pytest.mark.parametrize("names", ["the mail it answers alone", "the thread alone", "a tagged address alone"])
def test_one_of_our_words_in_it_is_enough(tocsin: Running, names: str) -> None:
    ticket = ticket_of(tocsin)
    about = agent_answers(tocsin, ticket)
    tagged = answer_address(tocsin.services.desk, ticket.id)
    raw = {
        "the mail it answers alone": answer("BTC", about=(about,)),
        "the thread alone": answer("BTC", about=(root(tocsin, ticket), "<other@example.net>")),
        "a tagged address alone": answer("BTC", to=tagged.upper()),
    }[names]
    assert come(tocsin, raw).outcome is MailOutcome.JOINED


def test_mails_of_a_ticket_say_where_answers_go_and_that_they_are_read(tocsin: Running) -> None:
    ticket = ticket_of(tocsin)
    agent_answers(tocsin, ticket)
    (mail,) = tocsin.services.store.mail.of_ticket(ticket.id)
    assert mail.reply_to == answer_address(tocsin.services.desk, ticket.id)
    assert mail.reply_to.startswith(f"support+{ticket.id}.")
    assert tocsin.services.desk.reads_answers


@pytest.mark.parametrize(
    "forged",
    [
        pytest.param({"sender": "eve@example.net"}, id="another address"),
        pytest.param({"sender": "ada@example.net"}, id="the same name elsewhere"),
        pytest.param({"about": ()}, id="the right address, and only the number in the subject"),
        pytest.param({"about": ("<guessed@testserver>",)}, id="a made up Message-ID"),
    ],
)
def test_who_lacks_our_mail_or_its_address_gets_a_ticket_of_their_own(tocsin: Running, forged: dict[str, Any]) -> None:
    ticket = ticket_of(tocsin)
    values = {"about": (root(tocsin, ticket),), **forged}
    done = come(tocsin, answer("Send my coins to bc1qevil", **values))
    assert done.outcome is MailOutcome.OPENED
    assert done.ticket is not None
    assert done.ticket.id != ticket.id
    assert (done.ticket.proof, done.ticket.is_address_proven, done.ticket.channel) == (Proof.NONE, False, Channel.EMAIL)
    assert thread(tocsin, ticket) == []


def test_a_forged_tag_opens_nothing(tocsin: Running) -> None:
    ticket = ticket_of(tocsin)
    tagged = answer_address(tocsin.services.desk, ticket.id)
    wrong = tagged.replace("@", "0@").replace(tagged.split(".")[1][:1], "x", 1)
    assert come(tocsin, answer("hi", to=wrong)).outcome is MailOutcome.OPENED
    assert come(tocsin, answer("hi", to=tagged, sender="eve@example.net", number=2)).outcome is MailOutcome.OPENED


def test_a_new_mail_is_confirmed_without_a_word_of_its_sender(tocsin: Running) -> None:
    done = come(tocsin, answer("My withdrawal of 3 BTC is stuck since Monday, please look"))
    assert done.ticket is not None
    (mail,) = tocsin.services.store.mail.of_ticket(done.ticket.id)
    assert mail.to == ADA
    assert "stuck" not in mail.text + mail.subject
    assert "Ada" not in mail.text


def test_an_answer_to_a_closed_ticket_is_a_new_one_of_a_proven_address(tocsin: Running) -> None:
    ticket = ticket_of(tocsin)
    customer_closes(tocsin.services.desk, ticket, tocsin.clock())
    done = come(tocsin, answer("It is back", about=(root(tocsin, ticket),)))
    assert done.outcome is MailOutcome.OPENED
    assert done.ticket is not None
    assert (done.ticket.proof, done.ticket.is_address_proven) == (Proof.MAIL, True)


def test_an_answer_to_a_resolved_ticket_opens_it_again(tocsin: Running) -> None:
    ticket = ticket_of(tocsin, status=TicketStatus.RESOLVED, resolved_at=tocsin.clock())
    come(tocsin, answer("Still not solved", about=(root(tocsin, ticket),)))
    assert tocsin.again(ticket).status is TicketStatus.NEW


def test_an_answer_to_a_ticket_that_joined_another_joins_that_one(tocsin: Running) -> None:
    first = ticket_of(tocsin)
    second = ticket_of(tocsin, status=TicketStatus.MERGED, merged_into=first.id)
    done = come(tocsin, answer("And this?", about=(root(tocsin, second),)))
    assert done.ticket is not None
    assert done.ticket.id == first.id


@pytest.mark.parametrize(("said", "linked"), [("Yes", True), ("Nein, danke", False)])
def test_is_it_this_is_answered_by_mail(tocsin: Running, said: str, *, linked: bool) -> None:
    incident = tocsin.incident()
    ticket = ticket_of(tocsin, asked_about=incident.id, suggested_id=incident.id)
    come(tocsin, answer(said, about=(root(tocsin, ticket),)))
    found = tocsin.again(ticket)
    assert (found.is_about, found.incident_id == incident.id) == (linked, linked)
    assert thread(tocsin, ticket)[-1] == (Author.CUSTOMER, said)


def test_files_are_kept_by_what_their_bytes_show_and_the_others_are_named(tocsin: Running) -> None:
    ticket = ticket_of(tocsin)
    made = EmailMessage()
    made["From"], made["In-Reply-To"] = ADA, root(tocsin, ticket)
    made.set_content("See the picture")
    made.add_attachment(PNG, maintype="image", subtype="png", filename="screen.png")
    made.add_attachment(b"MZ\x90\x00", maintype="image", subtype="png", filename="tool.png")
    come(tocsin, bytes(made))
    (message,) = tocsin.services.store.tickets.thread(ticket.id)[1:]
    (file_id,) = message.attachments
    stored = tocsin.services.store.tickets.attachment(file_id)
    assert stored is not None
    assert (stored.file.name, stored.file.content) == ("screen.png", PNG)
    assert message.text == "See the picture\n\n[Not kept: tool.png (1 KB)]"


def test_a_mail_longer_than_a_message_may_be_is_cut_and_says_so(tocsin: Running) -> None:
    done = come(tocsin, answer("word " * 10_000))
    assert done.ticket is not None
    assert len(done.ticket.text) <= 20_000
    assert done.ticket.text.endswith("[…]")


def test_a_mail_without_words_is_a_ticket_all_the_same(tocsin: Running) -> None:
    assert come(tocsin, answer("", number=3)).outcome is MailOutcome.OPENED


@pytest.mark.parametrize(
    "shape", [shapes.EXIM, shapes.EXIM_PLAIN, shapes.POSTFIX, shapes.DOVECOT, shapes.SIEVE_REJECT], ids=range(5)
)
def test_a_bounce_is_noted_on_the_ticket_and_the_mail_counts_as_not_delivered(tocsin: Running, shape: str) -> None:
    ticket = ticket_of(tocsin, status=TicketStatus.IN_PROGRESS)
    about = agent_answers(tocsin, ticket)
    done = come(tocsin, report(shape, about, root(tocsin, ticket)))
    assert (done.outcome, done.ticket and done.ticket.id) == (MailOutcome.BOUNCE, ticket.id)
    author, text = thread(tocsin, ticket)[-1]
    assert author is Author.INTERNAL
    assert text.startswith('Our mail "[')
    assert f"to {ADA} came back: " in text
    (sent,) = tocsin.services.store.mail.written_to(ticket.id)
    assert sent.state is MailState.GIVEN_UP
    assert tocsin.again(ticket).status is TicketStatus.AWAITING_CUSTOMER, "a note changes no status"
    (letter,) = tocsin.channel("mail").given_up(5)
    assert letter.why == "came back"


def test_a_delay_and_a_read_receipt_change_nothing(tocsin: Running) -> None:
    ticket = ticket_of(tocsin)
    about = agent_answers(tocsin, ticket)
    for shape in (shapes.POSTFIX_DELAYED, shapes.WAS_READ):
        assert come(tocsin, report(shape, about, root(tocsin, ticket))).outcome is MailOutcome.NOTICE
    assert [author for author, _ in thread(tocsin, ticket)] == [Author.AGENT]


def test_a_bounce_that_somebody_made_up_is_nobodys(tocsin: Running) -> None:
    ticket_of(tocsin)
    done = come(tocsin, report(shapes.EXIM, message_id("guessed", domain(tocsin)), "<x@testserver>"))
    assert done == MailResult(outcome=MailOutcome.BOUNCE)


def test_an_automatic_reply_is_a_note_and_answers_nothing(tocsin: Running) -> None:
    incident = tocsin.incident()
    ticket = ticket_of(tocsin, status=TicketStatus.AWAITING_INCIDENT, incident_id=incident.id, linked_by="tocsin")
    about = agent_answers(tocsin, ticket)
    before = len(tocsin.services.store.mail.of_ticket(ticket.id))
    assert come(tocsin, report(shapes.VACATION, about, root(tocsin, ticket))).outcome is MailOutcome.AUTO_REPLY
    author, text = thread(tocsin, ticket)[-1]
    assert (author, text.splitlines()[-1]) == (Author.INTERNAL, "I am away until Monday.")
    assert tocsin.again(ticket).status is TicketStatus.AWAITING_INCIDENT
    assert len(tocsin.services.store.mail.of_ticket(ticket.id)) == before
    tocsin.do(incident, Action.RESOLVE, end_reason="fixed")
    tocsin.settle()
    assert "Solved" in tocsin.services.store.mail.of_ticket(ticket.id)[-1].subject, "they are mailed what all are"


def test_our_own_mail_is_no_customers(tocsin: Running) -> None:
    assert come(tocsin, answer("hi", sender="Support@example.com")).outcome is MailOutcome.OURS


def test_who_has_no_address_cannot_be_answered(tocsin: Running) -> None:
    assert come(tocsin, b"From: undisclosed\n\nhello").outcome is MailOutcome.NO_SENDER


def test_an_international_domain_is_one_however_it_is_written(tocsin: Running) -> None:
    ticket = ticket_of(tocsin, email="kunde@bücher.example")
    raw = answer("Hallo", sender="Kunde@xn--bcher-kva.example", about=(root(tocsin, ticket),))
    assert come(tocsin, raw).outcome is MailOutcome.JOINED
