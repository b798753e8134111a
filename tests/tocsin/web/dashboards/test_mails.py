"""A view is mailed to who asks for it, from a form beneath the dashboard, until they end it."""

import re

import pytest

from tests.tocsin.web.running import Running
from tests.tocsin.web.steering import steered
from tocsin.storage.accounts import Role


def _reports(tocsin: Running) -> list[tuple[str, str, str]]:
    return [(one.board.value, one.rhythm.value, one.form) for one in tocsin.services.store.reports.every()]


def test_a_view_is_asked_for_listed_mailed_and_ended(tocsin: Running) -> None:
    steered(tocsin, tickets=40)
    client = tocsin.client(Role.MANAGER)
    page = "/dashboards/support?topic=Withdrawal"
    answer = client.submit("/dashboards/support/mails?topic=Withdrawal", {"rhythm": "weekly", "key": "k"}, page=page)
    assert answer.status_code == 303
    assert _reports(tocsin) == [("support", "weekly", "Withdrawal")]
    client.submit("/dashboards/support/mails?topic=Withdrawal", {"rhythm": "weekly", "key": "k"}, page=page)
    assert len(_reports(tocsin)) == 1, "the same form sent twice"
    listed = client.get("/dashboards/support").text
    assert "Weekly, Withdrawal" in listed
    assert "Weekly" not in client.get("/dashboards/operations").text
    end = re.search(r'action="(/dashboards/mails/[^"]+/end)"', listed)
    assert end is not None
    ended = client.submit(end.group(1), {"back": "support"}, page=page)
    assert ended.headers["location"] == "/dashboards/support#mails"
    assert _reports(tocsin) == []
    assert tocsin.audited(end.group(1).split("/")[3]) == ["add report", "end report"]


@pytest.mark.parametrize(
    ("path", "rhythm", "status", "words"),
    [
        ("/dashboards/support/mails", "hourly", 422, "expected one of daily, weekly, monthly"),
        ("/dashboards/support/mails?incident=INC-99", "daily", 404, "there is no incident"),
        ("/dashboards/support/mails?topic=Weather", "daily", 404, "there is no topic"),
    ],
)
def test_what_means_nothing_is_refused(tocsin: Running, path: str, rhythm: str, status: int, words: str) -> None:
    answer = tocsin.client(Role.MANAGER).submit(path, {"rhythm": rhythm}, page="/dashboards/support")
    assert answer.status_code == status
    assert words in answer.text
    assert _reports(tocsin) == []


def test_nobody_ends_the_report_of_another(tocsin: Running) -> None:
    tocsin.client(Role.MANAGER).submit("/dashboards/support/mails", {"rhythm": "daily"}, page="/dashboards/support")
    report = tocsin.services.store.reports.every()[0]
    other = tocsin.client(Role.ENGINEER)
    answer = other.submit(f"/dashboards/mails/{report.id}/end", {"back": "support"}, page="/dashboards/operations")
    assert answer.status_code == 404
    assert len(_reports(tocsin)) == 1
