"""docs/licences.md is true: every pinned package at its version, under the licence that it states."""

import re

import pytest

from tests import licences
from tests.licences import NOT_HERE, Row

PACKAGES = {**licences.rows("core.txt"), **licences.rows("dev.txt")}


def test_the_document_is_what_the_script_writes() -> None:
    node = licences.programs()
    if not all(row.licence for row in node.values()):
        pytest.skip("the programs of package.json are not installed (npm install)")
    written = licences.document(licences.rows("core.txt"), licences.rows("dev.txt"), node)
    assert licences.DOCUMENT.read_text() == f"{written}\n", "write it anew: python -m tests.licences > docs/licences.md"


def test_every_pinned_package_is_listed() -> None:
    listed = {f"{name} {version}" for name, version in re.findall(r"\| \**([^ |*]+)\** \| (\S+) \|", text())}
    assert {*PACKAGES, *licences.programs()} <= listed


@pytest.mark.parametrize("row", PACKAGES.values(), ids=PACKAGES)
def test_every_licence_goes_with_apache(row: Row) -> None:
    if row.licence == NOT_HERE:
        assert not row.direct
        return
    assert row.licence
    choices = [set(re.split(r" AND ", choice.strip("()"))) for choice in row.licence.split(" OR ")]
    named = {part.strip("() ") for choice in choices for part in choice}
    assert named <= licences.GOES_WITH_APACHE, f"{row.name} is under {row.licence}"


def test_what_is_asked_for_is_bold() -> None:
    for name in ("fastapi", "pandas", "statsmodels", "uvicorn", "pytest", "hatchling", "axe-core"):
        assert f"| **{name}** |" in text()
    assert "| starlette |" in text()


def text() -> str:
    return licences.DOCUMENT.read_text()
