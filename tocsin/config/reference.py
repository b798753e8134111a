"""Generates docs/configuration.md, which lists every key, and the JSON Schema; `make reference` writes them."""

import typing
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic.fields import FieldInfo

from tocsin.config.declared import annotation_of, fields_of, form_of, item_of, keys_in, members_of, written
from tocsin.config.example import flow
from tocsin.config.keys import Called, Keys
from tocsin.config.load import json_schema_text
from tocsin.config.schema import Config

HEAD = """\
# Every key of the configuration

The configuration is one YAML file. `tocsin init` writes a first one, `tocsin check` tells every mistake with its line,
and editors complete it from [`tocsin/config.schema.json`](../tocsin/config.schema.json). A running service reads it
again on SIGHUP, or when `/-/reload` is called; a file with mistakes changes nothing.

Durations are texts such as `90s`, `5m`, `1h30m` or `14d`. A relative path begins at the file's folder. A secret is
never written in the file: a key that ends in `_env` names a variable of the environment, one in `_file` a file.

This page is made from the declarations in `tocsin/config`: `make reference` writes it.
"""
LONG = 120
WORDS = {str: "text", int: "whole number", float: "number", bool: "true or false"}
LIMITS = {"gt": "above", "ge": "from", "lt": "below", "le": "to"}


def reference() -> str:
    """The page's text."""
    return HEAD + "".join(f"\n{part}" for part in _sections(Config, ""))


def written_files() -> dict[Path, str]:
    """The files of the repository that are made from the declarations, and what they hold."""
    top = Path(__file__).parents[2]
    return {
        top / "docs" / "configuration.md": reference(),
        top / "tocsin" / "config.schema.json": json_schema_text(),
    }


def _sections(keys: type[Keys], place: str) -> Iterator[str]:
    title = f"`{place}`" if place else "The file"
    kind = keys.model_fields.get("kind")
    if kind and typing.get_origin(kind.annotation) is Literal:
        title += f" of kind {typing.get_args(kind.annotation)[0]}"
    rows = "".join(_row(key, field) for key, field in fields_of(keys).items())
    yield f"## {title}\n\n{keys.__doc__}\n\n| key | type | default | meaning | example |\n|---|---|---|---|---|\n{rows}"
    for key, field in fields_of(keys).items():
        annotation = annotation_of(field)
        for inner in keys_in(annotation):
            yield from _sections(inner, f"{place}.{key}".removeprefix(".") + _marks(annotation))


def _marks(annotation: Any) -> str:
    origin = typing.get_origin(form_of(members_of(annotation)[0]))
    return {tuple: "[]", dict: ".<name>"}.get(origin, "")


def _row(key: str, field: FieldInfo) -> str:
    default = "required" if field.is_required() else f"`{_default(field)}`"
    example = f"`{flow(example_of(field))}`"
    if len(example) > LONG and any(keys_in(annotation_of(field))):
        example = "its keys are below"
    cells = (f"`{key}`", type_words(annotation_of(field)), default, field.description or "", example)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _default(field: FieldInfo) -> str:
    value = written(field.default)
    is_mapping = isinstance(value, dict) or typing.get_origin(form_of(annotation_of(field))) is dict
    return "{}" if is_mapping else flow(value)


def example_of(field: FieldInfo) -> Any:
    """What a key may be: its declared example, or else what its declaration says of itself."""
    if field.examples:
        return field.examples[0]
    form = form_of(members_of(annotation_of(field))[0])
    if form is bool:
        return not field.default
    if typing.get_origin(form) is Literal:
        return typing.get_args(form)[0]
    if isinstance(form, type) and issubclass(form, Keys):
        inner = {key: its for key, its in fields_of(form).items() if its.is_required() or its.examples}
        return {key: example_of(its) for key, its in list(inner.items())[:2]}
    return written(field.default)


def type_words(annotation: Any) -> str:
    """A type in words: "duration", "whole number, from 1 to 256", "list of label"."""
    members = members_of(annotation)
    null = ", or null" if _may_be_null(annotation) else ""
    if len(members) > 1:
        return "one of the kinds below" + null
    return _one(members[0], _said(annotation)) + null


def _one(annotation: Any, said: list[Any]) -> str:
    form = form_of(annotation)
    said = [*said, *_said(annotation)]
    if called := next((one.words for one in said if isinstance(one, Called)), ""):
        return called + _limits(said)
    if typing.get_origin(form) is Literal:
        return _choice(typing.get_args(form))
    if isinstance(form, type) and issubclass(form, Enum):
        return _choice([member.value for member in form])
    if isinstance(form, type) and issubclass(form, Keys):
        return "mapping"
    item = item_of(annotation)
    if item is not None and typing.get_origin(form) is tuple:
        return f"list of {type_words(item)}"
    if item is not None:
        return f"mapping of names to {type_words(item)}"
    return WORDS[form] + _limits(said)


def _choice(values: typing.Iterable[Any]) -> str:
    return " or ".join(f"`{value}`" for value in values)


def _limits(said: list[Any]) -> str:
    limits = [(word, getattr(one, at, None)) for one in said for at, word in LIMITS.items()]
    found = [f"{word} {limit:g}" for word, limit in limits if limit is not None]
    return f", {' '.join(found)}" if found else ""


def _said(annotation: Any) -> list[Any]:
    """What is said of a type beside it, of the type within `… | None` too."""
    if typing.get_origin(annotation) is Annotated:
        inner, *said = typing.get_args(annotation)
        return [*said, *_said(inner)]
    return []


def _may_be_null(annotation: Any) -> bool:
    if typing.get_origin(annotation) is Annotated:
        return _may_be_null(typing.get_args(annotation)[0])
    return type(None) in typing.get_args(annotation)


if __name__ == "__main__":
    for path, text in written_files().items():
        path.write_text(text, encoding="utf-8")
