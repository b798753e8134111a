import pytest

from tickets.mail.frames import FRAMES
from tickets.yes_no import NO, YES, yes_or_no


def test_every_language_of_the_mails_has_both_words() -> None:
    assert YES.keys() == NO.keys() == FRAMES.keys()


@pytest.mark.parametrize("language", FRAMES)
def test_each_word_is_understood_whatever_signs_and_letters(language: str) -> None:
    for words, answer in ((YES, True), (NO, False)):
        for one in words[language].split("|"):
            for said in (one, f"  {one.upper()}! ", f"{one}.\n\n> Is it this?\n> Yes or no\n"):
                assert yes_or_no(said) is answer, said


@pytest.mark.parametrize(
    "text",
    [
        "",
        "> yes",
        "yes, but my other withdrawal hangs too",
        "No answer since yesterday!",
        "yes no",
        "I don't know",
        "Ja, aber ich wurde gehackt",
        "no funciona",
    ],
)
def test_whatever_says_more_is_for_a_person(text: str) -> None:
    assert yes_or_no(text) is None
