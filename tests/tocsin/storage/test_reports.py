"""Reports: kept for their owner, ended by their owner, and moved on together with their mail."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from dashboards.report import Dashboard, MailedView, Rhythm
from tests.tocsin.storage.examples import BY, T0
from tickets.mail.message import Mail
from tocsin.storage import NotFound, Role, Store
from tocsin.storage.reports import AT_MOST, TooManyReports

REPORT = MailedView(
    id="one", owner="Mara", board=Dashboard.SUPPORT, rhythm=Rhythm.WEEKLY, team="Technical Support", created_at=T0,
    sent_until=date(2026, 2, 22),
)  # fmt: skip


def _mail(until: date) -> Mail:
    return Mail(key=f"report:one:{until}", to="mara@example.com", subject="s", text="t", html="h", message_id="<a@b>")


@pytest.fixture
def kept(store: Store) -> Store:
    for name in ("Mara", "noor"):
        store.people.add_user(name, f"{name.lower()}@example.com", "hash", Role.MANAGER, T0)
    store.reports.add(REPORT, T0, BY)
    return store


def test_a_report_is_its_owners_and_kept_once(kept: Store) -> None:
    kept.reports.add(replace(REPORT, rhythm=Rhythm.DAILY), T0, BY)
    assert kept.reports.every() == kept.reports.every("Mara") == (REPORT,)
    assert kept.reports.every("noor") == ()
    with pytest.raises(NotFound, match="user 'jun'"):
        kept.reports.add(replace(REPORT, id="two", owner="jun"), T0, BY)


def test_nobody_ends_the_report_of_another(kept: Store) -> None:
    with pytest.raises(NotFound, match="report 'one'"):
        kept.reports.end("one", "noor", T0, BY)
    kept.reports.end("one", "Mara", T0, BY)
    assert kept.reports.every() == ()


def test_the_mail_of_a_span_is_queued_once_whoever_comes_second(kept: Store) -> None:
    until = date(2026, 3, 1)
    assert kept.reports.sent("one", until, [_mail(until)], T0)
    assert not kept.reports.sent("one", until, [_mail(until)], T0)
    assert not kept.reports.sent("one", date(2026, 2, 22), [_mail(date(2026, 2, 22))], T0)
    assert [item.mail.key for item in kept.mail.due(T0 + timedelta(minutes=1))] == ["report:one:2026-03-01"]
    assert kept.reports.every()[0].sent_until == until


def test_a_mail_that_cannot_be_queued_leaves_the_span_due(kept: Store) -> None:
    broken: Any = None
    with pytest.raises(AttributeError):
        kept.reports.sent("one", date(2026, 3, 1), [broken], T0)
    assert kept.reports.every() == (REPORT,)


def test_a_person_has_so_many_at_most(kept: Store) -> None:
    for n in range(AT_MOST - 1):
        kept.reports.add(replace(REPORT, id=f"r{n}"), T0, BY)
    with pytest.raises(TooManyReports, match="Mara has 20 reports"):
        kept.reports.add(replace(REPORT, id="more"), T0, BY)
    kept.reports.add(replace(REPORT, id="other", owner="noor"), T0, BY)
