"""Checks that a configuration has the right keys and values; turns pydantic's errors into plain messages."""

import difflib
import re
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path as File

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from tocsin.config.declared import fields_of, keys_at, value_at
from tocsin.config.document import Data, Path, SourceText
from tocsin.config.schema import Config

NAMED = {"watches": "watch", "components": "component", "trackers": "tracker", "helpdesks": "helpdesk"}
"""Lists whose items are called by their name."""
KINDS = {
    "sources": "scrape, prometheus or replay",
    "trackers": "webhook, github, gitlab, jira or servicenow",
    "helpdesks": "zendesk, freshdesk, zammad or jira_service_management",
}
"""Lists and mappings whose items have a `kind`, and the kinds."""

EXPECTED = {
    "greater_than": "must be above {gt:g}",
    "greater_than_equal": "must be {ge:g} or more",
    "less_than": "must be below {lt:g}",
    "less_than_equal": "must be {le:g} or less",
    "string_type": "must be text",
    "string_too_short": "must not be empty",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "tuple_type": "must be a list",
    "dict_type": "must be a mapping",
    "model_type": "must be a mapping",
    "model_attributes_type": "must be a mapping",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "union_tag_invalid": "must be one of {expected_tags}",
    "too_short": "must hold at least {min_length}",
    "string_pattern_mismatch": "must match {pattern}",
    "config": "{expected}",
}


USER_INFO = re.compile(r"://[^/@]*@")
"""What an address may say of a user and a password; no message repeats it."""


def validate(source: SourceText, data: Data, origin: tuple[int, ...], path: File) -> Config | None:
    """The configuration; None where problems were reported to `source`.

    data: the source's with its component templates filled in; origin[i] is the entry that component i came from.
    path: of the file, at whose folder relative paths begin.
    """
    try:
        return Config.model_validate(data, context=path)
    except ValidationError as error:
        for found in error.errors(include_url=False):
            _report(source, found, _written(found["loc"], origin))
        return None


def _written(loc: tuple[str | int, ...], origin: tuple[int, ...]) -> Path:
    """Where the file says it: pydantic's location without the union's tag, templates as they were written."""
    path = tuple(part for part in loc if part != "[key]")
    if len(path) > 2 and path[0] in KINDS:
        path = (*path[:2], *path[3:])
    if len(path) > 1 and path[0] == "components" and isinstance(path[1], int):
        path = ("components", origin[path[1]], *path[2:])
    return path


def _report(source: SourceText, found: ErrorDetails, path: Path) -> None:
    kind = found["type"]
    if kind == "too_short" and len(found["input"]) >= found["ctx"]["min_length"]:
        return  # long enough, but what is wrong in it, which is reported by itself, was not counted
    if kind == "missing":
        about = f": {_meaning(path, source.data)}" if _meaning(path, source.data) else ""
        source.report(path, f"{called(path, source.data)} is missing{about}")
    elif kind == "union_tag_not_found":
        source.report(path, f"{called((*path, 'kind'), source.data)} is missing: {KINDS[str(path[0])]}")
    elif kind == "extra_forbidden":
        where = called(path[:-1], source.data) if path[1:] else ""
        keys = keys_at(Config, path[:-1], source.data)
        known = tuple(fields_of(keys)) if keys else ()
        source.report(path, (f"{where}: " if where else "") + unknown_key(str(path[-1]), known))
    else:
        if kind == "union_tag_invalid":
            path = (*path, "kind")
        value = value_at(path, source.data) if kind == "union_tag_invalid" else found["input"]
        template = EXPECTED.get(kind, found["msg"])
        expected = template.format(**found.get("ctx", {})) if kind in EXPECTED else template
        source.report(path, f"{called(path, source.data)} is {shown(value)}, {expected}{_hint(kind, value)}")


def _hint(kind: str, value: object) -> str:
    return " (put it in quotes)" if kind == "string_type" and isinstance(value, int | float) else ""


def called(path: Path, data: Data) -> str:
    """How a message names a place: "watch btc-withdrawals: budget", "source prod: basic.user", "listen"."""
    if not path:
        return "the configuration"
    head, rest = str(path[0]), path[1:]
    if head == "sources" and rest:
        subject, rest = f"source {rest[0]}", rest[1:]
    elif head in NAMED and rest and isinstance(rest[0], int):
        name = value_at((head, rest[0], "name"), data)
        subject, rest = f"{NAMED[head]} {name if isinstance(name, str) and name else f'#{rest[0] + 1}'}", rest[1:]
    else:
        subject = head
    field = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in rest).lstrip(".")
    return f"{subject}: {field}" if field else subject


def shown(value: object) -> str:
    """A value as a message quotes it, short."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, timedelta):
        return f'"{value.total_seconds():g}s"'
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    text = str(value) if isinstance(value, int | float) else f'"{USER_INFO.sub("://…@", str(value))}"'
    return text if len(text) <= 80 else f'{text[:77]}…"'


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean "x"?`, or "" where nothing is near."""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f'; did you mean "{found[0]}"?' if found else ""


def unknown_key(key: str, known: tuple[str, ...]) -> str:
    """What to say of a key that nothing reads."""
    if f"{key}_env" in known:
        return f"{key} is not written here: use {key}_env (a variable's name) or {key}_file (a file's)"
    near = nearest(key, known)
    return f'unknown key "{key}"' + (near or f"; known are {', '.join(known)}")


def _meaning(path: Path, data: Data) -> str:
    """What the declaration says about a key: its docstring's words."""
    keys = keys_at(Config, path[:-1], data)
    field = fields_of(keys).get(str(path[-1])) if keys else None
    return (field.description or "").rstrip(".") if field else ""
