"""Checks what a configuration means: references, duplicates, cycles, watches that contradict themselves.

Each check reads the plain data, so that one wrong value elsewhere hides nothing.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from graphlib import CycleError, TopologicalSorter
from pathlib import Path as File

from pydantic_core import PydanticCustomError

from tocsin.config.check_credentials import check_access, check_certificates
from tocsin.config.check_oncall import check_oncall
from tocsin.config.check_page import check_page, check_page_files
from tocsin.config.check_shape import called, nearest
from tocsin.config.document import Data, Path, SourceText
from tocsin.config.keys import Keys
from tocsin.config.scalars import PLACEHOLDER, brief, parse_duration, placeholders
from tocsin.config.schema import BandSettings
from tocsin.config.schema_sources import PushSettings, ScrapeTarget
from tocsin.config.schema_watches import WatchKeys

LABELS = frozenset({"match", "match_of", "labels", "tags", "for"})
"""Keys under which the names are the user's own."""

Entry = tuple[Path, dict[str, Data]]


def check_meaning(source: SourceText, data: Data, origin: tuple[int, ...]) -> None:
    """Reports every contradiction to `source`; data and origin are what `expand` returned."""
    if not isinstance(data, dict):
        return
    components = [
        (("components", origin[path[1]]) if isinstance(path[1], int) else path, entry)
        for path, entry in _entries(data, "components")
    ]
    watches = list(_entries(data, "watches"))
    _check_duplicates(source, "component", components)
    _check_duplicates(source, "watch", watches)
    _check_duplicates(source, "tracker", list(_entries(data, "trackers")))
    _check_duplicates(source, "helpdesk", list(_entries(data, "helpdesks")))
    _check_components(source, components)
    names = {name for _, entry in components if isinstance(name := entry.get("name"), str)}
    sources = data.get("sources")
    for path, watch in watches:
        _check_query(source, path, watch)
        _check_component(source, path, watch, names)
        _check_source(source, path, watch, sources if isinstance(sources, dict) else {})
        _check_absence(source, path, watch)
        _check_objective(source, path, watch)
    _check_alert_rules(source, data.get("alerts"), names)
    _check_sparklines(source, data, [name for _, w in watches if isinstance(name := w.get("name"), str)])
    check_access(source, data)
    check_page(source, data)
    _check_secrets(source, (), data)
    _check_subscriptions(source, data.get("subscriptions"))
    _check_bands(source, data.get("desk"))
    assets = [asset for _, entry in components if isinstance(asset := entry.get("asset"), str)]
    check_oncall(source, data.get("oncall"), names, assets)
    if _given(data, "database_password_env", "database_password_file") and data.get("database") is None:
        source.report(("database",), "database is null, must be a postgresql:// address where it has a password")


def check_machine(source: SourceText, data: Data, folder: File, environ: Mapping[str, str]) -> None:
    """Reports to `source` the variables and files that are named but are not there on this machine.

    folder: of the configuration, which relative paths begin at.
    """
    check_page_files(source, data, folder)
    for path, value in _texts(data, ()):
        key = str(path[-1])
        is_replay = path[0] == "sources" and len(path) > 2 and path[2] == "files"
        if not LABELS.isdisjoint(path):
            continue
        if key.endswith("_env") and not environ.get(value):
            source.report(path, f"{called(path, data)} names the variable {value}, which is not set")
        elif (key.endswith("_file") or is_replay) and not os.access(folder / File(value).expanduser(), os.R_OK):
            source.report(path, f"{called(path, data)} is {folder / value}, which cannot be read")
    if isinstance(data, dict):
        check_certificates(source, data, folder)


def _check_sparklines(source: SourceText, data: dict[str, Data], watches: list[str]) -> None:
    page = data.get("page")
    found = page.get("sparklines") if isinstance(page, dict) else None
    for index, entry in enumerate(found if isinstance(found, list) else ()):
        name = entry.get("watch") if isinstance(entry, dict) else None
        if isinstance(name, str) and name not in watches:
            source.report(
                ("page", "sparklines", index, "watch"),
                f"page: sparklines: watch {name} is not defined{nearest(name, watches)}",
            )


def _entries(data: dict[str, Data], key: str) -> Iterator[Entry]:
    found = data.get(key)
    for index, entry in enumerate(found if isinstance(found, list) else ()):
        if isinstance(entry, dict):
            yield (key, index), entry


def _texts(value: Data, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str) and path:
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*path, index))


def _given(entry: Mapping[str, Data], *keys: str) -> list[str]:
    return [key for key in keys if entry.get(key) is not None]


def _check_duplicates(source: SourceText, what: str, entries: list[Entry]) -> None:
    names = Counter(name for _, entry in entries if isinstance(name := entry.get("name"), str))
    first: dict[str, int] = {}
    for path, entry in entries:
        name = entry.get("name")
        if not isinstance(name, str) or names[name] < 2:
            continue
        here = (*path, "name")
        if name in first:
            source.report(here, f"{what} {name}: the name is taken by the one on line {first[name]}")
        first.setdefault(name, source.line(here))


def _check_components(source: SourceText, components: list[Entry]) -> None:
    known: dict[str, Path] = {}
    needs: dict[str, list[str]] = {}
    for path, entry in components:
        name, depends_on = entry.get("name"), entry.get("depends_on")
        if not isinstance(name, str) or name in known:  # the second of a name is a duplicate, reported elsewhere
            continue
        known[name] = path
        needs[name] = [need for need in depends_on if isinstance(need, str)] if isinstance(depends_on, list) else []
        if PLACEHOLDER.search(name):
            source.report((*path, "name"), f"component {name}: the name has placeholders that nothing fills")
    for name, path in known.items():
        for need in needs[name]:
            if need not in known and not PLACEHOLDER.search(need):
                message = f"component {name}: depends_on names {need}, which is no component{nearest(need, known)}"
                source.report((*path, "depends_on"), message)
    for circle in _circles(needs):
        message = f"component {circle[0]}: depends_on goes in a circle: {' -> '.join(circle)}"
        source.report((*known[circle[0]], "depends_on"), message)


def _circles(needs: Mapping[str, list[str]]) -> Iterator[list[str]]:
    """Circles of the graph, each from its first member to itself, until without one edge of each none is left."""
    left = {name: set(those) & needs.keys() for name, those in needs.items()}
    order = list(needs)
    while True:
        try:
            TopologicalSorter(left).prepare()
        except CycleError as error:
            ring = error.args[1][:0:-1]  # graphlib goes from what is needed to what needs it
            start = min(range(len(ring)), key=lambda index: order.index(ring[index]))
            circle = [*ring[start:], *ring[:start], ring[start]]
            left[circle[0]].discard(circle[1])
            yield circle
        else:
            return


GOES_WITH = {
    "quantile": ("quantile",),
    "at_least": ("quantile", "ratio", "shift"),
    "of": ("ratio",),
    "match_of": ("ratio",),
}


def _check_query(source: SourceText, path: Path, watch: dict[str, Data]) -> None:
    def report(key: str, message: str) -> None:
        source.report((*path, key), f"{called(path, source.data)}: {message}")

    read = watch.get("read", "value")
    if not _given(watch, "metric", "promql"):
        report("metric", "metric is missing: name a metric, or write promql")
    elif _given(watch, "promql"):
        for key in _given(watch, "metric", "read", "quantile", "match", "by", "window", "of", "match_of"):
            report(key, f"{key} does not go with promql, which says it all; leave out one of them")
        return
    if read == "quantile" and watch.get("quantile") is None:
        report("read", "quantile is missing: with read: quantile it says which, such as 0.95")
    if read == "ratio" and watch.get("of") is None:
        report("read", "of is missing: with read: ratio it names the metric to divide by")
    for key, reads in GOES_WITH.items():
        if read not in reads and _given(watch, key):
            report(key, f"{key} goes with read: {' or '.join(reads)} alone")


def _check_component(source: SourceText, path: Path, watch: dict[str, Data], names: set[str]) -> None:
    template = watch.get("component")
    if not isinstance(template, str):
        return
    here, subject = (*path, "component"), called(path, source.data)
    by = watch.get("by") or []
    if watch.get("promql") is None and isinstance(by, list):
        for label in sorted(placeholders(template) - {str(item) for item in by}):
            kept = ", ".join(map(str, by)) or "none"
            source.report(
                here, f"{subject}: component needs the label {label}, which by does not keep (it keeps {kept})"
            )
    if not _matches(template, names):
        near = "" if placeholders(template) else nearest(template, names)
        source.report(here, f"{subject}: component is {template}, which is no component{near}")


def _check_alert_rules(source: SourceText, body: Data, names: set[str]) -> None:
    rules = body.get("rules") if isinstance(body, dict) else None
    for index, rule in enumerate(rules if isinstance(rules, list) else ()):
        if not isinstance(rule, dict):
            continue
        path, template = ("alerts", "rules", index), rule.get("component") or ""
        if not isinstance(template, str):
            continue
        if bool(template) is (rule.get("ignore") is True):
            message = (
                "names a component and ignores it; keep one" if template else "component is missing, or ignore: true"
            )
            source.report(path, f"alerts: rule {index + 1}: {message}")
        elif template and not _matches(template, names):
            near = "" if placeholders(template) else nearest(template, names)
            message = f"component is {template}, which is no component{near}"
            source.report((*path, "component"), f"alerts: rule {index + 1}: {message}")


def _matches(template: str, names: set[str]) -> bool:
    pattern = re.compile(".+".join(map(re.escape, PLACEHOLDER.split(template)[::2])))  # each second is a name
    return any(pattern.fullmatch(name) for name in names)


OWN_STORE = {"scrape": "scrapes", "push": "takes what is pushed"}
"""Sources whose samples Tocsin keeps itself, and what they do."""


def _check_source(source: SourceText, path: Path, watch: dict[str, Data], sources: dict[str, Data]) -> None:
    name = watch.get("source", "default")
    if not isinstance(name, str):
        return
    subject = called(path, source.data)
    body = sources.get(name)
    if name not in sources:
        source.report((*path, "source"), f"{subject}: source is {name}, which is no source{nearest(name, sources)}")
    if not isinstance(body, dict) or body.get("kind") not in OWN_STORE:
        return
    does = OWN_STORE[str(body["kind"])]
    if watch.get("promql") is not None:
        message = f"{subject}: promql needs a prometheus or a replay source; {name} {does}: say it with metric and read"
        source.report((*path, "promql"), message)
    spacing = _slowest(body) if body["kind"] == "scrape" else _span(PushSettings, body, "every")
    window = _span(WatchKeys, watch, "window")
    looks_back = watch.get("read") in ("rate", "ratio", "quantile", "shift")
    if looks_back and spacing and window and window < 2 * spacing:
        message = (
            f"window is {brief(window)}, must be at least twice the {brief(spacing)} at which source {name} {does}"
        )
        source.report((*path, "window"), f"{subject}: {message}")


def _check_absence(source: SourceText, path: Path, watch: dict[str, Data]) -> None:
    if "absent_after" in watch and watch["absent_after"] is None:
        return
    absent, every = _span(WatchKeys, watch, "absent_after"), _span(WatchKeys, watch, "every")
    if absent and every and absent <= every:
        by_default = "" if "absent_after" in watch else " by default"
        message = f"absent_after is {brief(absent)}{by_default}, must be longer than every ({brief(every)})"
        source.report((*path, "absent_after"), f"{called(path, source.data)}: {message}")


def _check_objective(source: SourceText, path: Path, watch: dict[str, Data]) -> None:
    def report(key: str, message: str) -> None:
        source.report((*path, key), f"{called(path, source.data)}: {message}")

    if watch.get("read") == "shift" and watch.get("bad", "above") != "above":
        report("bad", f"bad is {watch['bad']}, must be above with read: shift: a distance is never too small")
    if watch.get("slo") is None:
        return
    if watch.get("read") != "ratio":
        report("slo", "slo goes with read: ratio alone, whose metric counts the bad events and of counts them all")
    if watch.get("bad", "both") == "below":
        report("slo", "slo counts what is bad: with it the ratio is that of bad events, and bad must be above or both")
    if watch.get("at_least"):
        report("at_least", "at_least hides events that slo must count; leave it out, the score knows how few they are")


def _slowest(scrape: dict[str, Data]) -> timedelta | None:
    targets = scrape.get("targets")
    mappings = [t for t in targets if isinstance(t, dict)] if isinstance(targets, list) else []
    every = [_span(ScrapeTarget, target, "every") for target in mappings]
    return max((spacing for spacing in every if spacing), default=None)


def _span(keys: type[Keys], entry: dict[str, Data], key: str) -> timedelta | None:
    """The duration that an entry gives a key, or the key's default; None = it is no duration."""
    try:
        return parse_duration(entry.get(key, keys.model_fields[key].default))
    except PydanticCustomError:  # the schema reports it
        return None


def _check_secrets(source: SourceText, path: Path, value: Data) -> None:
    """Each secret comes from one place, and those who cannot do without have one."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            _check_secrets(source, (*path, index), item)
    if not isinstance(value, dict):
        return
    needed = _secret_needed(path, value)
    if needed and not _given(value, f"{needed}_env", f"{needed}_file"):
        source.report(path, f"{called(path, source.data)}: {needed}_env or {needed}_file is missing")
    for key in [key for key in value if key.endswith("_env")]:
        twin = f"{key.removesuffix('_env')}_file"
        if len(_given(value, key, twin)) == 2:
            source.report(
                (*path, twin), f"{called((*path, twin), source.data)} and {key} name the same secret; keep one"
            )
    if path[-1:] == ("smtp",) and _given(value, "user") and not _given(value, "password_env", "password_file"):
        source.report((*path, "user"), "mail: smtp.user needs password_env or password_file beside it")
    for key, item in value.items():
        if key in LABELS:
            continue
        _check_secrets(source, (*path, key), item)


def _check_subscriptions(source: SourceText, body: Data) -> None:
    if not isinstance(body, dict):
        return
    if body.get("private_hooks") is True and body.get("webhooks") is not True:
        message = "subscriptions: private_hooks goes with webhooks: true alone; add that, or leave this out"
        source.report(("subscriptions", "private_hooks"), message)


def _check_bands(source: SourceText, desk: Data) -> None:
    given = desk.get("bands") if isinstance(desk, dict) else None
    if not isinstance(given, dict):
        return
    first = BandSettings()
    wanted = {name: given.get(name, getattr(first, name)) for name in ("attach", "ask", "suggest")}
    for surer, name in (("attach", "ask"), ("ask", "suggest")):
        above, value = wanted[surer], wanted[name]
        if isinstance(above, int | float) and isinstance(value, int | float) and value >= above:
            message = f"desk.bands: {name} is {value}, must be below {surer}, which is {above}"
            source.report(("desk", "bands", name if name in given else surer), message)


def _secret_needed(path: Path, value: Mapping[str, Data]) -> str:
    """The secret without which the mapping at `path` is of no use; "" = none."""
    if len(path) == 2 and path[0] == "trackers":
        return "secret" if value.get("kind") == "webhook" else "token"
    if len(path) == 2 and path[0] == "helpdesks":
        return "token"
    if path == ("desk", "identity") or (path[:2] == ("oncall", "people") and path[-1] == "webhook"):
        return "secret"
    if path == ("mail", "inbound"):
        return "password"
    return "password" if len(path) in (3, 5) and path[0] == "sources" and path[-1] == "basic" else ""
