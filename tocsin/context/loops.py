"""Names the loops of the running process, so that other code can wake one of them."""

from enum import StrEnum
from typing import Protocol


class Loop(StrEnum):
    """The loops that can be woken.

    INTAKE: alerts of others that were accepted. DELIVER: every sink. MAIL: single mails and bulk, answers in other
    helpdesks. CALL: subscribers' webhooks. HELPDESK: what happened in other helpdesks. ONCALL: escalations, and
    messages to people on call. TARGET: every place of the page. SPARKLINES: the figures beside the page's components.
    """

    INTAKE = "intake"
    PLACE = "place"
    PUBLISH = "publish"
    DELIVER = "deliver"
    MAIL = "mail"
    CALL = "call"
    HELPDESK = "helpdesk"
    ONCALL = "oncall"
    TARGET = "target"
    SPARKLINES = "sparklines"


class Wake(Protocol):
    """Asks loops to run as soon as possible; returns at once."""

    def __call__(self, *loops: Loop) -> None:
        """Wakes every worker of these loops."""
