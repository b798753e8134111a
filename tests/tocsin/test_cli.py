"""The command line's list of commands, which imports none of them."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import tocsin.commands
from tocsin.cli import COMMANDS, app

HEAVY = ("numpy", "pandas", "sqlalchemy", "fastapi", "detectors", "tocsin.storage", "rich")


def test_help_names_every_command_and_imports_none() -> None:
    code = (
        "import sys\nfrom tocsin.cli import app\ntry:\n    app(['--help'])\nexcept SystemExit:\n    print(*sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    words = answer.stdout.split()
    assert set(COMMANDS) <= set(words)
    assert not set(HEAVY) & set(words)


def test_the_list_holds_every_command_there_is() -> None:
    sources = {path.stem: path.read_text(encoding="utf-8") for path in Path(tocsin.commands.__path__[0]).glob("*.py")}
    assert {name for name, text in sources.items() if "def command(" in text or "app = typer" in text} == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    answer = CliRunner().invoke(app, [name, "--help"])
    assert answer.exit_code == 0, answer.output
    assert f"Usage: tocsin {name}" in answer.output.replace("root", "tocsin")


@pytest.mark.parametrize("words", [["backtst"], ["user", "remove", "ada"], ["check", "--confg", "x"]])
def test_a_word_that_is_none_of_ours_is_named(words: list[str]) -> None:
    answer = CliRunner().invoke(app, words)
    assert answer.exit_code == 2
    assert {"backtst": "backtst", "user": "remove", "check": "--confg"}[words[0]] in answer.output


def test_an_error_of_the_users_is_one_sentence_and_no_traceback(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tocsin.cli", "check", "--config", str(tmp_path / "nope.yaml")]
    answer = subprocess.run(command, capture_output=True, check=False, text=True)
    assert answer.returncode == 1
    assert "nope.yaml cannot be read" in answer.stderr
    assert "Traceback" not in answer.stderr
