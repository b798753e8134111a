from pathlib import Path

from tests.tocsin.web.running import CONFIG, running
from tocsin.context.loops import Loop
from tocsin.process.work import Work, start_sinks
from tocsin.wiring.services import Current


def test_every_loop_wakes_at_least_one_worker(tmp_path: Path) -> None:
    made = running(tmp_path, f"{CONFIG}subscriptions: {{webhooks: true}}\n")
    duties = Work(Current(made.services), made.runtime.wake).duties(made.services)
    assert {duty.loop for duty in duties} == set(Loop)
    assert len({duty.key for duty in duties}) == len(duties)
    made.close()


def test_each_duty_and_each_job_runs_over_services_that_have_nothing_to_do(tmp_path: Path) -> None:
    made = running(tmp_path, f"{CONFIG}subscriptions: {{webhooks: true}}\n")
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
