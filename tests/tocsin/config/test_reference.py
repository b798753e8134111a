"""What is made from the declarations of the keys: the reference page, the schema, the example."""

import json

import pytest
from pydantic import TypeAdapter

from tests.tocsin.config.declarations import every_keys
from tocsin.config.declared import annotation_of, fields_of
from tocsin.config.example import flow
from tocsin.config.keys import Keys
from tocsin.config.load import json_schema
from tocsin.config.reference import example_of, reference, written_files
from tocsin.config.schema import Config

KEYS = [(keys, key) for keys in every_keys(Config) for key in fields_of(keys)]


def test_the_files_made_from_the_declarations_are_those_of_the_code() -> None:
    for path, text in written_files().items():
        assert path.read_text() == text, f"{path.name} is not what the declarations say: make reference"


@pytest.mark.parametrize(("keys", "key"), KEYS, ids=[f"{keys.__name__}.{key}" for keys, key in KEYS])
def test_every_key_has_a_meaning_and_an_example(keys: type[Keys], key: str) -> None:
    field = fields_of(keys)[key]
    assert field.description, f"{keys.__name__}.{key} says nothing of what it means: give it a docstring"
    assert example_of(field) not in (None, "", [], {}), f"{keys.__name__}.{key} needs Field(examples=[…])"
    TypeAdapter(annotation_of(field)).validate_python(example_of(field))
    assert f"| `{key}` |" in reference()


def test_the_schema_writes_defaults_as_the_file_does() -> None:
    watch = json_schema()["$defs"]["WatchKeys"]["properties"]
    assert (watch["every"]["default"], watch["match"]["default"], watch["bad"]["default"]) == ("1m", {}, "both")
    assert "PT" not in json.dumps([key.get("default") for key in watch.values()])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": [1, True, None]}, "{a: [1, true, null]}"),
        ("5m", "5m"),
        ("no", '"no"'),
        ("12", '"12"'),
        ("a: b", '"a: b"'),
        ("#004477", '"#004477"'),
        ("", '""'),
    ],
)
def test_yaml_reads_an_example_as_what_it_is(value: object, text: str) -> None:
    assert flow(value) == text
