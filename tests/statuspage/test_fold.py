"""What is said within one minute is one entry."""

from dataclasses import replace

import pytest

from incidents.public import Phase, PublicUpdate
from statuspage.fold import folded
from tests.statuspage.examples import NOW, incident, minutes, page, update

INV, IDENT, DONE = Phase.INVESTIGATING, Phase.IDENTIFIED, Phase.RESOLVED


def said(*entries: tuple[float, Phase, str]) -> list[PublicUpdate]:
    """Entries by their seconds, newest first."""
    made = [update(n, NOW + minutes(s / 60), phase, message=m) for n, (s, phase, m) in enumerate(entries, start=1)]
    return made[::-1]


@pytest.mark.parametrize(
    ("entries", "left"),
    [
        pytest.param([(0, INV, ""), (20, IDENT, "")], [(20, IDENT, "")], id="a phase after seconds"),
        pytest.param([(0, INV, "A"), (20, INV, "B")], [(20, INV, "A\n\nB")], id="both words"),
        pytest.param([(0, INV, "A"), (20, INV, "A")], [(20, INV, "A")], id="the same words sent twice"),
        pytest.param([(0, INV, ""), (60, IDENT, "")], [(0, INV, ""), (60, IDENT, "")], id="a minute later"),
        pytest.param([(0, INV, ""), (20, DONE, "")], [(0, INV, ""), (20, DONE, "")], id="its end"),
        pytest.param([(0, DONE, ""), (20, INV, "")], [(0, DONE, ""), (20, INV, "")], id="its return"),
        pytest.param(
            [(0, DONE, ""), (20, Phase.POSTMORTEM, "X")],
            [(0, DONE, ""), (20, Phase.POSTMORTEM, "X")],
            id="a postmortem",
        ),
        pytest.param(
            [(0, INV, ""), (40, INV, "A"), (80, INV, "B")],
            [(40, INV, "A"), (80, INV, "B")],
            id="a minute from the first",
        ),
    ],
)
def test_entries_of_one_minute_are_one(entries: list[tuple[float, Phase, str]], left: list[object]) -> None:
    made = folded(said(*entries))
    assert [((u.at - NOW).total_seconds(), u.phase, u.message) for u in reversed(made)] == left


def test_words_of_two_languages_stay_apart() -> None:
    second, first = said((0, INV, "A"), (20, INV, "B"))
    assert len(folded([replace(second, message_language="de"), first])) == 2


def test_the_page_shows_the_folded_entry() -> None:
    (view,) = page([incident(updates=said((0, INV, ""), (20, IDENT, "Found.")))]).incidents
    assert [(u.phase, u.message) for u in view.updates] == [(IDENT, "Found.")]
