"""Every metric that is declared is counted or set somewhere, and has a text that `/metrics` shows."""

import re
from pathlib import Path

from tocsin.context.metrics import Metrics

PACKAGE = Path(__file__).parents[3] / "tocsin"


def declared() -> set[str]:
    return {name for name, value in vars(Metrics()).items() if hasattr(value, "describe") and name != "registry"}


def test_every_metric_is_counted_or_set_somewhere() -> None:
    code = "\n".join(f.read_text("utf-8") for f in PACKAGE.rglob("*.py") if f.name != "metrics.py")
    used = set(re.findall(r"metrics\.(\w+)", code))
    assert declared() - used == set(), "nobody sets these: `/metrics` shows 0 for ever"


def test_every_metric_says_what_it_is() -> None:
    made = Metrics()
    for name in declared():
        for family in getattr(made, name).describe():
            assert family.documentation.endswith("."), name


def test_the_first_of_a_kind_is_an_increase_to_who_asks_for_a_rate() -> None:
    per_configured = {
        "tocsin_tick_failures",
        "tocsin_watch_failures",
        "tocsin_deliveries",
        "tocsin_scrapes",
        "tocsin_outside_calls",
    }
    counters = [family for family in Metrics().registry.collect() if family.type == "counter"]
    assert {f.name for f in counters if not f.samples} == per_configured
    opened = [s for f in counters for s in f.samples if s.labels == {"kind": "opened"} and s.name.endswith("_total")]
    assert [(sample.name, sample.value) for sample in opened] == [("tocsin_incident_updates_total", 0.0)]
