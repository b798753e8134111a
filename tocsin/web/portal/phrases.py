"""What the portal's pages say, in the languages of the public page, and which of them a reader gets."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import Request, Response
from markupsafe import Markup, escape

from statuspage.phrases import FALLBACK, phrases_of
from tickets.forms import FieldError
from tocsin.web.http.answers import is_https
from tocsin.web.http.runtime import services_of
from tocsin.web.portal.words import ar, de, en, es, fa, ja, tr, zh

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": en.WORDS,
    "ar": ar.WORDS,
    "de": de.WORDS,
    "es": es.WORDS,
    "fa": fa.WORDS,
    "ja": ja.WORDS,
    "tr": tr.WORDS,
    "zh": zh.WORDS,
}
"""Every language has every key, with the same placeholders."""
LANGUAGE_COOKIE = "tocsin_language"
ASKED = "lang"
REMEMBERED_S = 365 * 24 * 3600


_APART = {"": Markup("<bdi>{}</bdi>"), "number": Markup('<bdi class="id">{}</bdi>')}


@dataclass(frozen=True, slots=True)
class PortalWords:
    """The portal's words in one language."""

    language: str

    def __getitem__(self, name: str) -> str:
        return WORDS[self.language][name]

    @property
    def direction(self) -> str:
        """In which direction it is written: "ltr" or "rtl"."""
        return phrases_of(self.language).direction

    def say(self, name: str, **values: object) -> str:
        """The sentence with its values, as plain text."""
        return self[name].format(**values)

    def mark(self, name: str, **values: object) -> Markup:
        """The sentence as HTML: each value escaped, and set apart from the direction of what is around it."""
        return escape(self[name]).format(**{k: _APART.get(k, _APART[""]).format(v) for k, v in values.items()})

    def when(self, at: datetime, now: datetime) -> Markup:
        """Relative and absolute time together, as a `<time>`."""
        phrases, span = phrases_of(self.language), abs(now - at)
        clock = phrases.clock(at) if at.date() == now.date() else phrases.moment(at)
        is_now = span < timedelta(minutes=1)
        near = self["just_now"] if is_now else self.say("ago", time=phrases.duration(span.total_seconds()))
        return Markup('<time datetime="{}">{}, {}</time>').format(at.isoformat(), near, clock)

    def moment(self, at: datetime) -> str:
        """An instant as a footer says it."""
        return phrases_of(self.language).moment(at)

    def problem(self, error: FieldError) -> str:
        """What is wrong with a field, in words for the customer."""
        if not error.key:
            return error.message
        values: dict[str, object] = dict(error.values)
        if "field" in values:
            values["label"] = self[self._label(str(values["field"]))]
            values["expected"] = WORDS[self.language].get(f"expected.{values['field']}", self["expected.line"])
        return self[error.key].format(**values)

    def _label(self, name: str) -> str:
        if name == "attachments":
            return "document"
        return f"field.{name}" if f"field.{name}" in WORDS[FALLBACK] else name


def known_language(*tags: str) -> str:
    """The first of these language tags ("de-AT") that the portal speaks; "" where it is none of them."""
    roots = (tag.strip().replace("_", "-").partition("-")[0].lower() for tag in tags)
    return next((root for root in roots if root in WORDS), "")


def reader_language(request: Request, otherwise: str = "") -> str:
    """The language that a reader asked for, now or before; else `otherwise`, their browser's, or English."""
    asked = request.query_params.get(ASKED, ""), request.cookies.get(LANGUAGE_COOKIE, "")
    accepted = (entry.partition(";")[0] for entry in request.headers.get("accept-language", "").split(",")[:20])
    return known_language(*asked, otherwise, *accepted) or FALLBACK


def reader_words(request: Request, otherwise: str = "") -> PortalWords:
    """The portal's words in the reader's language."""
    return PortalWords(reader_language(request, otherwise))


def languages_of(request: Request) -> list[tuple[str, str, str]]:
    """Tag, name in itself, and address of this page in it, of every language."""
    here = request.url
    return [
        (tag, phrases_of(tag).say("language_name"), f"?{here.include_query_params(**{ASKED: tag}).query}")
        for tag in WORDS
    ]


def remember_language(request: Request, response: Response) -> None:
    """Keeps the language that a reader has chosen, for their next pages."""
    chosen = known_language(request.query_params.get(ASKED, ""))
    if chosen:
        secure = is_https(services_of(request))
        response.set_cookie(LANGUAGE_COOKIE, chosen, max_age=REMEMBERED_S, httponly=True, samesite="lax", secure=secure)
