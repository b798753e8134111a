"""A reader who fetches in a loop while the page is published never sees a missing or half file, nor an index ahead."""

import pytest

from benchmarks.bench_reading import behind, edition, read, read_while_publishing
from statuspage.publishers.directory import DirectoryPublisher


@pytest.mark.parametrize("server", ["own", "nginx"])
def test_a_reader_never_sees_a_missing_or_half_file(server: str) -> None:
    with behind(server) as (client, folder):
        seen = read_while_publishing(client, folder, 60)
    assert seen.faults == []
    assert seen.editions & {59, 60} >= {60}


def test_the_reader_of_this_test_sees_a_half_file_and_a_missing_one() -> None:
    with behind("own") as (client, folder):
        (folder / "incidents" / "3.html").write_bytes(edition(0)["index.html"][:100])
        assert "incidents/3.html: 200, 100 bytes" in read(client, lambda: True).faults[0]
        (folder / "index.html").unlink()
        assert "index.html: 404" in read(client, lambda: True).faults[0]


def test_the_reader_of_this_test_sees_an_index_that_is_ahead() -> None:
    with behind("own") as (client, folder):
        publisher = DirectoryPublisher(folder)
        publisher.publish({**edition(0), "index.html": edition(1)["index.html"]})
        assert read(client, lambda: True).faults[0] == "the index is of edition 1, incidents/0.html of 0"
