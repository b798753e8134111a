"""Views by mail: what they say is what the page says, they come once, and only to who may see the page."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from dashboards.figure import in_words
from dashboards.report import Dashboard, MailedView, Rhythm
from tests.tocsin.storage.examples import BY
from tests.tocsin.web.running import Running
from tests.tocsin.web.steering import steered
from tickets.mail.message import Mail
from tocsin.kpi import reports
from tocsin.kpi.reports import READERS, mail_reports, report_mail
from tocsin.kpi.span import Days
from tocsin.kpi.support import support_view
from tocsin.storage import Role
from tocsin.web.http.access import MANAGERS, STEERING


def _report(tocsin: Running, name: str = "one", **changes: Any) -> MailedView:
    report = MailedView(
        id=name, owner="manager", board=Dashboard.SUPPORT, rhythm=Rhythm.WEEKLY, created_at=tocsin.clock(),
        sent_until=date(2026, 2, 22),
    )  # fmt: skip
    report = replace(report, **changes)
    tocsin.services.store.reports.add(report, tocsin.clock(), BY)
    return report


@pytest.fixture
def filled(tocsin: Running) -> Running:
    steered(tocsin, tickets=120)
    for role in (Role.MANAGER, Role.ENGINEER):
        tocsin.client(role)
    return tocsin


def _mails(tocsin: Running) -> list[Mail]:
    return [item.mail for item in tocsin.services.store.mail.due(tocsin.clock() + timedelta(minutes=1))
            if item.mail.key.startswith("report:")]  # fmt: skip


def test_the_mail_says_what_the_page_of_those_days_says(filled: Running) -> None:
    _report(filled)
    assert mail_reports(filled.services.reports, filled.clock()) == 1
    (mail,) = _mails(filled)
    days = Days(first=date(2026, 2, 23), last=date(2026, 3, 1), zone=filled.services.store.figures.time_zone())
    shown = support_view(filled.services.store, days, filled.clock())
    for figure in shown.figures:
        words = in_words(figure.now.value, figure.definition.unit)
        assert f"{figure.definition.title}: {words}" in mail.text
        assert f"<strong>{words}</strong>" in mail.html
    assert "23 February 2026 to 1 March 2026" in mail.subject
    address = re.search(r'href="http://testserver(/dashboards/support\?[^"]+)"', mail.html)
    assert address is not None
    page = filled.client(Role.MANAGER).get(address.group(1).replace("&amp;", "&"))
    titles = re.findall(r"<h2[^>]*>(.*?)</h2>", mail.html)
    assert len(titles) == 6
    assert all(title in page.text for title in titles)


def test_a_filter_of_the_view_holds_in_its_mail(filled: Running) -> None:
    view = _report(filled, form="Withdrawal", incident="INC-1")
    mail_reports(filled.services.reports, filled.clock())
    (mail,) = _mails(filled)
    assert "Only Withdrawal, INC-1." in mail.text
    assert "topic=Withdrawal&incident=INC-1" in mail.text
    whole = report_mail(filled.services.reports, replace(view, form="", incident=""), _user(filled), date(2026, 3, 1),
                        filled.clock())  # fmt: skip
    assert mail.text.splitlines()[3:6] != whole.text.splitlines()[3:6]


def _user(tocsin: Running) -> Any:
    return tocsin.services.store.people.user_by_name("manager")


def test_it_comes_once_a_span_and_after_an_absence_only_the_newest(filled: Running) -> None:
    _report(filled, board=Dashboard.OPERATIONS, rhythm=Rhythm.DAILY, sent_until=date(2026, 2, 10))
    settings = filled.services.reports
    assert [mail_reports(settings, filled.clock()) for _ in range(3)] == [1, 0, 0]
    filled.clock.pass_(days=1)
    assert [mail_reports(settings, filled.clock()) for _ in range(2)] == [1, 0]
    assert [mail.key for mail in _mails(filled)] == ["report:one:2026-03-01", "report:one:2026-03-02"]


@pytest.mark.parametrize("change", ["disabled", "demoted"])
def test_who_may_no_longer_see_the_page_gets_no_mail(filled: Running, change: str) -> None:
    _report(filled)
    people = filled.services.store.people
    if change == "disabled":
        people.disable("manager", filled.clock())
    else:
        people.set_role("manager", Role.ENGINEER, filled.clock())
    assert mail_reports(filled.services.reports, filled.clock()) == 0
    assert _mails(filled) == []


def test_one_that_cannot_be_made_keeps_no_other_waiting(filled: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    _report(filled, "broken", board=Dashboard.OPERATIONS)
    _report(filled, "fine")

    def fails(*_: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(reports, "operations_view", fails)
    assert mail_reports(filled.services.reports, filled.clock()) == 1
    assert [mail.key for mail in _mails(filled)] == ["report:fine:2026-03-01"]
    monkeypatch.undo()
    assert mail_reports(filled.services.reports, filled.clock()) == 1, "it is tried again"


def test_who_gets_a_dashboard_by_mail_is_who_may_open_it() -> None:
    assert {Dashboard.SUPPORT: MANAGERS.roles, Dashboard.OPERATIONS: STEERING.roles} == READERS
