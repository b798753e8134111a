"""The page's own words, by language: labels, sentences, dates. What happened is told by each incident's own words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from incidents.component import ComponentStatus
from statuspage.uptime import Day, availability, unknown_seconds
from statuspage.verdict import Verdict, VerdictReason

ENGLISH: Mapping[str, str] = {
    "operational": "Operational",
    "degraded": "Degraded",
    "partial_outage": "Partial outage",
    "major_outage": "Major outage",
    "maintenance": "Maintenance",
    "unknown": "Unknown",
    "investigating": "Investigating",
    "identified": "Cause identified",
    "monitoring": "Monitoring",
    "resolved": "Resolved",
    "retracted": "Retracted",
    "scheduled": "Scheduled",
    "in_progress": "In progress",
    "verifying": "Verifying",
    "completed": "Completed",
    "minor": "Minor impact",
    "major": "Major impact",
    "critical": "Critical impact",
    "pending": "Impact being assessed",
    "verdict_nothing_listed": "Nothing is being watched yet",
    "verdict_all_well": "All systems operational",
    "verdict_watching": "All systems operational again, still being watched",
    "verdict_investigating": "We are investigating a possible problem",
    "verdict_one": "{state}: {name}",
    "verdict_some": "{state} in {affected} of {total} services",
    "verdict_all": "{state}: all services",
    "verdict_unverified_one": "We cannot verify: {name}",
    "verdict_unverified_some": "We cannot verify {affected} of {total} services",
    "verdict_unverified_all": "We cannot verify our services at the moment",
    "also_affected": "In all, {affected} of {total} services have problems.",
    "also_unverified": "{unverified} of {total} services cannot be verified.",
    "next_update_by": "Next update by",
    "skip": "Skip to content",
    "status": "Status",
    "history": "History",
    "support": "Support",
    "home": "Website",
    "site_navigation": "Pages",
    "made_at": "Made",
    "next_due": "next check due by",
    "stale": "This page is out of date: its next check was due by {time}. What it says may no longer be true.",
    "open_incidents": "What is happening now",
    "planned": "Planned maintenance",
    "components": "Services",
    "past": "The last {days} days",
    "nothing_past": "No incidents.",
    "no_other": "No incidents on the other days.",
    "all_history": "All incidents by month",
    "feed": "Atom feed",
    "calendar": "Calendar",
    "api": "API",
    "automatic": "Detected automatically, not yet confirmed by a person",
    "retracted_note": "This was a false alarm. It does not count in any figure.",
    "started": "Started",
    "ended": "Ended",
    "lasted": "Lasted",
    "unverified_since": "Unverified since",
    "bars": "Last {days} days: {uptime} available.",
    "bars_unknown": "{time} unknown.",
    "bars_nothing": "Last {days} days: no record.",
    "bars_troubled": "{days} days with problems.",
    "formula": (
        "Availability is the share of known time without an outage; a partial outage counts 30 %. "
        "Time that nobody could verify is left out and shown as unknown. Days and times are UTC."
    ),
    "history_title": "Incidents by month",
    "incidents_one": "{count} incident",
    "incidents_other": "{count} incidents",
    "newer": "Newer",
    "older": "Older",
    "none_ever": "No incident has been published here.",
    "not_found": "There is no such page",
    "not_found_text": "The address may be mistyped, or the page is gone.",
    "to_status": "To the current status",
    "as_of": "This page last changed",
    "as_of_text": "The status page says whether that is still current.",
    "until": "until",
    "day": "d",
    "hour": "h",
    "minute": "min",
    "less_than_minute": "under 1 min",
    "utc": "UTC",
}

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """One language's words and ways of writing dates."""

    language: str
    direction: str
    words: Mapping[str, str]
    months: tuple[str, ...]

    def say(self, key: str, **values: object) -> str:
        """The sentence of that key with its values; a missing key is a programming error and raises KeyError."""
        text = self.words[key]
        return text.format(**values) if values else text

    def count(self, key: str, count: int) -> str:
        """The sentence of that key for so many."""
        return self.say(f"{key}_{'one' if count == 1 else 'other'}", count=count)

    def clock(self, moment: datetime) -> str:
        """Such as "14:03 UTC"."""
        return f"{moment:%H:%M} {self.words['utc']}"

    def moment(self, moment: datetime) -> str:
        """Such as "21 Nov 2026, 14:03 UTC"."""
        return f"{moment.day} {self.months[moment.month - 1][:3]} {moment.year}, {self.clock(moment)}"

    def short(self, moment: datetime) -> str:
        """Such as "21 Nov, 14:03 UTC"."""
        return f"{moment.day} {self.months[moment.month - 1][:3]}, {self.clock(moment)}"

    def day(self, day: date) -> str:
        """Such as "21 November 2026"."""
        return f"{day.day} {self.months[day.month - 1]} {day.year}"

    def brief_day(self, day: date) -> str:
        """Such as "21 Nov"."""
        return f"{day.day} {self.months[day.month - 1][:3]}"

    def month(self, day: date) -> str:
        """Such as "November 2026"."""
        return f"{self.months[day.month - 1]} {day.year}"

    def duration(self, seconds: float) -> str:
        """Such as "1 h 20 min"; to the minute, days and hours from a day on."""
        minutes = int(seconds // 60)
        days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
        parts = [(days, "day"), (hours, "hour"), (0 if days else rest, "minute")]
        said = [f"{number} {self.words[unit]}" for number, unit in parts if number]
        return " ".join(said) or self.words["less_than_minute"]

    def percent(self, share: float) -> str:
        """Such as "99.98 %": cut, not rounded, so that only a whole day without fault says 100 %."""
        hundredths = int(share * 10_000 + 1e-6)
        return "100 %" if hundredths == 10_000 else f"{hundredths / 100:.2f} %"

    def verdict(self, verdict: Verdict) -> str:
        """The one sentence that stands first."""
        keys = {VerdictReason.AFFECTED: "verdict", VerdictReason.MAINTENANCE: "verdict"}
        if verdict.reason not in (*keys, VerdictReason.UNVERIFIED):
            return self.say(f"verdict_{verdict.reason}")
        key = keys.get(verdict.reason, "verdict_unverified")
        count = len(verdict.names)
        if count == 1:
            return self.say(f"{key}_one", state=self.words[verdict.status], name=verdict.names[0])
        form = "all" if count == verdict.total else "some"
        return self.say(f"{key}_{form}", state=self.words[verdict.status], affected=count, total=verdict.total)

    def bars(self, days: tuple[Day, ...]) -> str:
        """What the bars of a component say, for who does not see them."""
        share = availability(days)
        if share is None:
            return self.say("bars_nothing", days=len(days))
        said = [self.say("bars", days=len(days), uptime=self.percent(share))]
        troubled = sum(is_troubled(day) for day in days)
        if troubled:
            said.append(self.say("bars_troubled", days=troubled))
        if unknown := unknown_seconds(days):
            said.append(self.say("bars_unknown", time=self.duration(unknown)))
        return " ".join(said)

    def told_days(self, days: Iterable[Day]) -> str:
        """What each of several days was like: "3 Nov: major outage 1 h 20 min"."""
        return "; ".join(
            f"{self.brief_day(day.date)}: "
            + ", ".join(f"{self.words[s].lower()} {self.duration(n)}" for s, n in day.seconds if s is not _WELL)
            for day in days
        )


_WELL = ComponentStatus.OPERATIONAL


def is_troubled(day: Day) -> bool:
    """Whether something was known to be wrong on it."""
    return day.worst in (ComponentStatus.DEGRADED, ComponentStatus.PARTIAL_OUTAGE, ComponentStatus.MAJOR_OUTAGE)


def phrases_of(language: str) -> Phrases:
    """The words of a language; English for one that has none yet, and then the page says that it is English."""
    return {"en": Phrases(language="en", direction="ltr", words=ENGLISH, months=_MONTHS)}.get(
        language, Phrases(language="en", direction="ltr", words=ENGLISH, months=_MONTHS)
    )
