"""Which line of a timeline a receiver is sent next, and what it says of those that it stands for."""

from dataclasses import replace
from datetime import timedelta

import pytest

from incidents.gather import WaitingLines, gathered, next_line
from incidents.incident import UpdateKind
from tests.tocsin.storage.examples import at, incident, opened, update

MINUTE = timedelta(minutes=1)
NOTHING = timedelta(0)


@pytest.mark.parametrize(
    ("first", "last", "turn", "minutes_ago", "gather", "sent"),
    [
        pytest.param(1, 1, 1, None, MINUTE, 1, id="the opening at once"),
        pytest.param(1, 9, 1, None, MINUTE, 1, id="the opening by itself, whatever followed"),
        pytest.param(2, 2, None, 0.5, MINUTE, None, id="evidence waits"),
        pytest.param(2, 9, None, 0.5, MINUTE, None, id="and more of it with it"),
        pytest.param(2, 9, None, 1, MINUTE, 9, id="until its time is over, as one"),
        pytest.param(2, 2, None, 60, MINUTE, 2, id="what joins a quiet incident at once"),
        pytest.param(2, 9, None, None, MINUTE, 9, id="to one who was never notified at once"),
        pytest.param(2, 2, None, -60, MINUTE, 2, id="the clock was set back"),
        pytest.param(2, 2, 2, 0, MINUTE, 2, id="a severity at once"),
        pytest.param(2, 5, 4, 0, MINUTE, 4, id="and what gathered before it with it, not what came after"),
        pytest.param(2, 9, None, 0, NOTHING, 2, id="nothing gathers: the first"),
        pytest.param(2, 9, 5, 0, NOTHING, 2, id="nothing gathers: the first, whatever follows"),
        pytest.param(2, 9, None, 0, None, 9, id="what has piled up as one, at once"),
        pytest.param(2, 9, 5, 0, None, 5, id="what has piled up with the next line that is more than evidence"),
    ],
)
def test_what_is_sent_next(  # noqa: PLR0917 - a table's columns
    first: int, last: int, turn: int | None, minutes_ago: float | None, gather: timedelta | None, sent: int | None
) -> None:
    reported = None if minutes_ago is None else at(-minutes_ago)
    waiting = WaitingLines(first=first, last=last, turn=turn, notified_at=reported)
    assert next_line(waiting, gather, at(0)) == sent


def test_a_line_by_itself_stays_what_it_is() -> None:
    line = opened(incident())
    assert gathered([line]) == line


def test_the_last_line_says_every_reason_once_and_whose_it_was() -> None:
    joined = update(incident(), UpdateKind.SIGNALS)
    lines = [
        replace(joined, seq=2, reason="a joins"),
        replace(joined, seq=3, reason="takes over INC-4", author="mara"),
        replace(joined, seq=4, reason="a joins"),
        replace(joined, seq=5, reason="three components", kind=UpdateKind.SEVERITY, at=at(3)),
    ]
    said = gathered(lines)
    assert said == replace(lines[-1], reason="three components; a joins; mara: takes over INC-4")
