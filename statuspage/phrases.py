"""The page's own words by language: labels, sentences, dates. The words of an incident come with the incident."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from incidents.component import ComponentStatus
from statuspage.plurals import form
from statuspage.spark import SPAN, Spark
from statuspage.uptime import Day, availability, is_known_for, unknown_seconds
from statuspage.verdict import Verdict, VerdictReason
from statuspage.words import ar, de, en, es, fa, ja, tr, zh

FALLBACK = "en"
_LEAST_KNOWN = 86_400
"""Seconds on record from which an availability is a figure: "100 %" of the first minute promises what nobody saw."""
RIGHT_TO_LEFT = frozenset({"ar", "fa"})
_LOWERED = frozenset({"en", "es"})  # German nouns keep their capital; elsewhere there is nothing to lower
_MODULES = {"ar": ar, "de": de, "en": en, "es": es, "fa": fa, "ja": ja, "tr": tr, "zh": zh}
LANGUAGES: Mapping[str, Mapping[str, str]] = {language: module.WORDS for language, module in _MODULES.items()}
"""The words by language; every language has every key, with the same placeholders, and its own plural forms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """One language's words and ways of writing dates."""

    language: str
    direction: str
    words: Mapping[str, str]
    months: tuple[str, ...]
    short_months: tuple[str, ...]

    @property
    def root(self) -> str:
        """The language without its region."""
        return self.language.lower().partition("-")[0]

    def say(self, key: str, **values: object) -> str:
        """The sentence of that key with its values; a missing key is a programming error and raises KeyError."""
        text = self.words[key]
        return text.format(**values) if values else text

    def count(self, key: str, count: int) -> str:
        """The sentence of that key for so many, in the form that the number takes."""
        return self.say(f"{key}_{form(self.root, count)}", count=count)

    def inside(self, text: str) -> str:
        """Words as they stand within a sentence."""
        return text[:1].lower() + text[1:] if self.root in _LOWERED else text

    def clock(self, moment: datetime) -> str:
        """Such as "14:03 UTC"."""
        return f"{moment:%H:%M} {self.words['utc']}"

    def moment(self, moment: datetime) -> str:
        """Such as "21 Nov 2026, 14:03 UTC"."""
        return self._date("date_moment", moment, clock=self.clock(moment))

    def short(self, moment: datetime) -> str:
        """Such as "21 Nov, 14:03 UTC"."""
        return self._date("date_short", moment, clock=self.clock(moment))

    def span(self, start: datetime, end: datetime) -> str:
        """Such as "21 Nov 2026, 14:00 UTC until 21 Nov 2026, 16:00 UTC"."""
        return f"{self.moment(start)} {self.words['until']} {self.moment(end)}"

    def day(self, day: date) -> str:
        """Such as "21 November 2026"."""
        return self._date("date_day", day)

    def brief_day(self, day: date) -> str:
        """Such as "21 Nov"."""
        return self._date("date_brief", day)

    def month(self, day: date) -> str:
        """Such as "November 2026"."""
        return self._date("date_month", day)

    def duration(self, seconds: float) -> str:
        """Such as "1 h 20 min"; to the minute, days and hours from a day on."""
        minutes = int(seconds // 60)
        days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
        parts = [(days, "day"), (hours, "hour"), (0 if days else rest, "minute")]
        said = [self.say(unit, count=number) for number, unit in parts if number]
        if len(said) == 2:
            return self.say("duration", larger=said[0], smaller=said[1])
        return said[0] if said else self.words["less_than_minute"]

    def percent(self, share: float) -> str:
        """Such as "99.98 %": cut, not rounded, so that only a whole day without fault says 100 %."""
        hundredths = int(share * 10_000 + 1e-6)
        number = "100" if hundredths == 10_000 else f"{hundredths / 100:.2f}".replace(".", self.words["comma"])
        return self.say("percent", number=number)

    def uptime(self, days: Iterable[Day]) -> str:
        """The share of known time in which it was up; "" where less than a day is known, which is no record."""
        spent = tuple(days)
        share = availability(spent)
        return self.percent(share) if share is not None and is_known_for(spent, _LEAST_KNOWN) else ""

    def _date(self, key: str, day: date, **values: object) -> str:
        month, short = self.months[day.month - 1], self.short_months[day.month - 1]
        return self.say(key, day=day.day, month=month, short=short, year=day.year, **values)

    def verdict(self, verdict: Verdict) -> str:
        """The one sentence that stands first."""
        keys = {VerdictReason.AFFECTED: "verdict", VerdictReason.MAINTENANCE: "verdict"}
        if verdict.reason not in (*keys, VerdictReason.SUSPECTED, VerdictReason.UNVERIFIED):
            return self.say(f"verdict_{verdict.reason}")
        key = keys.get(verdict.reason, f"verdict_{verdict.reason}")
        count = len(verdict.names)
        if count == 1:
            return self.say(f"{key}_one", state=self.words[verdict.status], name=verdict.names[0])
        form = "all" if count == verdict.total else "some"
        return self.say(f"{key}_{form}", state=self.words[verdict.status], affected=count, total=verdict.total)

    def figure(self, value: float, unit: str) -> str:
        """A measured number in three figures that matter, with its unit: "41.3 ms"."""
        if value == 0 or abs(value) >= 100:
            text = f"{value:.0f}"
        else:
            text = f"{value:.3g}" if abs(value) >= 0.001 else f"{value:.1g}"
        text = text.replace(".", self.words["comma"])
        return f"{text} {unit}" if unit else text

    def spark(self, spark: Spark) -> str:
        """The text alternative of a sparkline."""
        hours = round(SPAN.total_seconds() / 3600)
        if not spark.known:
            return self.say("spark_nothing", title=spark.title, hours=hours)
        last = self.words["unknown"] if spark.values[-1] is None else self.figure(spark.values[-1], spark.unit)
        highest = self.figure(max(spark.known), spark.unit)
        return self.say("spark", title=spark.title, hours=hours, last=last, highest=highest)

    def bars(self, days: tuple[Day, ...]) -> str:
        """The text alternative of a component's bars."""
        share = self.uptime(days)
        if not share:
            return self.say("bars_nothing" if availability(days) is None else "bars_short", days=len(days))
        said = [self.say("bars", days=len(days), uptime=share)]
        troubled = sum(is_troubled(day) for day in days)
        if troubled:
            said.append(self.count("troubled_days", troubled))
        if unknown := unknown_seconds(days):
            said.append(self.say("bars_unknown", time=self.duration(unknown)))
        return " ".join(said)

    def days_in_words(self, days: Iterable[Day]) -> str:
        """The states of several days in words: "3 Nov: major outage 1 h 20 min"."""
        return self.words["list_semicolon"].join(
            f"{self.brief_day(day.date)}: "
            + self.words["list_comma"].join(f"{self.inside(self.words[s])} {self.duration(n)}" for s, n in day.troubled)
            for day in days
        )

    def run_in_words(self, days: Sequence[Day]) -> str:
        """The dates of days in a row that were alike, and their state: "3 Nov – 21 Nov: operational"."""
        dates = dict.fromkeys(self.brief_day(day.date) for day in (days[0], days[-1]))
        return f"{' – '.join(dates)}: {self.inside(self.words[days[0].worst or 'no_record'])}"


def is_troubled(day: Day) -> bool:
    """Whether something was known to be wrong on it."""
    return day.worst in (ComponentStatus.DEGRADED, ComponentStatus.PARTIAL_OUTAGE, ComponentStatus.MAJOR_OUTAGE)


def phrases_of(language: str) -> Phrases:
    """The words of a language tag ("de", "de-AT"); English where there are none, and then the page says so."""
    known = language.lower().partition("-")[0]
    found = known if known in LANGUAGES else FALLBACK
    return Phrases(
        language=language if known in LANGUAGES else FALLBACK,
        direction="rtl" if found in RIGHT_TO_LEFT else "ltr",
        words=LANGUAGES[found],
        months=_MODULES[found].MONTHS,
        short_months=_MODULES[found].SHORT_MONTHS,
    )
