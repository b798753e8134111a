"""Mails a customer the link that opens all tickets of their address: once, for a short while."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

from tickets.mail.compose import message_id
from tickets.mail.message import Mail
from tocsin.context.public_text import mail_domain
from tocsin.desk.desk import Desk

LASTS = timedelta(minutes=15)
AN_HOUR = 5  # links to one address


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkWords:
    """What the mail says around the link, in the reader's language. direction: "ltr" or "rtl"."""

    language: str
    direction: str
    subject: str
    text: str
    not_you: str


def mail_link(desk: Desk, email: str, words: LinkWords, now: datetime) -> bool:
    """Mails a link where the address has tickets; False where it was asked for too often.

    Who asks does not learn whether the address has any.
    """
    token = secrets.token_urlsafe(32)
    has_tickets = bool(desk.store.tickets.naming(email=email, limit=1).items)
    mail = _mail(desk, email, token, words) if has_tickets else None
    return desk.store.signin_links.add(token, email, mail, now, since=now - timedelta(hours=1), at_most=AN_HOUR)


def address_of_link(desk: Desk, token: str, now: datetime) -> str:
    """The address that a link signs in; "" where it was used or is too old. Changes nothing."""
    return desk.store.signin_links.email_of(token, now - LASTS)


def use_link(desk: Desk, token: str, now: datetime) -> str:
    """Uses the link up: the address that it signs in, or "" where it was used or is too old."""
    return desk.store.signin_links.use(token, now, now - LASTS)


def _mail(desk: Desk, email: str, token: str, words: LinkWords) -> Mail:
    url, key = f"{desk.public_url}/support/signin/{token}", f"signin:{token}"
    parts = (words.text, url, words.not_you, desk.text.site.name)
    lines = [f'<a href="{escape(one)}">{escape(one)}</a>' if one == url else escape(one) for one in parts]
    body = "\n".join(f"<p>{line}</p>" for line in lines)
    head = f'<html lang="{words.language}" dir="{words.direction}"><head><meta charset="utf-8"></head>'
    return Mail(
        key=key,
        to=email,
        subject=words.subject,
        text="\n\n".join(parts) + "\n",
        html=f"<!doctype html>\n{head}\n<body>\n{body}\n</body></html>\n",
        message_id=message_id(key, mail_domain(desk.public_url)),
    )
