"""The commented configuration that `tocsin init` writes, made from the examples of the declared keys."""

import json
import re
from collections.abc import Iterator
from typing import Any

from pydantic.fields import FieldInfo

from tocsin.config.declared import annotation_of, fields_of, form_of, item_of, keys_at, keys_in, written
from tocsin.config.keys import Keys
from tocsin.config.schema import Config

HEAD = """\
# Tocsin's configuration. `tocsin check` tells every mistake with its line; a running service reads it again on SIGHUP.
# A line with one # is a comment or a key left out, with an example. docs/configuration.md lists every key.
# Durations: "90s", "5m", "24h", "14d". A secret is never written here: *_env names a variable, *_file a file.
"""
COLUMN = 40
WIDTH = 118
BARE = re.compile(r"[A-Za-z_./][\w./ -]*(?<! )|\d+(?:\.\d+)?(?:ms|s|m|h|d|w)")
"""Text that YAML reads as text without quotes."""
TAKEN = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def example() -> str:
    """The text of a first configuration; it passes its own check."""
    return HEAD + "".join(f"{line}\n" for line in _Example().top())


def flow(value: Any) -> str:
    """A value as YAML in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, str) and BARE.fullmatch(value) and value.lower() not in TAKEN:
        return value
    return json.dumps(value, ensure_ascii=False)


class _Example:
    """One pass over the declarations. A key is explained where it stands first."""

    def __init__(self) -> None:
        self._explained: set[tuple[type[Keys], str]] = set()

    def top(self) -> Iterator[str]:
        apart = True
        for key, field in fields_of(Config).items():
            has_keys = any(keys_in(annotation_of(field)))
            if apart or has_keys:
                yield ""
            apart = has_keys
            yield from self._key(Config, key, field, "")

    def _key(self, keys: type[Keys], key: str, field: FieldInfo, indent: str) -> Iterator[str]:
        if _is_section(field) and not field.examples:
            yield from self._section(key, field, indent)
        for position, value in enumerate(field.examples or ()):
            lines = list(self._value(keys, key, value, indent))
            if position == 0 and _in_use(field):
                yield from lines
            else:
                left_out = lines if position == 0 else lines[1:]  # the key itself stands there already
                yield from (_comment(line, indent) for line in left_out)

    def _section(self, key: str, field: FieldInfo, indent: str) -> Iterator[str]:
        keys, inner = form_of(field.annotation), f"{indent}  "
        yield f"{indent}# {field.description}"
        if any(map(_in_use, keys.model_fields.values())):
            yield f"{indent}{key}:"
            for at, its in fields_of(keys).items():
                yield from self._key(keys, at, its, inner)
        else:
            yield f"{indent}# {key}:"
            for at, its in fields_of(keys).items():
                for value in (its.examples or ())[:1]:
                    yield from (_comment(line, indent) for line in self._value(keys, at, value, inner))

    def _value(self, keys: type[Keys], key: str, value: Any, indent: str) -> Iterator[str]:
        """One key with its value, over as many lines as declared mappings within it need."""
        annotation = annotation_of(fields_of(keys)[key])
        inner = item_of(annotation)
        items = _items(value)
        mapping = keys_at_value(annotation, value) if isinstance(value, dict) else None
        if inner is None and mapping is not None and len(f"{indent}{key}: {flow(value)}") > WIDTH:
            yield from self._explain(keys, key, f"{indent}{key}:", indent)
            for at, given in value.items():
                yield from self._value(mapping, at, given, f"{indent}  ")
            return
        if inner is None or not items or not all(keys_at_value(inner, item) for _, item in items):
            yield from self._explain(keys, key, f"{indent}{key}: {flow(value)}", indent)
            return
        yield from self._explain(keys, key, f"{indent}{key}:", indent)
        for name, item in items:
            its = keys_at_value(inner, item)
            assert its is not None  # noqa: S101  # asked above
            lines = [line for at, given in item.items() for line in self._value(its, at, given, f"{indent}    ")]
            if name is not None:
                yield f"{indent}  {name}:"
                yield from lines
            else:
                yield from _as_item(lines, f"{indent}  ")

    def _explain(self, keys: type[Keys], key: str, line: str, indent: str) -> Iterator[str]:
        meaning = fields_of(keys)[key].description or ""
        owner = next(one for one in reversed(keys.__mro__) if issubclass(one, Keys) and key in fields_of(one))
        if (owner, key) in self._explained:
            yield line
            return
        self._explained.add((owner, key))
        beside = f"{line:<{COLUMN}}# {meaning}" if len(line) < COLUMN else f"{line}  # {meaning}"
        if len(beside) <= WIDTH:
            yield beside
        else:
            yield f"{indent}# {meaning}"
            yield line


def keys_at_value(annotation: Any, value: Any) -> type[Keys] | None:
    """The declaration of an example's mapping; None = it is no mapping of declared keys."""
    return keys_at(annotation, (), value)


def _is_section(field: FieldInfo) -> bool:
    """Whether a key is a mapping that is always there."""
    form = form_of(field.annotation)
    return isinstance(form, type) and issubclass(form, Keys)


def _in_use(field: FieldInfo) -> bool:
    """Whether the file gives a key its example: it must be given, or the example is what it is without it."""
    return bool(field.examples) and (field.is_required() or written(field.default) == (field.examples or [None])[0])


def _as_item(lines: list[str], indent: str) -> Iterator[str]:
    """The lines of a mapping as an item of a list: the first line that is no comment has the dash."""
    first = next(index for index, line in enumerate(lines) if not line.lstrip().startswith("#"))
    for line in lines[:first]:
        yield indent + line.lstrip()
    yield f"{indent}- {lines[first].lstrip()}"
    yield from lines[first + 1 :]


def _items(value: Any) -> list[tuple[str | None, Any]]:
    """What a list or a mapping holds, by name where it has one."""
    if isinstance(value, dict):
        return list(value.items())
    return [(None, item) for item in value] if isinstance(value, list) else []


def _comment(line: str, indent: str) -> str:
    """A line that is not in use."""
    return line if line.startswith(f"{indent}#") else f"{indent}# {line.removeprefix(indent)}"
