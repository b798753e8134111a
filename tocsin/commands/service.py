"""How a command talks to a running Tocsin: over its API, with a machine's token or one made for this call alone."""

import getpass
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import httpx2
import typer

from tocsin.commands.options import opened_store
from tocsin.config import load
from tocsin.context.clock_jumps import wall_clock

TOKEN = "TOCSIN_TOKEN"  # noqa: S105 - the name of a variable, not a secret
ServiceUrl = Annotated[
    str,
    typer.Option(
        "--url",
        envvar="TOCSIN_URL",
        help=f"A Tocsin elsewhere, such as https://tocsin.example; its token is read from {TOKEN}. "
        "Empty: the one of --config on this machine.",
    ),
]
TIMEOUT_S = 30.0
READ, WRITE = "incidents:read", "incidents:write"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningService:
    """A running Tocsin. address: without a slash at its end."""

    client: httpx2.Client
    address: str

    def get(self, path: str, **values: str | int | list[str]) -> Any:
        """The answer's JSON. Raises ValueError with the service's own words where it refuses, or does not answer."""
        return self._ask("GET", f"api/v1/{path}", params=values)

    def post(self, path: str, body: Mapping[str, object] | None = None, key: str = "") -> Any:
        """As `get`; each call is done once, however often the network repeats it. key: makes two calls one."""
        headers = {"idempotency-key": key or secrets.token_urlsafe(12)}
        return self._ask("POST", f"api/v1/{path}", json=body or {}, headers=headers)

    def page(self) -> Any:
        """The summary of the public page, as anybody reads it. Raises ValueError."""
        return self._ask("GET", "status/api/v2/summary.json")

    def _ask(self, method: str, path: str, **how: Any) -> Any:
        try:
            answer = self.client.request(method, f"{self.address}/{path}", **how)
        except httpx2.HTTPError as error:
            why = f"nobody answers at {self.address} ({error}); is the service running (tocsin run)?"
            raise ValueError(why) from error
        if answer.is_success:
            return answer.json()
        raise ValueError(f"{self.address} refused it ({answer.status_code}): {_words(answer)}")


def _words(answer: httpx2.Response) -> str:
    try:
        said = answer.json()
    except ValueError:
        return answer.text[:200]
    problems = "; ".join(f"{p.get('field')}: {p.get('problem', p)}" for p in said.get("problems", []))
    return problems or str(said.get("error", said))


@contextmanager
def service_of(config: Path, url: str, scope: str) -> Iterator[RunningService]:
    """The service of a URL with the token of TOCSIN_TOKEN; without a URL that of a configuration on this machine.

    There a token of the scope is made, named after who calls, and revoked afterwards. Raises ValueError.
    """
    if url:
        secret = os.environ.get(TOKEN, "")
        if not secret:
            raise ValueError(f"{TOKEN} is empty; expected a token from `tocsin keys add NAME --scope {scope}`")
        with _client(secret) as client:
            yield RunningService(client=client, address=url.rstrip("/"))
        return
    loaded = load(config)
    host = "127.0.0.1" if loaded.host in ("0.0.0.0", "::", "") else loaded.host  # noqa: S104 - where it listens
    name = f"{getpass.getuser()} at the command line {secrets.token_hex(4)}"
    with opened_store(config) as store:
        secret = store.people.add_token(name, [scope], wall_clock())
        try:
            with _client(secret) as client:
                yield RunningService(client=client, address=f"http://{host}:{loaded.port}")
        finally:
            store.people.revoke(name, wall_clock())


def _client(secret: str) -> httpx2.Client:
    return httpx2.Client(headers={"authorization": f"Bearer {secret}"}, timeout=TIMEOUT_S, trust_env=False)
