"""Loads the configuration: one YAML file, checked completely, every problem reported with its line."""

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from detectors.known_day import Calendar
from detectors.watch import Watch
from tocsin.config.check_references import check_machine, check_meaning
from tocsin.config.check_shape import validate
from tocsin.config.declared import written
from tocsin.config.document import Problem, SourceText, read
from tocsin.config.expand import expand
from tocsin.config.schema import Config, SiteSettings


class ConfigError(Exception):
    """A configuration that cannot be used; `problems` are all that is wrong with it, by line."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def load(path: Path, environ: Mapping[str, str] | None = None) -> Config:
    """The configuration in a file; raises ConfigError with every problem.

    The files and variables that it names must be there. environ: of the process unless given.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "not UTF-8"
        problem = Problem(message=f"{path} cannot be read ({why}); `tocsin init` writes one", name=path.name, line=1)
        raise ConfigError((problem,)) from error
    return load_text(text, path, environ)


def load_text(text: str, path: Path, environ: Mapping[str, str] | None = None) -> Config:
    """The configuration that `text` would be as the file at `path`, which need not be there; raises ConfigError."""
    place = path.absolute()
    source, config = _checked(text, path.name, place)
    if isinstance(source.data, dict):
        check_machine(source, source.data, place.parent, os.environ if environ is None else environ)
    if source.problems or config is None:
        raise ConfigError(_sorted(source))
    return config.model_copy(update={"watches": tuple(_of_site(watch, config.site) for watch in config.watches)})


def check(text: str, name: str) -> tuple[Problem, ...]:
    """Every problem of a configuration's text, by line; name: what messages call the file."""
    return _sorted(_checked(text, name, Path(name))[0])


def json_schema() -> dict[str, Any]:
    """The published JSON Schema (draft 2020-12) of the file."""
    schema = Config.model_json_schema(schema_generator=_FileSchema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def json_schema_text() -> str:
    """The schema as `tocsin/config.schema.json` holds it."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


class _FileSchema(GenerateJsonSchema):
    """The schema with defaults as the file writes them."""

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        found = super().default_schema(schema)
        if found.get("type") == "object" and found.get("default") == []:
            found["default"] = {}
        return found

    def encode_default(self, dft: Any) -> Any:
        return written(dft)


def _of_site(watch: Watch, site: SiteSettings) -> Watch:
    """The watch with the site's clock and calendar, of which it has no keys of its own."""
    calendar = Calendar(countries=site.holidays, days=site.known_days)
    return replace(watch, time_zone=site.time_zone, calendar=calendar)


def _checked(text: str, name: str, path: Path) -> tuple[SourceText, Config | None]:
    source = read(text, name)
    if source.data is None and source.problems:  # not YAML
        return source, None
    data, origin = expand(source)
    config = validate(source, data, origin, path)
    check_meaning(source, data, origin)
    return source, config


def _sorted(source: SourceText) -> tuple[Problem, ...]:
    return tuple(sorted(source.problems, key=lambda problem: problem.line))
