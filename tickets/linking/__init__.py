"""Linking: finds the incident that a ticket belongs to, with a probability and reasons."""

from tickets.linking.bands import Band, Bands, Targets, bands
from tickets.linking.calibration import BY_MEANING, BY_WORDS, Guess, Step, recalibrated
from tickets.linking.drift import Drift, drift
from tickets.linking.learnt import AgentAnswer, Learnt, answer_of
from tickets.linking.match import LinkableIncident, Match, linkable
from tickets.linking.rank import rank

__all__ = [
    "BY_MEANING",
    "BY_WORDS",
    "AgentAnswer",
    "Band",
    "Bands",
    "Drift",
    "Guess",
    "Learnt",
    "LinkableIncident",
    "Match",
    "Step",
    "Targets",
    "answer_of",
    "bands",
    "drift",
    "linkable",
    "rank",
    "recalibrated",
]
