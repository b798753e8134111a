"""Signing up for the public page, confirming, choosing and leaving: what each form and each link does."""

import secrets
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from incidents.delivery import DeliveryError
from statuspage.subscriptions.mail_text import Links, MailText, already, confirmation
from statuspage.subscriptions.payload import verify_payload
from statuspage.subscriptions.subscription import (
    Choice,
    Subscription,
    SubscriptionKind,
    SubscriptionStatus,
    SuppressionReason,
)
from tickets.address import is_mail_address
from tickets.mail.compose import message_id, one_line
from tickets.mail.message import Mail
from tocsin.context.public_text import mail_domain
from tocsin.storage import Bound, Purpose
from tocsin.subscriptions.subscriptions import SubscriptionServices

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HOOKS_MAX = 5  # webhooks of one address
CHALLENGES = 5  # an hour, of one webhook


class SignupProblem(StrEnum):
    """Why a sign-up is refused; the words are the subscriptions' own, under `wrong_…`."""

    EMAIL = "wrong_email"
    URL = "wrong_url"
    NOTHING_CHOSEN = "nothing_chosen"


class SignupOutcome(StrEnum):
    """The outcome of a sign-up as its sender may see it: it says nothing about the address."""

    TAKEN = "taken"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A request to subscribe. url: of a webhook; "" = mail. language: one of the page's."""

    email: str
    url: str = ""
    language: str = "en"
    choice: Choice

    @property
    def kind(self) -> SubscriptionKind:
        """Whether it is for mail or for a webhook."""
        return SubscriptionKind.WEBHOOK if self.url else SubscriptionKind.MAIL


def problems_of(subscriptions: SubscriptionServices, wish: Wish) -> tuple[SignupProblem, ...]:
    """All problems of a request to subscribe."""
    found = []
    if not is_mail_address(wish.email):
        found.append(SignupProblem.EMAIL)
    if wish.url and (subscriptions.caller is None or not subscriptions.caller.is_allowed(wish.url)):
        found.append(SignupProblem.URL)
    if wish.choice.is_empty:
        found.append(SignupProblem.NOTHING_CHOSEN)
    return tuple(found)


def ask(subscriptions: SubscriptionServices, wish: Wish, place: str, now: datetime) -> SignupOutcome:
    """Takes a sign-up. place: the network address that it came from.

    The answer is the same whether the address is known, new, or not to be written to: nobody learns it here.
    """
    settings = subscriptions.settings
    network = Bound(who=f"network {network_of(place)}", limit=settings.per_network, window=HOUR)
    if not subscriptions.store.subscriptions.count_attempt([network], now):
        return SignupOutcome.TOO_MANY
    if _may_be_written_to(subscriptions, wish.email, now):
        _sign_up(subscriptions, wish, now)
    return SignupOutcome.TAKEN


def _may_be_written_to(subscriptions: SubscriptionServices, email: str, now: datetime) -> bool:
    suppression = subscriptions.store.subscriptions.suppression(email, now)
    if suppression is SuppressionReason.DECLINED:
        return False
    bounds = [Bound(who=f"address {email}", limit=subscriptions.settings.per_address, window=DAY)]
    if suppression is SuppressionReason.UNSUBSCRIBED:  # they may change their mind; nobody else may pester them
        bounds.append(Bound(who=f"left {email}", limit=1, window=DAY))
    return subscriptions.store.subscriptions.count_attempt(bounds, now)


def _sign_up(subscriptions: SubscriptionServices, wish: Wish, now: datetime) -> None:
    store = subscriptions.store
    known = store.subscriptions.find(wish.kind, wish.email, wish.url)
    if known is None:
        hooks = [s for s in store.subscriptions.of_address(wish.email) if s.kind is SubscriptionKind.WEBHOOK]
        if wish.kind is SubscriptionKind.WEBHOOK and len(hooks) >= HOOKS_MAX:
            return
        new = Subscription(
            id=secrets.token_hex(16),
            kind=wish.kind,
            email=wish.email,
            url=wish.url,
            language=wish.language,
            choice=wish.choice,
            created_at=now,
        )
        if store.subscriptions.sign_up(new, _asking(subscriptions, new, now), now):
            return
        known = store.subscriptions.find(wish.kind, wish.email, wish.url)
    if known is None:  # signed up and ended in this very moment, elsewhere
        return
    if known.status is SubscriptionStatus.PENDING:
        known = store.subscriptions.change(known.id, choice=wish.choice, language=wish.language, created_at=now)
        store.mail.enqueue([_asking(subscriptions, known, now)], now)
        return
    letter = already(known.language, subscriptions.disclosure.name, links_of(subscriptions, known))
    store.mail.enqueue([mail_of(subscriptions, known, letter, f"already:{known.id}:{now.timestamp()}")], now)


def _asking(subscriptions: SubscriptionServices, one: Subscription, now: datetime) -> Mail:
    hours = int(subscriptions.settings.confirm_within / HOUR)
    letter = confirmation(
        one.language,
        subscriptions.disclosure.name,
        url_of(subscriptions, one, Purpose.CONFIRM),
        url_of(subscriptions, one, Purpose.UNSUBSCRIBE),
        hours=max(1, hours),
        host=urlsplit(one.url).hostname or "",
    )
    return mail_of(subscriptions, one, letter, f"confirm:{one.id}:{now.timestamp()}")


def mail_of(
    subscriptions: SubscriptionServices,
    one: Subscription,
    letter: MailText,
    key: str,
    *,
    own_id: str = "",
    references: Sequence[str] = (),
    bulk: bool = False,
) -> Mail:
    """A mail to one subscriber. own_id: its Message-ID where the key does not give it."""
    return Mail(
        key=f"subscription:{key}",
        to=one.email,
        subject=one_line(letter.subject),
        text=letter.text,
        html=letter.html,
        message_id=own_id or message_id(f"subscription:{key}", mail_domain(subscriptions.public_url)),
        references=tuple(references),
        subscription_id=one.id,
        unsubscribe_url=url_of(subscriptions, one, Purpose.UNSUBSCRIBE),
        bulk=bulk,
    )


def url_of(subscriptions: SubscriptionServices, one: Subscription, purpose: Purpose) -> str:
    """The address of a subscription's link in a mail."""
    token = subscriptions.store.subscriptions.token(one.id, purpose)
    return f"{subscriptions.public_url}/subscribe/{purpose}/{token}"


def links_of(subscriptions: SubscriptionServices, one: Subscription) -> Links:
    """The links at the end of each mail."""
    return Links(
        manage=url_of(subscriptions, one, Purpose.MANAGE), unsubscribe=url_of(subscriptions, one, Purpose.UNSUBSCRIBE)
    )


def is_expired(subscriptions: SubscriptionServices, one: Subscription, now: datetime) -> bool:
    """Whether the confirmation link is too old."""
    return one.status is SubscriptionStatus.PENDING and now > one.created_at + subscriptions.settings.confirm_within


def confirm(subscriptions: SubscriptionServices, one: Subscription, now: datetime) -> Subscription:
    """Confirms the address of a subscription. A webhook gets its secret now, and no calls before it is verified."""
    if one.status is not SubscriptionStatus.PENDING:
        return one
    if one.kind is SubscriptionKind.MAIL:
        return subscriptions.store.subscriptions.change(one.id, status=SubscriptionStatus.ACTIVE, confirmed_at=now)
    return subscriptions.store.subscriptions.change(one.id, status=SubscriptionStatus.UNVERIFIED, secret=new_secret())


def renew_secret(subscriptions: SubscriptionServices, one: Subscription) -> Subscription:
    """Makes a new secret for a webhook; the old one is no longer used."""
    return subscriptions.store.subscriptions.change(one.id, secret=new_secret())


def resume(subscriptions: SubscriptionServices, one: Subscription, now: datetime) -> Subscription:
    """Switches mail on again that was switched off because of bounces."""
    return subscriptions.store.subscriptions.change(
        one.id, status=SubscriptionStatus.ACTIVE, confirmed_at=now, failures=0, stop=None, stopped_at=None
    )


def verify(subscriptions: SubscriptionServices, one: Subscription, now: datetime) -> str:
    """Sends a webhook its challenge; "" once it answered and is active, else the reason in English.

    Raises LookupError where webhooks are not allowed any more.
    """
    if subscriptions.caller is None:
        raise LookupError("webhooks are switched off here")
    challenge = secrets.token_urlsafe(24)
    payload = verify_payload(subscriptions.site, challenge, now)
    try:
        answer = subscriptions.caller.post(one.url, key=f"verify-{challenge[:12]}", secret=one.secret, payload=payload)
    except DeliveryError as error:
        return str(error)
    if answer.body.strip().strip(b'"') != challenge.encode():
        return "it answered 2xx, but its body is not the value of data.challenge"
    resume(subscriptions, one, now)
    return ""


def may_verify(subscriptions: SubscriptionServices, one: Subscription, now: datetime) -> bool:
    """Counts a challenge and returns whether it may be sent."""
    return subscriptions.store.subscriptions.count_attempt(
        [Bound(who=f"verify {one.id}", limit=CHALLENGES, window=HOUR)], now
    )


def leave(subscriptions: SubscriptionServices, one: Subscription, now: datetime) -> None:
    """Ends and deletes a subscription; a keyed hash of the address stays for a while."""
    until = now + subscriptions.settings.remember
    if one.status is SubscriptionStatus.PENDING:
        subscriptions.store.subscriptions.forget(one.id, SuppressionReason.DECLINED, until)
    else:
        why = SuppressionReason.UNSUBSCRIBED if one.kind is SubscriptionKind.MAIL else None
        subscriptions.store.subscriptions.forget(one.id, why, until)


def new_secret() -> str:
    """A signing secret of 32 random bytes, as Standard Webhooks writes it."""
    return "whsec_" + b64encode(secrets.token_bytes(32)).decode()


def network_of(place: str) -> str:
    """The network of an address for rate limits: an IPv4 address itself, or the /64 of an IPv6 address."""
    try:
        address = ip_address(place)
    except ValueError:
        return place
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(IPv6Address(int(address) >> 64 << 64))
    return str(address)
