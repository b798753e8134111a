from dataclasses import replace
from datetime import timedelta

import pytest

from detectors.watch import Watch
from tests.tocsin.backtest.examples import HOUR, HURTS, SPAN, WITHDRAWALS, ran
from tocsin.backtest.compare import Comparison, compare
from tocsin.backtest.report import Report, ReportSpan

HELD = replace(WITHDRAWALS, hold=timedelta(hours=2, minutes=30))


@pytest.fixture(scope="module")
def ours() -> Report:
    return ran(WITHDRAWALS)


def against(ours: Report, *watches: Watch) -> Comparison:
    return compare(ours, ran(*watches, name="other.yaml"))


def test_a_configuration_compared_with_itself_differs_in_nothing(ours: Report) -> None:
    found = compare(ours, ours)
    assert (found.only_ours, found.only_other, found.changed) == ((), (), ())
    assert [pair.ours for pair in found.pairs] == list(ours.incidents)


def test_a_longer_hold_opens_later_and_passes_over_what_is_short(ours: Report) -> None:
    found = against(ours, HELD)
    assert [one.incident.opened_at for one in found.only_ours] == [SPAN.start + HURTS[0].after]
    assert found.only_other == ()
    assert [(pair.earlier, pair.longer) for pair in found.changed] == [(-HELD.hold, timedelta(0))] * 2


def test_seen_from_the_other_side_the_difference_is_turned_round(ours: Report) -> None:
    there, back = against(ours, HELD), compare(ran(HELD), ours)
    assert [one.incident.id for one in back.only_other] == [one.incident.id for one in there.only_ours]
    assert [pair.earlier for pair in back.changed] == [HELD.hold] * 2


def test_an_incident_of_another_component_at_the_same_time_is_no_partner(ours: Report) -> None:
    moved = replace(WITHDRAWALS, component="elsewhere/{asset}")
    found = against(ours, moved)
    assert found.pairs == ()
    assert len(found.only_ours) == len(found.only_other) == 3


def test_each_incident_has_one_partner_at_most(ours: Report) -> None:
    twice = replace(ours, incidents=(*ours.incidents, *ours.incidents))
    found = compare(ours, twice)
    assert (len(found.pairs), len(found.only_ours), len(found.only_other)) == (3, 0, 3)


def test_other_spans_are_not_compared(ours: Report) -> None:
    later = replace(ours, span=ReportSpan(start=SPAN.start, end=SPAN.end + HOUR))
    with pytest.raises(ValueError, match="compare over the same span"):
        compare(ours, later)
