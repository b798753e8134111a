"""All pages and feeds of one language, by path: the same Page gives the same bytes, and what did not change is kept."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

from statuspage import days, feeds, ical, matrix
from statuspage.environment import Alternate, environment, uptime_text
from statuspage.maintenance import MaintenancePhase
from statuspage.phrases import phrases_of
from statuspage.site import Site
from statuspage.uptime import Day
from statuspage.view import ComponentView, IncidentView, Page

PAST_DAYS = 14
"""How many days of past incidents the first page tells."""

UNFOLDED = 100
"""Up to so many components stand open; of more, only the groups in which something is not well."""

Document = tuple[str, Hashable, Callable[[], bytes]]
"""(path, all that it shows, how it is made)."""


class Tree:
    """One language's files; memory and time go to what changed. overrides: as of `environment`."""

    def __init__(self, site: Site, alternates: Sequence[Alternate], overrides: Path | None = None) -> None:
        self.site = site
        self.phrases = phrases_of(site.language)
        self._environment = environment(site, self.phrases, alternates, overrides)
        self._made: dict[str, tuple[Hashable, bytes]] = {}
        self._days: dict[tuple[Day, ...], tuple[Day, ...]] = {}

    def files(self, page: Page) -> dict[str, bytes]:
        """All of them; those that show the same as the last time are the same objects as the last time."""
        before, self._made = self._made, {}
        files: dict[str, bytes] = {}
        for path, shown, make in self._documents(page):
            known = before.get(path)
            content = known[1] if known is not None and known[0] == shown else make()
            self._made[path] = (shown, content)
            files[path] = content
        files["feed.atom"] = feeds.atom(page, self.phrases)
        files["feed.json"] = feeds.json_feed(page, self.phrases)
        files["maintenance.ics"] = ical.calendar(page)
        files["index.html"] = self._index(page)
        return files

    def _documents(self, page: Page) -> Iterable[Document]:
        """Every document without a heartbeat."""
        for i in page.incidents:
            path = f"incidents/{i.id}.html"
            yield path, i, partial(self._html, path, "incident.html", here="incident", i=i)
        for m in page.maintenance:
            path = f"maintenance/{m.id}.html"
            yield path, m, partial(self._html, path, "maintenance.html", here="maintenance", m=m)
        yield from self._history(page)
        yield from self._components(page)
        yield "404.html", None, partial(self._html, "404.html", "404.html", here="404")

    def _components(self, page: Page) -> Iterable[Document]:
        by_component = days.incidents_by_component(page)
        kept, self._days = self._days, {}
        same: dict[int, tuple[Day, ...]] = {}
        for c in page.components:
            told = same.get(id(c.days))
            if told is None:
                over = tuple(day for day in c.days if day.date < page.made_at.date())
                told = same[id(c.days)] = self._days[over] = kept.get(over, over)
            incidents = by_component.get(c.id, ())
            uptime = uptime_text(c.days, self.phrases)
            today = c.days[-1].troubled if c.days else ()
            path = f"components/{c.id}.html"
            shown = (
                told,
                incidents,
                uptime,
                today,
                c.label,
                c.status,
                c.unverified_since,
                c.mode,
                c.mode_since,
                c.spark,
            )
            yield path, shown, partial(self._component, path, page, c, incidents=incidents)
            feed = f"components/{c.id}.atom"
            yield feed, (incidents, c.label), partial(feeds.component_atom, page, self.phrases, c, incidents)

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
        months = [(month, tuple(ones)) for month, ones in groupby(page.incidents, key=_month)]
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
        recent = [i for i in page.incidents if not i.is_active and i.started_at.date() >= oldest]
        rows = matrix.matrix(page.components)
        return self._html(
            "index.html",
            "index.html",
            here="index",
            page=page,
            verdict=self.phrases.verdict(page.verdict),
            planned=[m for m in page.maintenance if m.phase is not MaintenancePhase.COMPLETED],
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
        return (self._environment.get_template(template).render(**known, **values).strip() + "\n").encode()


def by_day(incidents: Iterable[IncidentView]) -> list[tuple[date, list[IncidentView]]]:
    """Incidents, newest first, under the UTC day on which each began."""
    return [(day, list(ones)) for day, ones in groupby(incidents, key=lambda i: i.started_at.date())]


def _month(incident: IncidentView) -> date:
    return incident.started_at.date().replace(day=1)
