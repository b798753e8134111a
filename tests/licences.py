"""The licences of what Tocsin depends on, as a document: docs/licences.md.

python -m tests.licences > docs/licences.md
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "licences.md"
SPDX = {
    "MIT License": "MIT",
    "BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "ISC License (ISCL)": "ISC",
    "Python Software Foundation License": "PSF-2.0",
    "BSD 2-Clause License": "BSD-2-Clause",
    "2-clause BSD": "BSD-2-Clause",
    "Apache 2.0": "Apache-2.0",
    "GNU Library or Lesser General Public License (LGPL)": "LGPL-3.0-or-later",
}
"""What packages without an SPDX expression say, as one."""
BY_HAND = {"colorama": "BSD-3-Clause", "pagerduty": "MIT", "protobuf": "BSD-3-Clause", "resvg-py": "MIT"}
"""Of one that no Linux installs, and of those whose text of the licence says it, and not their metadata."""
NOT_HERE = "no Linux installs it"
GOES_WITH_APACHE = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CNRI-Python", "ISC", "LGPL-3.0-only",
    "LGPL-3.0-or-later", "MIT",
    "MIT-0", "MPL-2.0", "PSF-2.0", "Unlicense", "Zlib",
}  # fmt: skip
"""Licences that a program under Apache-2.0 may depend on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One package at one version.

    direct: we ask for it ourselves. licence: an SPDX expression; NOT_HERE, or "" = not known.
    """

    name: str
    version: str
    licence: str
    direct: bool


def rows(file: str) -> dict[str, Row]:
    """What a requirements file pins, by name and version."""
    ours = _asked_for()
    found = {}
    for requirement in _pinned(file):
        name, version = canonicalize_name(requirement.name), next(iter(requirement.specifier)).version
        found[f"{name} {version}"] = Row(name=name, version=version, licence=licence_of(name), direct=name in ours)
    return found


def programs() -> dict[str, Row]:
    """What the tests run on Node, beside what those bring along."""
    wanted: Mapping[str, str] = json.loads((ROOT / "package.json").read_text())["devDependencies"]
    found = {}
    for name, version in wanted.items():
        file = ROOT / "node_modules" / name / "package.json"
        licence = str(json.loads(file.read_text())["license"]) if file.is_file() else ""
        found[f"{name} {version}"] = Row(name=name, version=version, licence=licence, direct=True)
    return found


def licence_of(name: str) -> str:
    """By its own metadata: the expression, else the classifier, else the text where that is one line."""
    if name in BY_HAND:
        return BY_HAND[name]
    try:
        stated = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return NOT_HERE
    if "License-Expression" in stated:
        return stated["License-Expression"]
    words = stated["License"] if "License" in stated else ""  # noqa: SIM401  # it has no `get`
    if words in SPDX or words in GOES_WITH_APACHE:
        return SPDX.get(words, words)
    classes = [str(each).rpartition(" :: ")[2] for each in stated.get_all("Classifier") or () if "License ::" in each]
    return " OR ".join(SPDX[each] for each in classes if each in SPDX)


def document(core: Mapping[str, Row], other: Mapping[str, Row], node: Mapping[str, Row]) -> str:
    """The whole text."""
    return "\n".join(
        [
            "# Licences of what Tocsin depends on",
            "",
            "Tocsin is under [Apache-2.0](../LICENSE). Each package is listed with the licence that its metadata",
            "states. `python -m tests.licences > docs/licences.md` writes the lists, and a test keeps them true.",
            "**Bold**: asked for in `pyproject.toml` or `package.json`; the others come along. Nothing of them is",
            "copied into this tree.",
            "",
            "## With the service",
            "`requirements/core.txt`, with PostgreSQL and what builds the package. The driver of PostgreSQL is under",
            "the LGPL: it is installed as it is, and loaded as a library.",
            "",
            *_table(core),
            "",
            "## For tests and checks only",
            "`requirements/dev.txt`, beside the above; nothing of it is needed to run the service.",
            "",
            *_table({key: row for key, row in other.items() if key not in core}),
            "",
            "## For tests on Node only",
            "`package.json`: a validator, and other people's programs that read our page, each run on its own.",
            "",
            *_table(node),
        ]
    )


def _table(found: Mapping[str, Row]) -> Iterator[str]:
    yield "| package | version | licence |"
    yield "|---|---|---|"
    for row in sorted(found.values(), key=lambda row: (row.name, row.version)):
        yield f"| {f'**{row.name}**' if row.direct else row.name} | {row.version} | {row.licence} |"


def _pinned(file: str) -> Iterator[Requirement]:
    for entry in re.split(r"\n(?=\S)", (ROOT / "requirements" / file).read_text().strip()):
        yield Requirement(entry.split("\\")[0].strip())


def _asked_for() -> set[str]:
    """The names that `pyproject.toml` has in its dependencies, extras and groups."""
    stated = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras, groups = stated["project"]["optional-dependencies"], stated["dependency-groups"]
    lists = (stated["project"]["dependencies"], *extras.values(), *groups.values())
    return {canonicalize_name(Requirement(each).name) for one in lists for each in one if isinstance(each, str)}


if __name__ == "__main__":
    print(document(rows("core.txt"), rows("dev.txt"), programs()))
