"""Reads the declarations of the keys: which keys a mapping may have, and how the file writes a value."""

import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from datetime import timedelta
from enum import Enum
from typing import Annotated, Any, Literal

from pydantic.fields import FieldInfo

from tocsin.config.document import Data, Path
from tocsin.config.keys import Keys, Written
from tocsin.config.scalars import brief


def fields_of(keys: type[Keys]) -> Mapping[str, FieldInfo]:
    """The declarations of a mapping's keys, by what the file calls each."""
    return {field.alias or name: field for name, field in keys.model_fields.items()}


def annotation_of(field: FieldInfo) -> Any:
    """A key's type with all that is said of it."""
    return Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation


def form_of(annotation: Any) -> Any:
    """A type as the file writes it, without what else is said of it: of a Watch, its keys."""
    if typing.get_origin(annotation) is not Annotated:
        return annotation
    inner, *said = typing.get_args(annotation)
    return next((form_of(one.form) for one in said if isinstance(one, Written)), form_of(inner))


def members_of(annotation: Any) -> tuple[Any, ...]:
    """The types of which a value may be, but for null."""
    form = form_of(annotation)
    if typing.get_origin(form) not in (types.UnionType, typing.Union):
        return (annotation,)
    return tuple(found for member in typing.get_args(form) if member is not type(None) for found in members_of(member))


def item_of(annotation: Any) -> Any:
    """The type of what a list or a mapping holds; None = it is neither."""
    form = form_of(annotation)
    if typing.get_origin(form) not in (tuple, dict):
        return None
    return next(one for one in reversed(typing.get_args(form)) if one is not Ellipsis)


def keys_in(annotation: Any) -> Iterator[type[Keys]]:
    """The declared mappings that a value may be or hold, without those that they hold themselves."""
    for member in members_of(annotation):
        form, item = form_of(member), item_of(member)
        if isinstance(form, type) and issubclass(form, Keys):
            yield form
        elif item is not None:
            yield from keys_in(item)


def keys_at(top: type[Keys], path: Path, data: Data) -> type[Keys] | None:
    """The declaration of the mapping at `path`; None where there can be none. data: of the file."""
    annotation: Any = top
    for depth, part in enumerate(path):
        form = form_of(_choose(annotation, value_at(path[:depth], data)))
        if isinstance(form, type) and issubclass(form, Keys):
            field = fields_of(form).get(str(part))
            annotation = annotation_of(field) if field else None
        else:
            annotation = item_of(form)
    form = form_of(_choose(annotation, value_at(path, data)))
    return form if isinstance(form, type) and issubclass(form, Keys) else None


def value_at(path: Path, data: Data) -> Data:
    """What stands at `path`; None where nothing does."""
    here = data
    for part in path:
        if isinstance(here, dict) and isinstance(part, str):
            here = here.get(part)
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
        else:
            return None
    return here


def written(value: Any) -> Any:
    """A value of the program as the file writes it: a duration is "5m", a section the mapping of its keys."""
    if isinstance(value, timedelta):
        return brief(value)
    if isinstance(value, Keys):
        return {key: written(getattr(value, name)) for key, name in _names(type(value))}
    if isinstance(value, tuple):
        return [written(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    return {} if is_dataclass(value) else value  # of the domain, with each of its keys left out


def _names(keys: type[Keys]) -> Iterator[tuple[str, str]]:
    for name, field in keys.model_fields.items():
        yield field.alias or name, name


def _choose(annotation: Any, value: Data) -> Any:
    """The member of a union that the value's `kind` names, or the first."""
    members = members_of(annotation)
    kind = value.get("kind") if isinstance(value, dict) else None
    return next((member for member in members if kind in _kinds(member)), members[0])


def _kinds(member: Any) -> tuple[object, ...]:
    form = form_of(member)
    field = form.model_fields.get("kind") if isinstance(form, type) and issubclass(form, Keys) else None
    if field is None or typing.get_origin(field.annotation) is not Literal:
        return ()
    return tuple(kind.value if isinstance(kind, Enum) else kind for kind in typing.get_args(field.annotation))
