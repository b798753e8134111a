"""How the service begins and ends, takes over, reloads, and says what keeps it from running."""

import os
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from detectors.state import State
from tests import loopback
from tests.detectors.sources.pages import page, serving
from tests.detectors.sources.prometheus_server import free_port
from tests.faults.nursery import ROOT, Nursery
from tests.faults.stage import Stage, letter
from tests.patience import PATIENCE_S
from tocsin.config import load
from tocsin.storage import TicketFilter
from tocsin.storage.accounts import Role
from tocsin.web.http.access import SESSION_COOKIE
from tocsin.wiring.installation import KEY_FILE

SECOND_WATCH = """
  - name: second
    metric: exchange_oldest_unsigned_withdrawal_seconds
    by: [asset, network]
    component: "withdrawals/{asset}/{network}"
    every: 1s
    history: 1d
"""


def watermarks(stage: Stage) -> dict[str, datetime]:
    """Up to when the saved state of each configured watch has seen samples, where one is saved."""
    found = {}
    with stage.store() as store:
        for watch in load(stage.config).watches:
            saved = store.checkpoints.get(watch.name)
            state = None if saved is None else State.from_bytes(watch, saved)
            if state is not None and state.watermark is not None:
                found[watch.name] = state.watermark
    return found


def metric(stage: Stage, name: str) -> float:
    """One of the service's own vital signs; 0.0 where it has not counted yet."""
    for line in loopback.get(f"{stage.url}/metrics").text.splitlines():
        if line.startswith((f"{name} ", f"{name}{{")):
            return float(line.rpartition(" ")[2])
    return 0.0


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=lambda s: s.name)
def test_a_stop_is_clean_and_saves_every_watch(how: signal.Signals, bare: Stage) -> None:
    """A process of its own, interpreter and all: what a service manager starts and stops."""
    bare.prepare()
    command = [sys.executable, "-m", "tocsin.cli", "run", "--config", str(bare.config)]
    with (bare.folder / "service.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT)
        try:
            bare.until(bare.is_ready, "the service is ready")
            first = bare.until(lambda: watermarks(bare), "the first checkpoint")
            scrapes = bare.exchange.scrapes
            bare.until(lambda: bare.exchange.scrapes > scrapes + 2, "it goes on")
            process.send_signal(how)
            assert process.wait(PATIENCE_S) == 0, bare.log
        finally:
            process.kill()
            process.wait()
    assert watermarks(bare)["unsigned"] > first["unsigned"]
    assert bare.said("stopped")
    assert "Traceback" not in bare.log


def test_a_page_that_listens_for_changes_does_not_hold_up_a_stop(bare: Stage) -> None:
    bare.prepare()
    bare.start()
    with bare.store() as store:
        now = datetime.now(UTC)
        store.people.add_user("ada", "ada@example.com", "no password opens this", Role.AGENT, now)
        cookies = {SESSION_COOKIE: store.people.start_session("ada", now, timedelta(hours=1))}
    assert bare.process
    with httpx2.stream("GET", f"{bare.url}/live", cookies=cookies, timeout=PATIENCE_S) as answer:
        lines = answer.iter_lines()
        assert next(lines) == ": listening"
        bare.process.send(signal.SIGTERM)
        list(lines)  # raises where the connection is cut, as it is ten seconds after the signal, and not ended
    assert bare.process.wait(PATIENCE_S) == 0, bare.log


def test_a_stop_while_it_still_waits_for_the_lease_is_clean(bare: Stage) -> None:
    bare.prepare()
    bare.start()
    bare.port = free_port()
    bare.write_config()
    second = bare.launch()
    bare.until(lambda: len(bare.said("listening")) == 2, "the second listens")
    second.send(signal.SIGTERM)
    assert second.wait(PATIENCE_S) == 0, second.said


def test_of_two_processes_one_leads_and_the_other_takes_over(stage: Stage) -> None:
    first = stage.start()
    led_by_first = stage.url
    stage.port = free_port()
    stage.write_config()
    second = stage.launch()
    stage.until(lambda: len(stage.said("listening")) == 2, "the second listens")
    stage.until(stage.is_ready, "the second answers the web")
    assert "stands by" in loopback.get(f"{stage.url}/-/ready").text
    accepted = stage.post(letter("ada", "My USDT withdrawal over TRON is stuck.", asset="USDT", network="tron"), "one")
    assert len(stage.said("ready")) == 1
    assert loopback.get(f"{led_by_first}/-/ready").status_code == 200
    stage.process = second
    first.send(signal.SIGKILL)
    assert first.wait() == -signal.SIGKILL
    stage.until(lambda: len(stage.said("ready")) == 2, "the second leads")
    stage.exchange.stuck.add("tron")
    stage.until(lambda: stage.summary().get("incidents"), "the second publishes the incident")
    stage.until(lambda: len(stage.inbox.counts) >= 1, "and writes to the customer")
    with stage.store() as store:
        (ticket,) = store.tickets.page(TicketFilter()).items
        assert ticket.number == accepted["number"]
        assert len(store.incidents.page().items) == 1


# --- reload ---


def test_a_broken_file_keeps_the_old_configuration_by_signal_and_by_http(bare: Stage) -> None:
    bare.prepare()
    process = bare.start()
    with bare.store() as store:
        token = store.people.add_token("deployer", ["reload"], datetime.now(UTC))
    good = bare.config.read_text()
    bare.config.write_text(good.replace("every: 1s\n    recover", "evry: 1s\n    recover") + "nonsense: true\n")
    answer = loopback.post(f"{bare.url}/-/reload", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 422
    problems = answer.json()["problems"]
    assert len(problems) == 2
    assert any("evry" in p and "line" in p for p in problems)
    assert any("nonsense" in p for p in problems)
    process.send(signal.SIGHUP)
    bare.until(lambda: len(bare.said("configuration refused, the old one stays")) == 2, "SIGHUP refuses it too")
    scrapes = bare.exchange.scrapes
    bare.until(lambda: bare.exchange.scrapes > scrapes + 2, "the old one goes on")
    bare.exchange.stuck.add("tron")
    bare.until(lambda: bare.summary().get("incidents"), "and still watches")
    assert loopback.post(f"{bare.url}/-/reload").status_code in {401, 403}


@pytest.mark.parametrize("by", ["signal", "http"])
def test_a_reload_that_adds_a_watch_takes_effect(by: str, bare: Stage) -> None:
    bare.prepare()
    process = bare.start()
    with bare.store() as store:
        token = store.people.add_token("deployer", ["reload"], datetime.now(UTC))
    bare.config.write_text(bare.config.read_text() + SECOND_WATCH)
    if by == "signal":
        process.send(signal.SIGHUP)
    else:
        answer = loopback.post(f"{bare.url}/-/reload", headers={"Authorization": f"Bearer {token}"})
        assert answer.json() == {"reloaded": True}
    bare.until(lambda: "second" in watermarks(bare), "the new watch is scored")


def test_a_reload_that_takes_a_watch_away_ends_it(bare: Stage) -> None:
    bare.prepare()
    without = bare.config.read_text()
    bare.config.write_text(without + SECOND_WATCH)
    process = bare.start()
    bare.until(lambda: len(watermarks(bare)) == 2, "both are scored")
    bare.config.write_text(without)
    process.send(signal.SIGHUP)
    bare.until(lambda: bare.said("configuration loaded", watches=1), "it is loaded")
    bare.until(lambda: metric(bare, 'tocsin_watch_series{watch="unsigned"}') == 3, "the other goes on")
    assert bare.said("tick failed") == []


# --- what keeps it from running: status 1, what and where, and no traceback ---


def refused(stage: Stage, *said: str, command: str = "run") -> str:
    status, words = stage.nursery.run(command, "--config", str(stage.config), log=stage.folder / f"{command}.log")
    assert status == 1, words
    assert "Traceback" not in words
    for word in said:
        assert word in words
    return words


@pytest.mark.parametrize("command", ["check", "run"])
def test_every_mistake_of_a_configuration_is_notified_with_its_line(command: str, bare: Stage) -> None:
    bare.prepare()
    text = bare.config.read_text()
    bare.config.write_text(
        text.replace("recover: 1s", "recovr: 1s").replace("bad: above", "bad: sideways") + "surprise: 1\n"
    )
    lines = bare.config.read_text().splitlines()
    words = refused(bare, "recovr", "sideways", "surprise", command=command)
    for mistake in ("recovr", "sideways", "surprise"):
        place = next(number for number, line in enumerate(lines, start=1) if mistake in line)
        notified = next(line for line in words.splitlines() if mistake in line)
        assert f"line {place}" in notified or f":{place}" in notified, notified
    assert not (bare.data / "tocsin.db").exists()


def test_a_query_that_the_source_cannot_answer_is_notified_by_check(bare: Stage) -> None:
    bare.prepare(query="promql: sum(rate(x[5m]))")
    refused(bare, "watch unsigned: promql needs", "line", command="check")


def test_a_configuration_that_is_not_there_is_named(bare: Stage) -> None:
    refused(bare, "tocsin.yaml", "tocsin init")


def test_another_key_is_refused(bare: Stage) -> None:
    bare.prepare()
    bare.start().send(signal.SIGKILL)
    assert bare.process
    bare.process.wait()
    key = bare.data / KEY_FILE
    right = key.read_bytes()
    key.write_bytes(os.urandom(len(right)) if len(right) == 32 else right[::-1])
    words = refused(bare, "key", str(key))
    assert right.decode("latin-1").strip() not in words
    key.write_bytes(right)
    bare.start()


def test_a_key_that_went_missing_is_not_made_anew(bare: Stage) -> None:
    """A new key could not open what is there: the file must come back from the backup, so none is put in its place."""
    bare.prepare()
    bare.start().send(signal.SIGKILL)
    assert bare.process
    bare.process.wait()
    key = bare.data / KEY_FILE
    right = key.read_bytes()
    key.unlink()
    refused(bare, str(key), "missing", "backup")
    assert not key.exists()
    key.write_bytes(right)
    bare.start()


def test_a_port_that_is_taken_is_named(bare: Stage) -> None:
    bare.prepare()
    with serving(page("taken")) as site:
        bare.port = int(site.url.rpartition(":")[2])
        bare.write_config()
        refused(bare, str(bare.port), "in use")


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to make a read-only place that root can't write either")
def test_a_data_folder_that_cannot_be_written_is_named(bare: Stage) -> None:
    bare.write_config()
    bare.config.write_text(bare.config.read_text().replace("data: ./data", "data: /proc/tocsin"))
    refused(bare, "/proc/tocsin")


def test_a_data_folder_that_is_a_file_is_named(bare: Stage) -> None:
    bare.write_config()
    bare.data.write_text("not a folder")
    refused(bare, str(bare.data))


# --- the heartbeat that others watch ---


def test_the_watchdog_is_called_while_all_is_well_and_not_without_data(bare: Stage) -> None:
    with serving(page("fine")) as watchdog:
        bare.prepare(heartbeat=f'{{url: "{watchdog.url}/tocsin", every: 1s}}')
        bare.start()
        bare.until(lambda: len(watchdog.paths) >= 3, "the watchdog is called")
        bare.exchange.says = page("", status=503)
        quiet = Quiet(watchdog.paths)
        bare.until(quiet.is_it, "nobody calls it any more")
        bare.exchange.says = None
        called = len(watchdog.paths)
        bare.until(lambda: len(watchdog.paths) > called + 2, "and it is called again")


class Quiet:
    """Whether a list has not grown over a hundred looks: five seconds, in which it would have grown five times."""

    def __init__(self, grows: list[str]) -> None:
        self._grows = grows
        self._length = -1
        self._looks = 0

    def is_it(self) -> bool:
        self._looks = self._looks + 1 if len(self._grows) == self._length else 0
        self._length = len(self._grows)
        return self._looks >= 100


# --- backup and restore, init ---


def test_a_backup_made_while_it_runs_restores_database_and_key(bare: Stage, tmp_path: Path) -> None:
    bare.prepare()
    bare.start()
    number = bare.post(letter("ada", "My USDT withdrawal is stuck.", asset="USDT"), "one")["number"]
    saved = tmp_path / "saved.zip"
    status, words = bare.nursery.run("backup", str(saved), "--config", str(bare.config), log=tmp_path / "backup.log")
    assert status == 0, words
    assert saved.stat().st_mode & 0o077 == 0
    again = bare.nursery.run("backup", str(saved), "--config", str(bare.config), log=tmp_path / "again.log")
    assert again[0] == 1
    assert "there already" in again[1]
    assert bare.process
    bare.process.send(signal.SIGKILL)
    bare.process.wait()
    shutil.rmtree(bare.data)
    status, words = bare.nursery.run("restore", str(saved), "--config", str(bare.config), log=tmp_path / "restore.log")
    assert status == 0, words
    with bare.store() as store:
        (ticket,) = store.tickets.page(TicketFilter()).items
        assert (ticket.number, ticket.name) == (number, "Ada")
    status, words = bare.nursery.run("restore", str(saved), "--config", str(bare.config), log=tmp_path / "twice.log")
    assert (status, "empty" in words) == (1, True)
    bare.start()
    repeated = bare.post(letter("ada", "My USDT withdrawal is stuck.", asset="USDT"), "one")
    assert repeated["number"] == number


def test_restoring_over_another_key_changes_nothing(bare: Stage, tmp_path: Path) -> None:
    bare.prepare()
    bare.start().send(signal.SIGKILL)
    assert bare.process
    bare.process.wait()
    saved = tmp_path / "saved.zip"
    assert bare.nursery.run("backup", str(saved), "--config", str(bare.config), log=tmp_path / "b.log")[0] == 0
    shutil.rmtree(bare.data)
    bare.data.mkdir()
    (bare.data / KEY_FILE).write_text("another key")
    status, words = bare.nursery.run("restore", str(saved), "--config", str(bare.config), log=tmp_path / "r.log")
    assert (status, "another key" in words) == (1, True), words
    assert [p.name for p in bare.data.iterdir()] == [KEY_FILE]
    garbage = tmp_path / "garbage.zip"
    garbage.write_bytes(b"PK nothing")
    status, words = bare.nursery.run("restore", str(garbage), "--config", str(bare.config), log=tmp_path / "g.log")
    assert (status, "not a backup" in words) == (1, True), words


def test_what_init_writes_passes_its_check_and_names_the_administrator(tocsins: Nursery, tmp_path: Path) -> None:
    status, words = tocsins.run("init", str(tmp_path / "here"), "--admin", "ada", log=tmp_path / "init.log")
    assert status == 0, words
    assert "ada, password " in words
    config = tmp_path / "here" / "tocsin.yaml"
    status, words = tocsins.run("check", "--config", str(config), log=tmp_path / "check.log")
    assert (status, "no problem found" in words) == (0, True), words
    status, words = tocsins.run("user", "list", "--config", str(config), log=tmp_path / "list.log")
    assert words.strip() == "ada  administrator"
    before = config.read_bytes()
    status, words = tocsins.run("init", str(tmp_path / "here"), log=tmp_path / "again.log")
    assert status != 0
    assert "there already" in words
    assert config.read_bytes() == before
