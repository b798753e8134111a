"""Which incident a ticket belongs to, how surely, and why."""

from tickets.linking.learnt import Learnt
from tickets.linking.match import AUTO_LINK, SUGGEST, LinkableIncident, Match, linkable
from tickets.linking.rank import rank

__all__ = ["AUTO_LINK", "SUGGEST", "Learnt", "LinkableIncident", "Match", "linkable", "rank"]
