"""A folder in which a reader never meets a missing or half page."""

import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from statuspage.publishers.directory import STAGING, DirectoryPublisher
from statuspage.publishers.order import in_order
from statuspage.publishers.publisher import PublishError
from tests.patience import PATIENCE_S

FILES = 12
SIZE = 20_000


def edition(number: int, *, files: int = FILES) -> dict[str, bytes]:
    """A page all of whose files say the same number from their first to their last byte."""
    body = f"{number:08d}".encode() * (SIZE // 8)
    paths = [f"incidents/{n}.html" for n in range(files)]
    listed = b'{"files":{' + b",".join(f'"{p}":""'.encode() for p in [*paths, "index.html"]) + b"}}"
    return {**dict.fromkeys(paths, body), "index.html": body, "manifest.json": listed + b" " * number}


def number_of(content: bytes) -> int:
    """Which edition a file is of; fails on a torn one."""
    assert len(content) == SIZE, "torn"
    assert content == content[:8] * (SIZE // 8), "mixed"
    return int(content[:8])


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: what these tests look at is order, and a disk's flushes take seconds."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as folder:
        yield Path(folder)


def visible(folder: Path) -> set[str]:
    """What a reader finds."""
    found = (p for p in folder.rglob("*") if p.is_file() and STAGING not in p.parts)
    return {p.relative_to(folder).as_posix() for p in found}


def test_a_web_server_may_read_all_of_it_whatever_umask_the_service_has(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        DirectoryPublisher(tmp_path / "data" / "page").publish({**edition(1), "api/v2/status.json": b"{}"})
    finally:
        os.umask(before)
    page = tmp_path / "data" / "page"
    shown = [p for p in (page, *page.rglob("*")) if STAGING not in p.parts]
    assert {p: oct(p.stat().st_mode & 0o777) for p in shown} == {p: "0o755" if p.is_dir() else "0o644" for p in shown}
    assert not (tmp_path / "data").stat().st_mode & 0o077, "what lies around the page is nobody's but the service's"


def test_a_folder_keeps_the_mode_that_somebody_gave_it(tmp_path: Path) -> None:
    page = tmp_path / "page"
    page.mkdir()
    page.chmod(0o750)
    DirectoryPublisher(page).publish(edition(1))
    assert page.stat().st_mode & 0o777 == 0o750


def test_it_writes_all_then_only_what_changed(tmp_path: Path) -> None:
    publisher = DirectoryPublisher(tmp_path / "page")
    first = publisher.publish(edition(1))
    assert (len(first.written), first.unchanged) == (FILES + 2, 0)
    again = publisher.publish(edition(1))
    assert (again.written, again.unchanged) == ((), FILES + 2)
    one = publisher.publish({**edition(1), "incidents/3.html": b"new", "index.html": b"new"})
    assert one.written == ("incidents/3.html", "index.html")


def test_what_is_linked_to_comes_before_what_links_to_it() -> None:
    paths = [
        "manifest.json",
        "index.html",
        "api/v2/summary.json",
        "feed.atom",
        "history/2026-03.html",
        "incidents/a.html",
    ]
    order = in_order(paths)
    assert order[0] == "incidents/a.html"
    assert order[-2:] == ["index.html", "manifest.json"]


def test_a_new_process_writes_nothing_where_nothing_changed(tmp_path: Path) -> None:
    DirectoryPublisher(tmp_path).publish(edition(1))
    assert DirectoryPublisher(tmp_path).publish(edition(1)).written == ()


@pytest.mark.parametrize("spoil", [Path.unlink, lambda p: p.write_bytes(b"defaced")], ids=["deleted", "overwritten"])
def test_a_file_that_somebody_spoilt_is_mended(tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    publisher = DirectoryPublisher(tmp_path)
    publisher.publish(edition(1))
    spoil(tmp_path / "incidents" / "4.html")
    assert publisher.publish(edition(1)).written == ("incidents/4.html",)


def test_what_left_the_page_goes_only_later(tmp_path: Path) -> None:
    seconds = [0.0]
    publisher = DirectoryPublisher(tmp_path, keep_seconds=600, clock=lambda: seconds[0])
    publisher.publish(edition(1))
    fewer = edition(2, files=FILES - 1)
    assert publisher.publish(fewer).removed == ()
    seconds[0] = 599
    assert publisher.publish(fewer).removed == ()
    assert f"incidents/{FILES - 1}.html" in visible(tmp_path)
    seconds[0] = 600
    assert publisher.publish(fewer).removed == (f"incidents/{FILES - 1}.html",)
    assert visible(tmp_path) == set(fewer)


def test_a_new_process_removes_what_the_one_before_it_left_behind(tmp_path: Path) -> None:
    DirectoryPublisher(tmp_path).publish(edition(1))
    assert DirectoryPublisher(tmp_path, keep_seconds=0).publish(edition(2, files=3)).removed
    assert visible(tmp_path) == set(edition(2, files=3))


def test_files_of_others_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "CNAME").write_text("status.example.com")
    publisher = DirectoryPublisher(tmp_path, keep_seconds=0)
    publisher.publish(edition(1))
    publisher.publish(edition(2, files=2))
    assert (tmp_path / "CNAME").read_text() == "status.example.com"


@pytest.mark.parametrize(
    "path", ["../evil", "/etc/evil", "a/../../evil", ".htaccess", "a//b", "", "./a", f"{STAGING}/x"]
)
def test_a_path_that_leads_elsewhere_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(ValueError, match="must be a relative path"):
        DirectoryPublisher(tmp_path).publish({path: b"x"})
    assert list(tmp_path.iterdir()) == []


def test_leftovers_of_a_killed_publisher_are_cleared_away(tmp_path: Path) -> None:
    (tmp_path / STAGING).mkdir()
    (tmp_path / STAGING / "half").write_bytes(b"x")
    DirectoryPublisher(tmp_path).publish(edition(1))
    assert list((tmp_path / STAGING).iterdir()) == []


def test_readers_cannot_look_into_the_staging_folder(tmp_path: Path) -> None:
    DirectoryPublisher(tmp_path).publish(edition(1))
    assert (tmp_path / STAGING).stat().st_mode & 0o077 == 0
    assert (tmp_path / "index.html").stat().st_mode & 0o777 == 0o644


def test_a_folder_that_is_no_folder_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "page").write_text("a file")
    with pytest.raises(PublishError, match=r"publishing to .*page failed at .*; the page before it still stands"):
        DirectoryPublisher(tmp_path / "page").publish(edition(1))


def _in_a_process_with_small_files(folder: Path) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (SIZE // 2, SIZE // 2))
    try:
        DirectoryPublisher(folder).publish(edition(2))
    except PublishError as error:
        os._exit(0 if "the page before it still stands" in str(error) else 2)
    os._exit(3)


def test_when_the_disk_takes_no_more_the_old_page_stays(tmp_path: Path) -> None:
    DirectoryPublisher(tmp_path).publish(edition(1))
    code = "import sys; from pathlib import Path; from tests.statuspage.publishers import test_directory as t; "
    command = [sys.executable, "-c", f"{code}t._in_a_process_with_small_files(Path(sys.argv[1]))", str(tmp_path)]
    assert subprocess.run(command, check=False, timeout=PATIENCE_S).returncode == 0
    assert {number_of((tmp_path / path).read_bytes()) for path in visible(tmp_path) - {"manifest.json"}} == {1}
    DirectoryPublisher(tmp_path).publish(edition(2))
    assert number_of((tmp_path / "index.html").read_bytes()) == 2


def test_a_reader_never_sees_a_missing_or_torn_file(quick: Path) -> None:
    publisher = DirectoryPublisher(quick)
    publisher.publish(edition(0))
    done, faults, reads = threading.Event(), [], [0]

    def read_on() -> None:
        try:
            while not done.is_set():
                index = number_of((quick / "index.html").read_bytes())
                for n in range(FILES):
                    linked = number_of((quick / "incidents" / f"{n}.html").read_bytes())
                    assert linked >= index, "the index is ahead of what it links to"
                reads[0] += 1
        except (AssertionError, OSError) as fault:
            faults.append(repr(fault))

    reader = threading.Thread(target=read_on)
    reader.start()
    for number in range(1, 201):
        publisher.publish(edition(number))
    done.set()
    reader.join()
    assert faults == []
    assert reads[0] > 0


def _publish_for_ever(folder: Path) -> None:
    publisher, number = DirectoryPublisher(folder), 1
    while True:
        publisher.publish(edition(number))
        print(number, flush=True)
        number += 1


@pytest.mark.parametrize("rounds", range(4))
def test_a_kill_while_publishing_leaves_each_file_old_or_new(quick: Path, rounds: int) -> None:
    code = "import sys; from pathlib import Path; from tests.statuspage.publishers import test_directory as t; "
    command = [sys.executable, "-c", f"{code}t._publish_for_ever(Path(sys.argv[1]))", str(quick)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(2 + 3 * rounds):
            published = int(process.stdout.readline())
        os.kill(process.pid, signal.SIGKILL)
        published = max([published, *(int(line) for line in process.stdout if line.endswith("\n"))])
    index = number_of((quick / "index.html").read_bytes())
    assert index in (published, published + 1)
    for n in range(FILES):
        assert number_of((quick / "incidents" / f"{n}.html").read_bytes()) in {published, published + 1} - set(
            range(index)
        )
    DirectoryPublisher(quick).publish(edition(published + 2))
    assert {number_of((quick / p).read_bytes()) for p in visible(quick) - {"manifest.json"}} == {published + 2}
