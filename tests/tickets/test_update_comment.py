"""A line of the timeline as a comment on the ticket."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from detectors.watch import FailureKind
from incidents.incident import Incident, IncidentUpdate, Severity, Status, UpdateKind
from tickets.update_comment import comment_of

AT = datetime(2026, 3, 2, 14, 5, 10, tzinfo=UTC)
INCIDENT = Incident(
    id="k3v9x0a2m1qz",
    title="Withdrawals are slow",
    kind=FailureKind.DELAY,
    component="w",
    components=("w",),
    started_at=AT,
    opened_at=AT,
    severity=Severity.CRITICAL,
    status=Status.IDENTIFIED,
)
LINE = IncidentUpdate(incident=INCIDENT, seq=3, at=AT, kind=UpdateKind.NOTE, reason="on it", author="ann")

COMMENTS = {
    "a note": (LINE, "**Note** by ann, 2026-03-02 14:05:10 UTC: on it"),
    "a severity": (
        replace(LINE, kind=UpdateKind.SEVERITY, author="tocsin", reason="half of them fail"),
        "**Severity** critical, 2026-03-02 14:05:10 UTC: half of them fail",
    ),
    "a status": (
        replace(LINE, kind=UpdateKind.STATUS, reason="the disk"),
        "**Status** identified by ann, 2026-03-02 14:05:10 UTC: the disk",
    ),
    "words for the public": (
        replace(LINE, kind=UpdateKind.MESSAGE, reason="public words by ann", message="We know.\n\n/close @all"),
        "**Public message** by ann, 2026-03-02 14:05:10 UTC: public words by ann\n\n> We know.\n>\n> /close @\u200ball",
    ),
    "a comment from elsewhere": (
        replace(LINE, author="bob (gh)", links=(("comment in gh", "https://gh.example/1#c2"),)),
        "**Note** by bob (gh), 2026-03-02 14:05:10 UTC: on it\n\n[comment in gh](https://gh.example/1#c2)",
    ),
    "markup and a mention": (
        replace(LINE, reason="see #12, @everyone **now**"),
        "**Note** by ann, 2026-03-02 14:05:10 UTC: see \\#12, @\u200beveryone \\*\\*now\\*\\*",
    ),
}


@pytest.mark.parametrize(("line", "said"), COMMENTS.values(), ids=COMMENTS.keys())
def test_a_line_as_a_comment(line: IncidentUpdate, said: str) -> None:
    assert comment_of(line) == said


@pytest.mark.parametrize("kind", UpdateKind)
def test_every_kind_of_line_has_words(kind: UpdateKind) -> None:
    assert comment_of(replace(LINE, kind=kind)).startswith("**")
