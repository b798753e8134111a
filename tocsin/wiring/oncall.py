"""Builds on-call: schedules, policies, routes and people of a configuration, and the channels to them."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from incidents.component import ComponentGraph
from incidents.notifiers.apprise_notifier import AppriseNotifier
from incidents.notifiers.guarded import GuardedCaller
from incidents.oncall.policy import ContactChannel, EscalationPolicy, EscalationStep, OncallRoute
from incidents.oncall.rotation import Rotation
from incidents.oncall.schedule import Layer, OncallSchedule
from incidents.oncall.storm import StormLimits
from tickets.address import named_address
from tickets.mail.message import Mailer
from tocsin.config import Config, OncallSettings, PersonSettings
from tocsin.config.schema_oncall import LayerSettings, PolicySettings, RouteSettings, ScheduleSettings, StormSettings
from tocsin.oncall.message_queue import OncallQueue, apprise_sender, mail_sender, webhook_sender
from tocsin.oncall.oncall import Contact, Oncall
from tocsin.wiring.installation import Kept

CALL_LASTS = timedelta(seconds=10)
"""The longest call of a person's webhook."""


def oncall_of(config: Config, kept: Kept, graph: ComponentGraph) -> Oncall | None:
    """Who is notified, as configured; None = nobody. Raises LookupError or OSError where a secret is gone."""
    settings = config.oncall
    if settings is None:
        return None
    return Oncall(
        store=kept.store,
        graph=graph,
        metrics=kept.metrics,
        people={one.name: _contact(one) for one in settings.people},
        schedules=schedules_of(settings),
        policies=policies_of(settings),
        routes=routes_of(settings),
        limits=limits_of(settings.storm),
        public_url=config.site.public_url,
        link_lasts=settings.link_lasts,
        secret=kept.cipher.derived("forms"),
        text=settings.text or "",
    )


def oncall_queues_of(oncall: Oncall, mailer: Mailer, now: Callable[[], datetime]) -> tuple[OncallQueue, ...]:
    """A channel for each way by which somebody is reached."""
    caller = GuardedCaller(clock=now, allow_private=True, deadline=CALL_LASTS)
    used = {channel for contact in oncall.people.values() for channel in contact.channels}
    senders = {ContactChannel.MAIL: mail_sender(oncall, mailer), ContactChannel.WEBHOOK: webhook_sender(oncall, caller)}
    if ContactChannel.APPRISE in used:
        senders[ContactChannel.APPRISE] = apprise_sender(_apprise(oncall.people.values()))
    return tuple(
        OncallQueue(oncall=oncall, channel=channel, sender=senders[channel], clock=now)
        for channel in ContactChannel
        if channel in used
    )


def _apprise(people: Iterable[Contact]) -> AppriseNotifier:
    """Raises ValueError where an address is none; the message does not repeat it, as addresses hold tokens."""
    notifier = AppriseNotifier()
    for contact in people:
        for number, address in enumerate(contact.apprise, start=1):
            if not notifier.is_known(address):
                raise ValueError(f"oncall: person {contact.person}: address {number} of apprise is of no known service")
    return notifier


def _contact(settings: PersonSettings) -> Contact:
    webhook = settings.webhook
    return Contact(
        person=settings.name,
        mail=named_address(settings.mail)[1] if settings.mail else "",
        webhook=webhook.url if webhook else "",
        webhook_secret=webhook.secret.reveal() if webhook else "",
        apprise=tuple(settings.apprise.reveal().split()) if settings.apprise else (),
    )


def schedules_of(settings: OncallSettings) -> dict[str, OncallSchedule]:
    """The schedules by name."""
    return {one.name: _schedule(one) for one in settings.schedules}


def policies_of(settings: OncallSettings) -> dict[str, EscalationPolicy]:
    """The policies by name."""
    return {one.name: _policy(one) for one in settings.policies}


def routes_of(settings: OncallSettings) -> tuple[OncallRoute, ...]:
    """The routes in the file's order."""
    return tuple(map(_route, settings.routes))


def limits_of(settings: StormSettings) -> StormLimits:
    """What one person is sent in a storm."""
    return StormLimits(at_once=settings.at_once, window=settings.window)


def _schedule(settings: ScheduleSettings) -> OncallSchedule:
    return OncallSchedule(name=settings.name, layers=tuple(_layer(layer, settings.zone) for layer in settings.layers))


def _layer(settings: LayerSettings, zone: str) -> Layer:
    starts = datetime.fromisoformat(settings.starts)
    rotation = Rotation(
        people=settings.people, zone=zone, starts_on=starts.date(), hand_over=starts.time(), every=settings.every
    )
    return Layer(rotation=rotation, hours=settings.hours, priority=settings.priority)


def _policy(settings: PolicySettings) -> EscalationPolicy:
    steps = tuple(EscalationStep(after=one.after, schedules=one.schedules, people=one.people) for one in settings.steps)
    return EscalationPolicy(name=settings.name, steps=steps, repeat=settings.repeat, again_after=settings.again_after)


def _route(settings: RouteSettings) -> OncallRoute:
    return OncallRoute(
        policy=settings.policy,
        components=settings.components,
        assets=settings.assets,
        severities=settings.severities,
        labels=settings.labels,
        hours=settings.hours,
        zone=settings.zone,
        channels=settings.channels,
    )
