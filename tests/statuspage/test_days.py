"""A component's own page: every day, and what happened on it."""

from datetime import timedelta

from incidents.component import ComponentStatus
from incidents.public import Phase
from statuspage.days import incidents_by_component, rows
from statuspage.phrases import phrases_of
from statuspage.render import render
from tests.statuspage.examples import BTC_IN, BTC_OUT, NOW, SITE, incident, minutes, page, resolved

S = ComponentStatus
OUT = SITE.component_id(BTC_OUT)


def test_every_day_is_listed_newest_first_with_its_incidents() -> None:
    over_midnight = resolved(2, (NOW - timedelta(days=2)).replace(hour=23, minute=50))
    made = page([incident(1), over_midnight])
    component = next(c for c in made.components if c.id == OUT)
    published = rows(component.days, incidents_by_component(made)[OUT], phrases_of("en"), NOW)
    assert [r.date for r in published] == [NOW.date() - timedelta(days=n) for n in range(90)]
    assert [(r.status, r.said, [i.id for i in r.incidents]) for r in published[:4]] == [
        (S.MAJOR_OUTAGE, "Major outage 30 min", ["i00000000001"]),
        (S.MAJOR_OUTAGE, "Major outage 10 min", ["i00000000002"]),
        (S.MAJOR_OUTAGE, "Major outage 10 min", ["i00000000002"]),
        (S.OPERATIONAL, "", []),
    ]


def test_what_was_retracted_is_published_on_its_day_without_counting() -> None:
    made = page([incident(1, start=NOW - timedelta(days=1), length=minutes(9), phase=Phase.RETRACTED)])
    component = next(c for c in made.components if c.id == OUT)
    yesterday = rows(component.days, incidents_by_component(made)[OUT], phrases_of("en"), NOW)[1]
    assert (yesterday.status, yesterday.said, len(yesterday.incidents)) == (S.OPERATIONAL, "", 1)


def test_the_page_of_a_component_has_its_figure_its_formula_and_only_its_own_incidents() -> None:
    files = render(page([incident(1), resolved(2, NOW - timedelta(days=300))]))
    shown = files[f"components/{OUT}.html"].decode()
    assert shown.count('<th scope="row">') == 90
    assert "99.97 %" in shown
    assert "0.3 ×" in shown
    assert "incidents/i00000000001.html" in shown
    assert "i00000000002" not in shown
    other = files[f"components/{SITE.component_id(BTC_IN)}.html"].decode()
    assert "No incidents in this period." in other


def test_each_figure_of_the_first_page_leads_to_how_it_is_counted() -> None:
    files = render(page())
    assert f'href="components/{OUT}.html#availability">100 %' in files["index.html"].decode()
    assert 'id="availability"' in files[f"components/{OUT}.html"].decode()


def test_a_component_has_a_feed_of_its_own() -> None:
    files = render(page([incident(1)]))
    assert b"i00000000001" in files[f"components/{OUT}.atom"]
    assert b"<entry>" not in files[f"components/{SITE.component_id(BTC_IN)}.atom"]
