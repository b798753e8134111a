"""Each shipped server configuration says with every file what the page needs said."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from statuspage.publishers.directory import STAGING, DirectoryPublisher
from statuspage.publishers.headers import SECURITY, cache_control, content_type
from statuspage.render import render
from statuspage.site import Site
from tests.statuspage.examples import BTC_OUT, SITE, incident, maintenance, page
from tests.statuspage.servers import serving

GERMAN = Site(title=SITE.title, url=SITE.url, since=SITE.since, languages=("de",))
BADGE = f"badges/{SITE.component_id(BTC_OUT)}.svg"
KINDS = [
    "index.html",
    "incidents/i00000000001.html",
    "history/index.html",
    "de/index.html",
    "api/v2/summary.json",
    "manifest.json",
    "feed.atom",
    "feed.json",
    "de/feed.json",
    "maintenance.ics",
    BADGE,
]


@pytest.fixture(scope="module", params=["nginx", "caddy", "apache"])
def client(request: pytest.FixtureRequest) -> Iterator[httpx2.Client]:
    with tempfile.TemporaryDirectory(prefix="tocsin-page-") as name:
        root = Path(name)
        root.chmod(0o755)  # the server may run as somebody else
        first = page([incident()], planned=[maintenance()], site=GERMAN)
        second = page([incident()], planned=[maintenance()], site=GERMAN.in_language("de"))
        DirectoryPublisher(root / "page").publish(render(first, translations=[second]))
        (root / "page" / STAGING / "half").write_text("half")
        work = root / "work"
        work.mkdir()
        with serving(request.param, str(root / "page"), work) as found:
            yield found


@pytest.mark.parametrize("path", KINDS)
def test_each_kind_of_file_has_its_headers(client: httpx2.Client, path: str) -> None:
    answer = client.get(f"/{path}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == content_type(path)
    assert answer.headers["cache-control"] == cache_control(path)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert {name: answer.headers.get(name) for name in SECURITY} == SECURITY
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


@pytest.mark.parametrize(
    ("path", "file"), [("/", "/index.html"), ("/de/", "/de/index.html"), ("/history/", "/history/")]
)
def test_a_folder_is_its_index(client: httpx2.Client, path: str, file: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.content == client.get(file).content
    assert answer.headers["content-type"] == content_type("index.html")


@pytest.mark.parametrize("path", ["index.html", "api/v2/summary.json", "feed.atom", "feed.json"])
def test_what_is_large_is_sent_small(client: httpx2.Client, path: str) -> None:
    plain = client.get(f"/{path}", headers={"accept-encoding": "identity"})
    small = client.get(f"/{path}", headers={"accept-encoding": "gzip"})
    assert small.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert small.content == plain.content
    assert "accept-encoding" in small.headers["vary"].lower()


def test_who_has_the_file_already_is_answered_so(client: httpx2.Client) -> None:
    headers = {"accept-encoding": "identity"}
    tag = client.get("/index.html", headers=headers).headers["etag"]
    assert client.get("/index.html", headers={**headers, "if-none-match": tag}).status_code == 304


def test_what_is_not_there_is_the_pages_own_404_with_its_headers(client: httpx2.Client) -> None:
    answer = client.get("/incidents/nothing.html")
    assert answer.status_code == 404
    assert "<h1>" in answer.text
    assert {name: answer.headers.get(name) for name in SECURITY} == SECURITY


def test_a_missing_file_of_the_api_has_no_page(client: httpx2.Client) -> None:
    answer = client.get("/api/v2/nothing.json")
    assert (answer.status_code, answer.text.strip()) == (404, "")
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("path", [f"/{STAGING}/half", f"/{STAGING}/", "/.git/config"])
def test_what_begins_with_a_dot_is_nobodys(client: httpx2.Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_nothing_can_be_written(client: httpx2.Client) -> None:
    for method in ("POST", "PUT", "DELETE"):
        assert client.request(method, "/index.html").status_code in (403, 405)
    assert client.head("/index.html").status_code == 200
