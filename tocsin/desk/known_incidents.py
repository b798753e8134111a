"""The incidents that a ticket may be about, as linking sees them; read again when any of them changed."""

from datetime import datetime, timedelta

from incidents.incident import ENDED, Incident
from tickets.linking import LinkableIncident, linkable
from tickets.mail.compose import PublicWords
from tocsin.context.public_text import PublicText
from tocsin.storage import Store

STILL_LINKED = timedelta(
    hours=2
)  # customers go on writing about what is over; an agent is shown the incident that long
WORDS_MOST = 1000
"""Incidents by language; a language is whatever its sender says."""
Pair = tuple[Incident, LinkableIncident]


class KnownIncidents:
    """Active incidents, and those that ended a short while ago. Safe to share between threads and processes.

    Every use asks the store for its latest change alone: in a flood each ticket would read every incident's timeline.
    """

    def __init__(self, store: Store, text: PublicText) -> None:
        self._store = store
        self._text = text
        self._kept: tuple[int, tuple[Pair, ...]] | None = None
        self._words: tuple[int, dict[tuple[str, str], PublicWords | None]] = (-1, {})

    def at(self, now: datetime) -> tuple[Pair, ...]:
        """Each incident that a ticket written now may be about, beside what linking knows of it."""
        change, kept = self._store.incidents.latest_change(), self._kept
        if kept is None or kept[0] != change:
            kept = (change, tuple((i, self._linkable(i)) for i in self._read()))
            self._kept = kept
        return tuple(pair for pair in kept[1] if _is_recent(pair[0], now))

    def words_of(self, incident: Incident, language: str) -> PublicWords | None:
        """The newest public words of a known incident, as of the change that `at` saw last."""
        change = self._kept[0] if self._kept is not None else -1
        if self._words[0] != change or len(self._words[1]) > WORDS_MOST:
            self._words = (change, {})
        words, key = self._words[1], (incident.id, language)
        if key not in words:
            words[key] = self._text.words_of(incident, language)
        return words[key]

    def _read(self) -> tuple[Incident, ...]:
        ended = self._store.incidents.page(status=tuple(ENDED)).items
        return (*self._store.incidents.active(), *(i for i in ended if i.merged_into is None))

    def _linkable(self, incident: Incident) -> LinkableIncident:
        words = self._text.words_of(incident, "en")
        return linkable(incident, self._text.graph, words.body if words else "", words.title if words else "")


def _is_recent(incident: Incident, now: datetime) -> bool:
    return incident.is_active or (incident.resolved_at or incident.opened_at) >= now - STILL_LINKED
