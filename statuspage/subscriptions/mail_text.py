"""The text of mails to subscribers: of an incident, of a sign-up, of a webhook that was switched off."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from incidents.markup import Markdown
from statuspage.feeds import link
from statuspage.phrases import Phrases, phrases_of
from statuspage.site import Site
from statuspage.subscriptions.phrases import counted, words_of
from statuspage.view import EventView, IncidentView, UpdateView

_ACCENT = "#0b5c8a"
_COLOURS: Mapping[str, str] = {
    "operational": "#1f7a4d",
    "degraded": "#8a6100",
    "partial_outage": "#b34700",
    "major_outage": "#a4161a",
    "maintenance": "#2b5db8",
    "retracted": "#5a616b",
    "suspected": "#6b3fa0",
    "unknown": "#5a616b",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailText:
    """The text of a mail. subject: one line. html: a whole document."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """The addresses at which a subscriber manages and ends the subscription."""

    manage: str
    unsubscribe: str


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """The text for all subscribers of one language about one story; `to` adds one subscriber's links."""

    subject: str
    text: str
    html: str
    language: str
    colour: str
    site: str

    def to(self, links: Links) -> MailText:
        """The mail text with the links of one subscriber."""
        words = words_of(self.language)
        reason = words["mail_reason"].format(site=self.site)
        manage, leave = words["mail_manage"], words["mail_unsubscribe"]
        text = f"{self.text}\n-- \n{reason}\n{manage}: {links.manage}\n{leave}: {links.unsubscribe}\n"
        foot = (
            f'<p class="foot">{escape(reason)}<br>{_anchor(links.manage, manage)} · '
            f"{_anchor(links.unsubscribe, leave)}</p>"
        )
        return MailText(
            subject=self.subject, text=text, html=_document(phrases_of(self.language), self.colour, self.html + foot)
        )


def news(owner: EventView, entries: Sequence[UpdateView], site: Site, sign: str) -> News:
    """The mail about what is new in an incident or planned work.

    entries: newest first, at least one. site: in the reader's language. sign: the icon and colour that it wears.
    """
    phrases = phrases_of(site.language)
    words = words_of(site.language)
    phase = phrases.say(entries[0].label)
    address = f"{site.url}{link(owner)}"
    labels = phrases.words["list_comma"].join(t.label for t in owner.touched)
    return News(
        subject=f"[{site.title}] {phase}: {owner.title}",
        text="\n".join(_text_parts(owner, entries, phrases, words, address, labels)),
        html="".join(_html_parts(owner, entries, phrases, words, address, labels)),
        language=site.language,
        colour=_COLOURS.get(sign, _ACCENT),
        site=site.title,
    )


def _text_parts(  # noqa: PLR0917 - what a mail is made of
    owner: EventView,
    entries: Sequence[UpdateView],
    phrases: Phrases,
    words: Mapping[str, str],
    address: str,
    labels: str,
) -> Iterable[str]:
    markdown = Markdown()
    yield f"{owner.title}\n"
    for entry in entries:
        yield f"{phrases.say(entry.label)} – {phrases.moment(entry.at)}"
        if entry.planned:
            yield f"{phrases.span(*entry.planned)}\n"
        if entry.body:
            yield f"{entry.body}\n"
        if entry.message:
            yield f"{markdown.to_text(entry.message)}\n"
        if entry.corrected_at:
            yield f"{phrases.say('corrected')} – {phrases.moment(entry.corrected_at)}\n"
    if labels:
        yield f"{words['mail_affected']}: {labels}\n"
    if isinstance(owner, IncidentView) and owner.unaffected:
        yield f"{owner.unaffected}\n"
    yield f"{words['mail_read']}: {address}\n"


def _html_parts(  # noqa: PLR0917 - what a mail is made of
    owner: EventView,
    entries: Sequence[UpdateView],
    phrases: Phrases,
    words: Mapping[str, str],
    address: str,
    labels: str,
) -> Iterable[str]:
    markdown = Markdown()
    yield f'<h1 dir="auto">{escape(owner.title)}</h1>'
    for entry in entries:
        phase = escape(phrases.say(entry.label))
        yield f'<p class="line"><b>{phase}</b> <span class="muted">{escape(phrases.moment(entry.at))}</span></p>'
        if entry.planned:
            yield f"<p>{escape(phrases.span(*entry.planned))}</p>"
        yield "".join(f"<p>{escape(part)}</p>" for part in entry.body.split("\n\n") if part)
        if entry.message:
            language = escape(entry.message_language or phrases.language)
            yield f'<div class="said" lang="{language}" dir="auto">{markdown.to_html(entry.message)}</div>'
        if entry.corrected_at:
            said = f"{phrases.say('corrected')} – {phrases.moment(entry.corrected_at)}"
            yield f'<p class="muted">{escape(said)}</p>'
    if labels:
        yield f'<p class="muted">{escape(words["mail_affected"])}: {escape(labels)}</p>'
    if isinstance(owner, IncidentView) and owner.unaffected:
        yield f'<p class="muted">{escape(owner.unaffected)}</p>'
    yield f'<p class="do"><a href="{escape(address)}">{escape(words["mail_read"])}</a></p>'


def confirmation(language: str, site: str, confirm: str, decline: str, *, hours: int, host: str = "") -> MailText:
    """The first mail of a sign-up. host: of a webhook; "" = it is for mail. confirm, decline: where it leads."""
    words = words_of(language)
    asked = words["mail_confirm_hook"].format(site=site, host=host) if host else words["mail_confirm"].format(site=site)
    return _notice(
        language,
        words["mail_confirm_subject"].format(site=site),
        [asked],
        [
            (words["mail_confirm_do"].format(time=counted(language, "hours", hours)), confirm),
            (words["mail_confirm_not"], decline),
        ],
    )


def already(language: str, site: str, links: Links) -> MailText:
    """The mail to somebody who signs up again for a subscription that exists."""
    words = words_of(language)
    return _notice(
        language,
        words["mail_already_subject"].format(site=site),
        [words["mail_already"]],
        [(words["mail_manage"], links.manage), (words["mail_unsubscribe"], links.unsubscribe)],
    )


def stopped(language: str, site: str, host: str, links: Links) -> MailText:
    """The mail to the owner of a webhook that was switched off."""
    words = words_of(language)
    return _notice(
        language,
        words["mail_stopped_subject"].format(site=site),
        [words["mail_stopped"].format(host=host)],
        [(words["mail_stopped_do"], links.manage), (words["mail_unsubscribe"], links.unsubscribe)],
    )


def _notice(language: str, subject: str, said: Sequence[str], doing: Sequence[tuple[str, str]]) -> MailText:
    text = "\n\n".join([*said, *(f"{words}:\n{url}" for words, url in doing)]) + "\n"
    body = [f"<h1>{escape(subject)}</h1>", *(f"<p>{escape(one)}</p>" for one in said)]
    body += [f'<p class="{"foot" if k else "do"}">{_anchor(url, words)}</p>' for k, (words, url) in enumerate(doing)]
    return MailText(subject=subject, text=text, html=_document(phrases_of(language), _ACCENT, "".join(body)))


def _anchor(url: str, words: str) -> str:
    return f'<a href="{escape(url)}">{escape(words)}</a>'


def _document(phrases: Phrases, colour: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="{phrases.language}" dir="{phrases.direction}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        f'<title></title><style>{_STYLE.replace("COLOUR", colour)}</style></head><body><div class="sheet">{body}'
        "</div></body></html>\n"
    )


_STYLE = (
    "body{margin:0;padding:16px;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;"
    "background:#fbfaf7;color:#1c1f24}"
    ".sheet{max-width:600px;margin:0 auto;padding:20px 24px;background:#fff;border:1px solid #d9d6cf;"
    "border-top:4px solid COLOUR;border-radius:6px}"
    "h1{font-size:20px;line-height:1.3;margin:0 0 16px}p{margin:0 0 12px}.line{margin:16px 0 4px}"
    ".muted,.foot{color:#5a616b;font-size:14px}.foot{border-top:1px solid #d9d6cf;padding-top:12px;margin:16px 0 0}"
    "a{color:#0b5c8a}.do a{display:inline-block;padding:8px 16px;border-radius:6px;background:#0b5c8a;color:#fff;"
    "font-weight:600;text-decoration:none}"
    "@media(prefers-color-scheme:dark){body{background:#12151a;color:#e8eaed}.sheet{background:#1a1f26;"
    "border-color:#323a45;border-top-color:COLOUR}.muted,.foot{color:#a3abb6}.foot{border-color:#323a45}"
    "a{color:#7cc4f0}.do a{background:#7cc4f0;color:#12151a}}"
)
