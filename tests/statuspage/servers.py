"""The shipped configurations of nginx, Caddy and Apache under the real servers, on loopback."""

import os
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from tests.detectors.sources.certificates import Authority, Signed
from tests.detectors.sources.prometheus_server import free_port
from tests.patience import PATIENCE_S
from tests.require import require

DEPLOY = Path(__file__).parents[2] / "deploy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Serves:
    """What a server is for. files: the folder of its configuration. name, place: its host and what it serves there."""

    files: Path
    name: str
    place: str


PAGE = Serves(files=DEPLOY, name="status.example.com", place="/var/lib/tocsin/page")
APPLICATION = Serves(files=DEPLOY / "application", name="desk.example.com", place="127.0.0.1:8080")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Where a server listens, and by which certificate."""

    port: int
    signed: Signed


@contextmanager
def serving(name: str, place: str, work: Path, what: Serves = PAGE, port: int = 0) -> Iterator[httpx2.Client]:
    """A client of that server, which serves the place over TLS; it ends with the block.

    place: a folder, or where the application listens. work: a folder of its own. port: 0 = any that is free.
    """
    authority = Authority(work)
    port, signed = port or free_port(), authority.sign("server")
    signed.key.chmod(0o644)
    command = _SERVERS[name](work, what, place, Listening(port=port, signed=signed))
    environment = {**os.environ, "HOME": str(work), "XDG_DATA_HOME": str(work), "XDG_CONFIG_HOME": str(work)}
    with (work / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=work)
        try:
            _wait_until_it_listens(port, process, work / "log")
            trust = ssl.create_default_context(cafile=authority.ca)
            with httpx2.Client(base_url=f"https://127.0.0.1:{port}", verify=trust, timeout=PATIENCE_S) as client:
                yield client
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


def _wait_until_it_listens(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError(f"the server does not listen: {log.read_text(errors='replace')[-2000:]}")


def _shipped(file: str, what: Serves, place: str, changes: Mapping[str, str], listening: Listening) -> str:
    """A configuration as shipped but for its places; each of them must be there."""
    text = (what.files / file).read_text()
    keys = {f"/etc/ssl/{what.name}.{kind}": str(path) for kind, path in _files(listening.signed).items()}
    for before, after in {**changes, **({} if file == "Caddyfile" else keys), what.place: place}.items():
        assert before in text, f"{what.files / file} has no {before!r}"
        text = text.replace(before, after)
    return text


def _files(signed: Signed) -> Mapping[str, Path]:
    return {"crt": signed.certificate, "key": signed.key}


def _nginx(work: Path, what: Serves, place: str, listening: Listening) -> list[str]:
    changes = {
        "    listen 443 ssl;\n    listen [::]:443 ssl;\n": f"    listen 127.0.0.1:{listening.port} ssl;\n",
        "    listen 80;\n    listen [::]:80;\n": f"    listen 127.0.0.1:{free_port()};\n",
    }
    shipped = _shipped("nginx.conf", what, place, changes, listening)
    user = "user root;\n" if os.geteuid() == 0 else ""
    paths = "".join(
        f"{kind}_temp_path {work / kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = work / "nginx.conf"
    config.write_text(
        f"{user}worker_processes 1;\npid {work / 'pid'};\nerror_log stderr;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{paths}{shipped}}}\n"
    )
    return [require("nginx"), "-c", str(config), "-p", str(work), "-g", "daemon off;"]


def _caddy(work: Path, what: Serves, place: str, listening: Listening) -> list[str]:
    signed = listening.signed
    opening = f"https://127.0.0.1:{listening.port} {{\n\ttls {signed.certificate} {signed.key}\n"
    shipped = _shipped("Caddyfile", what, place, {f"{what.name} {{\n": opening}, listening)
    config = work / "Caddyfile"
    config.write_text(f"{{\n\tadmin off\n\tauto_https off\n}}\n{shipped}")
    return [require("caddy"), "run", "--config", str(config), "--adapter", "caddyfile"]


MODULES = (
    "mpm_event", "authz_core", "mime", "dir", "headers", "alias", "allowmethods", "ssl", "socache_shmcb", "deflate",
    "filter", "proxy", "proxy_http", "reqtimeout",
)  # fmt: skip


def _apache(work: Path, what: Serves, place: str, listening: Listening) -> list[str]:
    modules = Path("/usr/lib/apache2/modules")
    loaded = "".join(f"LoadModule {name}_module {modules / f'mod_{name}.so'}\n" for name in MODULES)
    changes = {"*:443": f"127.0.0.1:{listening.port}", "*:80": "127.0.0.1:1"}
    shipped = _shipped("apache.conf", what, place, changes, listening)
    user = "User www-data\nGroup www-data\n" if os.geteuid() == 0 else ""
    config = work / "apache.conf"
    config.write_text(
        f"ServerName localhost\nServerRoot {work}\nPidFile {work / 'pid'}\nDefaultRuntimeDir {work}\n"
        f"Mutex file:{work}\n"
        f"ErrorLog /dev/stderr\nListen 127.0.0.1:{listening.port}\n{loaded}{user}TypesConfig /dev/null\n{shipped}"
    )
    return [require("apache"), "-f", str(config), "-D", "FOREGROUND"]


_SERVERS: Mapping[str, Callable[[Path, Serves, str, Listening], list[str]]] = {
    "nginx": _nginx,
    "caddy": _caddy,
    "apache": _apache,
}
