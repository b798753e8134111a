"""The page's own words: complete in every language, with its plural forms and its way of writing dates."""

from datetime import UTC, datetime

import pytest

from statuspage.phrases import LANGUAGES, RIGHT_TO_LEFT, phrases_of
from statuspage.plurals import form

MOMENT = datetime(2026, 3, 4, 14, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "count", "expected"),
    [
        ("en", 0, "other"), ("en", 1, "one"), ("en", 2, "other"),
        ("fa", 0, "one"), ("fa", 1, "one"), ("fa", 2, "other"),
        ("ja", 1, "other"), ("zh", 1, "other"), ("tr", 1, "one"),
        ("ar", 0, "zero"), ("ar", 1, "one"), ("ar", 2, "two"), ("ar", 3, "few"), ("ar", 10, "few"), ("ar", 11, "many"),
        ("ar", 99, "many"), ("ar", 100, "other"), ("ar", 101, "other"), ("ar", 103, "few"), ("ar", 111, "many"),
    ],
)  # fmt: skip
def test_a_number_takes_the_form_that_its_language_gives_it(language: str, count: int, expected: str) -> None:
    assert form(language, count) == expected


@pytest.mark.parametrize(
    ("language", "moment", "duration", "percent"),
    [
        ("en", "4 Mar 2026, 14:03 UTC", "1 h 20 min", "99.98 %"),
        ("de", "4. März 2026, 14:03 UTC", "1 Std. 20 Min.", "99,98 %"),
        ("es", "4 mar 2026, 14:03 UTC", "1 h 20 min", "99,98 %"),
        ("tr", "4 Mar 2026, 14:03 UTC", "1 sa 20 dk", "%99,98"),
        ("ar", "4 مارس 2026، 14:03 UTC", "1 س 20 د", "99.98%"),
        ("fa", "4 مارس 2026، 14:03 UTC", "1 ساعت و 20 دقیقه", "99.98٪"),
        ("zh", "2026年3月4日 14:03 UTC", "1 小时 20 分钟", "99.98%"),
        ("ja", "2026年3月4日 14:03 UTC", "1時間20分", "99.98%"),
    ],
)
def test_dates_durations_and_shares_are_written_as_the_language_does(
    language: str, moment: str, duration: str, percent: str
) -> None:
    words = phrases_of(language)
    assert (words.moment(MOMENT), words.duration(4800), words.percent(0.99989)) == (moment, duration, percent)


@pytest.mark.parametrize("language", LANGUAGES)
def test_arabic_and_persian_run_from_right_to_left(language: str) -> None:
    assert (phrases_of(language).direction == "rtl") is (language in RIGHT_TO_LEFT)


@pytest.mark.parametrize(
    ("tag", "language", "said"), [("de-AT", "de-AT", "Verlauf"), ("xx", "en", "History"), ("", "en", "History")]
)
def test_a_language_is_found_by_its_tag_and_english_is_the_fallback(tag: str, language: str, said: str) -> None:
    assert (phrases_of(tag).language, phrases_of(tag).say("history")) == (language, said)
