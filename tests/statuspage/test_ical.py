"""Planned work in a calendar."""

from dataclasses import replace

from statuspage.ical import calendar
from tests.statuspage.examples import maintenance, page

LONG = "Ümlaute, semicolons; and\nnew lines \\ " * 6


def unfolded(content: bytes) -> list[str]:
    return content.decode().replace("\r\n ", "").split("\r\n")


def test_an_event_has_its_time_and_keeps_its_identity() -> None:
    lines = unfolded(calendar(page(planned=[maintenance()])))
    assert {"DTSTART:20260314T135300Z", "DTEND:20260314T145300Z", "SUMMARY:Database upgrade"} <= set(lines)
    later = unfolded(calendar(page(planned=[replace(maintenance(), title="Database upgrade, moved")])))
    assert [line for line in lines if line.startswith("UID")] == [line for line in later if line.startswith("UID")]


def test_no_line_is_longer_than_75_octets_and_text_survives_folding() -> None:
    made = calendar(page(planned=[replace(maintenance(), title=LONG)]))
    assert max(len(line) for line in made.split(b"\r\n")) <= 75
    escaped = LONG.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
    assert f"SUMMARY:{escaped}" in unfolded(made)


def test_a_title_cannot_forge_another_line() -> None:
    made = unfolded(calendar(page(planned=[replace(maintenance(), title="x\r\nATTENDEE:mailto:a@example.com")])))
    assert not [line for line in made if line.startswith("ATTENDEE")]


def test_without_planned_work_the_calendar_is_empty() -> None:
    assert unfolded(calendar(page()))[-2:] == ["END:VCALENDAR", ""]
    assert b"VEVENT" not in calendar(page())
