"""Whether a fault was seen before, what ended it then, and what to do next."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from detectors.watch import FailureKind
from incidents.incident import EndReason, Incident, IncidentUpdate, Status, UpdateKind
from tickets.outlook import next_steps, similar_of, span_words

T0 = datetime(2026, 3, 2, 14, 3, tzinfo=UTC)
INCIDENT = Incident(
    id="k3v9x0a2m1qz",
    number=17,
    title="Withdrawals are slow",
    kind=FailureKind.DELAY,
    component="w",
    components=("w",),
    started_at=T0,
    opened_at=T0,
)
ENDED = replace(INCIDENT, status=Status.RESOLVED, end_reason=EndReason.FIXED, resolved_at=T0 + timedelta(minutes=35))


def line(kind: UpdateKind, reason: str, author: str = "ann", incident: Incident = INCIDENT) -> IncidentUpdate:
    return IncidentUpdate(incident=incident, at=T0, kind=kind, reason=reason, author=author)


OPENED = line(UpdateKind.OPENED, "p95 is high", "tocsin")
RESOLVED = line(UpdateKind.RESOLVED, "resolved by ann: fixed", incident=ENDED)
NOTED = line(UpdateKind.NOTE, "logs rotated")
IDENTIFIED = line(UpdateKind.STATUS, "the signer's disk is full")
UNSAID = line(UpdateKind.STATUS, "cause identified by ann")
RETRACTED = line(UpdateKind.RETRACTED, "no", incident=replace(ENDED, status=Status.RETRACTED))

WAYS = {
    "nobody said a word": ([OPENED, RESOLVED], "fixed"),
    "a note": ([OPENED, NOTED, RESOLVED], "fixed: “logs rotated”"),
    "the cause before a note": ([OPENED, IDENTIFIED, NOTED, RESOLVED], "fixed: “the signer's disk is full”"),
    "the usual sentence is no cause": ([OPENED, NOTED, UNSAID, RESOLVED], "fixed: “logs rotated”"),
    "a false alarm": ([OPENED, RETRACTED], "false alarm"),
    "it lasts": ([OPENED, NOTED], ""),
}


@pytest.mark.parametrize(("timeline", "ended_by"), WAYS.values(), ids=WAYS)
def test_what_ended_an_earlier_one(timeline: Sequence[IncidentUpdate], ended_by: str) -> None:
    assert similar_of(timeline, "").ended_by == ended_by


EARLIER = similar_of([OPENED, NOTED, RESOLVED], "")

STEPS = {
    "nobody has it": (INCIDENT, {}, ["- Acknowledge it"]),
    "silence": (
        replace(INCIDENT, kind=FailureKind.SILENCE, status=Status.ACKNOWLEDGED),
        {},
        ["- See whether `w` is down or only its metrics: no data proves neither"],
    ),
    "a change, a cause and an earlier one": (
        replace(INCIDENT, status=Status.ACKNOWLEDGED),
        {"change": "Wallet 2", "suspect": "signer", "similar": (EARLIER,)},
        [
            "- Look at the change Wallet 2: undo it if the times fit",
            "- Look at `signer` first: it adds most by itself",
            "- See whether what ended INC-17 helps again",
        ],
    ),
    "the evidence has ended": (
        replace(INCIDENT, recovered_at=T0),
        {},
        ["- All evidence has ended at 2026-03-02 14:03:00 UTC: see whether it is over"],
    ),
    "it is over": (
        ENDED,
        {"change": "Wallet 2"},
        ["- Note in the console what ended it: the next ticket like this one quotes the note"],
    ),
    "a false alarm": (replace(ENDED, status=Status.RETRACTED), {}, []),
}


@pytest.mark.parametrize(("incident", "known", "steps"), STEPS.values(), ids=STEPS)
def test_what_to_do_next(incident: Incident, known: dict[str, str], steps: list[str]) -> None:
    assert next_steps(incident, **{"change": "", "suspect": "", "similar": (), **known}) == steps  # type: ignore[arg-type]


def test_at_most_four_steps() -> None:
    many = replace(INCIDENT, kind=FailureKind.SILENCE, disclose_at=T0)
    assert len(next_steps(many, change="c", suspect="s", similar=(EARLIER,))) == 4


SPANS = {40: "40 s", 60: "1 min", 2100: "35 min", 11100: "3 h 5 min", 7200: "2 h", 187200: "2 d 4 h", 172800: "2 d"}


@pytest.mark.parametrize(("seconds", "words"), SPANS.items())
def test_a_span_in_words(seconds: int, words: str) -> None:
    assert span_words(timedelta(seconds=seconds)) == words
