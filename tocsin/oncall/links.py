"""The signed links in notifications: each names one message and so one person, and is good for a while."""

import hashlib
from datetime import datetime

from itsdangerous import BadSignature, URLSafeSerializer

from incidents.oncall.notice import OncallMessage
from tocsin.oncall.oncall import Oncall


class LinkRefused(Exception):
    """A link that is not ours, or is not good any more; the message says which."""


def acknowledge_url(oncall: Oncall, message: OncallMessage) -> str:
    """Where its reader acknowledges the message's incidents."""
    until = message.at + oncall.link_lasts
    return (
        f"{oncall.public_url}/oncall/{_serializer(oncall).dumps([message.id, message.person, int(until.timestamp())])}"
    )


def message_of_link(oncall: Oncall, token: str, now: datetime) -> OncallMessage:
    """The message that a link is of. Raises LinkRefused."""
    try:
        message_id, person, until = _serializer(oncall).loads(token)
    except (BadSignature, ValueError, TypeError):
        raise LinkRefused("this link is not whole: open it from the notification again") from None
    message = oncall.store.oncall.message(str(message_id))
    if message is None or message.person != person:
        raise LinkRefused("this link's notification is not known here")
    if now.timestamp() >= until:
        raise LinkRefused("this link is too old: sign in to the console, or open a newer notification")
    return message


def _serializer(oncall: Oncall) -> URLSafeSerializer:
    return URLSafeSerializer(oncall.secret, salt="on-call", signer_kwargs={"digest_method": hashlib.sha256})
