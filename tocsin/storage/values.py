"""Converts frozen dataclasses to JSON and back without loss: enums, tuples, durations, datetimes, NaN.

The fields come from the dataclass itself, so a field that is added later is stored from then on; a field that this
release does not know is passed over, and one that an old row lacks takes its default. A field that is renamed keeps its
stored name in its metadata: `field(metadata={"stored": "told"})`.
"""

import base64
import json
import types
from collections.abc import Callable, Hashable
from dataclasses import Field, dataclass, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cache
from math import isfinite
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import orjson

Value = TypeVar("Value")
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Codec:
    """How values of one type become what JSON can hold, and again themselves."""

    encode: Callable[[Any], Any]
    decode: Callable[[Any], Any]


def to_json(value: object) -> str:
    """A dataclass's value as ASCII JSON (so that no text, NUL and lone surrogates included, troubles a database)."""
    data = codec(cast(Hashable, type(value))).encode(value)
    try:
        text = orjson.dumps(data)
    except TypeError:  # a lone surrogate, or a number of more than 64 bits
        return _as_ascii(data)
    return text.decode() if text.isascii() else _as_ascii(data)


def from_json(kind: type[Value], text: str) -> Value:
    """The value that `to_json` wrote."""
    return decoded(kind, json.loads(text))


def decoded(kind: type[Value], data: Any) -> Value:
    """The value whose JSON holds this."""
    return cast(Value, codec(cast(Hashable, kind)).decode(data))


def _as_ascii(data: object) -> str:
    return json.dumps(data, separators=(",", ":"))


@cache
def codec(kind: Any) -> Codec:
    """The codec of a type hint; TypeError for a type that has none, naming it."""
    if kind in PLAIN:
        return PLAIN[kind]
    if get_origin(kind) in {Union, types.UnionType}:
        return _optional(kind)
    if get_origin(kind) is tuple:
        return _tuple(get_args(kind))
    if get_origin(kind) is frozenset:
        return _set(codec(get_args(kind)[0]))
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return Codec(encode=lambda member: member.value, decode=kind)
    if isinstance(kind, type) and is_dataclass(kind):
        return _dataclass(kind)
    raise TypeError(f"{kind} has no JSON form; give it one in {__name__}")


def _optional(kind: Any) -> Codec:
    inner = [part for part in get_args(kind) if part is not types.NoneType]
    if len(inner) != 1:
        raise TypeError(f"{kind} is not `X | None`; give it a JSON form in {__name__}")
    known = codec(inner[0])
    encode, decode = known.encode, known.decode
    return Codec(
        encode=_same if encode is _same else lambda value: None if value is None else encode(value),
        decode=_same if decode is _same else lambda value: None if value is None else decode(value),
    )


def _tuple(parts: tuple[Any, ...]) -> Codec:
    if len(parts) == 2 and parts[1] is Ellipsis:
        each = codec(parts[0])
        encode, decode = each.encode, each.decode
        return Codec(
            encode=_same if encode is _same else lambda items: list(map(encode, items)),
            decode=tuple if decode is _same else lambda items: tuple(map(decode, items)),
        )
    known = [codec(part) for part in parts]
    is_plain = all(one.encode is _same for one in known), all(one.decode is _same for one in known)
    return Codec(
        encode=_same if is_plain[0] else lambda items: [k.encode(i) for k, i in zip(known, items, strict=True)],
        decode=tuple if is_plain[1] else lambda items: tuple(k.decode(i) for k, i in zip(known, items, strict=True)),
    )


def _set(each: Codec) -> Codec:
    return Codec(
        encode=lambda items: sorted(each.encode(item) for item in items),
        decode=lambda items: frozenset(each.decode(item) for item in items),
    )


def _dataclass(kind: type) -> Codec:
    hints = get_type_hints(kind)
    known = [(field.name, _stored(field), codec(hints[field.name])) for field in fields(kind) if field.init]
    names = [(name, stored) for name, stored, _ in known]
    encoded = [(name, stored, each.encode) for name, stored, each in known if each.encode is not _same]
    decoded = [(name, each.decode) for name, _, each in known if each.decode is not _same]

    def encode(value: Any) -> dict[str, Any]:
        data = {stored: getattr(value, name) for name, stored in names}
        for name, stored, change in encoded:
            data[stored] = change(getattr(value, name))
        return data

    def decode(data: dict[str, Any]) -> Any:
        values = {name: data[stored] for name, stored in names if stored in data}
        for name, change in decoded:
            if name in values:
                values[name] = change(values[name])
        return kind(**values)

    return Codec(encode=encode, decode=decode)


def _stored(field: Field[Any]) -> str:
    """The name under which a field is stored: its own, unless it was renamed after rows had been written."""
    return str(field.metadata.get("stored", field.name))


def _same(value: Any) -> Any:
    return value


def _float_out(value: float) -> float | str:
    return value if isfinite(value) else repr(float(value))


def _instant_out(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError(f"{value} has no time zone; every datetime that is stored must be aware UTC")
    return value.astimezone(UTC).isoformat()


def _bytes_out(value: bytes) -> str:
    return base64.b64encode(value).decode()


PLAIN: dict[Any, Codec] = {
    str: Codec(encode=_same, decode=_same),
    int: Codec(encode=_same, decode=_same),
    bool: Codec(encode=_same, decode=_same),
    float: Codec(encode=_float_out, decode=float),
    bytes: Codec(encode=_bytes_out, decode=base64.b64decode),
    date: Codec(encode=date.isoformat, decode=date.fromisoformat),
    datetime: Codec(encode=_instant_out, decode=datetime.fromisoformat),
    timedelta: Codec(
        encode=lambda span: span // MICROSECOND, decode=lambda microseconds: timedelta(microseconds=microseconds)
    ),
}
