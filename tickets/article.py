"""What agents write once and use often: canned answers with variables, and guides; in languages and versions."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from tickets.search_words import search_words
from tickets.ticket import Form


class ArticleKind(StrEnum):
    """What an article is for."""

    ANSWER = "answer"
    GUIDE = "guide"


class ArticleError(Exception):
    """An article that cannot be kept or used as it is; the words say what to mend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One version of an article. form: the topic that it is about; None = any. texts: Markdown by language.

    is_retired: it is offered no more, and stays readable.
    """

    kind: ArticleKind
    title: str
    form: Form | None = None
    texts: tuple[tuple[str, str], ...] = ()
    is_retired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleVersion:
    """Who wrote a version of an article, and when."""

    number: int
    at: datetime
    by: str
    article: Article = field(repr=False)


VARIABLES = ("name", "number", "agent", "incident", "next_update")
"""What a canned answer may leave open: the customer's name, the ticket's number, …"""
TITLE_LONGEST, TEXT_LONGEST = 120, 20_000
_VARIABLE = re.compile(r"\{(\w+)\}")


def written(article: Article, language: str, text: str) -> Article:
    """The article with this text in that language; "" takes the language away. Raises ArticleError."""
    title = " ".join(article.title.split())
    if not 0 < len(title) <= TITLE_LONGEST:
        raise ArticleError(f"an article has a title of 1 to {TITLE_LONGEST} characters, not {len(title)}")
    if len(text) > TEXT_LONGEST:
        raise ArticleError(f"{title}: its text has {len(text)} characters, at most {TEXT_LONGEST} are kept")
    unknown = sorted(set(_VARIABLE.findall(text)) - set(VARIABLES))
    if unknown and article.kind is ArticleKind.ANSWER:
        raise ArticleError(f"{title}: there is no variable {{{unknown[0]}}}; there are {', '.join(VARIABLES)}")
    texts = {name: said for name, said in article.texts if name != language}
    if text.strip():
        texts[language] = text
    if not texts:
        raise ArticleError(f"{title}: it has no text; write one in at least one language")
    return replace(article, title=title, texts=tuple(sorted(texts.items())))


def text_in(article: Article, language: str) -> tuple[str, str]:
    """The text in a language, by its first part, else in English, else in the first there is; and which that is."""
    texts = dict(article.texts)
    for name in (language, language.partition("-")[0], "en"):
        if name in texts:
            return name, texts[name]
    return article.texts[0]


def filled(text: str, values: Mapping[str, str]) -> str:
    """A canned answer for one ticket. values: by variable; one whose value nobody knows stays, for the agent to see."""
    return _VARIABLE.sub(lambda found: values.get(found[1]) or found[0], text)


def refuse_unfilled(text: str) -> None:
    """Raises ArticleError where an answer still holds a variable, which no customer may read."""
    left = [name for name in _VARIABLE.findall(text) if name in VARIABLES]
    if left:
        raise ArticleError(f"The answer still holds {{{left[0]}}}: write what it stands for, or take it out.")


def matching(articles: Mapping[int, Article], text: str) -> tuple[int, ...]:
    """The ids of the articles that have every word of the text, those with the words in the title first."""
    wanted = set(search_words(text))
    found = [name for name, one in articles.items() if wanted <= set(search_words(_all_words(one)))]
    return tuple(sorted(found, key=lambda name: (not wanted <= set(search_words(articles[name].title)), name)))


def _all_words(article: Article) -> str:
    return "\n".join((article.title, article.form or "", *(text for _, text in article.texts)))


def mentioned_in(text: str, names: Sequence[str]) -> tuple[str, ...]:
    """Those of the names that a note calls by @name, in any case."""
    said = {word.casefold() for word in re.findall(r"(?<![\w@])@([\w.-]+\w)", text)}
    return tuple(name for name in names if name.casefold() in said)
