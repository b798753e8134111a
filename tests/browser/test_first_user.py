"""The first user: from an empty folder, by the README's commands, to a page, a sign-in, a silence and planned work."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import loopback
from tests.detectors.sources.prometheus_server import free_port, running_prometheus
from tests.patience import PATIENCE_S, until
from tocsin.config import load
from tocsin.story.process import wait_until_ready

ROOT = Path(__file__).parents[2]


@pytest.fixture
def prometheus(tmp_path: Path) -> Iterator[str]:
    """The exchange's own Prometheus, which scrapes it since a moment ago: its URL."""
    command = [sys.executable, "-m", "tocsin.demo.exchange", "--port", "0", "--history-days", "0"]
    exchange = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT)
    try:
        assert exchange.stdout
        target = json.loads(exchange.stdout.readline())["address"].removeprefix("http://")
        scraped = ", ".join(
            f"{{job_name: {job}, scrape_interval: 3s, scrape_timeout: 3s, metrics_path: {path},"
            f" static_configs: [{{targets: ['{target}']}}]}}"
            for job, path in (("exchange", "/metrics"), ("chain", "/metrics/chain"))
        )
        with running_prometheus(tmp_path / "prometheus", f"[{scraped}]") as url:
            for name in ("exchange_api_requests_total", "exchange_chain_blocks_total"):
                until(lambda name=name: has_minute(url, name), f"{name} was there a whole minute ago")  # type: ignore[misc]
            yield url
    finally:
        exchange.terminate()
        exchange.communicate(timeout=PATIENCE_S)


def has_minute(url: str, name: str) -> bool:
    """Whether it has samples at the last whole minute, which is what a watch that is evaluated once a minute reads."""
    minute = time.time() // 60 * 60
    answer = loopback.get(f"{url}/api/v1/query", params={"query": name, "time": str(minute)}).json()
    return bool(answer["data"]["result"])


def tocsin(folder: Path, *words: str) -> str:
    """What a command says, called in the user's folder."""
    command = [sys.executable, "-m", "tocsin.cli", *words]
    ran = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout + ran.stderr


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def edited(text: str, prometheus: str, listen: str) -> str:
    """The example as its user edits it: where the samples come from, and where Tocsin listens."""
    text, sources = re.subn(
        r"\n  default:\n.*?(?=\n# )", f'\n  default: {{kind: prometheus, url: "{prometheus}"}}', text, flags=re.DOTALL
    )
    text, places = re.subn(r"127\.0\.0\.1:8080", listen, text)
    assert (sources, places) == (1, 2)
    return text


@contextmanager
def serving(folder: Path, config: str, address: str) -> Iterator[None]:
    """`tocsin run` until the context ends, cleanly."""
    log = folder / "service.log"
    with log.open("w") as said:
        command = [sys.executable, "-m", "tocsin.cli", "run", "--config", config]
        process = subprocess.Popen(command, stdout=said, stderr=said, text=True, cwd=folder, env=environment())
    try:
        wait_until_ready("the service", f"{address}/-/ready", process, log)
        yield
        process.terminate()
        assert process.wait(PATIENCE_S) == 0, log.read_text(encoding="utf-8")[-2000:]
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


@pytest.mark.alone
def test_from_an_empty_folder_to_a_silence_and_planned_work(chromium: Browser, prometheus: str, tmp_path: Path) -> None:
    folder, listen = tmp_path / "home", f"127.0.0.1:{free_port()}"
    folder.mkdir()
    said = tocsin(folder, "--help")
    assert all(f"  {command} " in said for command in ("init", "discover", "check", "run", "demo"))
    password = configured(folder, prometheus, listen)
    with serving(folder, "proposed.yaml", f"http://{listen}"):
        window = chromium.new_context(base_url=f"http://{listen}")
        window.set_default_timeout(1000 * PATIENCE_S)
        page = window.new_page()
        page.goto("/status/")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert not re.search(r"100(\.0+)?\s?%", page.locator("body").inner_text()), "a minute is no record"
        signed_in(page, password)
        judged = 'tocsin_watch_series{watch="unsigned-withdrawals"} 10.0'
        until(lambda: judged in loopback.get(f"http://{listen}/metrics").text, "the watch was evaluated once")
        silences_a_watch(page)
        announces_work(page, title_of(folder / "proposed.yaml", "withdrawals/USDT/tron"))
        until(lambda: "Node upgrade" in loopback.get(f"http://{listen}/status/").text, "the work is public")
        page.goto("/status/")
        expect(page.get_by_text("Node upgrade").first).to_be_visible()
        window.close()


def configured(folder: Path, prometheus: str, listen: str) -> str:
    """By the README's commands; the administrator's password."""
    said = tocsin(folder, "init")
    mine = folder / "tocsin.yaml"
    mine.write_text(edited(mine.read_text(), prometheus, listen))
    tocsin(folder, "discover", "--config", "tocsin.yaml", "--out", "proposed.yaml", "--no-backtest")
    own = {watch.name for watch in load(mine).watches}
    proposed = [watch for watch in load(folder / "proposed.yaml").watches if watch.name not in own]
    assert len(proposed) > 10
    assert all(watch.shadow for watch in proposed)
    online = tocsin(folder, "check", "--online", "--config", "proposed.yaml")
    assert "no problem found" in online
    assert f"{prometheus} answers queries" in online
    assert "watch unsigned-withdrawals: 10 series." in online
    return str(re.findall(r"administrator is admin, password (\S+) ", said)[0])


def signed_in(page: Page, password: str) -> None:
    page.goto("/console/watches")
    page.get_by_label("Name").fill("admin")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile("/console/watches$"))


def silences_a_watch(page: Page) -> None:
    page.get_by_role("link", name="unsigned-withdrawals", exact=True).click()
    expect(page.get_by_text("shadow: judged and recorded, nobody is notified")).to_be_visible()
    page.get_by_role("link", name="Silence this watch").click()
    expect(page.get_by_role("heading", name="It covers 10 components of 1 watch")).to_be_visible()
    page.get_by_label("Why").fill("We try it")
    page.get_by_role("button", name="Silence it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 silence is in force")


def title_of(config: Path, component: str) -> str:
    """What the public calls a component."""
    return next(one.title for one in load(config).components if one.name == component)


def announces_work(page: Page, component: str) -> None:
    page.get_by_role("link", name="Notices").click()
    page.get_by_text("Announce planned work").click()
    page.get_by_label("What, in a few words for the public").fill("Node upgrade")
    page.get_by_label("What it means for customers").fill("Withdrawals **pause**.")
    page.get_by_label("Find a component").fill(component)
    page.get_by_label(component, exact=True).check()
    page.get_by_role("button", name="Show how it will read").click()
    preview = page.get_by_role("status").filter(has_text="How the public will read it")
    expect(preview.locator("strong")).to_have_text("pause")
    page.get_by_role("button", name="Announce it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 piece of work is announced")
