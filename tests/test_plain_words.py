"""Code, pages and documents use the field's word for a thing; the private words of the past do not come back.

Not looked at: what customers write (vocabularies, wordings), translations, migrations, decisions and the changelog.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent.parent
PACKAGES = ("detectors", "incidents", "statuspage", "tickets", "dashboards", "tocsin", "tests")
SUFFIXES = {".py", ".html", ".css", ".js", ".md"}
PASSED_OVER = (
    "tickets/vocabulary/",
    "statuspage/subscriptions/words/",
    "tocsin/storage/migrations/",
    "docs/decisions/",
    "tests/test_plain_words.py",
    "tests/tickets/test_guard_paraphrases.py",
)

USUAL = {
    "told": "notified, published or reported",
    "untold": "not yet sent",
    "tellable": "publishable",
    "heard": "notified; of a sample: last sample",
    "unheard": "without data",
    "hears": "is notified",
    "standing": "status",
    "vitals": "metrics",
    "farewell": "suppression: why a message is suppressed",
    "farewells": "suppressions",
    "sparks": "sparklines",
    "spell": "excursion",
    "spells": "excursions",
    "hot": "above the threshold",
    "blind": "without data",
}
PHRASES = re.compile(r"hot.?wallet|wallet/hot|\bhot-7|\"hot\"|blind.index|cannot be told|\]\([^)]*\)", re.IGNORECASE)
"""Where the word is the field's own, and what links lead to."""

STORED = "the name under which it is stored, or as it is stored"
ALLOWED = {
    ("detectors/state.py", "told"): STORED,
    ("incidents/intake/alerts.py", "heard"): STORED,
    ("statuspage/maintenance.py", "told"): STORED,
    ("tocsin/storage/values.py", "told"): STORED,
    ("tocsin/storage/alerts.py", "heard"): STORED,
    ("tocsin/storage/tables/incidents.py", "heard"): STORED,
    ("tocsin/web/api/alert_list.py", "heard"): STORED,
    ("tocsin/storage/tables/installation.py", "told"): STORED,
    ("tocsin/storage/tables/public.py", "told"): STORED,
    ("tocsin/storage/tables/public.py", "standing"): STORED,
    ("tocsin/storage/tables/public.py", "farewells"): STORED,
    ("tocsin/storage/subscribers.py", "told"): STORED,
    ("tocsin/storage/subscriptions.py", "standing"): STORED,
    ("tocsin/web/templates/subscribe_manage.html", "standing"): "the key of the translations",
    ("tickets/mail/frames/en.py", "told"): "the customer told us",
    ("tickets/phrases.py", "spell"): "orthography",
    ("tocsin/storage/database.py", "spell"): "orthography",
    ("tests/tocsin/storage/test_alerts.py", "heard"): STORED,
    ("tests/tocsin/storage/test_migration.py", "heard"): STORED,
    ("tests/tocsin/storage/test_migration.py", "standing"): STORED,
    ("tests/tickets/test_routing.py", "told"): "a customer's own words",
}


def files() -> Iterator[Path]:
    documents = [*HERE.glob("*.md"), *(HERE / "docs").rglob("*.md")]
    for file in (*documents, *(f for package in PACKAGES for f in (HERE / package).rglob("*"))):
        path = file.relative_to(HERE).as_posix()
        if file.suffix in SUFFIXES and path != "CHANGELOG.md" and not path.startswith(PASSED_OVER):
            yield file


def private_words(text: str) -> set[str]:
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+", PHRASES.sub(" ", text))
    return {word.lower() for word in words} & USUAL.keys()


FOUND = {(f.relative_to(HERE).as_posix(), word) for f in files() for word in private_words(f.read_text("utf-8"))}


def test_no_private_word_stands_where_the_field_has_one() -> None:
    wrong = [f"{path} says {word!r}: {USUAL[word]}" for path, word in sorted(FOUND - ALLOWED.keys())]
    assert not wrong, "\n".join(wrong)


def test_no_exception_outlives_its_word() -> None:
    assert ALLOWED.keys() <= FOUND


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def _told_at(self)", {"told"}),
        ("class Told", {"told"}),
        ("UNHEARD", {"unheard"}),
        ("the hot wallet, a blind index", set()),
        ("[so](decisions/0022-a-past-nobody-was-told-of.md)", set()),
        ("outstanding", set()),
    ],
)
def test_words_are_found_within_names(text: str, words: set[str]) -> None:
    assert private_words(text) == words
