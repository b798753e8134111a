"""Frozen values as JSON and back."""

import json
import types
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.incident import Incident, IncidentUpdate
from incidents.signal import Signal
from incidents.silence import Silence
from tests.tocsin.storage.examples import T0, incident, opened, signal
from tickets.mail.message import Mail
from tickets.ticket import Message, Ticket
from tocsin.storage.values import codec, from_json, to_json

TEXTS = st.text(st.characters(), max_size=12)  # NUL and lone surrogates among them
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXTS,
    int: st.integers(),
    bool: st.booleans(),
    float: st.floats(allow_nan=False),
    bytes: st.binary(max_size=12),
    datetime: st.datetimes(timezones=st.just(UTC)),
    timedelta: st.timedeltas(),
}


@cache
def values_of(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of a type hint, every field drawn."""
    if kind in PLAIN:
        return PLAIN[kind]
    parts = get_args(kind)
    if get_origin(kind) in {Union, types.UnionType}:
        return st.none() | values_of(next(part for part in parts if part is not types.NoneType))
    if get_origin(kind) is tuple:
        if parts[1:] == (Ellipsis,):
            return st.lists(values_of(parts[0]), max_size=2).map(tuple)
        return st.tuples(*(values_of(part) for part in parts))
    if issubclass(kind, StrEnum):
        return st.sampled_from(list(kind))
    assert is_dataclass(kind)
    hints = get_type_hints(kind)
    make: Any = kind  # a dataclass, called with its fields
    return st.builds(make, **{field.name: values_of(hints[field.name]) for field in fields(kind)})


@pytest.mark.parametrize(
    "kind", [Signal, Incident, IncidentUpdate, Ticket, Message, Mail], ids=lambda kind: kind.__name__
)
@given(data=st.data())
def test_every_value_comes_back_exactly(kind: type, data: st.DataObject) -> None:
    value = data.draw(values_of(kind))
    text = to_json(value)
    assert text.isascii()
    assert from_json(kind, text) == value


@pytest.mark.parametrize("score", [float("nan"), float("inf"), float("-inf"), -0.0, 1e-310])
def test_numbers_that_json_lacks_come_back(score: float) -> None:
    assert repr(from_json(Signal, to_json(signal(score=score))).score) == repr(score)


def test_a_silence_comes_back() -> None:
    silence = Silence(id="s", name="w", starts_at=T0, ends_at=T0 + timedelta(hours=1), author="a", reason="r")
    assert from_json(Silence, to_json(silence)) == silence


def test_fields_of_a_later_release_are_passed_over_and_missing_ones_take_their_default() -> None:
    plain = json.loads(to_json(opened(incident("x", signal()))))
    plain["from_the_future"] = {"a": [1]}
    plain["incident"]["signals"][0]["mood"] = "bad"
    del plain["incident"]["confirmed_by"]
    del plain["language"]
    assert from_json(IncidentUpdate, json.dumps(plain)) == opened(incident("x", signal()))


@dataclass(frozen=True, kw_only=True)
class Renamed:
    """A value whose field had another name when its first rows were written."""

    public: str = field(metadata={"stored": "reported"})


def test_a_renamed_field_is_stored_under_its_first_name() -> None:
    assert to_json(Renamed(public="yes")) == '{"reported":"yes"}'
    assert from_json(Renamed, '{"reported":"yes"}') == Renamed(public="yes")


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        to_json(signal(seen_at=datetime(2026, 1, 1)))  # noqa: DTZ001 - the point


def test_a_type_without_a_json_form_is_named() -> None:
    with pytest.raises(TypeError, match=r"complex.*has no JSON form"):
        codec(complex)
