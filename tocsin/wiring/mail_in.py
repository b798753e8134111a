"""Builds what reads the mailbox that customers write to, and says who our own mails are from."""

from tickets.address import named_address
from tickets.mail.imap import ImapMailbox, ImapServer
from tickets.mail.message import Security, Sender
from tocsin.config import Config
from tocsin.context.loops import Wake
from tocsin.desk.desk import Desk
from tocsin.desk.mail_in import MailIn


def sender_of(config: Config) -> Sender:
    """Who mails are from, and where answers go."""
    name, address = named_address(config.mail.sender)
    _, reply_to = named_address(config.site.support_email) if config.site.support_email else ("", "")
    return Sender(address=address, name=name or config.site.name, reply_to=reply_to)


def mail_in_of(config: Config, desk: Desk, wake: Wake) -> tuple[MailIn, ...]:
    """What reads the configured mailbox; () where none is."""
    inbound = config.mail.inbound
    if inbound is None:
        return ()
    server = ImapServer(
        host=inbound.host,
        port=inbound.port,
        security=Security(inbound.tls),
        user=inbound.user,
        password=inbound.password.reveal() if inbound.password else "",
        folder=inbound.folder,
    )
    return (MailIn(desk=desk, mailbox=ImapMailbox(server), every=inbound.every, wake=wake),)
