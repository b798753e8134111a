"""Portuguese."""

from collections.abc import Mapping

from tickets.vocabulary.concept import Concept

WORDS: Mapping[Concept, str] = {}
