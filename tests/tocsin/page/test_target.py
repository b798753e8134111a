"""Several places that the page goes to: one that is down delays no other, and catches up."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from statuspage.publishers.publisher import Published, PublishError
from tests.detectors.sources.prometheus_server import free_port
from tests.patience import until
from tests.require import require
from tests.statuspage.publishers.s3_server import KEY, Server
from tests.tocsin.process.test_application import Moody
from tests.tocsin.web.running import CONFIG, NOW
from tocsin.config import load
from tocsin.context.metrics import Metrics
from tocsin.delivery.channel import deliver_due
from tocsin.page.target import POLICY, Edition, PageTarget
from tocsin.process.application import Application
from tocsin.wiring.installation import keep


class Place:
    """A place in memory that can be down."""

    name = "memory"

    def __init__(self) -> None:
        self.is_down = False
        self.tries = 0
        self.shown: list[Mapping[str, bytes]] = []

    def publish(self, files: Mapping[str, bytes]) -> Published:
        self.tries += 1
        if self.is_down:
            raise PublishError("the place is down")
        self.shown.append(files)
        return Published(written=tuple(files), unchanged=0, removed=())


def edition(number: int) -> Edition:
    return Edition(made_at=NOW + timedelta(minutes=number), files={"index.html": str(number).encode()})


def published(target: PageTarget, at: datetime) -> int:
    return deliver_due(target, Metrics(), at)


def test_a_target_shows_what_it_was_offered_last_once() -> None:
    place = Place()
    target = PageTarget(place)
    assert published(target, NOW) == 0
    target.offer(edition(1))
    target.offer(edition(2))
    assert published(target, NOW) == 1
    assert published(target, NOW) == 0
    assert (place.shown, target.shown_at) == ([edition(2).files], edition(2).made_at)


def test_a_target_that_is_down_is_tried_at_growing_intervals_and_then_has_the_newest() -> None:
    place = Place()
    target = PageTarget(place)
    target.offer(edition(1))
    place.is_down = True
    for second in range(20):
        published(target, NOW + timedelta(seconds=second))
    assert 5 <= place.tries <= 7  # waits of 1, 2, 4, 8 and 15 seconds, each at least half as long
    assert target.problem == "the place is down"
    place.is_down = False
    target.offer(edition(2))
    assert published(target, NOW + timedelta(seconds=19)) == 0
    assert published(target, NOW + timedelta(seconds=35)) == 1
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
    quick = replace(POLICY, first=timedelta(seconds=0.1), longest=timedelta(seconds=0.5))
    monkeypatch.setattr("tocsin.wiring.page.PageTarget", partial(PageTarget, policy=quick))
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
        until(lambda: len(application.services.publisher.problems) == 1)
        assert "publishing to s3://page/status at http" in application.services.publisher.problems[0]
        server.start()
        until(lambda: application.services.publisher.problems == ())
        objects = sorted(p for p in (tmp_path / "s3").rglob("*index.html*"))
        assert objects
        made = [t.shown_at for t in application.services.publisher.targets]
        server.stop()
        until(lambda: len(application.services.publisher.problems) == 1)
        until(
            lambda: all(
                t.shown_at != at for t, at in zip(application.services.publisher.targets[:2], made[:2], strict=True)
            )
        )
    finally:
        application.stop()
        kept.store.close()
        kept.samples.close()
    failed = kept.metrics.registry.get_sample_value(
        "tocsin_deliveries_total", {"channel": f"page:s3://page/status at {server.url}", "outcome": "failed"}
    )
    assert failed
    assert failed >= 2
