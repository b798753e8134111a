"""Canned answers for one ticket: those that are offered, and one of them in the customer's language."""

from collections.abc import Mapping

from tickets.article import Article, ArticleKind, filled, text_in
from tickets.ticket import Ticket
from tocsin.desk.desk import Desk


def offered_for(desk: Desk, ticket: Ticket) -> Mapping[int, Article]:
    """What is offered on a ticket: answers and guides about its form, and about any."""
    found = desk.store.articles.newest()
    return {name: one for name, one in found.items() if not one.is_retired and one.form in {None, ticket.form}}


def canned_answer(desk: Desk, ticket: Ticket, article: Article, agent: str) -> str:
    """An answer's text for a ticket, in its customer's language where the answer speaks it; "" for a guide."""
    if article.kind is not ArticleKind.ANSWER:
        return ""
    language, text = text_in(article, ticket.language or "en")
    return filled(text, _values(desk, ticket, agent, language))


def _values(desk: Desk, ticket: Ticket, agent: str, language: str) -> Mapping[str, str]:
    """The incident's words are the public ones alone, so that an answer gives nothing away before it is published."""
    public = desk.text.incident(ticket.incident_id, language) if ticket.incident_id else None
    due = public.next_update_by if public else None
    return {
        "name": ticket.name,
        "number": ticket.quoted,
        "agent": agent,
        "incident": public.title if public else "",
        "next_update": f"{due:%H:%M} UTC" if due else "",
    }
