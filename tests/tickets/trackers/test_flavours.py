"""The ticket of five kinds of fault reads the same in GitHub, GitLab, Jira and ServiceNow.

Its Markdown has what CommonMark has, and nothing that GitHub's or GitLab's flavour would read otherwise.
"""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from markdown_it import MarkdownIt

from detectors.watch import FailureKind
from incidents.change import ChangeKind, ReportedChange
from incidents.signal import SignalSource
from tests.tickets.test_engineering import CHAIN, READING, T0, WITHDRAWALS, incident, signal, written
from tickets.engineering import EngineeringTicket
from tickets.trackers.markup import to_html, to_text, to_wiki

HOSTILE = "Fails | a* ~~b~~ <now> @oncall #12 !7 ~bug $x$ :tada: www.evil.example https://evil.example a@b.example"
COMMON = MarkdownIt("commonmark", {"html": False})
FLAVOURED = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
LINKED_ALONE = re.compile(r"https?://|www\.\w|\w@\w")
"""What both flavours make a link, a mention or mail of wherever it stands in a text."""
CHANGE = ReportedChange(
    id="c", kind=ChangeKind.DEPLOY, title=HOSTILE, at=T0 - timedelta(minutes=3), components=(WITHDRAWALS,),
    author=HOSTILE, url="https://ci.example/4711", sender="t",
)  # fmt: skip
FACTS = (("observed", "38 %"), ("expected", "at most 2 %"), ("promql", 'sum(rate(failed{asset="BTC"}[5m]))'))
DEPOSITS = "deposits/BTC/bitcoin"
ALERT = signal(DEPOSITS, source=SignalSource.ALERT, name="DepositErrors", title=HOSTILE, facts=(("severity", HOSTILE),))


def errors() -> EngineeringTicket:
    both = (signal(kind=FailureKind.ERRORS, facts=FACTS), replace(ALERT, kind=FailureKind.ERRORS))
    return written(incident(*both, kind=FailureKind.ERRORS, component=CHAIN), changes=(CHANGE,))


def surge() -> EngineeringTicket:
    writes = signal(kind=FailureKind.OTHER, source=SignalSource.TICKETS, title="Tickets about Bitcoin", facts=FACTS[:2])
    return written(incident(writes, kind=FailureKind.OTHER), linked_customers=41, changes=())


FIVE = {
    "delay": written(
        incident(disclosed_at=T0), readings={signal().key: READING}, changes=(CHANGE,), page_url="https://s.example/1"
    ),
    "backlog": written(
        incident(signal(kind=FailureKind.BACKLOG, facts=FACTS), title=HOSTILE, kind=FailureKind.BACKLOG)
    ),
    "errors": errors(),
    "silence": written(incident(signal(kind=FailureKind.SILENCE, facts=()), kind=FailureKind.SILENCE)),
    "surge": surge(),
}


@pytest.fixture(params=FIVE)
def body(request: pytest.FixtureRequest) -> str:
    return FIVE[request.param].body


def test_no_flavour_reads_it_otherwise(body: str) -> None:
    assert FLAVOURED.render(body) == COMMON.render(body)
    assert not re.search(r"^\s*[-*] \[[ xX]\]", body, re.MULTILINE), "a task"
    texts = [part.content for token in COMMON.parse(body) for part in token.children or () if part.type == "text"]
    assert [text for text in texts if LINKED_ALONE.search(text)] == []


def test_every_tracker_shows_the_same_parts(body: str) -> None:
    tokens = COMMON.parse(body)
    headings = [tokens[n + 1].content for n, token in enumerate(tokens) if token.type == "heading_open"]
    items, blocks = (sum(one.type == kind for one in tokens) for kind in ("list_item_open", "fence"))
    html, wiki, text = to_html(body), to_wiki(body), to_text(body)
    assert re.findall(r"<h2>(.*)</h2>", html) == re.findall(r"^h2\. (.*)$", wiki, re.MULTILINE) == headings
    assert [name.upper() for name in headings if name.upper() in text.splitlines()] == [n.upper() for n in headings]
    assert html.count("<li>") == len(re.findall(r"^\*+ ", wiki, re.MULTILINE)) == items
    assert len(re.findall(r"^ *- ", text, re.MULTILINE)) == items
    assert html.count("<pre>") == wiki.count("{noformat}") / 2 == blocks


def test_the_first_screen_says_what_since_when_how_bad_who_and_what_next(body: str) -> None:
    first = body.split("## Suspect changes", maxsplit=1)[0].split("## Evidence", maxsplit=1)[0]
    for words in (
        "since 2026-03-02 14:03:10 UTC",
        "**Severity**",
        "**Affected**",
        "**Customers hurt**",
        "## Next steps",
    ):
        assert words in first
