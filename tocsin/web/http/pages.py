"""Renders HTML pages: one Jinja environment with its filters."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from glob import escape
from math import isnan
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from dashboards.figure import compared, lead_words
from dashboards.figure import in_words as figure_in_words
from detectors.reason import expectation, quantity
from detectors.watch import Watch
from incidents.action_item import ActionItem
from tocsin.web.http.access import Principal, form_token
from tocsin.web.http.markdown import document, markdown, rendered
from tocsin.web.http.runtime import services_of


class Banded(Protocol):
    """A value with a band; NaN where it is unknown."""

    @property
    def low(self) -> float:
        """Its lower edge."""

    @property
    def high(self) -> float:
        """Its upper edge."""


def utc(at: datetime) -> str:
    """2026-11-21 14:03 UTC."""
    return at.strftime("%Y-%m-%d %H:%M UTC")


def in_words(span: timedelta) -> str:
    """The largest two units of a duration: "1 h 5 min", "12 s"."""
    seconds = max(0, int(span.total_seconds()))
    units = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))
    parts: list[str] = []
    for name, size in units:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {name}")
    return " ".join(parts[:2]) or "0 s"


def age(span: timedelta) -> str:
    """The largest unit of a duration: "1 h", "12 s"."""
    return " ".join(in_words(span).split(" ")[:2])


def zipped(names: Iterable[object]) -> list[tuple[object, object]]:
    """Each with itself: what a choice offers, and what it is called."""
    return [(name, name) for name in names]


def briefly(span: timedelta) -> str:
    """A duration that may be short: "12 ms", "1.4 s", "1 h 5 min"."""
    seconds = span.total_seconds()
    if seconds < 1:
        return f"{seconds * 1000:.3g} ms"
    return f"{seconds:.3g} s" if seconds < 60 else in_words(span)


def when(at: datetime | None, now: datetime) -> Markup:
    """Relative and absolute time together, as a `<time>`; a dash where there is none."""
    if at is None:
        return Markup("–")
    span = in_words(abs(now - at)).split(" ")
    near = " ".join(span[:2])  # one unit is enough beside the clock
    relative = "just now" if near == "0 s" else f"{near} ago" if at <= now else f"in {near}"
    clock = at.strftime("%H:%M UTC") if at.date() == now.date() else utc(at)
    return Markup('<time datetime="{}">{}, {}</time>').format(at.isoformat(), relative, clock)


def local(at: datetime, zone: str) -> Markup:
    """What the clocks of a zone show, with the day of the week: "Mon 2026-03-02 09:00"."""
    return Markup('<time datetime="{}">{}</time>').format(
        at.isoformat(), f"{at.astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M}"
    )


def set_by(by: timedelta) -> str:
    """A clock that was set: "set back by 10 min"."""
    by = timedelta(seconds=round(by.total_seconds()))
    return f"set {'back' if by < timedelta(0) else 'forward'} by {in_words(abs(by))}"


def shortened(text: str, keep: int = 6) -> str:
    """A long identifier shortened in the middle."""
    return text if len(text) <= 2 * keep + 3 else f"{text[:keep]}…{text[-keep:]}"


def counted(count: int, one: str, many: str = "") -> str:
    """1 ticket, 2 tickets."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def spoken(word: object) -> str:
    """A word of the machine's as people read it: `awaiting_incident` -> "awaiting incident"."""
    return str(word).replace("_", " ")


def measured(value: float, unit: str) -> str:
    """A number with its unit, a dash where it is unknown."""
    return "–" if isnan(value) else quantity(value, unit)


def expected(row: Banded, watch: Watch) -> str:
    """The band on the side that is bad, a dash where it is unknown."""
    return "–" if isnan(row.low) or isnan(row.high) else expectation(watch, row.low, row.high)


@cache
def environment() -> Environment:
    """The Jinja environment of the console, desk, portal and mailbox: escaping on, unknown names an error.

    One for all web applications of a process, as it keeps the compiled templates.
    """
    env = Environment(
        loader=PackageLoader("tocsin.web"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(
        utc=utc,
        in_words=in_words,
        age=age,
        briefly=briefly,
        zipped=zipped,
        when=when,
        local=local,
        set_by=set_by,
        shortened=shortened,
        counted=counted,
        spoken=spoken,
        rendered=rendered,
        document=document,
        markdown=markdown,
        measured=measured,
        expected=expected,
        literally=escape,
        figure=figure_in_words,
        compared=compared,
        lead_words=lead_words,
    )
    env.tests["overdue"] = ActionItem.is_overdue
    return env


def page(request: Request, template: str, principal: Principal, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A page of ours; every one knows who reads it, when it was made, and its form token."""
    services = services_of(request)
    env: Environment = request.app.state.environment
    token = form_token(services, principal.session) if principal.session else ""
    html = env.get_template(template).render(
        who=principal,
        now=services.now(),
        site=services.config.site,
        form_token=token,
        path=request.url.path,
        has_mailbox=services.mailbox is not None,
        language=services.site.language,
        **values,
    )
    return HTMLResponse(html, status_code=status)
