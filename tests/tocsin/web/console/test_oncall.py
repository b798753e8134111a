"""Who is on call, as engineers see it: now and next, the fortnight, overrides, and who was notified of an incident."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from incidents.incident import Incident
from tests.tocsin.web.running import CONFIG, Running, running
from tocsin.oncall.escalations import work_escalations
from tocsin.storage.accounts import Role

ONCALL = """\
oncall:
  people: [{name: ann, mail: ann@example.com}, {name: bob, mail: bob@example.com}]
  schedules:
    - {name: primary, zone: Europe/Zurich, layers: [{people: [ann, bob], starts: 2026-03-02 09:00, every: 7d}]}
    - {name: office, layers: [{people: [bob], starts: 2026-01-05 00:00, hours: ["mon-fri 09:00-17:00"]}]}
  policies: [{name: usual, steps: [{schedules: [primary]}, {after: 10m, schedules: [office]}]}]
  routes: [{policy: usual}]
"""


@pytest.fixture
def tocsin(tmp_path: Path) -> Iterator[Running]:
    made = running(tmp_path, CONFIG + ONCALL)
    yield made
    made.close()


def words(html: str) -> str:
    """What is read, without the tags."""
    return re.sub(r" ([.,;:])", r"\1", " ".join(re.sub(r"<[^>]+>", " ", html).split()))


def shown(tocsin: Running) -> str:
    return words(tocsin.client(Role.ENGINEER).get("/console/oncall").text)


def work(tocsin: Running, **later: float) -> None:
    tocsin.clock.pass_(**later)
    assert tocsin.services.oncall is not None
    work_escalations(tocsin.services.oncall, tocsin.clock())
    tocsin.deliver("oncall:mail")


def test_who_is_on_call_now_and_next_and_for_a_fortnight(tocsin: Running) -> None:
    page = shown(tocsin)
    assert "On call now: ann (primary), bob (office)" in page
    assert "now Mon 2026-03-09 09:00 ann Mon 2026-03-09 09:00 Mon 2026-03-16 09:00 bob" in page
    assert "Mon 2026-03-02 17:00 Tue 2026-03-03 09:00 nobody" in page


OVERRIDE = {"schedule": "primary", "person": "bob", "starts": "2026-03-02 18:00", "ends": "2026-03-03 08:00"}


def test_an_override_is_audited_once_and_can_be_undone_and_be_in_force_again(tocsin: Running) -> None:
    engineer, path = tocsin.client(Role.ENGINEER), "/console/oncall"
    for _ in range(2):
        assert engineer.submit(path, {**OVERRIDE, "reason": "a wedding", "key": "k"}).status_code == 303
    assert "now Mon 2026-03-02 18:00 ann Mon 2026-03-02 18:00 Tue 2026-03-03 08:00 bob by an override" in shown(tocsin)
    (made,) = tocsin.services.store.oncall.overrides(tocsin.clock())
    assert (made.by, made.reason) == (Role.ENGINEER, "a wedding")
    assert engineer.submit(f"{path}/{made.id}/undo", {}, page=path).status_code == 303
    assert "by an override" not in shown(tocsin)
    assert engineer.submit(f"{path}/{made.id}/undo", {}, page=path).status_code == 404
    assert engineer.submit(f"{path}/{made.id}/undo", {"again": "yes"}, page=path).status_code == 303
    assert "by an override" in shown(tocsin)
    assert tocsin.audited(made.id) == ["override", "undo override", "restore override"]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"schedule": "nights"}, "expected one of primary, office"),
        ({"person": "eve"}, "expected one of ann, bob"),
        ({"ends": "tomorrow"}, "by the clocks of Europe/Zurich"),
        ({"ends": "2026-03-02 17:00"}, "must be after its start"),
        ({"starts": "", "ends": "2026-03-02 12:00"}, "must be in the future"),
        ({"ends": "2027-03-02 12:00"}, "must be at most 60 days"),
        ({"starts": "0001-01-01 00:00"}, "start is 01 January of the year 1, expected a year from 2000 to 2199"),
        ({"ends": "9999-12-31T23:59:59-14:00"}, "of the year 9999"),
    ],
)
def test_an_override_that_cannot_be_is_refused_with_its_reason(
    tocsin: Running, changes: dict[str, str], problem: str
) -> None:
    answer = tocsin.client(Role.ENGINEER).submit("/console/oncall", {**OVERRIDE, **changes, "key": "k"})
    assert answer.status_code == 422
    assert problem in words(answer.text)
    assert tocsin.services.store.oncall.overrides(tocsin.clock()) == ()


def incident_words(tocsin: Running, incident: Incident) -> str:
    return words(tocsin.client(Role.ENGINEER).get(f"/console/incidents/{incident.id}").text)


def test_an_incident_shows_who_was_notified_and_what_comes_next(tocsin: Running) -> None:
    incident = tocsin.incident(disclosed=False)
    assert "Who was notified" not in incident_words(tocsin, incident)
    work(tocsin)
    page = incident_words(tocsin, incident)
    assert "The next step of policy usual is due in 10 min, 14:13 UTC, unless somebody acknowledges." in page
    assert "1 ann just now, 14:03 UTC mail accepted just now, 14:03 UTC" in page
    assert f"{incident.reference} Withdrawals are slow" in shown(tocsin)
    work(tocsin, hours=4)
    page = incident_words(tocsin, incident)
    assert "All steps of policy usual were taken, and nobody has acknowledged." in page
    assert "2 nobody was on call" in page


def test_without_oncall_the_page_says_what_is_missing(tmp_path: Path) -> None:
    made = running(tmp_path)
    assert "The configuration has no oncall" in shown(made)
    assert made.client(Role.ENGINEER).submit("/console/oncall", OVERRIDE, page="/console/silences").status_code == 422
    assert made.client().get("/oncall/anything").status_code == 410
    made.close()
