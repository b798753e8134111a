"""Declares the configuration's keys of on-call: people, schedules, policies, routes."""

import re
from datetime import datetime, time, timedelta
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, WithJsonSchema

from incidents.incident import Severity
from incidents.oncall.policy import ContactChannel
from incidents.oncall.schedule import Hours
from tocsin.config.keys import Called, Keys, Text, Written
from tocsin.config.scalars import (
    Duration,
    Email,
    FilePath,
    HttpUrl,
    Labels,
    LongerThanNothing,
    Name,
    Variable,
    Zone,
    wrong,
)
from tocsin.config.secret import Secret, secret_at

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = "|".join(DAYS)
_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d"
HOURS = re.compile(
    rf"(?:(?P<days>(?:{_DAY})(?:-(?:{_DAY}))?(?:,(?:{_DAY})(?:-(?:{_DAY}))?)*) )?"
    rf"(?P<starts>{_CLOCK})-(?P<ends>{_CLOCK}|24:00)"
)


def hours_text(value: str) -> str:
    """`mon-fri 09:00-17:00`, `sat,sun 00:00-24:00`, `22:00-06:00`."""
    if not HOURS.fullmatch(value):
        raise wrong('must be hours such as "mon-fri 09:00-17:00", "sat,sun 00:00-24:00" or "22:00-06:00"')
    return value


def start_text(value: str) -> str:
    """`2026-01-05 09:00`."""
    try:
        datetime.strptime(value, "%Y-%m-%d %H:%M")  # noqa: DTZ007 - a local time, of the schedule's zone
    except ValueError:
        raise wrong('must be a date and a local time such as "2026-01-05 09:00"') from None
    return value


def _hours(text: str, _: ValidationInfo) -> Hours:
    found = HOURS.fullmatch(text)
    if found is None:
        raise ValueError(f"{text} are no hours")
    days: set[int] = set()
    for part in (found["days"] or "mon-sun").split(","):
        first, _dash, last = part.partition("-")
        start, end = DAYS.index(first), DAYS.index(last or first)
        days |= {(start + n) % 7 for n in range((end - start) % 7 + 1)}
    ends = found["ends"].replace("24:00", "00:00")
    return Hours(days=frozenset(days), starts=time.fromisoformat(found["starts"]), ends=time.fromisoformat(ends))


HoursText = Annotated[
    Hours,
    Written(
        Annotated[
            str, AfterValidator(hours_text), WithJsonSchema({"type": "string", "pattern": rf"^{HOURS.pattern}$"})
        ],
        _hours,
    ),
    Called("hours"),
]
LocalStart = Annotated[
    str,
    AfterValidator(start_text),
    WithJsonSchema({"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}$"}),
    Called("date and time"),
]


class PersonWebhookSettings(Keys):
    """A person's webhook, signed as Standard Webhooks says."""

    url: HttpUrl = Field(examples=["https://hooks.internal/ann"])
    """Where notifications are posted."""
    secret_env: Variable | None = Field(default=None, examples=["TOCSIN_ANN_SECRET"])
    """The variable that holds the key that signs."""
    secret_file: FilePath | None = Field(default=None, examples=["/etc/tocsin/ann-secret"])
    """The file that holds the key that signs."""

    @property
    def secret(self) -> Secret:
        """Where the key is; the check requires one."""
        return Secret(variable=self.secret_env, file=self.secret_file)


class PersonSettings(Keys):
    """Somebody who can be notified."""

    name: Name = Field(examples=["ann"])
    """Internal; unique. What this person does from a notification is recorded under it."""
    mail: Email | None = Field(default=None, examples=["ann@example.com"])
    """Where mail goes; null = no mail."""
    webhook: PersonWebhookSettings | None = Field(
        default=None, examples=[{"url": "https://hooks.internal/ann", "secret_env": "TOCSIN_ANN_SECRET"}]
    )
    """A webhook; null = none."""
    apprise_env: Variable | None = Field(default=None, examples=["TOCSIN_ANN_APPRISE"])
    """The variable that holds addresses of Apprise (the `notify` extra), separated by spaces."""
    apprise_file: FilePath | None = Field(default=None, examples=["/etc/tocsin/ann-apprise"])
    """The file that holds addresses of Apprise (the `notify` extra), one a line."""

    @property
    def apprise(self) -> Secret | None:
        """Where the addresses of Apprise are; they hold tokens."""
        return secret_at(self.apprise_env, self.apprise_file)


class LayerSettings(Keys):
    """People who take turns."""

    people: tuple[Name, ...] = Field(min_length=1, examples=[["ann", "bob"]])
    """In the order of their turns."""
    starts: LocalStart = Field(examples=["2026-01-05 09:00"])
    """When the first turn begins, by the schedule's clocks; every hand-over is at this time of the day."""
    every: LongerThanNothing = Field(default=timedelta(days=7), examples=["7d"])
    """How long a turn lasts, whole hours; over a change of summer time an hour less or more."""
    hours: tuple[HoursText, ...] = Field(default=(), examples=[["mon-fri 09:00-17:00"]])
    """When the layer applies, by the schedule's clocks; none = always."""
    priority: int = Field(default=0, ge=0, le=100, examples=[1])
    """A layer that applies keeps layers of lower priority off call; those of one priority are on call together."""


class ScheduleSettings(Keys):
    """Who is on call when."""

    name: Name = Field(examples=["primary"])
    """Internal; unique."""
    zone: Zone = Field(default="UTC", examples=["Europe/Zurich"])
    """Whose clocks the times are of."""
    layers: tuple[LayerSettings, ...] = Field(
        min_length=1, examples=[[{"people": ["ann", "bob"], "starts": "2026-01-05 09:00", "every": "7d"}]]
    )
    """Rotations, together or one above the other."""


class StepSettings(Keys):
    """Who is notified next while nobody has acknowledged."""

    after: Duration = Field(default=timedelta(0), examples=["10m"])
    """The wait since the step before; of the first step since the incident was opened."""
    schedules: tuple[Name, ...] = Field(default=(), examples=[["primary"]])
    """Whoever is on call by these then."""
    people: tuple[Name, ...] = Field(default=(), examples=[["cleo"]])
    """These people, on call or not."""


class PolicySettings(Keys):
    """Steps that are taken until somebody acknowledges the incident."""

    name: Name = Field(examples=["usual"])
    """Internal; unique."""
    steps: tuple[StepSettings, ...] = Field(
        min_length=1, examples=[[{"schedules": ["primary"]}, {"after": "10m", "people": ["cleo"]}]]
    )
    """In order."""
    repeat: int = Field(default=0, ge=0, le=20, examples=[2])
    """How often all steps are taken again."""
    again_after: Duration = Field(default=timedelta(minutes=10), examples=["10m"])
    """The wait before they are."""


class RouteSettings(Keys):
    """Which incidents get a policy; what is left out fits every incident."""

    policy: Name = Field(examples=["usual"])
    """Whose steps are taken."""
    components: tuple[Text, ...] = Field(default=(), examples=[["withdrawals/*"]])
    """Patterns, one of which one of the incident's components fits."""
    assets: tuple[Text, ...] = Field(default=(), examples=[["BTC"]])
    """Assets, one of which one of the incident's components has."""
    severities: tuple[Severity, ...] = Field(default=(), examples=[["critical", "major"]])
    """Of the incident as it stands; a pending severity is none of them."""
    labels: Labels = Field(default=(), examples=[{"region": "eu-*"}])
    """Patterns for labels of one of the incident's signals."""
    hours: tuple[HoursText, ...] = Field(default=(), examples=[["mon-fri 09:00-17:00"]])
    """When the escalation begins."""
    zone: Zone = Field(default="UTC", examples=["Europe/Zurich"])
    """Whose clocks the hours are of."""
    channels: tuple[ContactChannel, ...] = Field(default=(), examples=[["mail"]])
    """By which of a person's channels; none = all that the person has."""


class StormSettings(Keys):
    """What one person is sent when very many incidents are opened."""

    at_once: int = Field(default=5, ge=1, le=100, examples=[5])
    """Notifications about one incident within a window; the rest goes into a digest."""
    window: LongerThanNothing = Field(default=timedelta(minutes=5), examples=["5m"])
    """One digest leaves in each."""


class OncallSettings(Keys):
    """Who is notified of incidents until somebody acknowledges them."""

    people: tuple[PersonSettings, ...] = Field(min_length=1, examples=[[{"name": "ann", "mail": "ann@example.com"}]])
    """Who can be notified."""
    schedules: tuple[ScheduleSettings, ...] = Field(
        default=(),
        examples=[
            [
                {
                    "name": "primary",
                    "zone": "Europe/Zurich",
                    "layers": [{"people": ["ann"], "starts": "2026-01-05 09:00", "every": "7d"}],
                }
            ]
        ],
    )
    """Who is on call when."""
    policies: tuple[PolicySettings, ...] = Field(
        min_length=1, examples=[[{"name": "usual", "steps": [{"schedules": ["primary"]}]}]]
    )
    """Who is notified in which order."""
    routes: tuple[RouteSettings, ...] = Field(
        min_length=1, examples=[[{"policy": "usual", "severities": ["critical", "major"]}]]
    )
    """Which incident gets which policy: the first route that fits. One that fits none notifies nobody."""
    storm: StormSettings = Field(default=StormSettings(), examples=[{"at_once": 5, "window": "5m"}])
    """How few notifications a person gets in a storm."""
    link_lasts: LongerThanNothing = Field(default=timedelta(days=1), examples=["1d"])
    """How long the link that acknowledges is good."""
    text: Text | None = Field(
        default=None, examples=["{{ reference }}: {{ title }}, {{ severity }}. Acknowledge: {{ acknowledge_url }}"]
    )
    """A Jinja template of the text about one incident; null = the usual text, also where the template fails."""
