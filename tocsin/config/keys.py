"""The types with which configuration keys are declared.

A subclass of `Keys` declares one mapping of the file. An attribute is a key: its annotation is the type, its default
the default, its docstring the meaning, `Field(examples=[…])` an example. The schema, the example file and the reference
page are made from these declarations, and the objects themselves are the settings that the service is built from.
"""

import typing
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

Text = Annotated[str, Field(min_length=1)]


class Keys(BaseModel):
    """A mapping of the file that knows all its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


@dataclass(frozen=True, slots=True)
class Written:
    """Says how the file writes a value: `Annotated[Path, Written(Text, …)]` is text there and a path in the program.

    form: the type in the file, which the check, the schema and the reference show.
    read: makes the value of the checked form.
    """

    form: Any
    read: Callable[[Any, ValidationInfo], Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Checks as the form is checked; a value that is of the program's type already stays as it is."""
        made = typing.get_origin(source) or source

        def checked(value: Any, check: core_schema.ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
            return value if isinstance(value, made) else self.read(check(value), info)

        return core_schema.with_info_wrap_validator_function(checked, handler.generate_schema(self.form))


class DomainKeys(Keys):
    """Keys whose value in the program is a type of the domain, which knows nothing of the file."""

    @abstractmethod
    def domain(self) -> Any:
        """The value of the domain's type."""


def domain_of(keys: type[DomainKeys]) -> Written:
    """Says that the file writes these keys and the program has a value of the domain's type.

    Used as `Annotated[Watch, domain_of(WatchKeys)]`.
    """
    return Written(keys, lambda found, _: found.domain())


@dataclass(frozen=True, slots=True)
class Called:
    """What the reference calls a type: `Annotated[str, …, Called("address")]`."""

    words: str


def folder_of(info: ValidationInfo) -> Path:
    """Where the file's relative paths begin."""
    context: Path | None = info.context
    return context.parent if context else Path()


def values_for(cls: type[Any], keys: Keys) -> dict[str, Any]:
    """The fields of a dataclass that keys of the same name give a value."""
    return {f.name: getattr(keys, f.name) for f in fields(cls) if f.name in type(keys).model_fields}
