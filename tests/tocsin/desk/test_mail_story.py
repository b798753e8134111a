"""A conversation by mail alone, over a real SMTP and a real IMAP server: what leaves is what the customer answers."""

from email.message import Message
from pathlib import Path

from tests.dovecot import dovecot
from tests.tickets.mail.incoming_mails import VACATION as ON_HOLIDAY
from tests.tickets.mail.incoming_mails import answer, report
from tests.tickets.mail.test_smtp import Inbox, serving
from tests.tocsin.desk.test_mail_outcome import agent_answers, thread, with_inbound
from tests.tocsin.web.running import Running
from tickets.ticket import Author
from tocsin.storage import TicketFilter

ADA = "ada@example.org"
OURS = "Example Exchange Support <support@example.com>"


def quoted(mail: Message) -> str:
    """Our mail below an answer, as Gmail puts it there in Turkish."""
    plain = next(part for part in mail.walk() if part.get_content_type() == "text/plain")
    content = plain.get_payload(decode=True)
    assert isinstance(content, bytes)
    lines = "\n".join(f"> {line}".rstrip() for line in content.decode().splitlines())
    return f"\n\n{OURS}, 2 Mar 2026 Pzt, 14:03 tarihinde şunu yazdı:\n\n{lines}\n"


def ids_of(mail: Message) -> tuple[str, ...]:
    """What an answer to the mail names: its thread and itself."""
    return (*str(mail.get("References", "")).split(), str(mail["Message-ID"]))


def poll(tocsin: Running) -> None:
    tocsin.clock.pass_(seconds=30)
    (inbox,) = tocsin.services.inboxes
    inbox.poll(tocsin.clock())
    tocsin.deliver("mail")


def test_from_the_first_mail_to_the_last_answer_it_is_one_ticket(tmp_path: Path) -> None:
    inbox = Inbox()
    with dovecot() as server, serving(inbox) as smtp:
        tocsin = with_inbound(tmp_path, smtp=smtp, port=server.port, user="story")
        server.deliver("story", answer("My withdrawal of 3 BTC is late", number=1))
        poll(tocsin)
        (confirmed,) = inbox.mails
        ticket = tocsin.services.store.tickets.page(TicketFilter()).items[0]
        assert str(confirmed["Reply-To"]) == f"support+{ticket.id}.{str(confirmed['Reply-To']).split('.', 1)[1]}"

        by_thread = answer(f"It is from Monday.{quoted(confirmed)}", about=ids_of(confirmed), number=2)
        server.deliver("story", by_thread)
        poll(tocsin)
        agent_answers(tocsin, ticket, "Which *network*?")
        asked = inbox.mails[-1]
        server.deliver("story", answer(f"bitcoin{quoted(asked)}", to=str(asked["Reply-To"]), number=3))
        holiday = report(ON_HOLIDAY, str(asked["Message-ID"]), str(confirmed["Message-ID"]))
        server.deliver("story", holiday)
        poll(tocsin)
        said = thread(tocsin, ticket)
        assert [text for author, text in said if author is Author.CUSTOMER] == ["It is from Monday.", "bitcoin"]
        assert [author for author, _ in said].count(Author.INTERNAL) == 1
        assert len(tocsin.services.store.tickets.page(TicketFilter()).items) == 1
        assert len(inbox.mails) == 2, "what came in was answered by nothing but the confirmation and the agent"
        tocsin.close()
