"""Decides who is notified of what in an incident or planned work, and when; each decision has its reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from statuspage.subscriptions.subscription import Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item of news: an entry that the page shows, or a correction of one that is mailed.

    seq: its place in the story, 1 and above, growing; not every number is there. update: the id of the page's entry.
    """

    seq: int
    at: datetime
    update: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """All that the page shows of one incident or one planned work.

    id: the page's. touched: public ids of every component it ever touched, and of their groups. entries: oldest first.
    withdrawn: it was a false alarm, or goes on as another: who was never notified of it is not notified of that.
    """

    id: str
    touched: frozenset[str]
    entries: tuple[Entry, ...]
    withdrawn: bool = False


class NotificationReason(StrEnum):
    """Why a subscriber is notified, or is not."""

    NEWS = "there is something new"
    CORRECTION = "they were notified of what was withdrawn"
    NOT_CHOSEN = "it touches nothing that they chose"
    NO_NEWS = "they were notified of it already, or subscribed after it"
    NEVER_NOTIFIED = "it was withdrawn before they were notified of it"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationDecision:
    """Whether a subscriber is notified. entries: oldest first; empty = no. first: of the story for the first time."""

    reason: NotificationReason
    entries: tuple[Entry, ...] = ()
    first: bool = False


def decide(story: Story, choice: Choice, *, since: datetime, notified_seq: int) -> NotificationDecision:
    """Decides which entries of a story one subscriber is notified of now.

    since: when they confirmed; what was said before is no news to them. notified_seq: the last entry that they got, 0
    = none. Whoever was notified of it once is notified of its end, whatever it touches by then.
    """
    news = tuple(e for e in story.entries if e.seq > notified_seq and e.at > since)
    if not news:
        return NotificationDecision(reason=NotificationReason.NO_NEWS)
    if notified_seq:
        return NotificationDecision(
            reason=NotificationReason.CORRECTION if story.withdrawn else NotificationReason.NEWS, entries=news
        )
    if not concerns(choice, story):
        return NotificationDecision(reason=NotificationReason.NOT_CHOSEN)
    if story.withdrawn:
        return NotificationDecision(reason=NotificationReason.NEVER_NOTIFIED)
    return NotificationDecision(reason=NotificationReason.NEWS, entries=news, first=True)


def concerns(choice: Choice, story: Story) -> bool:
    """Whether a story touches a part of the page that a subscriber chose."""
    return choice.everything or not story.touched.isdisjoint((*choice.groups, *choice.components))


def leaves_at(story: Story, through: int, gather: timedelta) -> datetime | None:
    """When the waiting entries are sent, all in one message; None = nothing waits.

    through: the last entry of which everybody was notified. A component that goes down and its incident, or an
    incident and what is learnt of it at once, are one message: they gather for a while. A correction does not wait.
    """
    waiting = unsent(story, through)
    if not waiting:
        return None
    return waiting[0].at if story.withdrawn else waiting[0].at + gather


def unsent(story: Story, through: int) -> Sequence[Entry]:
    """The entries that are newer than those everybody was notified of."""
    return [e for e in story.entries if e.seq > through]
