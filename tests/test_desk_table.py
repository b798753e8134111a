"""docs/desk.md: every requirement has its row and its state, and each test that proves one is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "desk.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (R\d+[a-e]?) \|[^|]+\| ([\w ]+) \|([^|]*)\|([^|]*)\|$", re.MULTILINE)
SPLIT = {6: "abcd", 17: "abcde", 31: "abcde"}
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::([\w*]+)`", TEXT)))


def rows() -> list[tuple[str, str, str, str]]:
    return [(m[1], m[2], m[3].strip(), m[4].strip()) for m in ROW.finditer(TEXT)]


def test_every_requirement_has_one_row_in_order() -> None:
    wanted = [f"R{n}{part}" for n in range(1, 57) for part in SPLIT.get(n, "") or ("",)]
    assert [name for name, *_ in rows()] == wanted


@pytest.mark.parametrize(("name", "state", "words", "tests"), rows(), ids=[name for name, *_ in rows()])
def test_what_is_built_names_its_tests_and_what_is_missing_says_so(
    name: str, state: str, words: str, tests: str
) -> None:
    assert state in {"built", "in part", "not built"}, name
    assert bool(tests) == (state != "not built"), name
    assert words or state != "in part", f"{name}: say what is missing"


@pytest.mark.parametrize(("path", "test"), NAMED, ids=[f"{p}::{t}" for p, t in NAMED])
def test_each_named_test_is_there(path: str, test: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    assert re.search(rf"^def {re.escape(test)}\(", text, re.MULTILINE), f"{path} has no {test}"
