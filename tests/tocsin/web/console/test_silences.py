"""The console's silences: what each keeps quiet is shown beside it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from detectors.watch import FailureKind
from incidents.signal import Signal, SignalSource
from incidents.silence import Silence
from tests.tocsin.web.running import Client, Running
from tests.tocsin.web.watching import watching
from tocsin.context.loops import Loop
from tocsin.response.place import place
from tocsin.storage import Role

HOME = "/console/silences"
WORK = {"key": "k", "component": "withdrawals/*", "minutes": "60", "reason": "planned work"}


@pytest.fixture
def engineer(tocsin: Running) -> Client:
    return tocsin.client(Role.ENGINEER)


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    made = watching(tmp_path_factory.mktemp("silences"))
    yield made
    made.close()


def hidden(html: str) -> dict[str, str]:
    """What the page's form sends beside what a person fills in."""
    found = re.findall(r'name="(listed)" value="([^"]*)"', html)
    return {name: unescape(value) for name, value in found}


def signal(tocsin: Running, name: str) -> Signal:
    return Signal(
        key=name,
        source=SignalSource.WATCH,
        name=name,
        component="trading",
        title="slow",
        kind=FailureKind.DELAY,
        started_at=tocsin.clock(),
        seen_at=tocsin.clock(),
    )


def test_a_silence_shows_how_many_signals_it_kept_quiet_and_the_last(tocsin: Running) -> None:
    now = tocsin.clock()
    for silence_id, name in (("a", "latency-*"), ("b", "orders")):
        silence = Silence(
            id=silence_id, name=name, starts_at=now, ends_at=now + timedelta(hours=1), author="mara", reason="planned"
        )
        tocsin.services.store.silences.add(silence, now)
    for name in ("latency-spot", "latency-futures"):
        tocsin.services.store.signals.record([signal(tocsin, name)], tocsin.clock())
        assert place(tocsin.services.response, tocsin.clock()) == ()
        tocsin.clock.pass_(minutes=1)
    reported = tocsin.client(Role.ENGINEER).get("/console/silences").text
    assert '2 signals; the last <span class="id">latency-futures</span> of <span class="id">trading</span>' in reported
    assert reported.count('data-label="Kept quiet">nothing') == 1


def test_a_silence_is_set_once_and_ended(tocsin: Running, engineer: Client) -> None:
    listed = engineer.submit(HOME, WORK)
    assert tocsin.services.store.silences.active(tocsin.clock()) == ()
    for _ in range(2):
        assert engineer.submit(HOME, {**WORK, **hidden(listed.text)}).status_code == 303
    (silence,) = tocsin.services.store.silences.active(tocsin.clock())
    assert (silence.component, silence.name, silence.author) == ("withdrawals/*", "*", "engineer")
    assert "1 silence is in force" in engineer.get(HOME).text
    tocsin.clock.pass_(seconds=1)
    engineer.submit(f"{HOME}/{silence.id}/end", {}, HOME)
    assert tocsin.services.store.silences.active(tocsin.clock()) == ()
    assert Loop.PLACE in tocsin.runtime.woken
    assert tocsin.audited(silence.id) == ["add silence", "end silence"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        pytest.param({"component": ""}, "matches everything", id="nothing is filled in"),
        pytest.param({"component": "*"}, "matches everything", id="a star"),
        pytest.param({"component": "**", "name": "?*"}, "matches everything", id="stars of another kind"),
        pytest.param({"minutes": "5000000"}, "length is", id="too long"),
        pytest.param({"reason": " ", "listed": "trading|||||"}, "reason is empty", id="no reason"),
    ],
)
def test_a_wrong_silence_is_reported(tocsin: Running, engineer: Client, values: dict[str, str], words: str) -> None:
    answer = engineer.submit(HOME, {**WORK, "component": "trading", **values})
    assert answer.status_code == 422
    assert words in answer.text
    assert tocsin.services.store.silences.active(tocsin.clock()) == ()


def test_the_form_prefills_nothing(engineer: Client) -> None:
    assert 'value="*"' not in engineer.get(HOME).text


@pytest.mark.parametrize(
    ("values", "says"),
    [
        pytest.param({"component": "trading"}, "It covers 1 component of 2 watches", id="a component"),
        pytest.param({"component": "", "name": "deposits/*"}, "It covers 1 component of 1 watch<", id="a watch"),
        pytest.param({"component": "withdrawals/*"}, "It covers 1 component of 1 watch<", id="a watch without samples"),
        pytest.param({"component": "tradding"}, "It covers nothing that is known now", id="a slip of the pen"),
        pytest.param(
            {"component": "trading", "name": "withdrawal-time"}, "It covers nothing", id="each is there, not both"
        ),
        pytest.param({"component": "trading"}, "stays open", id="an open incident"),
    ],
)
def test_what_a_pattern_covers_is_listed_before_it_is_saved(learnt: Running, values: dict[str, str], says: str) -> None:
    listed = learnt.client(Role.ENGINEER).submit(HOME, {**WORK, **values})
    assert listed.status_code == 200
    assert says in listed.text
    assert learnt.services.store.silences.active(learnt.clock()) == ()


def test_another_pattern_than_the_listed_one_is_listed_first(tocsin: Running, engineer: Client) -> None:
    listed = engineer.submit(HOME, WORK)
    changed = engineer.submit(HOME, {**WORK, **hidden(listed.text), "component": "trading"})
    assert changed.status_code == 200
    assert hidden(changed.text) == {"listed": "trading|||||"}
    assert tocsin.services.store.silences.active(tocsin.clock()) == ()


def test_silence_this_leads_to_the_filled_form(learnt: Running) -> None:
    engineer = learnt.client(Role.ENGINEER)
    (incident,) = learnt.services.store.incidents.active()
    row = re.search(r"series=[a-z0-9]{12}", engineer.get("/console/watches/deposits/waiting").text)
    assert row is not None
    for page, component, name in (
        ("/console/watches/deposits/waiting", "", "deposits/waiting"),
        (f"/console/watches/deposits/waiting?{row.group()}", "trading", "deposits/waiting"),
        (f"/console/incidents/{incident.id}", "trading", "deposits/waiting"),
        (f"/console/incidents/{incident.id}", "trading", ""),
    ):
        links = [unescape(link) for link in re.findall(r'href="(/console/silences\?[^"]+)"', engineer.get(page).text)]
        forms = [engineer.get(link).text for link in links]
        wanted = {"listed": f"{component}|{name}||||"}
        assert wanted in [hidden(form) for form in forms], page


def test_a_name_with_the_signs_of_a_pattern_is_taken_literally(tocsin: Running, engineer: Client) -> None:
    listed = engineer.get(HOME, params={"component": "[w]ithdrawals/BTC/bitcoin"}).text
    assert "It covers 1 component" in listed
    listed = engineer.get(HOME, params={"component": "[[]w]ithdrawals/BTC/bitcoin"}).text
    assert "It covers nothing" in listed


def test_a_silence_on_sundays_is_previewed_and_kept(tocsin: Running, engineer: Client) -> None:
    weekly = {**WORK, "start": "2026-03-02 14:00", "rule": "FREQ=WEEKLY;BYDAY=SU", "zone": "Europe/Berlin"}
    listed = engineer.submit(HOME, weekly)
    assert "the next times" in listed.text
    assert listed.text.count("2026-03-") >= 4
    assert engineer.submit(HOME, {**weekly, **hidden(listed.text)}).status_code == 303
    assert tocsin.services.store.silences.active(tocsin.clock()) == ()
    tocsin.clock.at = datetime(2026, 3, 8, 14, 30, tzinfo=UTC)
    assert len(tocsin.services.store.silences.active(tocsin.clock())) == 1
    tocsin.clock.at = datetime(2026, 4, 5, 13, 30, tzinfo=UTC)
    assert len(tocsin.services.store.silences.active(tocsin.clock())) == 1, "15:00 in Berlin is 13:00 UTC in summer"
    assert "1 silence is in force" in tocsin.client(Role.ENGINEER).get(HOME).text


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"rule": "each sunday"}, "FREQ is"),
        ({"rule": "FREQ=DAILY", "zone": "Mars"}, "IANA name"),
        ({"labels": "cluster"}, "expected name=pattern"),
        ({"start": "tomorrow"}, "expected a time such as 2026-03-02 14:00"),
        ({"until": "0001-01-01T00:00:00+14:00"}, "the year 1, expected a year from 2000"),
        ({"until": "2026-03-05 00:00"}, "without a rule"),
        ({"rule": "FREQ=DAILY", "until": "2028-03-05 00:00"}, "within a year"),
        ({"rule": "FREQ=DAILY", "until": "2026-03-01 00:00"}, "an instant to come"),
    ],
)
def test_a_wrong_series_is_reported(tocsin: Running, engineer: Client, values: dict[str, str], words: str) -> None:
    answer = engineer.submit(HOME, {**WORK, **values})
    assert answer.status_code == 422
    assert words in unescape(answer.text)


def test_the_end_of_a_silence_is_announced_before_and_after_and_in_what_it_kept_quiet(
    tocsin: Running, engineer: Client
) -> None:
    listed = engineer.submit(HOME, {**WORK, "component": "trading", "minutes": "240"})
    engineer.submit(HOME, {**WORK, "component": "trading", "minutes": "240", **hidden(listed.text)})
    assert "by engineer ends" not in engineer.get("/console").text
    tocsin.services.store.signals.record([signal(tocsin, "orders")], tocsin.clock())
    tocsin.clock.pass_(hours=3, minutes=30)
    assert place(tocsin.services.response, tocsin.clock()) == ()
    assert "by engineer ends" in engineer.get("/console").text
    tocsin.clock.pass_(minutes=31)
    (opened, *_) = place(tocsin.services.response, tocsin.clock())
    assert "it was silenced until 18:03:00 by engineer: planned work" in opened.reason
    assert "by engineer ended" in engineer.get("/console").text
    tocsin.clock.pass_(hours=1)
    assert "by engineer ended" not in engineer.get("/console").text


def test_the_api_previews_makes_lists_and_ends_a_series(tocsin: Running) -> None:
    machine = tocsin.client(token=tocsin.token("incidents:write"))
    body = {
        "component": "trading",
        "labels": {"cluster": "eu-*"},
        "minutes": 60,
        "rule": "FREQ=DAILY",
        "zone": "Europe/Berlin",
        "starts_at": "2026-03-02T14:00:00+00:00",
        "reason": "backup",
    }
    seen = machine.post("/api/v1/silences/preview", json=body).json()
    assert [one["starts_at"][:16] for one in seen["silence"]["upcoming"]][:2] == [
        "2026-03-02T14:00",
        "2026-03-03T14:00",
    ]
    assert machine.get("/api/v1/silences").json()["items"] == []
    key = {"idempotency-key": "k"}
    assert machine.post("/api/v1/silences", json={**body, "reason": ""}, headers=key).status_code == 422
    made = machine.post("/api/v1/silences", json=body, headers=key)
    assert (made.status_code, machine.post("/api/v1/silences", json=body, headers=key).status_code) == (201, 200)
    (listed,) = machine.get("/api/v1/silences").json()["items"]
    assert (listed["id"], listed["in_force"], listed["labels"]) == (made.json()["id"], True, {"cluster": "eu-*"})
    tocsin.clock.pass_(seconds=1)
    assert machine.post(f"/api/v1/silences/{listed['id']}/end").json()["in_force"] is False
    assert machine.post("/api/v1/silences/nothing/end").status_code == 404
    assert machine.post("/api/v1/silences/preview", json={**body, "rule": "FREQ=X"}).status_code == 422
    assert tocsin.audited(listed["id"]) == ["add silence", "end silence"]


def test_one_time_of_a_series_is_skipped_and_restored(tocsin: Running, engineer: Client) -> None:
    daily = {**WORK, "start": "2026-03-02 14:00", "rule": "FREQ=DAILY"}
    engineer.submit(HOME, {**daily, **hidden(engineer.submit(HOME, daily).text)})
    (kept,) = tocsin.services.store.silences.page().items
    path, start = f"{HOME}/{kept.id}/skip", "2026-03-04T14:00:00+00:00"
    assert f'value="{start}"' in engineer.get(HOME).text
    assert engineer.submit(path, {"start": start}, HOME).status_code == 303
    assert "Not skipped after all" in engineer.get(HOME).text
    tocsin.clock.at = datetime(2026, 3, 4, 14, 5, tzinfo=UTC)
    assert tocsin.services.store.silences.active(tocsin.clock()) == ()
    machine = tocsin.client(token=tocsin.token("incidents:write"))
    api = f"/api/v1/silences/{kept.id}/skip"
    (_, tomorrow) = machine.get("/api/v1/silences").json()["items"][0]["upcoming"][:2]
    skipped = machine.post(api, json={"starts_at": tomorrow["starts_at"]}).json()
    assert skipped["skipped"] == [tomorrow["starts_at"]]
    restored = machine.post(api, json={"starts_at": tomorrow["starts_at"], "again": True}).json()
    assert (restored["skipped"], tomorrow in restored["upcoming"]) == ([], True)
    assert machine.post(api, json={"starts_at": "2026-03-04T15:00:00Z"}).status_code == 422
    assert engineer.submit(path, {"start": ""}, HOME).status_code == 422
    assert machine.post("/api/v1/silences/nothing/skip", json={"starts_at": start}).status_code == 404
    actions = tocsin.audited(kept.id)
    assert actions == ["add silence", "skip occurrence", "skip occurrence", "restore occurrence"]
