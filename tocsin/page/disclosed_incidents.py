"""Every incident that was ever disclosed, as the public sees it; after the first read only changes are read."""

from collections import defaultdict
from threading import Lock

from incidents.component import ComponentGraph
from incidents.disclosure import public_incident
from incidents.public import PublicIncident, Site
from statuspage.page import Views
from statuspage.uptime import History
from tocsin.storage import Store

# Lines get their numbers when they are written and are seen when they are committed; another process may commit a lower
# number later. So each reading starts this many lines before the last one's end.
_OVERLAP = 500


class DisclosedIncidents:
    """Caches the public view of each disclosed incident; one object per configuration, which gives the words.

    views: by language, what the page remembers of them in turn. history: of their components' days.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._change = 0
        self._languages: tuple[str, ...] = ()
        self._lines: dict[str, int] = {}
        self._told: dict[str, dict[str, PublicIncident]] = {}
        self._all: dict[str, tuple[PublicIncident, ...]] = {}
        self.history = History()
        self.views: dict[str, Views] = defaultdict(Views)

    def disclosed(
        self, store: Store, graph: ComponentGraph, site: Site, languages: tuple[str, ...]
    ) -> dict[str, tuple[PublicIncident, ...]]:
        """All disclosed incidents by language, oldest first; an unchanged one is the same object as before."""
        with self._lock:
            if languages != self._languages:
                self._change, self._languages, self._lines = 0, languages, {}
                self._told = {language: {} for language in languages}
                self._all = {}
            newest = store.incidents.latest_change()
            if newest != self._change:
                self._read(store, graph, site)
                self._change = newest
            for language, told in self._told.items():
                self._all.setdefault(language, tuple(told.values()))
            return dict(self._all)

    def _read(self, store: Store, graph: ComponentGraph, site: Site) -> None:
        for timeline in store.incidents.disclosed_since_change(max(0, self._change - _OVERLAP)):
            incident_id = timeline[0].incident.id
            if self._lines.get(incident_id) == len(timeline):
                continue
            self._lines[incident_id] = len(timeline)
            for language, told in self._told.items():
                found = public_incident(timeline, graph, language, site)
                if found is not None:
                    told[incident_id] = found
                    self._all.pop(language, None)
