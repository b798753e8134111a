"""Calls to strangers' addresses: signed, to the public internet alone, over before they tire us."""

import json
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_address

import pytest
from standardwebhooks.webhooks import Webhook

from incidents.delivery import DeliveryError, GoneError
from incidents.notifiers.guarded import ANSWER_MAX, GuardedCaller
from incidents.notifiers.guarded_connection import is_public
from tests.detectors.sources.pages import page, serving

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
Answer = Callable[[BaseHTTPRequestHandler], None]


def clock() -> datetime:
    return datetime.now(UTC)


def caller(*, allow_private: bool = True, seconds: float = 10) -> GuardedCaller:
    return GuardedCaller(clock=clock, allow_private=allow_private, deadline=timedelta(seconds=seconds))


def post(url: str, **how: object) -> bytes:
    return caller(**how).post(url, key="k-1", secret=SECRET, payload={"type": "test"}).body  # type: ignore[arg-type]


ADDRESSES = {
    "8.8.8.8": True,
    "2606:4700::1111": True,
    "127.0.0.1": False,
    "127.8.8.8": False,
    "0.0.0.0": False,
    "10.1.2.3": False,
    "172.16.0.1": False,
    "192.168.1.1": False,
    "169.254.169.254": False,
    "100.64.0.1": False,
    "224.0.0.1": False,
    "255.255.255.255": False,
    "::1": False,
    "::": False,
    "fe80::1": False,
    "fd00::1": False,
    "ff02::1": False,
    "::ffff:127.0.0.1": False,
    "::ffff:8.8.8.8": True,
    "64:ff9b::7f00:1": False,
    "64:ff9b::a00:1": False,
    "64:ff9b::808:808": True,
    "2002:7f00:1::": False,
}


@pytest.mark.parametrize(("address", "public"), ADDRESSES.items())
def test_what_is_on_the_public_internet(address: str, public: bool) -> None:
    assert is_public(ip_address(address)) is public


URLS = {
    "https://hooks.example.com/x": True,
    "https://hooks.example.com:8443/x?y=z": True,
    "https://8.8.8.8/": True,
    "http://hooks.example.com/x": False,
    "https://127.0.0.1/": False,
    "https://[::1]/": False,
    "https://user:password@hooks.example.com/": False,
    "https:///x": False,
    "https://hooks.example.com:99999/": False,
    "https://hooks.example.com:0/": False,
    "https://hooks.example.com/\r\nhost: evil": False,
    "https://hooks.example.com/a b": False,
    "https://пример.example/": False,
    "ftp://hooks.example.com/": False,
    "file:///etc/passwd": False,
    "//hooks.example.com": False,
    "": False,
    "https://hooks.example.com/" + "x" * 2000: False,
}


@pytest.mark.parametrize(("url", "allowed"), URLS.items(), ids=lambda value: str(value)[:40])
def test_which_addresses_may_be_subscribed(url: str, allowed: bool) -> None:
    assert caller(allow_private=False).is_allowed(url) is allowed


def test_a_private_network_may_be_allowed() -> None:
    assert caller().is_allowed("http://127.0.0.1:8080/x")
    assert not caller().is_allowed("file:///etc/passwd")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1", "0x7f000001", "2130706433", "0"])
def test_no_name_of_this_machine_is_called(host: str) -> None:
    with serving(page("secret")) as site:
        port = site.url.rpartition(":")[2]
        with pytest.raises(DeliveryError, match=r"may be called|public internet|is not known"):
            post(f"https://{host}:{port}/", allow_private=False)
        assert site.paths == []


def test_a_name_is_asked_once_and_what_it_led_to_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads elsewhere at the second asking gains nothing: there is none."""
    real, asked = socket.getaddrinfo, []

    def rebinding(host: str, port: int, *more: object, **named: object) -> object:
        if host != "rebinding.example":
            return real(host, port, *more, **named)  # type: ignore[arg-type]
        asked.append(host)
        address = "127.0.0.9" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    with serving(page("secret")) as site:
        port = site.url.rpartition(":")[2]
        with pytest.raises(DeliveryError):
            post(f"http://rebinding.example:{port}/", seconds=0.5)
        assert asked == ["rebinding.example"]
        assert site.paths == []


def test_one_of_several_addresses_that_is_private_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    def both(host: str, port: int, **named: object) -> object:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in ("8.8.8.8", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    with pytest.raises(DeliveryError, match="not on the public internet"):
        post("https://both.example/", allow_private=False)


def test_what_is_sent_can_be_verified() -> None:
    bodies: list[bytes] = []

    def take(request: BaseHTTPRequestHandler) -> None:
        bodies.append(request.rfile.read(int(request.headers["content-length"])))
        page("thanks")(request)

    with serving(take) as site:
        assert post(f"{site.url}/hook") == b"thanks"
        (headers,) = site.headers
    names = {name.lower(): value for name, value in headers.items()}
    assert Webhook(SECRET).verify(bodies[0], names) == {"type": "test"}
    assert names["webhook-id"] == "k-1"
    assert json.loads(bodies[0]) == {"type": "test"}


STATUSES = {200: None, 204: None, 301: False, 400: False, 404: False, 408: True, 410: False, 429: True, 503: True}


@pytest.mark.parametrize(("status", "retry"), STATUSES.items())
def test_what_an_answer_means(status: int, retry: bool | None) -> None:
    with serving(page("", status=status)) as site:
        if retry is None:
            assert post(site.url) == b""
            return
        with pytest.raises(DeliveryError, match=f"answered {status}") as refused:
            post(site.url)
        assert refused.value.retry is retry
        assert isinstance(refused.value, GoneError) is (status == 410)
        assert len(site.paths) == 1, "no redirect is followed"


def test_an_endless_answer_is_not_read() -> None:
    with serving(page(b"x" * (ANSWER_MAX * 50))) as site:
        assert post(site.url) == b"x" * ANSWER_MAX


def test_who_sends_a_little_now_and_then_is_left_at_the_deadline() -> None:
    def dawdle(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not site.over.wait(0.05):
            request.wfile.write(b"x-more: x\r\n")

    with serving(dawdle) as site:
        with pytest.raises(DeliveryError, match="in time") as late:
            post(site.url, seconds=0.6)
        assert late.value.retry


def test_who_is_not_there_is_tried_again() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))  # taken, so that nobody else listens there
        with pytest.raises(DeliveryError, match="cannot be reached") as away:
            post(f"http://127.0.0.1:{deaf.getsockname()[1]}/")
    assert away.value.retry
