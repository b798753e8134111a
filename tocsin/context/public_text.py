"""The public words of an incident for mail, portal and linking: the same words as on the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from incidents.component import ComponentGraph
from incidents.disclosure import public_incident
from incidents.incident import Incident, IncidentUpdate
from incidents.public import DisclosureSettings, Phase, PublicIncident
from incidents.signal import short_id
from tickets.mail.compose import PublicWords
from tocsin.storage import Store


def mail_domain(public_url: str) -> str:
    """The right-hand side of Tocsin's Message-IDs."""
    return urlsplit(public_url).hostname or "localhost"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicText:
    """The public words of the stored incidents. site: what disclosure needs to know of the exchange."""

    store: Store
    graph: ComponentGraph
    site: DisclosureSettings

    def incident(
        self, incident_id: str, language: str, active: Sequence[Incident] | None = None
    ) -> PublicIncident | None:
        """An incident as the public sees it; None where it is not disclosed.

        active: all that are active now, None = they are looked up.
        """
        incidents = self.store.incidents
        active = incidents.active() if active is None else active
        return public_incident(incidents.timeline(incident_id), self.graph, language, self.site, active)

    def words_of(
        self, incident: Incident, language: str, active: Sequence[Incident] | None = None
    ) -> PublicWords | None:
        """The newest public words of an incident; None where it is not disclosed. active: as `incident` takes it."""
        if incident.disclosed_at is None:
            return None
        found = self.incident(incident.id, language, active)
        return None if found is None else words_in(found, language)

    def words_at(self, update: IncidentUpdate, language: str) -> PublicWords | None:
        """The public words as of one update, so that a late mail says what was true when the update was written.

        What is unaffected is said as of now.
        """
        timeline = [u for u in self.store.incidents.timeline(update.incident.id) if u.seq <= update.seq]
        found = public_incident(timeline, self.graph, language, self.site, self.store.incidents.active())
        return None if found is None else words_in(found, language, update)


def words_in(found: PublicIncident, language: str, update: IncidentUpdate | None = None) -> PublicWords:
    """The newest public words in an incident's, or where `update` is a correction the words that it corrects."""
    of = short_id(f"{found.id}:{update.corrects}") if update and update.corrects is not None else ""
    newest = next(u for u in found.updates if u.phase is not Phase.POSTMORTEM)
    shown = next((u for u in found.updates if u.id == of), newest)
    return PublicWords(
        title=found.title,
        body=shown.body,
        message=shown.message,
        unaffected=found.unaffected if shown is newest else "",
        language=language,
    )
