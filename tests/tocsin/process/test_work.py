from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from incidents.intake.alerts import Alert
from tests.tocsin.web.running import CONFIG, NOW, running
from tocsin.context.loops import Loop
from tocsin.intake.intake import accept
from tocsin.page.publish import publish
from tocsin.process.page_first import PATIENCE, PageFirst
from tocsin.process.storm import STORM, STORM_EVERY
from tocsin.process.work import Work, start_sinks
from tocsin.wiring.services import Current

ONCALL = """\
oncall:
  people: [{name: ann, mail: ann@example.com}]
  policies: [{name: usual, steps: [{people: [ann]}]}]
  routes: [{policy: usual}]
"""


def test_every_loop_wakes_at_least_one_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_TOKEN", "t-12345")
    desk = "{kind: zendesk, name: there, url: 'http://127.0.0.1:9', user: a@example.com, token_env: DESK_TOKEN}"
    made = running(tmp_path, f"{CONFIG}subscriptions: {{webhooks: true}}\nhelpdesks: [{desk}]\n{ONCALL}")
    duties = Work(Current(made.services), made.runtime.wake).duties(made.services)
    assert {duty.loop for duty in duties} == set(Loop)
    assert len({duty.key for duty in duties}) == len(duties)
    made.close()


def test_each_duty_and_each_job_runs_over_services_that_have_nothing_to_do(tmp_path: Path) -> None:
    made = running(tmp_path, f"{CONFIG}subscriptions: {{webhooks: true}}\n{ONCALL}")
    work = Work(Current(made.services), made.runtime.wake)
    start_sinks(made.services)
    for duty in work.duties(made.services):
        duty.work()
    for job in work.jobs(made.services):
        job.work()
    assert work.page_stands
    assert made.runtime.woken == [Loop.TARGET], "the page was made"
    made.close()


def test_a_run_uses_the_services_as_of_the_last_reload_and_passes_over_what_it_removed(tmp_path: Path) -> None:
    made = running(tmp_path)
    current = Current(made.services)
    work = Work(current, made.runtime.wake)
    (watching,) = (job for job in work.jobs(made.services) if job.name == "watch:withdrawal-time")
    (tmp_path / "tocsin.yaml").write_text(CONFIG.replace("withdrawal-time", "other"), encoding="utf-8")
    assert made.runtime.reload() == ()
    current.replace(made.services)
    watching.work()
    assert made.services.memory.evaluations == {}
    (watching,) = (job for job in work.jobs(made.services) if job.name == "watch:other")
    watching.work()
    assert list(made.services.memory.evaluations) == ["other"]
    made.close()


def alerts(number: int) -> tuple[Alert, ...]:
    """A hundred, each of an instance of its own of one service."""
    labels = ((("alertname", "Slow"), ("instance", f"{number}-{n}"), ("service", "a")) for n in range(STORM))
    return tuple(Alert(labels=one, started_at=NOW, said_at=NOW, lease_until=NOW + STORM_EVERY * 1000) for one in labels)


def test_while_a_storm_comes_in_what_did_something_has_its_next_turn_two_seconds_later(tmp_path: Path) -> None:
    made = running(tmp_path, f"{CONFIG}incidents: {{cause_wait: 0s}}\n")
    store, clock = made.services.store, made.clock
    work = Work(Current(made.services), made.runtime.wake)
    start_sinks(made.services)
    duties = {duty.key: duty.work for duty in work.duties(made.services)}

    def turn() -> tuple[int, int]:
        """How many signals are placed, and up to which line the tracker has them, after a turn of all loops."""
        duties["intake"]()
        duties["place"]()
        duties["deliver:tracker"]()
        opened = store.incidents.active()
        lines = [store.sinks.accepted("tracker", one.id) for one in opened]
        return sum(len(one.signals) for one in opened), sum(lines)

    accept(made.services.intake, alerts(0), clock())
    (placed, written) = turn()
    assert (placed, written > 0) == (STORM, True), "the first turn of a storm waits for nothing"
    accept(made.services.intake, alerts(1), clock())
    assert turn() == (placed, written)
    assert store.alerts.waiting() == STORM
    clock.pass_(seconds=2)
    (more, later) = turn()
    assert (more, later > written) == (2 * STORM, True)
    accept(made.services.intake, alerts(2)[1:], clock())
    assert turn()[0] == 3 * STORM - 1, "so few are no storm"
    made.close()


def test_customers_are_notified_of_what_the_page_shows_already(tmp_path: Path) -> None:
    made = running(tmp_path)
    work = Work(Current(made.services), made.runtime.wake)
    start_sinks(made.services)
    duties = {duty.key: duty.work for duty in work.duties(made.services)}
    place = made.services.publisher.targets[0].place
    incident = made.incident()
    last = made.services.store.incidents.timeline(incident.id)[-1].seq
    accepted = partial(made.services.store.sinks.accepted, incident_id=incident.id)

    for sink in ("customers", "sweep", "tracker"):
        duties[f"deliver:{sink}"]()
    assert (accepted("customers"), accepted("sweep"), accepted("tracker")) == (0, 0, last)

    duties["publish"]()
    made.runtime.woken.clear()
    duties[f"target:{place}"]()
    assert made.runtime.woken == [Loop.DELIVER]
    duties["deliver:customers"]()
    assert accepted("customers") == last
    made.close()


def test_a_page_that_cannot_be_written_delays_customers_for_seconds_only(tmp_path: Path) -> None:
    made = running(tmp_path)
    page_first, publisher = PageFirst(), made.services.publisher
    assert not page_first.must_wait(publisher, NOW)
    made.incident()
    assert page_first.must_wait(publisher, NOW)
    assert page_first.must_wait(publisher, NOW + PATIENCE - timedelta(milliseconds=1))
    assert not page_first.must_wait(publisher, NOW + PATIENCE)
    assert not page_first.must_wait(publisher, NOW + 10 * PATIENCE), "it waits once, not for each update"

    publish(publisher, NOW)
    assert not page_first.must_wait(publisher, NOW + 20 * PATIENCE)
    made.incident("Deposits are slow")
    assert page_first.must_wait(publisher, NOW + 30 * PATIENCE), "the page had caught up"
    assert page_first.must_wait(publisher, NOW), "a clock that was set back does not end it"
    made.close()


def test_a_tracker_that_does_not_answer_is_asked_again_for_the_same_news(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPS_TOKEN", "t-12345")
    nobody = 'kind: github, name: ops, url: "http://127.0.0.1:9", repository: a/b, token_env: OPS_TOKEN, poll: 30s'
    made = running(tmp_path, f"trackers: [{{{nobody}}}]\n{CONFIG}")
    (news,) = (
        job for job in Work(Current(made.services), made.runtime.wake).jobs(made.services) if "news:" in job.name
    )
    assert (news.name, news.every) == ("news:ops", timedelta(seconds=30))
    news.work()
    began = made.clock()
    made.clock.pass_(minutes=1)
    news.work()
    assert made.services.store.tracker_tickets.read_through("ops") == began
    assert made.services.metrics.registry.get_sample_value("tocsin_tick_failures_total", {"loop": "news"}) == 1
    made.close()
