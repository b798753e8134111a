"""Instants that people and programs write, in the years that Tocsin works with."""

from datetime import UTC, datetime

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""What is outside was never meant: an empty field of another program, or a slip of the pen."""


def within_reach(at: datetime) -> datetime:
    """The aware instant, in UTC. Raises ValueError where it is outside the years 2000 to 2199."""
    if not EARLIEST <= at < LATEST:
        raise ValueError(f"is {at:%d %B} of the year {at.year}, expected a year from 2000 to 2199")
    return at.astimezone(UTC)


def written_instant(name: str, text: str) -> datetime:
    """A date and a time of 24 hours as UTC; an offset in it counts. Raises ValueError that begins with the name."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"{name} is {text[:40]!r}, expected a time such as 2026-03-02 14:00 (UTC, 24 hours)") from None
    try:
        return within_reach(at if at.tzinfo else at.replace(tzinfo=UTC))
    except ValueError as error:
        raise ValueError(f"{name} {error}") from None
