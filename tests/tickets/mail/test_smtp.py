import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.message import Message
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as Handler
from aiosmtpd.smtp import AuthResult, LoginPassword

from incidents.delivery import DeliveryError
from tests.detectors.sources.prometheus_server import free_port
from tests.tickets.mail.sending import send_all
from tests.tickets.make import NOON, waiting
from tickets.mail.compose import Letterhead, confirmation
from tickets.mail.message import BouncedError, Mail, Sender, UnreachedError
from tickets.mail.smtp import Security, SmtpServer, SmtpTransport

HEAD = Letterhead(exchange="Example Exchange", domain="example.com")
SENDER = Sender(address="support@example.com", name="Example Exchange")


class Inbox(Handler):
    """A real server's mail, with answers on request: an address that starts with `busy` or `gone` is refused."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: list[Message] = []
        self.sessions: set[int] = set()
        self.on_bye: Callable[[], None] = lambda: None

    async def handle_RCPT(  # noqa: N802 - aiosmtpd finds it by this name
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        self.sessions.add(id(session))
        if address.startswith("busy"):
            return "451 Come back later"
        if address.startswith("gone"):
            return "550 No such user"
        if address.startswith("bye"):
            self.on_bye()
            server.transport.close()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    def handle_message(self, message: Message) -> None:
        self.mails.append(message)


@contextmanager
def serving(inbox: Inbox, **more: Any) -> Iterator[int]:
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port(), **more)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def transport(port: int, **more: Any) -> SmtpTransport:
    server = SmtpServer(host="127.0.0.1", port=port, security=Security.NONE, timeout_seconds=5.0)
    return SmtpTransport(replace(server, **more), SENDER, lambda: NOON)


def mail(number: int, to: str = "ada@example.com") -> Mail:
    return confirmation(HEAD, waiting(id=f"t{number}", number=f"TOC-{number}", email=to), NOON)


def test_a_batch_leaves_over_one_connection() -> None:
    inbox = Inbox()
    with serving(inbox) as port:
        assert send_all(transport(port), [mail(1), mail(2), mail(3)]) == [None, None, None]
    assert [m["Subject"][:7] for m in inbox.mails] == ["[TOC-1]", "[TOC-2]", "[TOC-3]"]
    assert len(inbox.sessions) == 1
    assert inbox.mails[0]["Message-ID"] == mail(1).message_id
    assert inbox.mails[0]["X-MailFrom"] == "support@example.com"


def test_each_mail_has_its_own_outcome() -> None:
    inbox = Inbox()
    batch = [mail(1), mail(2, "busy@example.com"), mail(3, "gone@example.com"), mail(4, "not an address"), mail(5)]
    with serving(inbox) as port:
        outcomes = send_all(transport(port), batch)
    assert [error and error.retry for error in outcomes] == [None, True, False, False, None]
    assert [isinstance(error, BouncedError) for error in outcomes] == [False, False, True, False, False]
    assert "451" in str(outcomes[1])
    assert "550" in str(outcomes[2])
    assert len(inbox.mails) == 2


def test_a_server_that_hangs_up_at_one_mail_still_gets_the_rest() -> None:
    inbox = Inbox()
    with serving(inbox) as port:
        outcomes = send_all(transport(port), [mail(1), mail(2, "bye@example.com"), mail(3)])
    assert [error and error.retry for error in outcomes] == [None, True, None]
    assert len(inbox.mails) == 2


def test_a_server_that_is_not_there_is_asked_once_a_run_and_tried_again() -> None:
    first, second = send_all(transport(free_port()), [mail(1), mail(2)])
    assert first is second
    assert isinstance(first, UnreachedError)
    assert first.retry


def test_one_mail_at_which_the_server_goes_away_costs_itself_alone() -> None:
    inbox = Inbox()
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    assert controller.server is not None
    inbox.on_bye = controller.server.close  # it is not there for the next call either
    batch = [mail(1), mail(2, "bye@example.com"), *map(mail, range(3, 31))]
    try:
        outcomes = send_all(transport(controller.port), batch)
    finally:
        controller.stop()
    assert outcomes[0] is None
    assert isinstance(outcomes[1], DeliveryError)
    assert not isinstance(outcomes[1], UnreachedError), "it was tried"
    assert all(isinstance(error, UnreachedError) for error in outcomes[2:]), "they were not"


def test_a_server_that_answers_bit_by_bit_is_cut_off() -> None:
    over = threading.Event()

    class Drips(Inbox):
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - as above
            while not over.is_set():
                await server.push("250-still at it")
                await asyncio.sleep(0.01)
            return "250 OK"

    with serving(Drips()) as port:
        (error,) = send_all(transport(port, deadline_seconds=0.5), [mail(1)])
        over.set()
    assert error is not None
    assert error.retry


def test_a_server_that_says_nothing_is_not_waited_for() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        (error,) = send_all(transport(silent.getsockname()[1], timeout_seconds=0.2), [mail(1)])
    assert error is not None
    assert error.retry


@pytest.mark.parametrize(("password", "accepted"), [("right", True), ("wrong", False)])
def test_the_server_is_notified_who_we_are(password: str, accepted: bool) -> None:
    def known(server: Any, session: Any, envelope: Any, mechanism: str, data: LoginPassword) -> AuthResult:
        return AuthResult(success=data.password == b"right", handled=False)

    with serving(Inbox(), authenticator=known, auth_require_tls=False) as port:
        (error,) = send_all(transport(port, user="tocsin", password=password), [mail(1)])
    assert (error is None) is accepted
    if error is not None:
        assert not error.retry
        assert "smtp.password" in str(error)
        assert "wrong" not in str(error)


def test_a_server_without_starttls_gets_no_mail_where_it_is_asked_for() -> None:
    inbox = Inbox()
    with serving(inbox) as port:
        (error,) = send_all(transport(port, security=Security.STARTTLS), [mail(1)])
    assert "smtp.security" in str(error)
    assert inbox.mails == []


def test_a_password_never_leaves_this_machine_unprotected() -> None:
    with pytest.raises(ValueError, match="never sent unprotected"):
        transport(25, host="mail.example.com", user="tocsin", password="x")


def test_nothing_to_send_opens_no_connection() -> None:
    assert send_all(transport(free_port()), []) == []
