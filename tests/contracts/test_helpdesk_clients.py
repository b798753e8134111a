"""The vendors' own Python clients work with the pretended helpdesks, so that these are no wish of ours."""

from jira import JIRA
from zammad_py import ZammadAPI

from tests.contracts.helpdesks.fake import T0, TOKEN, serving
from tests.contracts.helpdesks.jira_service_management import FakeJira
from tests.contracts.helpdesks.zammad import FakeZammad
from tests.tocsin.web.running import Clock
from tickets.helpdesk import HelpdeskStatus


def test_zammad_by_zammad_py() -> None:
    with serving(FakeZammad(Clock(at=T0))) as there:
        number = int(there.new("It is late.", asset="BTC"))
        client = ZammadAPI(url=f"{there.url}/api/v1/", http_token=TOKEN)
        assert client.ticket.find(number)["coin"] == "BTC"
        assert [article["body"] for article in client.ticket.articles(number)] == ["<div>It is late.</div>"]
        said = {"subject": "Re", "body": "We know.", "type": "note", "internal": False}
        client.ticket.update(number, {"state": "closed", "article": said})
        assert (there.status(str(number)), there.said(str(number))) == (HelpdeskStatus.SOLVED, ["We know."])
        made = client.ticket.create(
            {"title": "t", "group": "Users", "customer_id": 1, "article": {**said, "internal": True}}
        )
        found = client.ticket.search('updated_at:["2020-01-01T00:00:00+00:00" TO *]')
        assert [ticket["id"] for ticket in found] == [number, made["id"]]


def test_jira_service_management_by_jira() -> None:
    with serving(FakeJira(Clock(at=T0))) as there:
        number = there.new("It is late.", asset="BTC")
        there.say(number, "any update?")
        client = JIRA(there.url, basic_auth=("tocsin@example.com", TOKEN), get_server_info=False, max_retries=0)
        issue = client.issue(number)
        assert (issue.fields.summary, issue.fields.description) == ("Where is it?", "It is late.")
        assert [comment.body for comment in client.comments(number)] == ["any update?"]
        client.add_comment(number, "We know.")
        client.transition_issue(number, "to Resolved")
        assert (there.status(number), there.said(number)) == (HelpdeskStatus.SOLVED, ["We know."])
        problem = client.create_issue(
            project={"key": "SUP"}, issuetype={"name": "Task"}, summary="s", description="d", labels=["tocsin", "k"]
        )
        client.create_issue_link("Relates", problem.id, number)
        assert there.related(number) == problem.id
        issue.update(update={"labels": [{"add": "tocsin-inc-1"}]})
        assert client.issue(number).fields.labels == ["tocsin-inc-1"]
