"""Lists the internal words of an installation and where each is from, and the words that readers may see."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from detectors.frame import Labels
from detectors.watch import Watch
from statuspage.leaks import Internal, NamePattern, is_telling
from tocsin.config import Config, PrometheusSettings, PushSettings, ReplaySettings, ScrapeSettings
from tocsin.storage.accounts import Role, User

HOST_LABELS = frozenset({"instance", "host", "hostname", "node", "nodename", "pod", "container", "server", "machine"})
"""Labels whose values are machines: a digit in it suffices to be telling."""

NO_ONE = frozenset({*Role, "admin", "oncall", "root", "service", "tester"})
"""Names of users that are nobody's."""

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0", ""})  # noqa: S104 - compared with, not listened on


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """The sources of internal words; equal where nothing changed.

    series: by watch, the labels of each series. alerts: of the active incidents' signals, (name, the incident's
    reference).
    """

    config: Config
    people: tuple[User, ...]
    series: tuple[tuple[str, tuple[Labels, ...]], ...]
    alerts: tuple[tuple[str, str], ...]


def internal_words(inside: Inside) -> list[Internal]:
    """All internal words except people's first names."""
    config = inside.config
    found = [
        *_of_components(config),
        *(word for watch in config.watches for word in _of_watch(watch)),
        *_of_hosts(config),
        *_of_labels(inside.series),
        *_of_alerts(inside.alerts),
        *(word for user in inside.people for word in _of_user(user)),
    ]
    return list(dict.fromkeys(found))


def first_names(people: Iterable[User]) -> list[Internal]:
    """First names of users who sign in with one plain word, capitalised."""
    plain = [u for u in people if u.name.isalpha() and u.name.casefold() not in NO_ONE]
    return [Internal(word=u.name.capitalize(), kind="person", source="a user of Tocsin") for u in plain]


def internal_shapes(config: Config) -> tuple[NamePattern, ...]:
    """Patterns of internal names: ticket and incident numbers, private addresses, internal host names."""
    octet = r"\.\d{1,3}"
    private = rf"(?:10{octet}{octet}{octet}|192\.168{octet}{octet}|172\.(?:1[6-9]|2\d|3[01]){octet}{octet})"
    hosts = r"[\w-]+(?:\.[\w-]+)*\.(?:internal|intranet|corp|lan|local|localdomain|svc)"
    return (
        NamePattern(
            pattern=rf"{config.desk.prefix.casefold()}-\d+", kind="ticket number", source="a customer's ticket"
        ),
        NamePattern(pattern=r"inc-\d+", kind="incident number", source="the engineers' number"),
        NamePattern(pattern=private, kind="network address", source="of a private network"),
        NamePattern(pattern=hosts, kind="host name", source="of a private network"),
    )


def public_words(config: Config) -> list[str]:
    """Words that readers may see although they contain an internal word."""
    shown = [c for c in config.components if c.public]
    of_components = [text for c in shown for text in (c.title, c.group, c.asset, c.network, c.direction, c.form)]
    site, page = config.site, config.page
    addresses = [config.page_url, f"{site.public_url}/", page.home_url, site.support_email]
    titles = [line.title for line in page.sparklines]
    return [text for text in (site.name, *addresses, *of_components, *titles, *page.may_say) if text]


def _of_components(config: Config) -> Iterator[Internal]:
    for component in config.components:
        source = f"component {component.name} of {config.path.name}"
        yield from _telling(component.name, "component name", source)
        yield from _telling(component.team, "team", source)


def _of_watch(watch: Watch) -> Iterator[Internal]:
    source = f"watch {watch.name}"
    yield from _telling(watch.name, "watch name", source)
    query = watch.query
    if query.promql:
        yield Internal(word=query.promql, kind="query", source=source)
    for metric in (query.metric, query.of):
        yield from _telling(metric or "", "metric", source)
    for label, value in (*query.match, *query.match_of, *watch.tags):
        yield from _of_label(label, value, source)


def _of_labels(series: Sequence[tuple[str, tuple[Labels, ...]]]) -> Iterator[Internal]:
    for watch, keys in series:
        for label, value in dict.fromkeys(pair for labels in keys for pair in labels):
            yield from _of_label(label, value, f"watch {watch}")


def _of_label(label: str, value: str, source: str) -> Iterator[Internal]:
    origin = f"label {label} of {source}"
    yield from _telling(value, "label value", origin)
    if label in HOST_LABELS:
        yield from _of_host(value, origin)


def _of_hosts(config: Config) -> Iterator[Internal]:
    addresses: list[tuple[str, str]] = [("database", config.database_url)]
    for name, settings in config.sources.items():
        if isinstance(settings, ScrapeSettings):
            addresses += [(f"source {name}", target.url) for target in settings.targets]
        elif isinstance(settings, PrometheusSettings):
            addresses.append((f"source {name}", settings.url))
        else:
            assert isinstance(settings, ReplaySettings | PushSettings)  # noqa: S101 - there is no fifth kind
    addresses += [(f"tracker {tracker.name}", tracker.url) for tracker in config.trackers]
    addresses += [("page.targets", t.s3.endpoint or "") for t in config.page.targets if t.s3]
    if config.desk.account:
        addresses.append(("desk.account", config.desk.account.url))
    if config.heartbeat:
        addresses.append(("heartbeat", config.heartbeat.url))
    if config.mail.smtp:
        yield from _of_host(config.mail.smtp.host, f"mail.smtp of {config.path.name}")
    for place, address in addresses:
        yield from _of_host(urlsplit(address).hostname or "", f"{place} of {config.path.name}")


def _of_host(value: str, source: str) -> Iterator[Internal]:
    """The machine's name with and without its port and domain."""
    bare = value.rpartition(":")[0] if value.rpartition(":")[2].isdigit() else value
    short = bare.partition(".")[0]
    for name in dict.fromkeys((bare, short)):
        has_digit = any(c.isdigit() for c in name) and any(c.isalpha() for c in name)
        if name not in LOOPBACK and (is_telling(name) or has_digit):
            yield Internal(word=name, kind="host name", source=source)


def _of_alerts(alerts: Iterable[tuple[str, str]]) -> Iterator[Internal]:
    for name, reference in alerts:
        source = f"a signal of {reference}"
        yield from _telling(name, "alert name", source)
        if name.isalpha() and name[1:] != name[1:].lower() and name != name.upper():
            yield Internal(word=name, kind="alert name", source=source)  # written LikeThis


def _of_user(user: User) -> Iterator[Internal]:
    source = "a user of Tocsin"
    if "@" in user.email:
        yield Internal(word=user.email, kind="e-mail address", source=source)
    if not user.name.isalpha():
        yield Internal(word=user.name, kind="person", source=source)


def _telling(word: str, kind: str, source: str) -> Iterator[Internal]:
    if is_telling(word):
        yield Internal(word=word, kind=kind, source=source)
