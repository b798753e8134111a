"""Every incident that was ever disclosed, as the public sees it; after the first read only changes are read."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from incidents.component import ComponentGraph
from incidents.disclosure import corrected, public_incident, touched_by_others
from incidents.incident import Incident, IncidentUpdate
from incidents.public import DisclosureSettings, PublicIncident
from statuspage.page import Views
from statuspage.uptime import History
from tocsin.storage import Store

# Lines get their numbers when they are written and are seen when they are committed; another process may commit a lower
# number later. So each reading starts this many lines before the last one's end.
_OVERLAP = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicMessage:
    """A person's words for the public: of which incident, when, what."""

    reference: str
    at: datetime
    text: str


class DisclosedIncidents:
    """Caches the public view of each disclosed incident; one object per configuration, which gives the words.

    An incident's view is made anew when it changes, when another of its messages may go out, or may not any more, and
    while it is active when what the other active ones touch changes.
    views: by language, what the page remembers of them in turn. history: of their components' days.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._change = 0
        self._languages: tuple[str, ...] = ()
        self._lines: dict[str, int] = {}
        self._views: dict[str, dict[str, PublicIncident]] = {}
        self._all: dict[str, tuple[PublicIncident, ...]] = {}
        self._said: dict[str, tuple[PublicMessage, ...]] = {}
        self._waiting: dict[str, tuple[PublicMessage, ...]] = {}
        self._own_words: tuple[bool, ...] = ()
        self._active: tuple[Incident, ...] = ()
        self._others: dict[str, frozenset[str]] = {}
        self.history = History()
        self.views: dict[str, Views] = defaultdict(Views)

    @property
    def waiting(self) -> tuple[PublicMessage, ...]:
        """The messages that waited when `disclosed` was last asked, because they hold an internal word."""
        return tuple(said for some in self._waiting.values() for said in some)

    def disclosed(
        self, store: Store, graph: ComponentGraph, site: DisclosureSettings, languages: tuple[str, ...]
    ) -> dict[str, tuple[PublicIncident, ...]]:
        """All disclosed incidents by language, oldest first; an unchanged one is the same object as before."""
        with self._lock:
            if languages != self._languages:
                self._change, self._languages, self._lines = 0, languages, {}
                self._views = {language: {} for language in languages}
                self._all = {}
            own_words = tuple(site.may_say(words.text) for component in graph for words in component.words)
            if own_words != self._own_words:
                self._change, self._lines, self._own_words = 0, {}, own_words
            newest = store.incidents.latest_change()
            if newest != self._change:
                self._see_others(store, graph, site)
                self._read(store, graph, site)
                self._change = newest
            for incident_id, said in self._said.items():
                if _waiting(said, site) != self._waiting.get(incident_id, ()):
                    self._view(store.incidents.timeline(incident_id), graph, site)
            for language, shown in self._views.items():
                self._all.setdefault(language, tuple(shown.values()))
            return dict(self._all)

    def _read(self, store: Store, graph: ComponentGraph, site: DisclosureSettings) -> None:
        for timeline in store.incidents.disclosed_since_change(max(0, self._change - _OVERLAP)):
            incident_id = timeline[0].incident.id
            if self._lines.get(incident_id) == len(timeline):
                continue
            self._lines[incident_id] = len(timeline)
            self._view(timeline, graph, site)

    def _see_others(self, store: Store, graph: ComponentGraph, site: DisclosureSettings) -> None:
        """Makes the view of each active incident anew where what the others touch has changed."""
        self._active = store.incidents.active()
        before, self._others = self._others, {}
        for incident in self._active:
            touched = frozenset(c.direction for c in touched_by_others(incident, self._active, graph))
            self._others[incident.id] = touched
            if incident.id in self._lines and touched != before.get(incident.id, frozenset()):
                self._view(store.incidents.timeline(incident.id), graph, site)

    def _view(self, timeline: Sequence[IncidentUpdate], graph: ComponentGraph, site: DisclosureSettings) -> None:
        incident = timeline[-1].incident
        lines = corrected(timeline)
        said = tuple(PublicMessage(reference=incident.reference, at=u.at, text=u.message) for u in lines if u.message)
        if said or incident.id in self._said:
            self._said[incident.id], self._waiting[incident.id] = said, _waiting(said, site)
        for language, shown in self._views.items():
            found = public_incident(timeline, graph, language, site, self._active)
            if found is not None:
                shown[incident.id] = found
                self._all.pop(language, None)


def _waiting(said: Sequence[PublicMessage], site: DisclosureSettings) -> tuple[PublicMessage, ...]:
    return tuple(one for one in said if not site.may_say(one.text))
