"""What the outside may be told of an incident, for mail, portal and linking: the same words as the page."""

from urllib.parse import urlsplit

from incidents.disclosure import public_incident
from incidents.incident import Incident, IncidentUpdate
from incidents.public import Phase, PublicIncident, Site
from tickets.mail.compose import PublicWords
from tocsin.context.services import Services


def disclosure_site(services: Services) -> Site:
    """What disclosure needs to know of the site."""
    return Site(name=services.config.site.name)


def mail_domain(services: Services) -> str:
    """The right side of our Message-IDs."""
    return urlsplit(services.config.site.public_url).hostname or "localhost"


def public_incident_of(services: Services, incident_id: str, language: str) -> PublicIncident | None:
    """An incident as the public sees it; None where it is not disclosed."""
    timeline = services.store.incidents.timeline(incident_id)
    return public_incident(timeline, services.graph, language, disclosure_site(services))


def words_of(services: Services, incident: Incident, language: str) -> PublicWords | None:
    """The newest public words of an incident; None where it is not disclosed."""
    if incident.disclosed_at is None:
        return None
    found = public_incident_of(services, incident.id, language)
    return None if found is None else _words(found, language)


def words_at(services: Services, update: IncidentUpdate, language: str) -> PublicWords | None:
    """The public words as of one update, so that a late mail tells what was true when it was written."""
    timeline = [u for u in services.store.incidents.timeline(update.incident.id) if u.seq <= update.seq]
    found = public_incident(timeline, services.graph, language, disclosure_site(services))
    return None if found is None else _words(found, language)


def _words(found: PublicIncident, language: str) -> PublicWords:
    newest = next(u for u in found.updates if u.phase is not Phase.POSTMORTEM)
    return PublicWords(title=found.title, body=newest.body, message=newest.message, language=language)
