"""What a visitor of the support form is shown of incidents, and what of theirs an incident holds up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from incidents.incident import Incident
from tickets.deflection import answers, held_up, is_held_out
from tickets.forms import FORMS
from tickets.linking import LinkableIncident
from tickets.mail.compose import PublicWords
from tickets.ticket import Form, Transaction
from tocsin.desk.desk import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """A disclosed incident that stands in place of a form."""

    incident: Incident
    linkable: LinkableIncident
    words: PublicWords


def asks_asset(form: Form) -> bool:
    """Whether a form asks for a coin or currency."""
    return any(field.name == "asset" for field in FORMS[form].fields)


def answering(desk: Desk, form: Form, asset: str, language: str, now: datetime) -> tuple[Answering, ...]:
    """The disclosed, active incidents that a ticket of this form and asset would be about; asset "" = of any."""
    found = []
    for incident, linkable in desk.known.at(now):
        words = None
        if incident.is_active and not incident.shadow and answers(linkable, form, asset):
            words = desk.text.words_of(incident, language)
        if words is not None:
            found.append(Answering(incident=incident, linkable=linkable, words=words))
    return tuple(found)


def sees_form(desk: Desk, visitor: str, form: Form, shown: Sequence[Answering], now: datetime) -> bool:
    """Whether the visitor is shown the form in spite of what answers it; that they came this far is counted once.

    visitor: a random word that their browser keeps; "" = it keeps none, and is not counted.
    """
    if not visitor:
        return False
    held_out = is_held_out(visitor, desk.secret)
    for one in shown:
        desk.store.deflections.add(visitor, one.incident.id, form, now, held_out=held_out)
    return held_out


def affected(
    desk: Desk, customer_id: str, incidents: Sequence[LinkableIncident]
) -> tuple[tuple[Transaction, ...], ...] | None:
    """The customer's transactions that each incident may hold up; the account is asked once.

    None = the account did not answer, or there is none.
    """
    known = desk.account.transactions(customer_id) if desk.account is not None else None
    return None if known is None else tuple(held_up(known, incident) for incident in incidents)
