"""Renders all files of one language, by path; files that did not change are kept."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

from statuspage import days, feeds, ical, matrix
from statuspage.environment import Alternate, environment, uptime_text
from statuspage.maintenance import MaintenancePhase
from statuspage.overrides import SHIPPED
from statuspage.phrases import phrases_of
from statuspage.site import Site
from statuspage.verdict import VerdictReason
from statuspage.view import ComponentView, IncidentView, MaintenanceView, Page

PAST_DAYS = 14
"""How many days of past incidents the first page lists."""

UNFOLDED = 100
"""Up to so many components stand open; of more, only the groups in which something is not well."""

Document = tuple[str, Hashable, Callable[[], bytes]]
"""(path, all that it shows, how it is made)."""

_LED = frozenset({VerdictReason.AFFECTED, VerdictReason.INVESTIGATING, VerdictReason.UNVERIFIED})
"""Verdicts that an open incident explains better than they do."""


class Tree:
    """One language's files; memory and time go to what changed. overrides: as of `environment`."""

    def __init__(self, site: Site, alternates: Sequence[Alternate], overrides: Path | None = None) -> None:
        self.site = site
        self.phrases = phrases_of(site.language)
        self._environment = environment(site, self.phrases, alternates, overrides)
        self._made: dict[str, tuple[Hashable, bytes]] = {}
        self._touching: tuple[Hashable, Mapping[str, tuple[IncidentView, ...]]] = (None, {})
        self._incidents: tuple[IncidentView, ...] | None = None
        self._of_incidents: dict[str, bytes] = {}
        self._facts: Hashable = None
        self._summaries: dict[str, bytes] = {}

    def compile(self) -> None:
        """Compiles its templates; raises jinja2.TemplateError."""
        for path in SHIPPED.glob("*.html"):
            self._environment.get_template(path.name)

    def files(self, page: Page) -> dict[str, bytes]:
        """All of them; those that show the same as the last time are the same objects as the last time."""
        if page.incidents is not self._incidents:
            self._of_incidents = self._kept(self._about_incidents(page))
            self._incidents = page.incidents
        files = {**self._of_incidents, **self._kept(self._others(page))}
        facts = facts_of(page)
        if facts != self._facts:
            self._summaries = {
                "feed.atom": feeds.atom(page, self.phrases),
                "feed.json": feeds.json_feed(page, self.phrases),
                "maintenance.ics": ical.calendar(page),
            }
            self._facts = facts
        self._forget(files)
        return {**files, **self._summaries, "index.html": self._index(page)}

    def _kept(self, documents: Iterable[Document]) -> dict[str, bytes]:
        """The documents; those that show the same as the last time they were asked for are not made again."""
        files: dict[str, bytes] = {}
        for path, shown, make in documents:
            known = self._made.get(path)
            if known is None or (known[0] is not shown and known[0] != shown):
                known = self._made[path] = (shown, make())
            files[path] = known[1]
        return files

    def _forget(self, files: Mapping[str, bytes]) -> None:
        """What left the page for good."""
        if len(self._made) > 2 * len(files):
            self._made = {path: made for path, made in self._made.items() if path in files}

    def _about_incidents(self, page: Page) -> Iterable[Document]:
        """What follows from incidents alone."""
        titles = {i.id: i.title for i in page.incidents}
        for i in page.incidents:
            path, continued = f"incidents/{i.id}.html", titles.get(i.continued_in, "")
            make = partial(self._html, path, "incident.html", here="incident", i=i, continued=continued)
            yield path, (i, continued) if continued else i, make
        yield from self._history(page)

    def _others(self, page: Page) -> Iterable[Document]:
        """Every other document without a heartbeat."""
        for m in page.maintenance:
            path = f"maintenance/{m.id}.html"
            yield path, m, partial(self._html, path, "maintenance.html", here="maintenance", m=m)
        yield from self._components(page)
        yield "404.html", None, partial(self._html, "404.html", "404.html", here="404")

    def _components(self, page: Page) -> Iterable[Document]:
        by_component = self._by_component(page)
        today_is = page.made_at.date()
        for c in page.components:
            over = c.days[:-1] if c.days and c.days[-1].date == today_is else c.days
            incidents = by_component.get(c.id, ())
            uptime = uptime_text(c.days, self.phrases)
            today = c.days[-1].troubled if c.days else ()
            path = f"components/{c.id}.html"
            shown = (
                over,
                incidents,
                uptime,
                today,
                c.label,
                c.status,
                c.unverified_since,
                c.suspected_since,
                c.withdrawn,
                c.mode,
                c.mode_since,
                c.spark,
            )
            yield path, shown, partial(self._component, path, page, c, incidents=incidents)
            feed = f"components/{c.id}.atom"
            yield feed, (incidents, c.label), partial(feeds.component_atom, page, self.phrases, c, incidents)

    def _by_component(self, page: Page) -> Mapping[str, tuple[IncidentView, ...]]:
        """As `days.incidents_by_component`, which looks at every incident: once a day, and when one changed."""
        key = (_Same(page.incidents), page.made_at.date(), len(page.components))
        if self._touching[0] != key:
            self._touching = (key, days.incidents_by_component(page))
        return self._touching[1]

    def _component(self, path: str, page: Page, c: ComponentView, incidents: Sequence[IncidentView]) -> bytes:
        rows = days.rows(c.days, incidents, self.phrases, page.made_at)
        return self._html(
            path,
            "component.html",
            here="component",
            c=c,
            incidents=incidents,
            months=[(month, list(ones)) for month, ones in groupby(rows, key=lambda row: row.date.replace(day=1))],
            today=page.made_at.date(),
        )

    def _history(self, page: Page) -> Iterable[Document]:
        months = [(month, tuple(ones)) for month, ones in groupby(_lists(page), key=_month)]
        around = [None, *(month for month, _ in months), None]
        for (month, ones), newer, older in zip(months, around, around[2:], strict=False):
            values = {"month": month, "days": by_day(ones), "total": len(ones), "newer": newer, "older": older}
            values["changed_at"] = max(i.updated_at for i in ones)
            path = f"history/{month:%Y-%m}.html"
            make = partial(self._html, path, "month.html", here="history", **values)
            yield path, (ones, newer, older), make
        counts = tuple((month, len(ones)) for month, ones in months)
        changed = max((i.disclosed_at for i in page.incidents), default=page.site.since)
        path = "history/index.html"
        make = partial(self._html, path, "history.html", here="history", months=counts, changed_at=changed)
        yield path, (counts, changed), make

    def _index(self, page: Page) -> bytes:
        oldest = (page.made_at - timedelta(days=PAST_DAYS - 1)).date()
        recent = [i for i in _lists(page) if not i.is_active and i.started_at.date() >= oldest]
        rows = matrix.matrix(page.components)
        return self._html(
            "index.html",
            "index.html",
            here="index",
            page=page,
            verdict=self.phrases.verdict(page.verdict),
            lead=_lead(page),
            planned=[m for m in page.maintenance if _is_ahead(m, page.made_at)],
            past=by_day(recent),
            past_days=PAST_DAYS,
            rows=rows,
            groups=matrix.outside(page.groups) if rows else page.groups,
            unfolded=len(page.components) <= UNFOLDED,
        )

    def _html(self, path: str, template: str, /, **values: Any) -> bytes:
        is_lost = path == "404.html"  # served under any address, so its links are whole
        root = self.site.url if is_lost else "../" * path.count("/")
        known: Mapping[str, Any] = {
            "root": root,
            "first": (self.site.root or self.site.url) if is_lost else root + "../" * self.site.folder.count("/"),
            "same": "index.html" if is_lost else path,
        }
        return (self._environment.get_template(template).render(**known, **values).strip() + "\n").encode(
            errors="replace"
        )


def _lists(page: Page) -> list[IncidentView]:
    """The incidents that lists show: of those that were merged the one that goes on."""
    return [i for i in page.incidents if not i.continued_in]


def facts_of(page: Page) -> Hashable:
    """Everything that the page shows except its heartbeat and days: where two are equal, so are feeds, badges and the
    API.
    """
    components = tuple(replace(c, days=(), spark=None) for c in page.components)
    groups = tuple((g.id, g.title, g.position) for g in page.groups)
    return _Same(page.incidents), page.maintenance, page.changed_at, page.verdict, groups, components


class _Same:
    """Equal to what holds the very same object; comparing thousands of incidents one by one takes its time."""

    def __init__(self, of: object) -> None:
        self._of = of

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other._of is self._of

    def __hash__(self) -> int:
        return id(self._of)


def by_day(incidents: Iterable[IncidentView]) -> list[tuple[date, list[IncidentView]]]:
    """Incidents, newest first, under the UTC day on which each began."""
    return [(day, list(ones)) for day, ones in groupby(incidents, key=lambda i: i.started_at.date())]


def _month(incident: IncidentView) -> date:
    return incident.started_at.date().replace(day=1)


def _is_ahead(planned: MaintenanceView, now: datetime) -> bool:
    """Whether the front page tells of it: until it is over; of what was called off, until its time has passed."""
    if planned.phase is MaintenancePhase.CANCELLED:
        return planned.scheduled_until > now
    return planned.phase is not MaintenancePhase.COMPLETED


def _lead(page: Page) -> IncidentView | None:
    """The one incident whose title is the page's headline; None where there are several, or the worst is over."""
    if len(page.open_incidents) != 1 or page.verdict.reason not in _LED:
        return None
    return page.open_incidents[0]
