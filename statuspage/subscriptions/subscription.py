"""The subscription of a reader: a mail address or a webhook, and the parts of the page that it is for."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SubscriptionKind(StrEnum):
    """How a subscriber is notified."""

    MAIL = "mail"
    WEBHOOK = "webhook"


class SubscriptionStatus(StrEnum):
    """The status of a subscription; only an active one is notified."""

    PENDING = "pending"  # nobody has confirmed the address yet
    UNVERIFIED = "unverified"  # a webhook whose address is confirmed and whose receiver has not answered the challenge
    ACTIVE = "active"
    DISABLED = "disabled"


class Stop(StrEnum):
    """Why a subscription was disabled."""

    BOUNCED = "bounced"  # the mail server refused the address for good, several times
    FAILING = "failing"  # the webhook's receiver did not accept for long
    GONE = "gone"  # it said that it is gone (410)


class SuppressionReason(StrEnum):
    """Why sign-ups of an address are limited or refused; kept with a keyed hash of it after all else was deleted."""

    UNSUBSCRIBED = "unsubscribed"
    DECLINED = "declined"  # whoever has the address said that they never asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The parts of the page that a subscriber chose. groups, components: public ids, as the page names them."""

    everything: bool = True
    groups: tuple[str, ...] = ()
    components: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is chosen."""
        return not (self.everything or self.groups or self.components)


EVERYTHING = Choice()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A reader who asked to be notified.

    email: of a webhook, who is notified when it fails. url: of a webhook; "" = mail. language: of its messages.
    confirmed_at: since when it is notified; None = not yet. failures: in a row. stop: why disabled, None = it is not.
    secret: signs what the webhook gets, `whsec_…`; "" = none was made yet.
    """

    id: str
    kind: SubscriptionKind = SubscriptionKind.MAIL
    status: SubscriptionStatus = SubscriptionStatus.PENDING
    email: str
    url: str = ""
    language: str = "en"
    choice: Choice = EVERYTHING
    created_at: datetime
    confirmed_at: datetime | None = None
    failures: int = 0
    stop: Stop | None = None
    stopped_at: datetime | None = None
    secret: str = ""
