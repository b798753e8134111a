"""Checks the on-call part of a configuration: names that must exist, people who cannot be reached."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from jinja2 import TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic_core import PydanticCustomError

from incidents.oncall.rotation import LONGEST_TURN, SHORTEST_TURN
from tocsin.config.check_shape import nearest
from tocsin.config.document import Data, Path, SourceText
from tocsin.config.scalars import brief, parse_duration

Item = tuple[Path, dict[str, Data]]
CONTACTS = ("mail", "webhook", "apprise_env", "apprise_file")
KINDS = {"people": "person", "schedules": "schedule", "policies": "policy"}


def check_oncall(source: SourceText, body: Data, components: Iterable[str], assets: Iterable[str]) -> None:
    """Reports every contradiction to `source`. components, assets: all that the configuration has."""
    if not isinstance(body, dict):
        return
    names = {key: _names(source, body, key) for key in KINDS}
    for path, person in _items(body, "people"):
        if not any(person.get(key) for key in CONTACTS):
            expected = "expected mail, webhook, apprise_env or apprise_file"
            source.report(path, f"{_subject('people', path, person)} cannot be reached: {expected}")
    for path, schedule in _items(body, "schedules"):
        _check_layers(source, path, schedule, names["people"])
    for path, policy in _items(body, "policies"):
        _check_steps(source, path, policy, names)
    for path, route in _items(body, "routes"):
        _check_route(
            source, path, route, policies=names["policies"], components=tuple(components), assets=tuple(assets)
        )
    _check_text(source, body.get("text"))


def _check_layers(source: SourceText, path: Path, schedule: dict[str, Data], people: set[str]) -> None:
    for place, layer in _items(schedule, "layers", path):
        subject = f"{_subject('schedules', path, schedule)}: layer {_number(place)}"
        _check_names(source, (*place, "people"), layer.get("people"), people, where=f"{subject}: people", what="person")
        try:
            every = parse_duration(layer.get("every", "7d"))
        except PydanticCustomError:  # the schema reports it
            continue
        if not SHORTEST_TURN <= every <= LONGEST_TURN or every % SHORTEST_TURN:
            source.report((*place, "every"), f"{subject}: every is {brief(every)}, must be whole hours from 1h to 366d")


def _check_steps(source: SourceText, path: Path, policy: dict[str, Data], names: dict[str, set[str]]) -> None:
    for place, step in _items(policy, "steps", path):
        subject = f"{_subject('policies', path, policy)}: step {_number(place)}"
        if not step.get("schedules") and not step.get("people"):
            source.report(place, f"{subject} notifies nobody: expected schedules or people")
        for key in ("schedules", "people"):
            _check_names(source, (*place, key), step.get(key), names[key], where=f"{subject}: {key}", what=KINDS[key])


def _check_route(
    source: SourceText,
    path: Path,
    route: dict[str, Data],
    *,
    policies: set[str],
    components: tuple[str, ...],
    assets: tuple[str, ...],
) -> None:
    subject, policy = f"oncall: route {_number(path)}", route.get("policy")
    if isinstance(policy, str) and policy not in policies:
        message = f"{subject}: policy is {policy}, which is no policy{nearest(policy, policies)}"
        source.report((*path, "policy"), message)
    for key, known, what in (("components", components, "component"), ("assets", assets, "component's asset")):
        patterns = route.get(key)
        for index, pattern in enumerate(patterns if isinstance(patterns, list) else ()):
            if isinstance(pattern, str) and not any(fnmatchcase(name, pattern) for name in known):
                message = f"{subject}: {key} has {pattern}, which no {what} fits{nearest(pattern, known)}"
                source.report((*path, key, index), message)


def _check_names(source: SourceText, path: Path, found: Data, known: set[str], *, where: str, what: str) -> None:
    for index, name in enumerate(found if isinstance(found, list) else ()):
        if isinstance(name, str) and name not in known:
            source.report((*path, index), f"{where} has {name}, which is no {what} of oncall{nearest(name, known)}")


def _check_text(source: SourceText, text: Data) -> None:
    try:
        ImmutableSandboxedEnvironment().parse(text if isinstance(text, str) else "")
    except TemplateSyntaxError as error:
        source.report(("oncall", "text"), f"oncall: text is no template: {error}, in its line {error.lineno}")


def _names(source: SourceText, body: dict[str, Data], key: str) -> set[str]:
    """The names of a list; reports those that two have."""
    first: dict[str, int] = {}
    for path, entry in _items(body, key):
        name, here = entry.get("name"), (*path, "name")
        if isinstance(name, str) and name in first:
            source.report(here, f"oncall: {KINDS[key]} {name}: the name is taken by the one on line {first[name]}")
        elif isinstance(name, str):
            first[name] = source.line(here)
    return set(first)


def _subject(key: str, path: Path, entry: dict[str, Data]) -> str:
    return f"oncall: {KINDS[key]} {entry.get('name') or f'#{_number(path)}'}"


def _number(path: Path) -> int:
    return int(path[-1]) + 1


def _items(body: dict[str, Data], key: str, within: Path = ("oncall",)) -> Iterator[Item]:
    found = body.get(key)
    for index, entry in enumerate(found if isinstance(found, list) else ()):
        if isinstance(entry, dict):
            yield (*within, key, index), entry
