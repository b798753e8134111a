"""Planned work in a calendar."""

from dataclasses import replace
from datetime import timedelta

from statuspage.ical import calendar
from statuspage.maintenance import MaintenancePhase, PlannedWork, advance, move, plan, say
from tests.statuspage.examples import NOW, SPOT, maintenance, page

LONG = "Ümlaute, semicolons; and\nnew lines \\ " * 6


def unfolded(content: bytes) -> list[str]:
    return content.decode().replace("\r\n ", "").split("\r\n")


def test_an_event_has_its_time_and_keeps_its_identity() -> None:
    lines = unfolded(calendar(page(planned=[maintenance()])))
    assert {"DTSTART:20260314T135300Z", "DTEND:20260314T145300Z", "SUMMARY:Database upgrade"} <= set(lines)
    later = unfolded(calendar(page(planned=[replace(maintenance(), title="Database upgrade, moved")])))
    assert [line for line in lines if line.startswith("UID")] == [line for line in later if line.startswith("UID")]


def planned() -> PlannedWork:
    return plan(
        key="k",
        title="Upgrade",
        body="Trading pauses.",
        components=(SPOT,),
        start=NOW + timedelta(hours=1),
        end=NOW + timedelta(hours=2),
        quiet=True,
        by="mara",
        now=NOW,
    )


def event(work: PlannedWork) -> dict[str, str]:
    lines = unfolded(calendar(page(planned=[work.public], now=NOW + timedelta(minutes=20))))
    return dict(line.split(":", 1) for line in lines if ":" in line)


def test_moved_work_is_a_new_revision_of_the_same_event() -> None:
    before = event(planned())
    after = event(
        move(planned(), NOW + timedelta(days=1), NOW + timedelta(days=1, hours=1), NOW + timedelta(minutes=5))
    )
    assert (before["SEQUENCE"], after["SEQUENCE"]) == ("0", "1")
    assert (before["DTSTAMP"], after["DTSTAMP"]) == ("20260314T140300Z", "20260314T140800Z")
    assert (after["UID"], after["DTSTART"]) == (before["UID"], "20260315T140300Z")
    assert after["DESCRIPTION"] == "Trading pauses."


def test_work_that_was_called_off_is_cancelled_at_its_announced_time() -> None:
    off = event(say(planned(), "Not today.", NOW + timedelta(minutes=5), phase=MaintenancePhase.COMPLETED))
    assert (off["STATUS"], off["SEQUENCE"]) == ("CANCELLED", "1")
    assert (off["DTSTART"], off["DTEND"]) == ("20260314T150300Z", "20260314T160300Z")


def test_work_that_goes_on_or_is_done_is_confirmed() -> None:
    done = advance(planned(), NOW + timedelta(hours=3))
    assert [event(w)["STATUS"] for w in (planned(), done)] == ["CONFIRMED", "CONFIRMED"]


def test_the_calendar_has_its_name_for_old_and_new_readers() -> None:
    lines = unfolded(calendar(page()))
    assert {"NAME:Example Exchange Status", "X-WR-CALNAME:Example Exchange Status"} <= set(lines)


def test_a_character_that_no_encoding_has_is_replaced() -> None:
    assert b"SUMMARY:x?y" in calendar(page(planned=[replace(maintenance(), title="x\ud800y")]))


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
