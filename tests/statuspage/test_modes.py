"""How markets trade: what each mode means for the component, its figures, its page and its file for bots."""

import json
from datetime import timedelta

import pytest

from incidents.component import Component, ComponentStatus
from statuspage import uptime
from statuspage.modes import STATUS_OF, ModeChange, TradingMode, current, mode_stretches
from statuspage.page import Page, build
from statuspage.phrases import LANGUAGES
from statuspage.render import render
from tests.statuspage.examples import COMPONENTS, NOW, SITE, minutes

MARKET = Component(name="match/btc-usdt", title="BTC/USDT", group="Markets", asset="BTC", direction="trade")


def change(mode: TradingMode, ago: float) -> ModeChange:
    return ModeChange(component=MARKET.name, mode=mode, at=NOW - minutes(ago), by="mara")


def page_with(*changes: ModeChange) -> Page:
    components = (*COMPONENTS, MARKET)
    days = uptime.history([c.name for c in components], mode_stretches(changes), since=SITE.since, now=NOW)
    return build((), components, (), {}, days, site=SITE, now=NOW, modes=current(changes))


def market(page: Page) -> dict[str, object]:
    (found,) = json.loads(render(page)["trading.json"])["markets"]
    return dict(found)


@pytest.mark.parametrize("mode", TradingMode)
def test_a_mode_is_a_state_of_the_market_and_is_said_on_every_page_and_to_bots(mode: TradingMode) -> None:
    page = page_with(change(mode, 20))
    (view,) = (c for c in page.components if c.mode is not None)
    assert view.status is STATUS_OF[mode]
    words = LANGUAGES["en"][f"mode_{mode}"]
    files = render(page)
    assert f"<b>{words}</b>" in files[f"components/{view.id}.html"].decode()
    assert (f'<span class="note">{words}' in files["index.html"].decode()) == (mode is not TradingMode.ONLINE)
    assert (market(page)["mode"], market(page)["since"]) == (mode.value, "2026-03-14T13:43:00Z")


def test_a_market_of_which_nothing_was_said_is_online_and_others_have_no_mode() -> None:
    page = page_with()
    assert [c.mode for c in page.components if c.label != "Markets – BTC/USDT"] == [None, None, None]
    assert (market(page)["mode"], market(page)["since"]) == ("online", None)


def test_a_page_without_markets_has_no_such_file() -> None:
    page = build((), COMPONENTS, (), {}, {}, site=SITE, now=NOW)
    assert "trading.json" not in render(page)


def test_cancel_only_counts_as_a_partial_outage_until_it_ends() -> None:
    stretches = mode_stretches([change(TradingMode.CANCEL_ONLY, 50), change(TradingMode.ONLINE, 20)])
    assert [(s.status, s.start, s.end) for s in stretches] == [
        (ComponentStatus.PARTIAL_OUTAGE, NOW - minutes(50), NOW - minutes(20))
    ]
    day = uptime.days(stretches, since=SITE.since, now=NOW)[-1]
    assert dict(day.seconds)[ComponentStatus.PARTIAL_OUTAGE] == timedelta(minutes=30).total_seconds()


def test_what_changed_is_when_the_page_changed() -> None:
    assert page_with(change(TradingMode.POST_ONLY, 3)).changed_at == NOW - minutes(3)
