import pytest

from tickets.article import (
    Article,
    ArticleError,
    ArticleKind,
    filled,
    matching,
    mentioned_in,
    refuse_unfilled,
    text_in,
    written,
)
from tickets.ticket import Form

HELLO = Article(kind=ArticleKind.ANSWER, title="Hello", texts=(("de", "Guten Tag"), ("en", "Good day")))


@pytest.mark.parametrize(
    ("language", "wanted"),
    [("de", "Guten Tag"), ("de-CH", "Guten Tag"), ("en", "Good day"), ("ja", "Good day"), ("", "Good day")],
)
def test_an_answer_speaks_the_customers_language_or_english(language: str, wanted: str) -> None:
    assert text_in(HELLO, language)[1] == wanted


def test_without_english_an_answer_speaks_its_first_language() -> None:
    assert text_in(Article(kind=ArticleKind.ANSWER, title="x", texts=(("de", "Hallo"),)), "ja") == ("de", "Hallo")


def test_a_text_is_added_replaced_and_taken_away() -> None:
    spoken = written(HELLO, "es", "Buenos días, {name}")
    assert [name for name, _ in spoken.texts] == ["de", "en", "es"]
    assert dict(written(spoken, "de", "Hallo").texts)["de"] == "Hallo"
    assert [name for name, _ in written(spoken, "de", " ").texts] == ["en", "es"]


@pytest.mark.parametrize(
    ("article", "text", "problem"),
    [
        (HELLO, "Dear {customer}", r"no variable \{customer\}; there are name, number"),
        (Article(kind=ArticleKind.ANSWER, title=" "), "x", "a title of 1 to 120 characters"),
        (Article(kind=ArticleKind.GUIDE, title="x"), "", "it has no text"),
        (HELLO, "x" * 20_001, "20001 characters"),
    ],
)
def test_what_cannot_be_kept_says_why(article: Article, text: str, problem: str) -> None:
    with pytest.raises(ArticleError, match=problem):
        written(article, "en", text)


def test_a_guide_may_hold_braces() -> None:
    assert written(Article(kind=ArticleKind.GUIDE, title="API"), "en", 'Send {"amount": {x}}').texts


def test_variables_are_filled_and_what_nobody_knows_stays_and_is_never_sent() -> None:
    text = "Dear {name}, {number}: next update at {next_update}. {other}"
    said = filled(text, {"name": "Ada {number}", "number": "TOC-1"})
    assert said == "Dear Ada {number}, TOC-1: next update at {next_update}. {other}"
    with pytest.raises(ArticleError, match=r"still holds \{number\}"):
        refuse_unfilled(said)
    refuse_unfilled("Send {amount} and {x}")


def test_articles_are_found_by_all_their_words_titles_first() -> None:
    made = {
        1: Article(kind=ArticleKind.GUIDE, title="Ledger", texts=(("en", "How a deposit is credited"),)),
        2: Article(kind=ArticleKind.GUIDE, title="Deposit credited late", texts=(("en", "Look"),)),
        3: Article(kind=ArticleKind.GUIDE, title="Nothing", form=Form.FEES, texts=(("en", "x"),)),
    }
    assert matching(made, "credited DEPOSIT") == (2, 1)
    assert matching(made, "fees") == (3,)
    assert matching(made, "unicorn") == ()


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("@Mara, can you?", ("mara",)),
        ("@mara.k and @bob.", ("mara.k", "bob")),
        ("write to ada@bob", ()),
        ("@maraca", ()),
        ("@nobody", ()),
    ],
)
def test_who_a_note_calls(text: str, called: tuple[str, ...]) -> None:
    assert mentioned_in(text, ["mara", "mara.k", "bob"]) == called
