"""A bucket in which a reader never meets a missing or half page, on a real S3 server."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from statuspage.manifest import digest
from statuspage.publishers.headers import NOW, POLLED
from statuspage.publishers.publisher import PublishError
from statuspage.publishers.s3 import Bucket, MissingExtra, S3Publisher
from tests.require import require
from tests.statuspage.publishers.s3_server import KEY, Server, s3_server

FILES = 6


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    require("module:obstore")
    with s3_server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def bucket(running: Server, request: pytest.FixtureRequest) -> Bucket:
    """A place of this test's own."""
    return running.bucket(prefix=f"pages/{request.node.name.replace('[', '-').replace(']', '')}")


def store(bucket: Bucket) -> Any:
    """The bucket as a stranger reads and writes it."""
    return S3Publisher(bucket)._store


def edition(number: int, *, files: int = FILES) -> dict[str, bytes]:
    """A page all of whose files say their number."""
    body = f"edition {number:06d}".encode()
    made = {**{f"incidents/{n}.html": body for n in range(files)}, "feed.atom": body, "index.html": body}
    return {**made, "manifest.json": json.dumps({"files": {p: digest(c) for p, c in made.items()}}).encode()}


def there(bucket: Bucket) -> dict[str, bytes]:
    """All that is in the bucket, by path."""
    read = store(bucket)
    return {one["path"]: bytes(read.get(one["path"]).bytes()) for chunk in read.list() for one in chunk}


def test_it_puts_all_then_only_what_changed(bucket: Bucket) -> None:
    publisher = S3Publisher(bucket)
    first = publisher.publish(edition(1))
    assert (len(first.written), first.unchanged) == (FILES + 3, 0)
    assert there(bucket) == edition(1)
    assert publisher.publish(edition(1)).written == ()
    one = publisher.publish({**edition(1), "incidents/3.html": b"new", "index.html": b"new"})
    assert one.written == ("incidents/3.html", "index.html")
    assert there(bucket)["incidents/3.html"] == b"new"


@pytest.mark.parametrize(
    ("path", "kind", "cache"),
    [
        ("index.html", "text/html; charset=utf-8", NOW),
        ("incidents/0.html", "text/html; charset=utf-8", NOW),
        ("manifest.json", "application/json", NOW),
        ("feed.json", "application/feed+json", POLLED),
        ("de/feed.atom", "application/atom+xml; charset=utf-8", POLLED),
        ("maintenance.ics", "text/calendar; charset=utf-8", POLLED),
        ("badges/status.svg", "image/svg+xml", POLLED),
    ],
)
def test_each_kind_has_its_type_and_time(bucket: Bucket, path: str, kind: str, cache: str) -> None:
    S3Publisher(bucket).publish({path: b"x"})
    found = store(bucket).get(path).attributes
    assert (found["Content-Type"], found["Cache-Control"]) == (kind, cache)


def test_a_new_process_puts_nothing_where_nothing_changed(bucket: Bucket) -> None:
    S3Publisher(bucket).publish(edition(1))
    assert S3Publisher(bucket).publish(edition(1)).written == ()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda s: s.delete("incidents/4.html"),
        lambda s: s.put("incidents/4.html", b"defaced"),
        lambda s: s.put("incidents/4.html", b"edition 000009"),
    ],
    ids=["deleted", "overwritten", "of the same size"],
)
def test_what_somebody_spoilt_is_mended_when_the_bucket_is_read_again(
    bucket: Bucket, spoil: Callable[[Any], object]
) -> None:
    seconds = [0.0]
    publisher = S3Publisher(bucket, clock=lambda: seconds[0])
    publisher.publish(edition(1))
    spoil(store(bucket))
    seconds[0] = 3600
    assert publisher.publish(edition(1)).written == ("incidents/4.html",)
    assert there(bucket) == edition(1)


def test_what_left_the_page_goes_only_later_and_strangers_stay(bucket: Bucket) -> None:
    seconds = [0.0]
    store(bucket).put("robots.txt", b"a stranger's")
    publisher = S3Publisher(bucket, keep_seconds=600, clock=lambda: seconds[0])
    publisher.publish(edition(1))
    fewer = edition(2, files=FILES - 1)
    assert publisher.publish(fewer).removed == ()
    seconds[0] = 600
    assert publisher.publish(fewer).removed == (f"incidents/{FILES - 1}.html",)
    assert there(bucket) == {**fewer, "robots.txt": b"a stranger's"}


def test_a_new_process_removes_what_the_one_before_it_left_behind(bucket: Bucket) -> None:
    S3Publisher(bucket).publish(edition(1))
    assert S3Publisher(bucket, keep_seconds=0).publish(edition(2, files=2)).removed
    assert there(bucket) == edition(2, files=2)


def test_a_server_that_is_down_is_published_and_what_it_missed_is_put_when_it_is_back(tmp_path: Path) -> None:
    require("module:obstore")
    with s3_server(tmp_path) as server:
        publisher = S3Publisher(server.bucket())
        publisher.publish(edition(1))
        server.stop()
        with pytest.raises(PublishError, match=r"s3://page at http.*what was already put is new.*Check that the store"):
            publisher.publish(edition(2))
        with pytest.raises(PublishError, match="the page before it still stands"):
            publisher.publish(edition(3))
        server.start()
        assert there(server.bucket()) == edition(1)
        assert len(publisher.publish(edition(4)).written) == FILES + 3
        assert there(server.bucket()) == edition(4)


def test_a_wrong_key_is_a_clear_error_without_the_secret(running: Server) -> None:
    with pytest.raises(PublishError, match="403") as caught:
        S3Publisher(running.bucket(access_key="other", secret_key="hush-hush")).publish(edition(1))
    assert "hush" not in str(caught.value)
    assert "Debug source" not in str(caught.value)


def test_a_bucket_that_is_not_there_is_a_clear_error(running: Server) -> None:
    with pytest.raises(PublishError, match="s3://elsewhere at"):
        S3Publisher(running.bucket(name="elsewhere")).publish(edition(1))


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    with pytest.raises(MissingExtra, match=r"page target s3://status/a needs the extra s3.*tocsin\[s3\]"):
        S3Publisher(Bucket(name="status", prefix="a"))


def test_a_path_that_leads_elsewhere_is_refused(bucket: Bucket) -> None:
    with pytest.raises(ValueError, match="must be a relative path"):
        S3Publisher(bucket).publish({"../evil": b"x"})
    assert there(bucket) == {}


def _publish_for_ever(url: str, prefix: str) -> None:
    bucket = Bucket(name="page", prefix=prefix, endpoint=url, access_key=KEY, secret_key=KEY)
    publisher, number = S3Publisher(bucket), 1
    while True:
        publisher.publish(linked(number))
        print(number, flush=True)
        number += 1


def linked(number: int) -> dict[str, bytes]:
    """A page whose index links to files of its own edition alone; those of the one before it are gone from it."""
    own = [f"incidents/{number}-{n}.html" for n in range(FILES)]
    files = {**dict.fromkeys(own, b"x" * 5000), "index.html": json.dumps(own).encode()}
    return {**files, "manifest.json": json.dumps({"files": {p: digest(c) for p, c in files.items()}}).encode()}


@pytest.mark.parametrize("rounds", range(4))
def test_a_kill_while_publishing_leaves_an_index_with_all_it_links_to(
    running: Server, bucket: Bucket, rounds: int
) -> None:
    code = "import sys; from tests.statuspage.publishers import test_s3 as t; t._publish_for_ever(*sys.argv[1:])"
    command = [sys.executable, "-c", code, running.url, bucket.prefix]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(2 + 3 * rounds):
            published = int(process.stdout.readline())
        os.kill(process.pid, signal.SIGKILL)
        published = max([published, *(int(line) for line in process.stdout if line.endswith("\n"))])
    found = there(bucket)
    links = json.loads(found["index.html"])
    assert links[0] in (f"incidents/{published}-0.html", f"incidents/{published + 1}-0.html")
    assert set(links) <= set(found)
    S3Publisher(bucket, keep_seconds=0).publish(linked(published + 2))
    after = there(bucket)
    assert {path: after[path] for path in linked(published + 2)} == linked(published + 2)
