"""The wheel, alone: what is in it, and a service that runs from it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from zipfile import ZipFile

import httpx2
import pytest

from tests.detectors.sources.prometheus_server import free_port
from tests.patience import PATIENCE_S
from tests.require import require

ROOT = Path(__file__).parents[2]
PACKAGES = ("detectors", "incidents", "statuspage", "tickets", "dashboards", "tocsin")
TOCSIN = (
    "import tocsin, tocsin.cli, os; assert tocsin.__file__.startswith(os.getcwd()), tocsin.__file__; tocsin.cli.main()"
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    require("module:hatchling")
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=PATIENCE_S)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    with ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def tocsin(unpacked: Path, *arguments: str) -> "subprocess.Popen[str]":
    """A command of the unpacked wheel, not of this folder."""
    environment = {**os.environ, "PYTHONPATH": str(unpacked), "PYTHONSAFEPATH": "1"}
    return subprocess.Popen(
        [sys.executable, "-c", TOCSIN, *arguments],
        cwd=unpacked, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def configured(unpacked: Path) -> str:
    """The address of a configuration that `tocsin init` wrote."""
    made = tocsin(unpacked, "init", "there")
    said, _ = made.communicate(timeout=PATIENCE_S)
    assert made.returncode == 0, said
    address, config = f"127.0.0.1:{free_port()}", unpacked / "there" / "tocsin.yaml"
    config.write_text(config.read_text(encoding="utf-8").replace("127.0.0.1:8080", address), encoding="utf-8")
    return f"http://{address}"


def test_every_file_of_the_packages_is_in_it_and_nothing_else(wheel: Path) -> None:
    require("git")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *PACKAGES],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    ours = {line for line in listed.stdout.splitlines() if (ROOT / line).is_file()}
    with ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if ".dist-info/" not in name}
        notes = {name.partition(".dist-info/")[2] for name in archive.namelist()} - {""}
    assert inside == ours
    assert {"METADATA", "entry_points.txt", "licenses/LICENSE"} <= notes


def test_a_service_runs_from_it(unpacked: Path, configured: str) -> None:
    service = tocsin(unpacked, "run", "--config", "there/tocsin.yaml")
    try:
        deadline = time.monotonic() + PATIENCE_S
        with httpx2.Client(base_url=configured) as client:
            while not _is_ready(client):
                assert service.poll() is None, service.communicate()[0]
                assert time.monotonic() < deadline, "it is not ready"
                time.sleep(0.05)
            pages = {
                path: client.get(path).status_code for path in ("/status/", "/support", "/signin", "/static/keys.js")
            }
    finally:
        service.send_signal(signal.SIGTERM)
        said, _ = service.communicate(timeout=PATIENCE_S)
    assert set(pages.values()) == {200}, pages
    assert service.returncode == 0, said


def _is_ready(client: httpx2.Client) -> bool:
    try:
        return client.get("/-/ready").is_success
    except httpx2.TransportError:
        return False
