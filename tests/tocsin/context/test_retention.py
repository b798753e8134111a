from datetime import timedelta
from pathlib import Path

import pytest

from tests.tocsin.storage.examples import mail
from tests.tocsin.web.running import CONFIG, Running, running
from tocsin.context.retention import let_go
from tocsin.process.work import Work
from tocsin.storage import Retained
from tocsin.wiring.services import Current


def sent(tocsin: Running, many: int) -> None:
    tocsin.services.store.mail.enqueue([mail(f"{tocsin.clock()}-{n}") for n in range(many)], tocsin.clock())
    assert tocsin.deliver("mail") == many


def test_seven_years_of_what_the_law_asks_for_and_no_mail_of_a_ticket_without_an_archive(tmp_path: Path) -> None:
    made = running(tmp_path)
    keep = made.services.retention.keep
    assert keep[Retained.TICKETS] == keep[Retained.AUDIT] == timedelta(days=2557)
    assert Retained.TICKET_MAILS not in keep
    made.close()


def test_null_keeps_for_ever_and_an_archive_takes_mails_of_tickets(tmp_path: Path) -> None:
    made = running(tmp_path, f"{CONFIG}retention: {{signals: null, archive: ./archive}}\n")
    policy = made.services.retention
    assert Retained.SIGNALS not in policy.keep
    assert policy.keep[Retained.TICKET_MAILS] == timedelta(days=180)
    assert policy.archive == tmp_path / "archive"
    made.close()


def test_the_job_deletes_what_is_old_and_the_mailbox_what_is_old_in_it(tmp_path: Path) -> None:
    made = running(tmp_path)
    sent(made, 3)
    jobs = {job.name: job for job in Work(Current(made.services), made.runtime.wake).jobs(made.services)}
    assert made.services.mailbox is not None
    made.clock.pass_(days=29)
    jobs["tidy"].work()
    assert len(made.services.mailbox.list().mails) == 3
    made.clock.pass_(days=2)
    jobs["tidy"].work()
    assert len(made.services.mailbox.list().mails) == 0
    made.clock.pass_(days=150)
    jobs["retention"].work()
    assert let_go(made.services.store.retention, made.services.retention, made.clock()) == 0
    assert made.services.store.mail.counts().sent == 3, "the figure stays"
    made.close()


def test_one_turn_ends_however_much_is_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.context.retention.STEPS", 0)
    made = running(tmp_path)
    sent(made, 2)
    made.clock.pass_(days=200)
    store, policy = made.services.store, made.services.retention
    assert let_go(store.retention, policy, made.clock()) == 0
    monkeypatch.setattr("tocsin.context.retention.STEPS", 1)
    assert let_go(store.retention, policy, made.clock()) == 2
    made.close()
