"""Writes the drafts of what comes after an incident, from what is stored: DORA's first notice and the postmortem."""

from datetime import datetime

from dashboards.first_notice import FirstNotice, NoticeFacts, first_notice
from dashboards.postmortem import postmortem_draft, public_draft
from incidents.change import suspect_changes
from incidents.incident import Incident
from tocsin.config import Config
from tocsin.context.changes import reported_for
from tocsin.context.public_text import PublicText
from tocsin.response.response import Response

LANGUAGE = "en"
"""The drafts are in English alone; so are the public words in them."""


def notice_of(response: Response, config: Config, incident: Incident, now: datetime) -> FirstNotice:
    """The draft of the first notice under DORA."""
    return first_notice(_facts(response, config, incident), now)


def postmortem_of(response: Response, config: Config, text: PublicText, incident: Incident, now: datetime) -> str:
    """The draft of the postmortem for engineers, in Markdown."""
    changes = reported_for(response.store, incident)
    outside = text.incident(incident.id, LANGUAGE)
    return postmortem_draft(
        _facts(response, config, incident),
        now,
        suspects=None if changes is None else suspect_changes(changes, incident, response.graph),
        entries=len(outside.updates) if outside else 0,
    )


def public_postmortem_of(response: Response, text: PublicText, incident: Incident) -> str:
    """The text that a postmortem for the public begins with; "" = the incident is not public."""
    outside = text.incident(incident.id, LANGUAGE)
    return "" if outside is None else public_draft(outside, response.graph)


def _facts(response: Response, config: Config, incident: Incident) -> NoticeFacts:
    return NoticeFacts(
        timeline=response.store.incidents.timeline(incident.id),
        graph=response.graph,
        linked_tickets=response.store.tickets.linked_counts([incident.id]).get(incident.id, 0),
        public_url=config.site.public_url,
        page_url=f"{config.page_url}incidents/{incident.id}.html",
    )
