"""A component's own figure: drawn from zero, broken where nothing is known, and said in words."""

from dataclasses import replace

import pytest

from statuspage import uptime
from statuspage.page import build
from statuspage.phrases import LANGUAGES, phrases_of
from statuspage.render import render
from statuspage.spark import Spark
from tests.statuspage.examples import COMPONENTS, NOW, SITE, SPOT

SPARK = Spark(title="Order latency", unit="ms", values=(10.0, 20.0, None, 5.0, None, 0.0, 41.27))


@pytest.mark.parametrize(
    ("values", "path"),
    [
        pytest.param((0.0, 11.0, 22.0), "M0 23 2 12 4 1", id="from zero to the highest"),
        pytest.param((22.0, None, 22.0, 11.0), "M0 1h1M4 1 6 12", id="a gap breaks it and what stands alone is a dot"),
        pytest.param((0.0, 0.0), "M0 23 2 23", id="nothing but zero"),
        pytest.param((-5.0, 10.0), "M0 23 2 1", id="below zero is the ground"),
        pytest.param((None, None), "", id="nothing known"),
        pytest.param((), "", id="nothing"),
    ],
)
def test_how_it_is_drawn(values: tuple[float | None, ...], path: str) -> None:
    assert replace(SPARK, values=values).path == path


def test_it_is_said_in_words_too() -> None:
    english = phrases_of("en")
    assert english.spark(SPARK) == "Order latency, last 24 hours: 41.3 ms now, 41.3 ms at most"
    assert (
        english.spark(replace(SPARK, values=(3.0, None))) == "Order latency, last 24 hours: Unknown now, 3 ms at most"
    )
    assert english.spark(replace(SPARK, values=(None,))) == "Order latency, last 24 hours: not known"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_it(language: str) -> None:
    said = phrases_of(language).spark(SPARK)
    assert "41,3" in said or "41.3" in said
    assert "Order latency" in said


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.0, "0 ms"), (0.00123, "0.00123 ms"), (1.005, "1 ms"), (41.27, "41.3 ms"), (12345.6, "12346 ms")],
)
def test_numbers_have_three_figures_that_matter(value: float, said: str) -> None:
    assert phrases_of("en").figure(value, "ms") == said


def test_it_stands_beside_its_component_and_on_its_page_and_nowhere_else() -> None:
    days = uptime.history([c.name for c in COMPONENTS], (), since=SITE.since, now=NOW)
    hostile = replace(SPARK, title="<b>Latency</b>")
    files = render(build((), COMPONENTS, (), {}, days, site=SITE, now=NOW, sparklines={SPOT: hostile}))
    own = files[f"components/{SITE.component_id(SPOT)}.html"].decode()
    index = files["index.html"].decode()
    assert "41.3 ms" in own
    assert "41.3 ms" in index
    assert "<b>Latency" not in own + index
    assert sum(b'class="spark"' in content for content in files.values()) == 2
