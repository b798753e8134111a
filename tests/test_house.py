"""The house itself: what the tree may not contain, and that the tools look at all of it."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.require import require

ROOT = Path(__file__).parent.parent
FORBIDDEN = {
    "a package registry's host": re.compile(
        r"pypi\.(org|python)|pythonhosted\.org|npmjs\.(org|com)|--(extra-)?index-url\s"
    ),
    "a path of somebody's machine": re.compile(r"(?<![\w.}])/(root|work|Users)/\w|(?<![\w.}])/home/\w+/"),
}


def tree() -> list[Path]:
    """What is, or is about to be, in the repository."""
    listed = subprocess.run(
        [require("git"), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    return [path for path in (ROOT / name for name in listed.stdout.split("\0") if name) if path.is_file()]


def pyproject() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def at(path: str) -> object:
    found: object = pyproject()
    for key in path.split("/"):
        assert isinstance(found, dict)
        found = found[key]
    return found


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_tree_names_no(what: str) -> None:
    found = []
    for path in tree():
        if path == Path(__file__):
            continue
        text = path.read_bytes().decode(errors="ignore")
        for number, line in enumerate(text.splitlines(), start=1):
            if FORBIDDEN[what].search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}")
    assert not found, f"{what} in:\n" + "\n".join(found)


@pytest.mark.parametrize("name", ["uv.lock", "package-lock.json", "yarn.lock", "poetry.lock"])
def test_no_lock_that_names_a_registry_is_kept(name: str) -> None:
    assert not [path for path in tree() if path.name == name]


@pytest.mark.parametrize("name", ["core.txt", "dev.txt"])
def test_every_requirement_is_pinned_and_hashed(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text()
    entries = re.split(r"\n(?=\S)", text.strip())
    assert len(entries) > 40
    for entry in entries:
        assert re.match(r"[\w.\[\],-]+==\S+", entry), entry[:80]
        assert "--hash=sha256:" in entry, entry[:80]


def test_every_declared_dependency_is_locked() -> None:
    locked = {re.split(r"[=\[]", line)[0] for line in (ROOT / "requirements" / "core.txt").read_text().splitlines()}
    declared = at("project/dependencies")
    assert isinstance(declared, list)
    assert {re.split(r"[\[<>=!]", name)[0].lower().replace(".", "-") for name in declared} <= locked


def test_every_package_has_its_place_in_the_layers() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert packages == set(as_list("tool/importlinter/root_packages"))
    assert packages == set(as_list("tool/hatch/build/targets/wheel/packages"))
    assert packages <= set(as_list("tool/mypy/files"))
    contracts = {contract["id"]: contract for contract in as_list("tool/importlinter/contracts")}
    layers = [name.strip() for layer in contracts["stages"]["layers"] for name in layer.split("|")]
    assert sorted(packages) == sorted(layers)


def as_list(path: str) -> list[Any]:
    found = at(path)
    assert isinstance(found, list)
    return found


BROKEN_IMPORTS = {
    "a stage that looks back": ("incidents/wrong.py", "import statuspage.wrong", "stages", "statuspage/wrong.py"),
    "siblings that know each other": ("tickets/wrong.py", "import statuspage.wrong", "stages", "statuspage/wrong.py"),
    "the engine seen from outside": (
        "incidents/wrong.py",
        "import detectors.wrong",
        "detectors-face",
        "detectors/wrong.py",
    ),
    "an adapter seen from a pure module": ("tickets/wrong.py", "import tickets.mail", "adapters", ""),
    "a pure module with a network": ("incidents/wrong.py", "import httpx2", "pure", ""),
    "a pure module with chance": ("detectors/wrong.py", "import random", "pure", ""),
    "a database below the application": ("dashboards/wrong.py", "import sqlalchemy", "application-only", ""),
    "a database outside storage": ("tocsin/wrong.py", "import sqlalchemy", "sql", ""),
    "an exchange that knows Tocsin": ("tocsin/demo/wrong.py", "import tocsin.wrong", "demo", "tocsin/wrong.py"),
    "a room that knows its neighbour": (
        "tocsin/detection/wrong.py",
        "import tocsin.desk.wrong",
        "rooms",
        "tocsin/desk/wrong.py",
    ),
    "a room that looks up": ("tocsin/context/wrong.py", "import tocsin.page.wrong", "rooms", "tocsin/page/wrong.py"),
    "a room that no layer names": ("tocsin/stray.py", "", "rooms", ""),
    "surfaces that know each other": (
        "tocsin/web/console/wrong.py",
        "import tocsin.web.desk.wrong",
        "surfaces",
        "tocsin/web/desk/wrong.py",
    ),
    "an incident's noun that knows a verb": (
        "incidents/signal.py",
        "import incidents.lifecycle",
        "nouns-incidents",
        "",
    ),
    "a page's noun that knows how it is drawn": (
        "statuspage/site.py",
        "import statuspage.page",
        "nouns-statuspage",
        "",
    ),
    "a ticket that knows how it is linked": ("tickets/ticket.py", "import tickets.linking", "nouns-tickets", ""),
    "a mail that knows how it is sent": ("tickets/mail/message.py", "import tickets.mail.smtp", "mail-adapters", ""),
}


@pytest.mark.parametrize(("path", "line", "contract", "target"), BROKEN_IMPORTS.values(), ids=BROKEN_IMPORTS)
def test_an_import_contract_refuses(tmp_path: Path, path: str, line: str, contract: str, target: str) -> None:
    for package in as_list("tool/importlinter/root_packages"):
        for module in (ROOT / package).rglob("*.py"):
            empty = tmp_path / module.relative_to(ROOT)
            empty.parent.mkdir(parents=True, exist_ok=True)
            empty.touch()
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())

    assert lint(tmp_path, contract).returncode == 0
    if target:
        (tmp_path / target).touch()
    (tmp_path / path).write_text(f"{line}\n")
    assert lint(tmp_path, contract).returncode == 1


def test_modules_that_import_each_other_are_refused(tmp_path: Path) -> None:
    for package in as_list("tool/importlinter/root_packages"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    assert lint(tmp_path, "no-cycles").returncode == 0
    (tmp_path / "tickets" / "one.py").write_text("import tickets.other\n")
    (tmp_path / "tickets" / "other.py").write_text("import tickets.one\n")
    assert lint(tmp_path, "no-cycles").returncode == 1


def lint(folder: Path, contract: str) -> subprocess.CompletedProcess[str]:
    """Runs the contracts over `folder` alone: without `site`, whose editable install would lead back here."""
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-S", "-c", code, "--no-cache", "--contract", contract],
        cwd=folder,
        capture_output=True,
        check=False,
        text=True,
        env={"PYTHONPATH": os.pathsep.join([str(folder), *(p for p in sys.path if "site-packages" in p)])},
    )


def test_make_alone_lists_every_target() -> None:
    answer = subprocess.run([require("make"), "-C", str(ROOT)], capture_output=True, check=True, text=True)
    for target in ("demo", "run", "test", "check", "bench", "lock"):
        assert re.search(rf"^  make {target}\s+\S", answer.stdout, re.MULTILINE), answer.stdout


def test_a_python_without_venv_is_reported_what_to_install(tmp_path: Path) -> None:
    (tmp_path / ".ci").mkdir()
    (tmp_path / ".ci" / "setup").write_bytes((ROOT / ".ci" / "setup").read_bytes())
    fake = tmp_path / "python-without-venv"
    fake.write_text('#!/bin/sh\ncase "$2" in *ensurepip*) exit 1 ;; esac\nexit 0\n')
    fake.chmod(0o755)
    answer = subprocess.run(
        ["/bin/sh", str(tmp_path / ".ci" / "setup"), "core"],
        env={"PYTHON": str(fake), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        check=False,
        text=True,
    )
    assert answer.returncode == 1
    assert answer.stderr == "python has no venv here: install python3.11-venv\n"
