"""The phrases of all languages, as they are looked for in what customers write."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tickets import phrases
from tickets.phrases import Concept, concepts_in

READERS = 8


def test_the_first_customers_at_once_wait_for_one_lexicon() -> None:
    """Built by each of them it would take as many times as long, and nothing else would be answered meanwhile."""
    phrases._built.cache_clear()
    phrases.said_in.cache_clear()
    together = Barrier(READERS)

    def read(number: int) -> frozenset[Concept]:
        together.wait()
        return concepts_in(f"My withdrawal {number} is still pending")

    with ThreadPoolExecutor(READERS) as pool:
        found = list(pool.map(read, range(READERS)))
    assert all(Concept.DELAY in concepts for concepts in found)
    assert phrases._built.cache_info().misses == 1


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("मेरा खाता हैक हो गया लगता है", Concept.HACK),
        ("मैंने यह निकासी नहीं की", Concept.UNAUTHORISED),
        ("मेरे वकील आपसे बात करेंगे", Concept.LEGAL),
        ("किसी ने मेरा पासवर्ड बदल दिया", Concept.UNAUTHORISED),
        ("पुलिस में रिपोर्ट की है", Concept.AUTHORITY),
        ("मेरी निकासी अटकी है", Concept.WITHDRAWAL),
        ("पैसे अभी तक नहीं आए", Concept.NOT_RECEIVED),
    ],
)
def test_hindi_is_read_in_its_own_script_whose_vowels_are_signs_on_letters(text: str, concept: Concept) -> None:
    assert concept in concepts_in(text)
