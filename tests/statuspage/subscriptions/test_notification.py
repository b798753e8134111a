from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from statuspage.subscriptions.notification import (
    Entry,
    NotificationDecision,
    NotificationReason,
    Story,
    decide,
    leaves_at,
)
from statuspage.subscriptions.subscription import EVERYTHING, Choice

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BTC, ETH, GROUP = "btcbtcbtcbtc", "ethethetheth", "groupgroupgr"
NOTHING = Choice(everything=False)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


OPENED, NEWER, ENDED = (Entry(seq=2, at=at(0)), Entry(seq=5, at=at(10)), Entry(seq=9, at=at(30)))
OPEN = Story(id="aaaaaaaaaaaa", touched=frozenset({BTC, GROUP}), entries=(OPENED,))
LATER = replace(OPEN, entries=(OPENED, NEWER))
OVER = replace(OPEN, entries=(OPENED, NEWER, ENDED))
FALSE_ALARM = replace(OVER, withdrawn=True)


def news(*entries: Entry, first: bool = False) -> NotificationDecision:
    return NotificationDecision(reason=NotificationReason.NEWS, entries=entries, first=first)


def silent(reason: NotificationReason) -> NotificationDecision:
    return NotificationDecision(reason=reason)


CASES = {
    "its opening": (OPEN, EVERYTHING, -60, 0, news(OPENED, first=True)),
    "by component": (OPEN, Choice(everything=False, components=(BTC,)), -60, 0, news(OPENED, first=True)),
    "by group": (OPEN, Choice(everything=False, groups=(GROUP,)), -60, 0, news(OPENED, first=True)),
    "another component": (
        OPEN,
        Choice(everything=False, components=(ETH,)),
        -60,
        0,
        silent(NotificationReason.NOT_CHOSEN),
    ),
    "nothing chosen": (OPEN, NOTHING, -60, 0, silent(NotificationReason.NOT_CHOSEN)),
    "the same again": (OPEN, EVERYTHING, -60, 2, silent(NotificationReason.NO_NEWS)),
    "what is new since": (LATER, EVERYTHING, -60, 2, news(NEWER)),
    "two that gathered are one message": (LATER, EVERYTHING, -60, 0, news(OPENED, NEWER, first=True)),
    "who was notified of it gets its end whatever they chose since": (OVER, NOTHING, -60, 5, news(ENDED)),
    "who came in between gets from then on": (OVER, EVERYTHING, 5, 0, news(NEWER, ENDED, first=True)),
    "who came at the very moment has read it": (OPEN, EVERYTHING, 0, 0, silent(NotificationReason.NO_NEWS)),
    "who came after its end": (OVER, EVERYTHING, 60, 0, silent(NotificationReason.NO_NEWS)),
    "a correction to who was notified of it": (
        FALSE_ALARM,
        EVERYTHING,
        -60,
        5,
        NotificationDecision(reason=NotificationReason.CORRECTION, entries=(ENDED,)),
    ),
    "no correction to who was never notified of it": (
        FALSE_ALARM,
        EVERYTHING,
        -60,
        0,
        silent(NotificationReason.NEVER_NOTIFIED),
    ),
    "a correction once": (FALSE_ALARM, EVERYTHING, -60, 9, silent(NotificationReason.NO_NEWS)),
}


@pytest.mark.parametrize(("story", "choice", "since", "published", "expected"), CASES.values(), ids=CASES)
def test_who_is_published_what(
    story: Story, choice: Choice, since: float, published: int, expected: NotificationDecision
) -> None:
    assert decide(story, choice, since=at(since), notified_seq=published) == expected


GATHER = timedelta(seconds=30)
TIMES = {
    "an opening waits for what follows at once": (OPEN, 0, at(0.5)),
    "what gathers leaves when its oldest does": (LATER, 0, at(0.5)),
    "a later update gathers on its own": (LATER, 2, at(10.5)),
    "a correction does not wait": (FALSE_ALARM, 5, at(30)),
    "nothing waits": (LATER, 5, None),
    "a story without entries": (replace(OPEN, entries=()), 0, None),
}


@pytest.mark.parametrize(("story", "through", "expected"), TIMES.values(), ids=TIMES)
def test_when_it_leaves(story: Story, through: int, expected: datetime | None) -> None:
    assert leaves_at(story, through, GATHER) == expected
