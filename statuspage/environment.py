"""The Jinja environment of the page: words, theme, and the filters that draw."""

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup, escape

from incidents.component import ComponentStatus
from incidents.markup import Markdown
from statuspage.overrides import bare_environment
from statuspage.phrases import Phrases
from statuspage.site import Site
from statuspage.theme import Picture, style
from statuspage.uptime import Day

FILTERS = ("markdown", "runs", "uptime", "timed")
"""What templates may use beside Jinja's own."""

_HEIGHT = 28
_BAR_HEIGHT = {
    None: 6,
    ComponentStatus.OPERATIONAL: 12,
    ComponentStatus.MAINTENANCE: 16,
    ComponentStatus.UNKNOWN: 16,
    ComponentStatus.SUSPECTED: 16,
    ComponentStatus.DEGRADED: 20,
    ComponentStatus.PARTIAL_OUTAGE: 24,
    ComponentStatus.MAJOR_OUTAGE: 28,
}
"""As `page.css` draws them: a bar stands on the ground line, so its middle is half its height above it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternate:
    """Another language's page tree; folder: below the first language's, with a slash at its end."""

    language: str
    name: str
    url: str
    folder: str


def runs(days: Sequence[Day], phrases: Phrases) -> Markup:
    """Bars as SVG paths: a stretch of alike days is one dashed line, a day that was not well one of its own.

    Each carries its dates and its state in words; the script of the page tells them day by day.
    """
    paths, place = [], 0
    for status, same in groupby(days, key=lambda day: day.worst):
        stretch = list(same)
        troubled = status not in (None, ComponentStatus.OPERATIONAL)
        for some in [[day] for day in stretch] if troubled else [stretch]:
            name = f' class="b-{status}"' if status is not None else ""
            middle = _HEIGHT - _BAR_HEIGHT[status] // 2
            words = escape(phrases.days_in_words(some) if troubled else phrases.run_in_words(some))
            line = f'<path{name} d="M{place * 3} {middle}h{len(some) * 3 - 1}"'
            paths.append(f"{line}><title>{words}</title></path>")
            place += len(some)
    return Markup("".join(paths))  # noqa: S704 - built from numbers, enum words and escaped text alone


def environment(
    site: Site, phrases: Phrases, alternates: Sequence[Alternate], overrides: Path | None = None
) -> Environment:
    """Jinja for one language of a site; overrides: a folder whose templates come before the shipped ones."""
    made = bare_environment(overrides, phrases.words)
    markdown = Markdown()
    own = (
        lambda text: Markup(markdown.to_html(text)),  # noqa: S704 - nh3 cleaned it
        lambda days: runs(days, phrases),
        lambda days: uptime_text(days, phrases),
        timed,
    )
    made.filters |= dict(zip(FILTERS, own, strict=True))
    made.globals |= {"t": phrases, "say": phrases.say, "site": site, "statuses": list(ComponentStatus)}
    made.globals |= {"alternates": alternates, "logo": _data(site.theme.logo), "favicon": _data(site.theme.favicon)}
    css = _squeezed(made.get_template("page.css").render(theme=Markup(style(site.theme))))  # noqa: S704 - hex colours alone
    script = _squeezed(made.get_template("page.js").render())
    made.globals |= {"css": Markup(css), "script": Markup(script)}  # noqa: S704 - our own files
    made.globals["csp"] = _policy(css, script)
    return made


def uptime_text(days: Sequence[Day], phrases: Phrases) -> str:
    """The share of known time in which it was up; "" where too little is known."""
    return phrases.uptime(days)


_CLOCK = re.compile(r"(?:(\d{4}-\d\d-\d\d) )?([01]\d|2[0-3]):([0-5]\d) UTC")


def timed(text: str, said_at: datetime) -> Markup:
    """A template's sentences with each of their times as an instant, which the script shows in the reader's zone.

    One article has one clock. said_at: of the entry; a time of day without its date is the nearest to it.
    """
    parts, place = [], 0
    for found in _CLOCK.finditer(text):
        parts += [escape(text[place : found.start()]), _instant(found, said_at)]
        place = found.end()
    return Markup("").join([*parts, escape(text[place:])])


def _instant(found: re.Match[str], said_at: datetime) -> Markup:
    date, hour, minute = found.groups()
    moment = said_at.astimezone(UTC).replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
    if date:
        moment = datetime.fromisoformat(f"{date}T{hour}:{minute}:00+00:00")
    else:
        moment = min((moment + timedelta(days=n) for n in (-1, 0, 1)), key=lambda one: abs(one - said_at))
    kind = "" if date else '="clock"'
    return Markup('<time datetime="{}" data-local{}>{}</time>').format(moment.isoformat(), Markup(kind), found.group())  # noqa: S704 - ours


def _data(picture: Picture | None) -> str:
    """A picture as an address that holds it whole; "" = there is none."""
    if picture is None:
        return ""
    return f"data:{picture.media_type};base64,{base64.b64encode(picture.content).decode()}"


def _squeezed(text: str) -> str:
    return "".join(line.strip() for line in text.splitlines())


def _policy(css: str, script: str) -> str:
    """Nothing from elsewhere, and only this style and this script: whatever else gets into a page does not run."""
    return (
        f"default-src 'none'; style-src {_source(css)}; script-src {_source(script)}; img-src 'self' data:; "
        "connect-src 'self'; "  # a tab left open asks whether there is a newer page
        "base-uri 'none'; form-action 'none'"
    )


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
