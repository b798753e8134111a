"""What on-call works with: people, schedules, policies and routes as configured, over the store."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from incidents.component import ComponentGraph
from incidents.oncall.policy import ContactChannel, EscalationPolicy, EscalationStep, OncallRoute
from incidents.oncall.schedule import OncallSchedule, on_call
from incidents.oncall.storm import StormLimits
from tocsin.context.metrics import Metrics
from tocsin.storage import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """How a person is reached; "" and () = not by that. webhook_secret, apprise hold secrets."""

    person: str
    mail: str = ""
    webhook: str = ""
    webhook_secret: str = field(default="", repr=False)
    apprise: tuple[str, ...] = field(default=(), repr=False)

    @property
    def channels(self) -> tuple[ContactChannel, ...]:
        """The ways by which this person is reached."""
        has = {
            ContactChannel.MAIL: self.mail,
            ContactChannel.WEBHOOK: self.webhook,
            ContactChannel.APPRISE: self.apprise,
        }
        return tuple(channel for channel in ContactChannel if has[channel])


@dataclass(slots=True, kw_only=True)
class LastLook:
    """What was judged last: up to which change of incidents, and when."""

    change: int = -1
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Oncall:
    """What on-call works with. secret: signs links. text: a Jinja template, "" = the usual text."""

    store: Store
    graph: ComponentGraph
    metrics: Metrics
    people: Mapping[str, Contact]
    schedules: Mapping[str, OncallSchedule]
    policies: Mapping[str, EscalationPolicy]
    routes: tuple[OncallRoute, ...]
    limits: StormLimits
    public_url: str
    link_lasts: timedelta
    secret: bytes = field(repr=False)
    text: str = ""
    last: LastLook = field(default_factory=LastLook)

    def reached_by(self, step: EscalationStep, now: datetime) -> tuple[str, ...]:
        """Whom a step reaches now: whoever is on call by its schedules, and its people."""
        overrides = self.store.oncall.overrides(now)
        people = [person for name in step.schedules for person in on_call(self.schedules[name], now, overrides)]
        return tuple(dict.fromkeys(person for person in (*people, *step.people) if person in self.people))
