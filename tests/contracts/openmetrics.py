"""What a real Prometheus and Tocsin make of the same pages, as a table: docs/openmetrics.md.

python -m tests.contracts.openmetrics > docs/openmetrics.md
"""

import re
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import httpx2
import numpy as np

from detectors.frame import Labels, labels_of
from detectors.sources.evaluate import LOOKBACK
from detectors.sources.grid import EPOCH, ms_of
from detectors.sources.head import is_sample
from detectors.sources.scrape import Scraper, Target
from detectors.sources.scrape_store import ScrapeStore
from tests.contracts.openmetrics_pages import NOW, NOW_MS, OPEN, OPEN_METRICS, PAGES, TEXT, Answer
from tests.detectors.sources.pages import serving
from tests.detectors.sources.prometheus_server import running_prometheus

OWN = ("up", "scrape_")
"""How the metrics begin that a scrape writes of itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was made of a page: whether it was taken, its series with their values, and why it was refused."""

    up: bool
    series: Mapping[str, str]
    why: str = ""


@contextmanager
def served(pages: Sequence[Answer]) -> Iterator[str]:
    """The URL below which each page stands at its number."""
    seconds = int(time.time())

    def answer(request: BaseHTTPRequestHandler) -> None:
        page = pages[int(request.path.removeprefix("/"))]
        body = page.body.replace(NOW_MS.encode(), b"%d000" % seconds).replace(NOW.encode(), b"%d" % seconds)
        request.send_response(200)
        if page.kind is not None:
            request.send_header("Content-Type", page.kind)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)
        request.close_connection = True

    with serving(answer) as site:
        yield site.url


def of_prometheus(pages: Sequence[Answer], site: str, folder: Path) -> list[Reading]:
    """What Prometheus makes of each page."""
    host = site.removeprefix("http://")
    jobs = [
        f"{{job_name: 'page{number}', metrics_path: '/{number}', scrape_interval: 8s, scrape_timeout: 8s, "
        f"static_configs: [{{targets: ['{host}']}}]}}"
        for number in range(len(pages))
    ]
    with running_prometheus(folder, f"[{', '.join(jobs)}]") as url, httpx2.Client(base_url=url, timeout=30) as client:
        for _ in range(600):
            if [one["value"][1] for one in _instant(client, 'count(up{job=~"page.*"})')] == [str(len(pages))]:
                break
            time.sleep(0.1)
        found: list[dict[str, str]] = [{} for _ in pages]
        for entry in _instant(client, '{job=~"page.*"}'):
            labels = dict(entry["metric"])
            job, name = labels.pop("job"), labels.pop("__name__", "")
            labels.pop("instance")
            found[int(job.removeprefix("page"))][shown(name, labels_of(labels))] = _plain(entry["value"][1])
        whys = {
            target["labels"]["job"]: target["lastError"]
            for target in client.get("/api/v1/targets").json()["data"]["activeTargets"]
        }
    return [
        Reading(up=series["up"] == "1", series=without_own(series), why=whys[f"page{number}"])
        for number, series in enumerate(found)
    ]


def of_tocsin(pages: Sequence[Answer], site: str, folder: Path) -> list[Reading]:
    """What Tocsin's own scraper makes of each page."""
    store = ScrapeStore(folder / "pages.db")
    whys = []
    for number in range(len(pages)):
        scraper = Scraper(Target(job=f"page{number}", url=f"{site}/{number}"), store)
        whys.append(scraper.scrape(datetime.now(UTC)).why.partition("): ")[2])
        scraper.close()
    found: list[dict[str, str]] = [{} for _ in pages]
    for key, name, value in _newest(store, ms_of(datetime.now(UTC) - EPOCH)):
        labels = dict(key)
        number = int(labels.pop("job").removeprefix("page"))
        del labels["instance"]
        found[number][shown(name, labels_of(labels))] = value
    store.close()
    return [
        Reading(up=series["up"] == "1", series=without_own(series), why=why)
        for series, why in zip(found, whys, strict=True)
    ]


def _newest(store: ScrapeStore, end: int) -> Iterator[tuple[Labels, str, str]]:
    """The labels, the metric and the newest value of each series that has not ended."""
    for metric in store.metrics():
        samples = store.select(metric, (), end - ms_of(LOOKBACK), end)
        for row, key in enumerate(samples.keys):
            values = samples.values[samples.starts[row] : samples.starts[row + 1]]
            if len(values) and is_sample(values[-1:])[0]:
                yield key, metric, _plain(str(values[-1]))


def shown(name: str, labels: Labels) -> str:
    pairs = ",".join(f"{label}={value!r}" for label, value in labels)
    return f"{name}{{{pairs}}}" if pairs else name


def without_own(series: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in sorted(series.items()) if not name.startswith(OWN)}


def _plain(value: str) -> str:
    number = float(value)
    return "NaN" if np.isnan(number) else f"{number:.17g}"


def _instant(client: httpx2.Client, query: str) -> list[dict[str, Any]]:
    answer = client.get("/api/v1/query", params={"query": query}).json()
    found: list[dict[str, Any]] = answer["data"]["result"]
    return found


def table(theirs: Sequence[Reading], ours: Sequence[Reading]) -> str:
    """The whole document."""
    taken = sum(reading.up for reading in theirs)
    lines = [HEAD.format(pages=len(PAGES), taken=taken, refused=len(PAGES) - taken)]
    rows = list(zip(PAGES, theirs, ours, strict=True))
    for title, part in (("OpenMetrics", rows[: len(OPEN_METRICS)]), ("The text format", rows[len(OPEN_METRICS) :])):
        lines += [f"## {title}", "", "| page | | Prometheus 2.42 | Tocsin |", "|---|---|---|---|"]
        lines += [_row(page, one, other) for page, one, other in part]
        lines.append("")
    return "\n".join(lines)


HEAD = """# Pages of metrics, and what is made of them

What Prometheus 2.42 takes, Tocsin's scraper takes, with the same series and values; what it refuses, Tocsin
refuses, and says which line is wrong. Below are {pages} pages, {taken} of them taken and {refused} refused by
Prometheus. `python -m tests.contracts.openmetrics` writes the table from a real Prometheus, and
`tests/contracts/test_openmetrics.py` compares it with one. `⏎` is a new line, NOW the time of the scrape. Every page
counts as a whole: where a line is wrong, `up` is 0 and nothing of the page is stored.

Names in quotes are the one exception: Prometheus 2.42 does not know them, Prometheus 3 does, and so does Tocsin.
"""


def _row(page: Answer, theirs: Reading, ours: Reading) -> str:
    same = (theirs.up, theirs.series) == (ours.up, ours.series)
    kind = "" if page.kind in (OPEN, TEXT) else "no content type" if page.kind is None else _code(page.kind)
    mine = ("the same" if ours.up else _refused(ours.why)) if same else _made(ours)
    return f"| {page.about}<br>{_code(_body(page))} | {kind} | {_made(theirs)} | {mine} |"


def _made(reading: Reading) -> str:
    if not reading.up:
        return _refused(reading.why)
    return "<br>".join(_code(f"{name} {value}") for name, value in reading.series.items()) or "`up` 1, no series"


def _refused(why: str) -> str:
    """The reason, without what differs from run to run."""
    said = re.sub(r"^not (OpenMetrics|the Prometheus text format): ", "", why)
    return f"refused: {_code(re.sub(r'127[.]0[.]0[.]1:[0-9]+', 'HOST', re.sub(r'1[0-9]{12}', 'NOW', said)))}"


def _body(page: Answer) -> str:
    text = page.body.decode("utf-8", "backslashreplace").replace(NOW_MS, "NOW").replace(NOW, "NOW")
    text = text.removesuffix("\n# EOF\n") if page.kind == OPEN and text.count("# EOF") == 1 else text
    return text or " "


def _code(text: str) -> str:
    """As code in a cell; what cannot be seen is written out, a long row of one letter is cut."""
    short = re.sub(r"(.)\1{19,}", r"\1\1\1…", text)
    shown = "".join(_visible(letter) for letter in short).replace("|", "\\|")
    mark = "``" if "`" in shown else "`"
    return f"{mark}{shown}{mark}"


def _visible(letter: str) -> str:
    if letter in UNSEEN:
        return UNSEEN[letter]
    return letter if letter.isprintable() else f"\\u{ord(letter):04x}"


UNSEEN = {"\n": "⏎", "\t": "⇥", "\r": "␍", "\0": "␀"}


def both(folder: Path) -> tuple[list[Reading], list[Reading]]:
    """What Prometheus and Tocsin make of all pages."""
    with served(PAGES) as site:
        return of_prometheus(PAGES, site, folder / "prometheus"), of_tocsin(PAGES, site, folder)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        print(table(*both(Path(made))), end="")
