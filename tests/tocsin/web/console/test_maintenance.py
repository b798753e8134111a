"""Public notices: planned work and trading modes, from the form to the page."""

from datetime import timedelta

import pytest

from detectors.watch import FailureKind
from incidents.signal import Signal, SignalSource
from statuspage.maintenance import MaintenancePhase
from tests.tocsin.web.running import Client, Running
from tocsin.page.own_downtime import note_absence
from tocsin.page.publish import publish
from tocsin.response.place import advance_work, place, planned_silences
from tocsin.storage.accounts import Role

HOME = "/console/notices"
WORK = {
    "key": "one",
    "title": "Database upgrade",
    "text": "Trading pauses for an hour.",
    "start": "2026-03-02T15:00",
    "end": "2026-03-02T16:00",
    "components": ["trading"],
    "quiet": "yes",
}


def look_back(tocsin: Running) -> None:
    """What a process does at its start."""
    config = tocsin.services.config
    note_absence(tocsin.services.store, config.components, config.page.heartbeat, tocsin.clock())


@pytest.fixture
def engineer(tocsin: Running) -> Client:
    return tocsin.client(Role.ENGINEER)


def public(tocsin: Running, path: str = "") -> str:
    publish(tocsin.services.publisher, tocsin.clock())
    return tocsin.client().get(f"/status/{path}").text


REPEATS = {**WORK, "rule": "FREQ=DAILY", "zone": "Europe/Berlin"}


def test_work_that_comes_again_is_announced_anew_when_one_is_over(tocsin: Running, engineer: Client) -> None:
    shown = engineer.submit(f"{HOME}/work", {**REPEATS, "step": "preview"}, HOME).text
    assert "When it is over the next is announced, by FREQ=DAILY in Europe/Berlin" in shown
    assert tocsin.services.store.maintenance.all() == ()
    assert engineer.submit(f"{HOME}/work", REPEATS, HOME).status_code == 303
    for _ in range(2):  # it begins, and is over
        tocsin.clock.pass_(hours=1)
        advance_work(tocsin.services.response, tocsin.clock())
    (comes_next,) = tocsin.services.store.maintenance.all(over=False)
    assert f"{comes_next.public.scheduled_for:%Y-%m-%d %H:%M}" == "2026-03-03 15:00"
    assert "2026-03-03" in public(tocsin, f"maintenance/{comes_next.public.id}.html")
    path = f"{HOME}/work/{comes_next.public.id}"
    assert engineer.submit(path, {"action": "end series"}, HOME).status_code == 303
    assert engineer.submit(path, {"action": "complete"}, HOME).status_code == 303
    assert tocsin.services.store.maintenance.all(over=False) == ()


def test_a_rule_that_cannot_be_is_refused_and_what_was_typed_stays(tocsin: Running, engineer: Client) -> None:
    answer = engineer.submit(f"{HOME}/work", {**REPEATS, "rule": "FREQ=HOURLY"}, HOME)
    assert answer.status_code == 422
    assert "must be one of DAILY, WEEKLY" in answer.text
    assert 'value="FREQ=HOURLY"' in answer.text
    assert tocsin.services.store.maintenance.all() == ()


def test_planned_work_goes_from_the_form_to_the_page_and_through_its_phases(tocsin: Running, engineer: Client) -> None:
    for _ in range(2):
        assert engineer.submit(f"{HOME}/work", WORK, HOME).status_code == 303
    (work,) = tocsin.services.store.maintenance.all()
    assert "Database upgrade" in public(tocsin)
    assert "Scheduled" in public(tocsin, f"maintenance/{work.public.id}.html")
    tocsin.clock.pass_(minutes=60)
    advance_work(tocsin.services.response, tocsin.clock())
    assert "Maintenance: Trading – Spot trading" in public(tocsin)
    engineer.submit(f"{HOME}/work/{work.public.id}", {"action": "say", "text": "Half done."}, HOME)
    assert "Half done." in public(tocsin, f"maintenance/{work.public.id}.html")
    engineer.submit(f"{HOME}/work/{work.public.id}", {"action": "complete", "text": "Done."}, HOME)
    assert "Maintenance:" not in public(tocsin)
    assert tocsin.audited(work.public.id) == ["plan work", "say work", "complete work"]
    assert "Database upgrade" in engineer.get(HOME).text


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"title": ""}, "title is empty"),
        ({"start": "tomorrow"}, "start is &#39;tomorrow&#39;, expected a time such as"),
        ({"end": "2026-03-02T14:59"}, "must be after its start"),
        ({"components": ["chain/bitcoin"]}, "is internal: nothing about it can be published"),
        ({"components": ["nothing"]}, "is not configured"),
        ({"components": []}, "components is empty"),
    ],
)
def test_what_is_wrong_is_reported_and_what_was_written_stays(
    tocsin: Running, engineer: Client, values: dict[str, str], words: str
) -> None:
    answer = engineer.submit(f"{HOME}/work", {**WORK, **values}, HOME)
    assert answer.status_code == 422
    assert words in answer.text
    assert "Trading pauses for an hour." in answer.text
    assert tocsin.services.store.maintenance.all() == ()


def test_a_wrong_step_is_reported(tocsin: Running, engineer: Client) -> None:
    engineer.submit(f"{HOME}/work", WORK, HOME)
    (work,) = tocsin.services.store.maintenance.all()
    answer = engineer.submit(f"{HOME}/work/{work.public.id}", {"action": "explode"}, HOME)
    assert (answer.status_code, "is not one of begin" in answer.text) == (422, True)
    assert engineer.submit(f"{HOME}/work/none", {"action": "begin"}, HOME).status_code == 404


def test_while_it_goes_on_its_components_open_no_incident_and_after_it_they_do(
    tocsin: Running, engineer: Client
) -> None:
    engineer.submit(f"{HOME}/work", WORK, HOME)
    tocsin.clock.pass_(minutes=70)
    advance_work(tocsin.services.response, tocsin.clock())
    signal = Signal(
        key="s",
        source=SignalSource.WATCH,
        name="withdrawal-time",
        component="trading",
        title="slow",
        kind=FailureKind.DELAY,
        started_at=tocsin.clock(),
        seen_at=tocsin.clock(),
        user_visible=True,
    )
    tocsin.services.store.signals.record((signal,), tocsin.clock())
    assert place(tocsin.services.response, tocsin.clock()) == ()
    assert [s.component for s in planned_silences(tocsin.services.store)] == ["trading"]
    assert '1 signal; the last <span class="id">withdrawal-time</span>' in engineer.get(HOME).text
    tocsin.clock.pass_(minutes=60)
    advance_work(tocsin.services.response, tocsin.clock())
    assert tocsin.services.store.maintenance.all()[0].public.phase is MaintenancePhase.COMPLETED
    assert place(tocsin.services.response, tocsin.clock()) != ()


def test_a_market_goes_cancel_only_by_form_and_back_by_a_machine(tocsin: Running, engineer: Client) -> None:
    engineer.submit(f"{HOME}/modes", {"component": "trading", "mode": "cancel_only"}, HOME)
    assert "Cancel-only" in public(tocsin)
    machine = tocsin.client(token=tocsin.token("trading:write"))
    assert machine.get("/api/v1/trading").json()[0]["mode"] == "cancel_only"
    answer = machine.put("/api/v1/trading/trading", json={"mode": "online"})
    assert (answer.status_code, answer.json()["mode"]) == (200, "online")
    assert "Cancel-only" not in public(tocsin)
    assert tocsin.audited("trading") == ["trading cancel_only", "trading online"]


def test_a_wrong_market_or_mode_is_reported(tocsin: Running, engineer: Client) -> None:
    machine = tocsin.client(token=tocsin.token("trading:write"))
    missing = machine.put("/api/v1/trading/chain/bitcoin", json={"mode": "online"})
    assert (missing.status_code, "is no market" in missing.text) == (404, True)
    assert machine.put("/api/v1/trading/trading", json={"mode": "asleep"}).status_code == 422
    answer = engineer.submit(f"{HOME}/modes", {"component": "trading", "mode": "asleep"}, HOME)
    assert (answer.status_code, "expected one of online" in answer.text) == (422, True)


def test_time_in_which_nobody_watched_is_unknown_in_the_figures(tocsin: Running) -> None:
    look_back(tocsin)
    public(tocsin)
    tocsin.clock.pass_(hours=3)
    look_back(tocsin)
    stretches = tocsin.services.store.maintenance.unverified_stretches(tocsin.clock() - timedelta(days=1))
    away = [(name, end - start) for name, start, end in stretches if end is not None]
    assert ("trading", timedelta(hours=3)) in away
    assert not [name for name, *_ in stretches if name == "chain/bitcoin"], "what is internal is nobody's figure"
    component = tocsin.services.site.component_id("trading")
    assert "Unknown 3 h" in public(tocsin, f"components/{component}.html")


def test_a_short_restart_is_no_absence(tocsin: Running) -> None:
    look_back(tocsin)
    tocsin.clock.pass_(seconds=30)
    look_back(tocsin)
    assert tocsin.services.store.maintenance.unverified_stretches(tocsin.clock() - timedelta(days=1)) == ()


@pytest.mark.parametrize("field", ["title", "text"])
def test_planned_work_with_a_word_of_the_inside_is_refused(tocsin: Running, engineer: Client, field: str) -> None:
    answer = engineer.submit(f"{HOME}/work", {**WORK, field: "chain/bitcoin is upgraded"}, HOME)
    assert answer.status_code == 422
    assert f"{field} holds the component name &#39;chain/bitcoin&#39;" in answer.text
    assert "chain/bitcoin is upgraded" in answer.text, "what was written is kept"
    assert tocsin.services.store.maintenance.all() == ()


@pytest.mark.parametrize(
    "values",
    [{"action": "say"}, {"action": "move", "start": "2026-03-03T15:00", "end": "2026-03-03T16:00"}],
    ids=["say", "move"],
)
def test_words_for_planned_work_with_a_word_of_the_inside_are_refused(
    tocsin: Running, engineer: Client, values: dict[str, str]
) -> None:
    engineer.submit(f"{HOME}/work", WORK, HOME)
    (work,) = tocsin.services.store.maintenance.all()
    answer = engineer.submit(f"{HOME}/work/{work.public.id}", {**values, "text": "See INC-17."}, HOME)
    assert answer.status_code == 422
    assert "the incident number &#39;inc-17&#39;" in answer.text
    assert ">See INC-17.</textarea>" in answer.text
    assert values.get("start", "") in answer.text
    assert tocsin.services.store.maintenance.all() == (work,)


def test_a_preview_shows_how_it_will_read_and_announces_nothing(tocsin: Running, engineer: Client) -> None:
    values = {**WORK, "step": "preview", "text": "Trading **pauses** <b>now</b>."}
    shown = engineer.submit(f"{HOME}/work", values, HOME)
    assert shown.status_code == 200
    assert "2026-03-02 15:00 UTC" in shown.text
    assert "Trading <strong>pauses</strong> &lt;b&gt;now&lt;/b&gt;." in shown.text
    assert "opens no incident" in shown.text
    assert tocsin.services.store.maintenance.all() == ()
    assert 'value="trading" checked' in shown.text
    assert engineer.submit(f"{HOME}/work", {**values, "step": "announce"}, HOME).status_code == 303
    assert len(tocsin.services.store.maintenance.all()) == 1


def test_a_preview_of_something_wrong_says_what(tocsin: Running, engineer: Client) -> None:
    answer = engineer.submit(f"{HOME}/work", {**WORK, "step": "preview", "end": "2026-03-02 3:00 PM"}, HOME)
    assert answer.status_code == 422
    assert (
        "end is &#39;2026-03-02 3:00 PM&#39;, expected a time such as 2026-03-02 14:00 (UTC, 24 hours)" in answer.text
    )


@pytest.mark.parametrize(
    ("start", "begins"),
    [
        pytest.param("2026-03-02 15:00", "15:00", id="as it is suggested"),
        pytest.param("2026-03-02T15:00", "15:00", id="as a machine writes it"),
        pytest.param(" 2026-03-02 15:00:30 ", "15:00", id="with seconds and spaces"),
        pytest.param("2026-03-02 16:00+01:00", "15:00", id="with an offset"),
    ],
)
def test_times_are_utc_of_24_hours(tocsin: Running, engineer: Client, start: str, begins: str) -> None:
    values = {**WORK, "start": start, "end": "2026-03-02 16:00"}
    assert engineer.submit(f"{HOME}/work", values, HOME).status_code == 303
    (work,) = tocsin.services.store.maintenance.all()
    assert f"{work.public.scheduled_for:%H:%M}" == begins


def test_components_stand_in_their_groups(engineer: Client) -> None:
    html = engineer.get(HOME).text
    assert html.index("<legend>Withdrawals</legend>") < html.index("> Bitcoin withdrawals</label>")
    assert html.index("<legend>Trading</legend>") < html.index("> Spot trading</label>")
    assert "datetime-local" not in html
    assert "Bitcoin network" not in html
