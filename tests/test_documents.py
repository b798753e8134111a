"""What the documents say of the tree is true: the diagram of rooms, and every path that they name."""

import json
import re
import tomllib
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from tocsin.cli import COMMANDS, app
from tocsin.config import check, example

ROOT = Path(__file__).parent.parent
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted(ROOT.glob("docs/*.md")),
    *ROOT.glob("docs/contributing/*.md"),
]


def rooms_diagram() -> str:
    """The rooms of `tocsin` as the import contract `rooms` layers them, in Mermaid."""
    config: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
    (contract,) = [c for c in config["tool"]["importlinter"]["contracts"] if c["id"] == "rooms"]
    layers = [[name.strip() for name in layer.split("|")] for layer in contract["layers"]]
    lines = ["```mermaid", "flowchart TB"]
    for number, layer in enumerate(layers, start=1):
        lines += [f'    subgraph level{number} [" "]', *(f"        {room}[{room}/]" for room in layer), "    end"]
    lines += [f"    level{number} --> level{number + 1}" for number in range(1, len(layers))]
    return "\n".join([*lines, "```"])


def test_the_diagram_of_rooms_is_the_contract() -> None:
    assert rooms_diagram() in (ROOT / "docs" / "architecture.md").read_text(), f"put this in:\n{rooms_diagram()}"


def test_no_chain_of_rooms_is_longer_than_eight() -> None:
    assert rooms_diagram().count("subgraph") <= 8


def walks() -> dict[str, list[str]]:
    """The files of each walk of docs/architecture.md, in order."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    (section,) = re.findall(r"^## Two walks$(.*?)^## ", text, re.MULTILINE | re.DOTALL)
    _, *parts = re.split(r"^\*\*(.+)\*\*$", section, flags=re.MULTILINE)
    return {
        title: re.findall(r"^\|(?: ?\w* \|)? `([\w/]+\.py)`", table, re.MULTILINE)
        for title, table in zip(parts[::2], parts[1::2], strict=True)
    }


def test_no_walk_enters_a_file_twice() -> None:
    assert [len(files) > 10 for files in walks().values()] == [True, True]
    for title, files in walks().items():
        assert len(set(files)) == len(files), title


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_that_a_document_names_is_there(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    named = set(
        re.findall(
            r"`((?:detectors|incidents|statuspage|tickets|dashboards|tocsin|tests|benchmarks|docs|deploy)/[\w./-]+)`",
            text,
        )
    )
    linked = {link for link in re.findall(r"\]\(([\w./-]+)\)", text) if not link.startswith("http")}
    named = {name for name in named if not re.search(r"[/_](xx|XX|ID|NAME|PAGE)\b", name)}  # placeholders
    missing = [name for name in named if not (ROOT / name).exists()]
    missing += [link for link in linked if not (document.parent / link).exists()]
    assert not missing


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_module_that_a_document_names_is_there(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:detectors|incidents|statuspage|tickets|tocsin)(?:\.[a-z_]+)+)`", text))
    for name in named:
        parts = name.split(".")
        assert any(
            (ROOT / Path(*parts[:n])).with_suffix(".py").exists() or (ROOT / Path(*parts[:n])).is_dir()
            for n in (len(parts), len(parts) - 1)
        ), name


def command_lines() -> list[tuple[str, str]]:
    """(document, `tocsin …` or `make …`) as a reader would type it, of every document."""
    found = []
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        lines = re.findall(r"^ {4}((?:tocsin|make) [^#\n]+)", text, re.MULTILINE)
        lines += re.findall(r"`((?:tocsin|make) [a-z][^`\n|]*)`", text)
        found += [(document.name, line.strip()) for line in lines]
    return found


@pytest.mark.parametrize(("document", "line"), command_lines(), ids=lambda word: word[:40])
def test_every_command_that_a_document_shows_is_there_with_its_options(document: str, line: str) -> None:
    program, name, *words = line.split()
    if program == "make":
        assert re.search(rf"^{name}:", (ROOT / "Makefile").read_text(), re.MULTILINE), f"{document}: make {name}"
        return
    assert name in COMMANDS, f"{document}: {line}"
    named = takewhile(lambda word: not word.startswith("--"), words)  # a command of the command, and its arguments
    answer = CliRunner().invoke(app, [name, *named, "--help"], env={"COLUMNS": "200"})
    for option in (word for word in words if word.startswith("--")):
        assert option in answer.output, f"{document}: {line}: there is no {option}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_configuration_that_a_document_shows_is_accepted(document: Path) -> None:
    base = YAML(typ="safe").load(example())
    for shown in re.findall(r"```yaml\n(.*?)```", document.read_text(encoding="utf-8"), re.DOTALL):
        keys = YAML(typ="safe").load(shown)
        problems = [str(one) for one in check(json.dumps({**base, **keys}), document.name)]
        assert problems == []
