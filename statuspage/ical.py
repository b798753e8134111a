"""Planned work as a calendar: iCalendar (RFC 5545), one event per piece of work."""

from datetime import UTC, datetime

from incidents.markup import Markdown
from statuspage.feeds import link
from statuspage.maintenance import MaintenancePhase
from statuspage.view import MaintenanceView, Page

_OCTETS = 75
"""As long as a line may be, without its end; longer ones are folded."""

_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


# A calendar must hold a component (RFC 5545, 3.6), and strict readers refuse one that does not. The zone that our times
# are in says nothing untrue, and who subscribed while nothing was planned finds the file.
_NOTHING_PLANNED = (
    "BEGIN:VTIMEZONE",
    "TZID:Etc/UTC",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZNAME:UTC",
    "TZOFFSETFROM:+0000",
    "TZOFFSETTO:+0000",
    "END:STANDARD",
    "END:VTIMEZONE",
)


def calendar(page: Page) -> bytes:
    """All planned work that is known, done or not; the same work is the same event, however often it is moved."""
    events = [line for planned in page.maintenance for line in _event(planned, page)]
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Tocsin//Status page//EN",
        f"NAME:{_text(page.site.title)}",
        f"X-WR-CALNAME:{_text(page.site.title)}",  # what Google, Apple and Outlook read instead of RFC 7986's NAME
        *(events or _NOTHING_PLANNED),
        "END:VCALENDAR",
    ]
    return "".join(_folded(line) for line in lines).encode()


def _event(planned: MaintenanceView, page: Page) -> list[str]:
    # Each entry is a revision (RFC 5545, 3.8.7.4): who has the event takes the one with the higher number.
    is_off = planned.phase is MaintenancePhase.CANCELLED
    return [
        "BEGIN:VEVENT",
        f"UID:{planned.id}@{page.site.id}",
        f"DTSTAMP:{_at(planned.updated_at)}",
        f"LAST-MODIFIED:{_at(planned.updated_at)}",
        f"SEQUENCE:{len(planned.updates) - 1}",
        f"STATUS:{'CANCELLED' if is_off else 'CONFIRMED'}",
        f"DTSTART:{_at(planned.scheduled_for)}",
        f"DTEND:{_at(planned.scheduled_until)}",
        f"SUMMARY:{_text(planned.title)}",
        f"DESCRIPTION:{_text(Markdown().to_text(planned.text))}",
        f"URL:{page.site.url}{link(planned)}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    return "".join(c for c in text if c == "\n" or c >= " ").translate(_ESCAPES).encode(errors="replace").decode()


def _folded(line: str) -> str:
    """A line with its end, in pieces of 75 octets at most, cut between characters."""
    pieces, piece = [], ""
    for character in line:
        if len((piece + character).encode()) > _OCTETS:
            pieces.append(piece)
            piece = " "
        piece += character
    return "\r\n".join([*pieces, piece]) + "\r\n"
