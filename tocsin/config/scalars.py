"""Reads values that YAML has no type for: durations, addresses, labels, placeholders."""

import os
import re
from collections.abc import Mapping
from datetime import date, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from detectors.known_day import parts_of_countries
from detectors.sources.promql import LABEL_NAME, METRIC_NAME, QUOTED_NAME
from tickets.address import InvalidAddress, named_address
from tocsin.config.keys import Called, Text, Written, folder_of

SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
LONGEST = timedelta(days=3650)
PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w)")
DURATION = re.compile(r"^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d|w))+$")
LISTEN = re.compile(r"^(?P<host>\[[0-9a-fA-F:.]+\]|[^:\s]+):(?P<port>\d{1,5})$")
PLACEHOLDER = re.compile(r"\{([\w./:-]+)\}")
METRIC = r"^[a-zA-Z_:\u00aa-\uffff][a-zA-Z0-9_:./\u00aa-\uffff-]*$"
LABEL = r"^[a-zA-Z_\u00aa-\uffff][a-zA-Z0-9_:./\u00aa-\uffff-]*$"
NAME = r"^[A-Za-z0-9][A-Za-z0-9._/-]*$"
TIME_RANGE = frozenset({"from", "to"})
"""Placeholders of a dashboard's address, filled when an incident links to it."""
TEMPLATE = r"^[A-Za-z0-9{][A-Za-z0-9._/{}-]*$"


def wrong(expected: str) -> PydanticCustomError:
    """The error of a value; `expected` completes "budget is -3, …"."""
    return PydanticCustomError("config", "{expected}", {"expected": expected})


def parse_duration(value: object) -> timedelta:
    """`"90s"`, `"5m"`, `"1h30m"` as a timedelta; anything else is an error that says what would do."""
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str) or not DURATION.match(value):
        raise wrong('must be a duration such as "90s", "5m", "24h" or "14d"')
    seconds = sum(float(number) * SECONDS[unit] for number, unit in PART.findall(value))
    if seconds > LONGEST.total_seconds():
        raise wrong(f"must be at most {LONGEST.days}d")
    return timedelta(seconds=seconds)


def brief(span: timedelta) -> str:
    """The duration as the file writes it, in its largest unit: `"5m"`."""
    seconds = span.total_seconds()
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g}{unit}"
    return f"{seconds:g}s"


def above_zero(value: timedelta) -> timedelta:
    """The duration, which must not be nothing."""
    if value <= timedelta(0):
        raise wrong("must be longer than nothing")
    return value


def http_url(value: str) -> str:
    """An http or https address without a password in it."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise wrong("must be an address that begins with http:// or https://")
    if parts.username or parts.password:
        raise wrong("must be an address without a user or password in it")
    return value


def dashboard_url(value: str) -> str:
    """An http or https address whose only placeholders are {from} and {to}."""
    unknown = placeholders(value) - TIME_RANGE
    if unknown:
        raise wrong(f"must have no placeholders but {{from}} and {{to}}; it has {{{min(unknown)}}}")
    return http_url(value) if value else value


def listen_address(value: str) -> str:
    """`host:port`."""
    found = LISTEN.match(value)
    if not found or not 0 <= int(found["port"]) < 65536:
        raise wrong('must be host:port, such as "127.0.0.1:8080"')
    return value


def network(value: str) -> str:
    """An IP address, or a network of them."""
    try:
        ip_network(value)
    except ValueError:
        raise wrong('must be an IP address or a network such as "10.0.0.0/8"') from None
    return value


def database_url(value: str) -> str:
    """SQLite or PostgreSQL, without a password."""
    parts = urlsplit(value)
    if parts.scheme.partition("+")[0] not in ("postgresql", "sqlite"):
        raise wrong("must begin with postgresql:// or sqlite://, or be null for SQLite in the data folder")
    if parts.password:
        raise wrong("must hold no password: put it in database_password_file or database_password_env")
    return value


def time_zone(value: str) -> str:
    """A zone of the IANA database."""
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise wrong('must be a time zone such as "UTC" or "Europe/Zurich"') from None
    return value


def holiday_country(value: str) -> str:
    """A country whose public holidays are known, or a part of it."""
    country, _, part = value.partition("-")
    known = parts_of_countries()
    if country not in known:
        raise wrong(
            'must be a country of two letters such as "DE", or a part of it such as "DE-BY", with known holidays'
        )
    if part and part not in known[country]:
        parts = f"a part of {country}: {', '.join(known[country])}" if known[country] else f"{country}, without a part"
        raise wrong(f"must be {parts}")
    return value


def known_day(value: str) -> str:
    """A date, or a day of every year."""
    try:
        date.fromisoformat(value if len(value) > len("12-24") else f"2024-{value}")
    except ValueError:
        raise wrong('must be a date such as "2026-11-27", or a day of every year such as "12-24"') from None
    return value


def email_address(value: str) -> str:
    """`support@example.com`, or `Name <support@example.com>`."""
    try:
        named_address(value)
    except InvalidAddress as error:
        raise wrong(f'must be an address such as "support@example.com"; {error}') from None
    return value


def label_text(value: Any) -> Any:
    """A label's value is text, which YAML may have read as a number: 500 is "500"."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else value


def metric_name(value: str) -> str:
    """A metric's name, of Prometheus or, with dots, of OpenTelemetry."""
    if not METRIC_NAME.fullmatch(value) and not QUOTED_NAME.fullmatch(value):
        raise wrong("must be a metric's name: letters, digits, _ and :, or with dots: http.server.duration")
    return value


def label_name(value: str) -> str:
    """A label's name, of Prometheus or, with dots, of OpenTelemetry."""
    if not LABEL_NAME.fullmatch(value) and not QUOTED_NAME.fullmatch(value):
        raise wrong("must be a label's name: letters, digits and _, or with dots: service.name")
    return value


def filled(text: str, row: Mapping[str, str]) -> str:
    """The text with the row's values in its placeholders; those that the row lacks stay."""
    return PLACEHOLDER.sub(lambda found: row.get(found[1], found[0]), text)


def placeholders(text: str) -> frozenset[str]:
    """The names in braces: of `withdrawals/{asset}/{network}`, asset and network."""
    return frozenset(PLACEHOLDER.findall(text))


def _without_slash(value: str) -> str:
    return value.rstrip("/")


def _with_slash(value: str) -> str:
    return f"{value.rstrip('/')}/"


def _path(written: str, info: ValidationInfo) -> Path:
    return Path(os.path.normpath(folder_of(info) / Path(written).expanduser()))


def _pairs(mapping: Mapping[str, str], _: ValidationInfo) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(mapping.items()))


Pairs = tuple[tuple[str, str], ...]
"""A mapping of the file as a value that can't change: (key, value), sorted."""

_duration_schema = WithJsonSchema(
    {"type": "string", "pattern": DURATION.pattern, "examples": ["90s", "5m", "24h", "14d"]}
)
_url_schema = WithJsonSchema({"type": "string", "pattern": "^https?://"})
_called_url, _called_duration = Called("address"), Called("duration")

Duration = Annotated[timedelta, BeforeValidator(parse_duration), _duration_schema, _called_duration]
LongerThanNothing = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    AfterValidator(above_zero),
    _duration_schema,
    Called("duration above 0s"),
]
HttpUrl = Annotated[str, AfterValidator(http_url), _url_schema, _called_url]
OptionalUrl = Annotated[str, AfterValidator(lambda value: http_url(value) if value else value), _called_url]
DashboardUrl = Annotated[str, AfterValidator(dashboard_url), _called_url]
"""An address in which the incident's time range is filled; "" = none."""
BaseUrl = Annotated[str, AfterValidator(http_url), AfterValidator(_without_slash), _url_schema, _called_url]
"""An address to which paths are added; without a slash at its end."""
FolderUrl = Annotated[str, AfterValidator(http_url), AfterValidator(_with_slash), _url_schema, _called_url]
"""An address of a folder; with a slash at its end."""
Listen = Annotated[
    str,
    AfterValidator(listen_address),
    WithJsonSchema({"type": "string", "pattern": r":\d{1,5}$"}),
    Called("host:port"),
]
Network = Annotated[str, AfterValidator(network), Called("network")]
DatabaseUrl = Annotated[str, AfterValidator(database_url), _called_url]
HolidayCountry = Annotated[
    str,
    AfterValidator(holiday_country),
    WithJsonSchema({"type": "string", "pattern": "^[A-Z]{2}(-[A-Za-z0-9]+)?$"}),
    Called("country"),
]
KnownDays = Annotated[
    Pairs,
    Written(
        dict[
            Annotated[
                str,
                AfterValidator(known_day),
                WithJsonSchema({"type": "string", "pattern": r"^(\d{4}-)?\d{2}-\d{2}$"}),
            ],
            Text,
        ],
        _pairs,
    ),
    Called("names by date"),
]
Zone = Annotated[str, AfterValidator(time_zone), Called("time zone")]
Email = Annotated[str, AfterValidator(email_address), Called("mail address")]
LabelText = Annotated[
    str, BeforeValidator(label_text), WithJsonSchema({"type": ["string", "integer", "boolean"]}), Called("text")
]
LabelName = Annotated[
    str, AfterValidator(label_name), WithJsonSchema({"type": "string", "pattern": LABEL}), Called("label")
]
Labels = Annotated[Pairs, Written(dict[LabelName, LabelText], _pairs), Called("labels and their values")]
Colours = Annotated[
    Pairs,
    Written(
        dict[Annotated[str, Field(pattern=r"^[a-z_-]+$")], Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]],
        _pairs,
    ),
    Called("colours by name"),
]
FilePath = Annotated[Path, Written(Text, _path), Called("path")]
"""Absolute; a relative one begins at the configuration's folder."""
Variable = Annotated[Text, Called("environment variable")]
Name = Annotated[str, Field(pattern=NAME), Called("name")]
Metric = Annotated[
    str, AfterValidator(metric_name), WithJsonSchema({"type": "string", "pattern": METRIC}), Called("metric")
]
Template = Annotated[str, Field(pattern=TEMPLATE), Called("name")]
