"""Linking: finds the incident that a ticket belongs to, with a probability and reasons."""

from tickets.linking.learnt import AgentAnswer, Learnt, answer_of
from tickets.linking.match import AUTO_LINK, SUGGEST, LinkableIncident, Match, linkable
from tickets.linking.rank import rank

__all__ = [
    "AUTO_LINK",
    "SUGGEST",
    "AgentAnswer",
    "Learnt",
    "LinkableIncident",
    "Match",
    "answer_of",
    "linkable",
    "rank",
]
