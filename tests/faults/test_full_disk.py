"""A disk that is full: what was accepted stays, what can't be is refused in clear words, and all goes on with space."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from incidents.incident import Incident
from tests import loopback
from tests.faults.stage import Stage, letter
from tocsin.storage import TicketFilter


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[Path]:
    """A file system of that size, mounted there."""
    place.mkdir(parents=True)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"needs to mount a small file system: {done.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path) -> Path:
    """Takes all the room that is left."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (65_536, 4_096, 512):
            try:
                while True:
                    file.write(os.urandom(size))
            except OSError:
                continue
    return filler


def active(stage: Stage) -> tuple[Incident, ...]:
    with stage.store() as store:
        return tuple(store.incidents.active())


def test_a_page_that_cannot_be_written_leaves_the_old_one_and_stops_nothing(stage: Stage, tmp_path: Path) -> None:
    with small_disk(tmp_path / "web", "2m") as disk:
        text = stage.config.read_text()
        stage.config.write_text(text.replace("page: {", f'page: {{directory: "{disk / "page"}", '))
        stage.start()
        index = disk / "page" / "index.html"
        stage.until(index.exists, "the page is there")
        filler = fill(disk)
        stage.exchange.stuck.add("tron")
        channel = f"page:directory:{disk / 'page'}"
        stage.until(lambda: stage.said("not delivered", channel=channel), "it is reported")
        assert "No space left" in stage.said("not delivered", channel=channel)[0]["error"]
        stage.post(letter("ada", "My USDT TRON withdrawal is stuck.", asset="USDT", network="tron"), "one")
        stage.until(lambda: len(stage.inbox.counts) >= 1, "customers are answered")
        stage.until(lambda: active(stage), "it decides")
        (incident,) = active(stage)
        assert not (disk / "page" / "incidents" / f"{incident.id}.html").exists()
        assert index.read_text(encoding="utf-8").endswith("</html>\n")
        filler.unlink()
        stage.until((disk / "page" / "incidents" / f"{incident.id}.html").exists, "the page tells of it")
        stage.nursery.kill_all()


def test_a_database_without_room_refuses_clearly_and_loses_nothing(bare: Stage, tmp_path: Path) -> None:
    with small_disk(tmp_path / "data", "6m") as disk:
        bare.prepare()
        bare.start()
        kept = [bare.post(letter(f"c{n}", f"Question number {n}?"), str(n))["number"] for n in range(3)]
        filler = fill(disk)
        refusal = None
        for n in range(200):  # the write-ahead log has some room of its own
            answer = loopback.post(
                f"{bare.url}/api/v1/tickets",
                json=letter(f"d{n}", "More? " * 2000),
                headers={"Idempotency-Key": f"d{n}"},
            )
            if answer.status_code != 201:
                refusal = answer
                break
            kept.append(answer.json()["number"])
        assert refusal is not None
        assert refusal.status_code == 503, refusal.text
        assert "Traceback" not in refusal.text
        assert str(disk) not in refusal.text, "customers do not learn where our files are"
        assert loopback.get(f"{bare.url}/-/healthy").status_code == 200
        assert "disk is full" in bare.said("the database cannot be written")[0]["why"]
        bare.until(lambda: not bare.is_ready(), "it is not ready")
        assert loopback.get(f"{bare.url}/support").status_code == 200, "reading goes on"
        assert "Traceback" not in bare.log
        filler.unlink()
        bare.until(bare.is_ready, "it is ready again")
        late = bare.post(letter("late", "Do you read this?"), "late")["number"]
        bare.exchange.stuck.add("tron")
        bare.until(lambda: bare.summary().get("incidents"), "it watches, decides and publishes again")
        with bare.store() as store:
            assert {t.number for t in store.tickets.page(TicketFilter(), None, 500).items} == {*kept, late}
            assert store.audit.first_break() is None
        bare.nursery.kill_all()
        bare.close()
