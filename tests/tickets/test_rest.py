"""Requests to foreign REST APIs: bounded, polite, and silent about who signs in."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from incidents.delivery import RETRY_AFTER_MAX, DeliveryError
from tests.detectors.sources.pages import Site, page, serving
from tickets.rest import ANSWER_MAX, File, RestClient, RestError, asked_wait, basic, bearer

TOKEN = "ghp_cafe0123456789"
NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


@dataclass
class Clock:
    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Api:
    """A REST API whose next answers the test decides: (status, headers, body) each; then an empty object."""

    site: Site
    answers: list[tuple[int, Mapping[str, str], str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)


@contextmanager
def api(*answers: tuple[int, Mapping[str, str], str]) -> Iterator[Api]:
    def answer(request: BaseHTTPRequestHandler) -> None:
        made.bodies.append(request.rfile.read(int(request.headers.get("content-length") or 0)))
        status, headers, body = made.answers.pop(0) if made.answers else (200, {}, "{}")
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("content-length", str(len(body)))
        request.end_headers()
        request.wfile.write(body.encode())

    with serving(answer) as site:
        made = Api(site, list(answers))
        yield made


def client(url: str, *, clock: Callable[[], datetime] = Clock(), seconds: float = 10, **more: Any) -> RestClient:  # noqa: B008
    named = {"headers": bearer(TOKEN), "allow_private": True, **more}
    return RestClient("tracker ops", url, clock=clock, deadline=timedelta(seconds=seconds), **named)


def test_json_goes_there_and_back() -> None:
    with api((201, {}, '{"number": 7}')) as made, client(f"{made.site.url}/api/v3/") as rest:
        answer = rest.send("POST", "/repos/a/b/issues", params={"q": "x y", "tag": ["a", "b"]}, json={"title": "é"})
    assert answer.json() == {"number": 7}
    assert answer.status == 201
    assert made.site.paths == ["/api/v3/repos/a/b/issues?q=x+y&tag=a&tag=b"]
    assert json.loads(made.bodies[0]) == {"title": "é"}
    headers = {name.lower(): value for name, value in made.site.headers[0].items()}
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert headers["content-type"] == "application/json"


def test_a_file_is_uploaded_as_a_form() -> None:
    with api() as made, client(made.site.url) as rest:
        rest.send("POST", "uploads", file=File(name="p.png", media_type="image/png", content=b"\x89PNG"))
    assert b'name="file"; filename="p.png"' in made.bodies[0]
    assert b"\x89PNG" in made.bodies[0]


def test_an_empty_answer_is_nothing_and_one_that_is_no_json_an_error() -> None:
    with api((204, {}, ""), (200, {}, "<html>")) as made, client(made.site.url) as rest:
        assert rest.get("x") is None
        with pytest.raises(DeliveryError, match="tracker ops: GET x: the answer is not JSON") as wrong:
            rest.get("x")
    assert not wrong.value.retry


STATUSES = {301: False, 400: False, 401: False, 403: False, 404: False, 408: True, 409: True, 422: False, 429: True, 500: True, 503: True}  # noqa: E501  # fmt: skip


@pytest.mark.parametrize(("status", "retry"), STATUSES.items())
def test_what_a_refusal_means(status: int, retry: bool) -> None:
    with api((status, {"location": "/elsewhere"}, "{}")) as made, client(made.site.url) as rest:
        with pytest.raises(RestError, match=f"answered {status}, expected 2xx") as refused:
            rest.get("x")
        assert (refused.value.status, refused.value.retry) == (status, retry)
        assert refused.value.is_missing is (status == 404)
        assert len(made.site.paths) == 1, "no redirect is followed, and nothing is repeated"


WAITS = {
    "seconds": (429, {"retry-after": "30"}, 30),
    "a date": (503, {"retry-after": "Mon, 02 Mar 2026 14:00:30 GMT"}, 30),
    "a limit of GitHub": (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW.timestamp()) + 40)}, 40),
    "a second limit of GitHub": (403, {"retry-after": "60", "x-ratelimit-remaining": "12"}, 60),
    "a limit of GitLab": (429, {"ratelimit-remaining": "0", "ratelimit-reset": str(int(NOW.timestamp()) + 50)}, 50),
    "a limit of Jira": (429, {"x-ratelimit-reset": "2026-03-02T14:01Z"}, 60),
    "seconds until the reset": (429, {"ratelimit-reset": "12"}, 12),
    "no time": (429, {}, None),
    "nonsense": (429, {"ratelimit-reset": "soon"}, None),
    "something remains": (403, {"x-ratelimit-remaining": "3", "x-ratelimit-reset": "1"}, None),
    "a reset that is over": (429, {"ratelimit-reset": str(int(NOW.timestamp()) - 50)}, 0),
}


@pytest.mark.parametrize(("status", "headers", "seconds"), WAITS.values(), ids=WAITS.keys())
def test_how_long_an_answer_asks_to_wait(status: int, headers: Mapping[str, str], seconds: int | None) -> None:
    assert asked_wait(status, headers, NOW) == (None if seconds is None else timedelta(seconds=seconds))


def test_nothing_leaves_before_the_pause_that_was_asked_for_is_over() -> None:
    clock = Clock()
    with api((429, {"retry-after": "60"}, "{}")) as made, client(made.site.url, clock=clock) as rest:
        with pytest.raises(RestError) as first:
            rest.get("incident/a")
        assert first.value.retry_after == timedelta(seconds=60)
        clock.at += timedelta(seconds=20)
        with pytest.raises(RestError, match="a pause was asked for") as second:
            rest.get("incident/b")
        assert (second.value.retry, second.value.retry_after) == (True, timedelta(seconds=40))
        assert len(made.site.paths) == 1
        clock.at += timedelta(seconds=40)
        assert rest.get("incident/b") == {}


def test_a_clock_that_is_set_back_prolongs_no_pause() -> None:
    clock = Clock()
    with api((429, {"retry-after": "60"}, "{}")) as made, client(made.site.url, clock=clock) as rest:
        with pytest.raises(RestError):
            rest.get("x")
        clock.at -= 2 * RETRY_AFTER_MAX
        assert rest.get("x") == {}


def test_no_error_says_a_credential_or_a_query() -> None:
    echo = json.dumps({"message": f"Bad credentials: Bearer {TOKEN}"})
    explain: Callable[[Any], str] = lambda body: body["message"]  # noqa: E731
    with api((401, {}, echo), (422, {}, echo)) as made, client(made.site.url, explain=explain) as rest:
        for _ in range(2):
            with pytest.raises(RestError, match=r"GET x: answered .*Bad credentials") as refused:
                rest.get("x", {"email": "ann@example.com"})
            assert TOKEN not in str(refused.value)
            assert "ann@example.com" not in str(refused.value)


def test_what_the_other_side_says_is_not_quoted_unless_asked_for() -> None:
    with api((422, {}, '{"message": "my address is Elm Street 1"}')) as made, client(made.site.url) as rest:
        with pytest.raises(RestError) as refused:
            rest.get("x")
        assert "Elm" not in str(refused.value)


def test_who_sends_a_little_now_and_then_is_left_at_the_deadline() -> None:
    def dawdle(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not site.over.wait(0.05):
            request.wfile.write(b"x-more: x\r\n")

    with serving(dawdle) as site, client(site.url, seconds=0.6) as rest:
        with pytest.raises(RestError, match=r"no answer within 0.6 s") as late:
            rest.get("x")
        assert (late.value.status, late.value.retry) == (0, True)


def test_an_answer_that_is_too_long_is_an_error() -> None:
    too_long = pytest.raises(RestError, match="longer than 5,000,000 bytes")
    with serving(page(b"x" * (ANSWER_MAX + 1))) as site, client(site.url) as rest, too_long:
        rest.get("x")


def test_pages_are_followed_on_the_same_host_alone() -> None:
    with api() as made, client(f"{made.site.url}/v1") as rest:
        further = f'<{made.site.url}/v1/issues?page=2>; rel="next", <{made.site.url}/v1/issues?page=9>; rel="last"'
        elsewhere = '<http://192.0.2.1/v1/issues?page=3>; rel="next"'
        made.answers += [(200, {"link": further}, "[1, 2]"), (200, {"link": elsewhere}, "[3]")]
        with pytest.raises(RestError, match="another host"):
            rest.pages("issues", at_most=5)
        made.answers += [(200, {"link": further}, "[1, 2]"), (200, {}, "[3]")]
        assert rest.pages("issues", at_most=2) == [1, 2, 3]
        made.answers += [(200, {"link": further}, "[1, 2]"), (200, {"link": further}, "[3]")]
        with pytest.raises(RestError, match="more than 2 pages"):
            rest.pages("issues", at_most=2)


def test_a_public_host_gets_no_credentials_over_plain_http() -> None:
    with client("http://8.8.8.8") as rest, pytest.raises(RestError, match="use https"):
        rest.get("x")


def test_a_private_host_is_called_where_that_is_allowed_alone() -> None:
    with client("https://127.0.0.1:9", allow_private=False) as rest, pytest.raises(RestError, match="public internet"):
        rest.get("x")
    with pytest.raises(ValueError, match="must be https"):
        client("http://127.0.0.1:9", allow_private=False)


@pytest.mark.parametrize("url", ["ftp://x", "https://", "https://ann:secret@x", "x"])
def test_an_address_that_is_none_is_refused_without_being_quoted(url: str) -> None:
    with pytest.raises(ValueError, match=r"^tracker ops: url must be https://host/") as refused:
        client(url)
    assert "secret" not in str(refused.value)


def test_a_name_and_a_token_sign_in_as_the_standard_says() -> None:
    assert basic("Aladdin", "open sesame") == {"authorization": "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="}
