"""Whether a configuration has the right keys and values; what pydantic finds, in words that say where to mend it."""

import difflib
import re
import types
import typing
from collections.abc import Iterable
from datetime import timedelta
from enum import Enum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from tocsin.config.document import Data, Path, Source
from tocsin.config.schema import ConfigBody

NAMED = {"watches": "watch", "components": "component", "trackers": "tracker"}
"""Lists whose items are called by their name."""

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
    "list_type": "must be a list",
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


def validate(source: Source, data: Data, origin: tuple[int, ...]) -> ConfigBody | None:
    """The configuration's body; None where problems were reported to `source`.

    data: the source's with its component templates filled in; origin[i] is the entry that component i came from.
    """
    try:
        return ConfigBody.model_validate(data)
    except ValidationError as error:
        for found in error.errors(include_url=False):
            _report(source, found, _written(found["loc"], origin))
        return None


def _written(loc: tuple[str | int, ...], origin: tuple[int, ...]) -> Path:
    """Where the file says it: pydantic's location without the union's tag, templates as they were written."""
    path = tuple(part for part in loc if part != "[key]")
    if len(path) > 2 and path[0] == "sources":
        path = (*path[:2], *path[3:])
    if len(path) > 1 and path[0] == "components" and isinstance(path[1], int):
        path = ("components", origin[path[1]], *path[2:])
    return path


def _report(source: Source, found: ErrorDetails, path: Path) -> None:
    kind = found["type"]
    if kind == "missing":
        about = f": {_meaning(path, source.data)}" if _meaning(path, source.data) else ""
        source.report(path, f"{called(path, source.data)} is missing{about}")
    elif kind == "union_tag_not_found":
        source.report(path, f"{called((*path, 'kind'), source.data)} is missing: scrape, prometheus or replay")
    elif kind == "extra_forbidden":
        where = called(path[:-1], source.data) if path[1:] else ""
        source.report(
            path, (f"{where}: " if where else "") + unknown_key(str(path[-1]), keys_at(path[:-1], source.data))
        )
    else:
        if kind == "union_tag_invalid":
            path = (*path, "kind")
        value = _value_at(path, source.data) if kind == "union_tag_invalid" else found["input"]
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
        name = _value_at((head, rest[0], "name"), data)
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


def keys_at(path: Path, data: Data) -> tuple[str, ...]:
    """The keys that the mapping at `path` may have."""
    model = _model_at(path, data)
    return tuple(field.alias or name for name, field in model.model_fields.items()) if model else ()


def _meaning(path: Path, data: Data) -> str:
    """What the schema says about a key: its docstring's words."""
    model = _model_at(path[:-1], data)
    fields = {field.alias or name: field for name, field in model.model_fields.items()} if model else {}
    field = fields.get(str(path[-1]))
    return (field.description or "").rstrip(".") if field else ""


def _model_at(path: Path, data: Data) -> type[BaseModel] | None:
    annotation: Any = ConfigBody
    for depth, part in enumerate(path):
        annotation = _choose(annotation, _value_at(path[:depth], data))
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            fields = {field.alias or name: field for name, field in annotation.model_fields.items()}
            annotation = fields[str(part)].annotation if part in fields else None
        else:
            arguments = typing.get_args(annotation)
            annotation = arguments[-1] if arguments else None
    chosen = _choose(annotation, _value_at(path, data))
    return chosen if isinstance(chosen, type) and issubclass(chosen, BaseModel) else None


def _choose(annotation: Any, value: Data) -> Any:
    """The member of a union that the value's `kind` names, or the one that is not None."""
    if typing.get_origin(annotation) is Annotated:
        return _choose(typing.get_args(annotation)[0], value)
    if typing.get_origin(annotation) not in (types.UnionType, typing.Union):
        return annotation
    members = [member for member in typing.get_args(annotation) if member is not type(None)]
    kind = value.get("kind") if isinstance(value, dict) else None
    return next((member for member in members if kind in _kinds(member)), members[0])


def _kinds(member: Any) -> tuple[object, ...]:
    field = member.model_fields.get("kind") if isinstance(member, type) and issubclass(member, BaseModel) else None
    if field is None or typing.get_origin(field.annotation) is not Literal:
        return ()
    return tuple(kind.value if isinstance(kind, Enum) else kind for kind in typing.get_args(field.annotation))


def _value_at(path: Path, data: Data) -> Data:
    here = data
    for part in path:
        if isinstance(here, dict) and isinstance(part, str):
            here = here.get(part)
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
        else:
            return None
    return here
