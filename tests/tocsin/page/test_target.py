"""Several places that the page goes to: one that is down delays no other, and catches up."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from incidents.delivery import Backoff
from statuspage.publishers.publisher import Published, PublishError
from tests.detectors.sources.prometheus_server import free_port
from tests.patience import until
from tests.require import require
from tests.statuspage.publishers.s3_server import KEY, Server
from tests.tocsin.process.test_application import Moody
from tests.tocsin.web.running import CONFIG, NOW
from tocsin.config import load
from tocsin.page.target import Edition, PageTarget
from tocsin.process.application import Application
from tocsin.wiring.installation import keep


class Place:
    """A place in memory that can be down."""

    name = "memory"

    def __init__(self) -> None:
        self.is_down = False
        self.shown: list[Mapping[str, bytes]] = []

    def publish(self, files: Mapping[str, bytes]) -> Published:
        if self.is_down:
            raise PublishError("the place is down")
        self.shown.append(files)
        return Published(written=tuple(files), unchanged=0, removed=())


def edition(number: int) -> Edition:
    return Edition(made_at=NOW + timedelta(minutes=number), files={"index.html": str(number).encode()})


def test_a_target_shows_what_it_was_offered_last_once() -> None:
    place = Place()
    target = PageTarget(place)
    assert target.publish(NOW) is None
    target.offer(edition(1))
    target.offer(edition(2))
    assert target.publish(NOW) is not None
    assert target.publish(NOW) is None
    assert (place.shown, target.shown_at) == ([edition(2).files], edition(2).made_at)


def test_a_target_that_is_down_is_tried_at_growing_intervals_and_then_has_the_newest() -> None:
    place = Place()
    target = PageTarget(place)
    target.offer(edition(1))
    place.is_down = True
    tries = 0
    for second in range(20):
        try:
            target.publish(NOW + timedelta(seconds=second))
        except PublishError:
            tries += 1
    assert tries == 5  # at 0, 1, 3, 7 and 15 seconds
    assert target.problem == "the place is down"
    place.is_down = False
    target.offer(edition(2))
    assert target.publish(NOW + timedelta(seconds=20)) is None
    assert target.publish(NOW + timedelta(seconds=30)) is not None
    assert (target.problem, target.shown_at) == ("", edition(2).made_at)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """An S3 server that is not started yet, on a port of its own."""
    require("module:obstore")
    (tmp_path / "s3").mkdir()
    made = Server(folder=tmp_path / "s3", port=free_port())
    yield made
    made.stop()


def test_an_object_store_that_is_down_delays_no_folder_and_catches_up(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = Backoff(first=timedelta(seconds=0.1), longest=timedelta(seconds=0.5))
    monkeypatch.setattr("tocsin.page.target.BACKOFF", quick)
    for part in ("ACCESS", "SECRET"):
        monkeypatch.setenv(f"TEST_PAGE_{part}", KEY)
    keys = "access_key_env: TEST_PAGE_ACCESS, secret_key_env: TEST_PAGE_SECRET"
    targets = f'{{directory: second}}, {{s3: {{bucket: page, prefix: status, endpoint: "{server.url}", {keys}}}}}'
    text = CONFIG.replace("127.0.0.1:9/", f"127.0.0.1:{free_port()}/")
    (tmp_path / "tocsin.yaml").write_text(f"{text}page: {{heartbeat: 1s, targets: [{targets}]}}\n")
    config = load(tmp_path / "tocsin.yaml")
    kept = keep(config)
    application = Application(config, kept, Moody())
    application.start()
    try:
        until(lambda: application.not_ready() == "" and (tmp_path / "second" / "manifest.json").is_file())
        until(lambda: len(application.publisher.problems) == 1)
        assert "publishing to s3://page/status at http" in application.publisher.problems[0]
        server.start()
        until(lambda: application.publisher.problems == ())
        objects = sorted(p for p in (tmp_path / "s3").rglob("*index.html*"))
        assert objects
        made = [t.shown_at for t in application.publisher.targets]
        server.stop()
        until(lambda: len(application.publisher.problems) == 1)
        until(lambda: all(t.shown_at != at for t, at in zip(application.publisher.targets[:2], made[:2], strict=True)))
    finally:
        application.stop()
        kept.store.close()
        kept.samples.close()
    failed = kept.metrics.registry.get_sample_value(
        "tocsin_page_target_failures_total", {"target": f"s3://page/status at {server.url}"}
    )
    assert failed
    assert failed >= 2
