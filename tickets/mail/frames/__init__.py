"""The words of the mails themselves, around what is said of an incident, in every language of the page."""

from collections.abc import Mapping

from tickets.mail.frames.ar import WORDS as ARABIC
from tickets.mail.frames.de import WORDS as GERMAN
from tickets.mail.frames.en import WORDS as ENGLISH
from tickets.mail.frames.es import WORDS as SPANISH
from tickets.mail.frames.fa import WORDS as PERSIAN
from tickets.mail.frames.ja import WORDS as JAPANESE
from tickets.mail.frames.tr import WORDS as TURKISH
from tickets.mail.frames.zh import WORDS as CHINESE

FRAMES: Mapping[str, Mapping[str, str]] = {
    "en": ENGLISH,
    "de": GERMAN,
    "es": SPANISH,
    "ar": ARABIC,
    "fa": PERSIAN,
    "ja": JAPANESE,
    "tr": TURKISH,
    "zh": CHINESE,
}
RIGHT_TO_LEFT = frozenset({"ar", "fa"})


def language_of(*wanted: str) -> str:
    """The first of these languages (BCP 47) that mails are written in; English where it is none of them."""
    plain = (one.replace("_", "-").partition("-")[0].casefold() for one in wanted)
    return next((one for one in plain if one in FRAMES), "en")
