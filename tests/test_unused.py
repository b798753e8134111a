"""Whatever is public is used by the service, or says why it stays."""

from pathlib import Path

import pytest

from tests.unused import HOOKED, KEPT, unused, without_reason


def test_every_public_name_is_used_outside_the_tests() -> None:
    found = unused()
    assert [str(one) for one in without_reason(found)] == [], "use it, delete it, or give a reason in tests/unused.py"
    stale = (KEPT.keys() | HOOKED.keys()) - {one.name for one in found}
    assert stale == set(), "these are used or gone: take them from the reasons"


MODULE = """\
LIMIT = 3


class Row:
    seen: int
    read: int

    def total(self) -> int:
        return self.read

    @property
    def again(self) -> int:
        return self.again


def recursive() -> None:
    recursive()


@router.get("/")
def page() -> None:
    _ = Row(seen=1, read=2)
"""


@pytest.mark.parametrize(
    ("user", "left"),
    [
        ("", ["LIMIT", "seen", "total", "again", "recursive"]),
        ("print(LIMIT, rows.total(), rows['seen'], getattr(rows, 'again'))\nrecursive()\n", []),
        ("from package.module import LIMIT, recursive\n", ["LIMIT", "seen", "total", "again", "recursive"]),
    ],
    ids=["nobody", "somebody", "imported and not used"],
)
def test_a_name_that_nobody_uses_is_found(tmp_path: Path, user: str, left: list[str]) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "module.py").write_text(MODULE)
    (package / "user.py").write_text(user)
    assert [one.name for one in unused(tmp_path, ("package",))] == left


def test_a_template_uses_what_its_expressions_name(tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "module.py").write_text("class Row:\n    seen: int\n    shown: int\n    _own: int\nRow\n")
    (package / "page.html").write_text("<p>seen {{ row.shown }}</p>")
    assert [one.name for one in unused(tmp_path, ("package",))] == ["seen"]
