"""Whether a short message says yes or no, in the languages that mails are written in. Pure."""

import re
import unicodedata

YES = {
    "en": "yes|yeah|yep|yes please|yes it is|yes thats it|yes that is it|yes this is it|yes thanks",
    "de": "ja|ja bitte|ja danke|ja genau|genau|ja das ist es|ja ist es|stimmt",
    "es": "sí|si|sí gracias|sí es eso|sí es esto|sí eso es|correcto",
    "ar": "نعم|أجل|نعم شكرا|نعم هذه هي",
    "fa": "بله|بلی|آره|بله همین است|بله ممنون",
    "ja": "はい|ええ|はいそうです|そうです|はいこの問題です",
    "tr": "evet|evet bu|evet lütfen|evet teşekkürler|evet bu sorun",
    "zh": "是|是的|对|对的|是这个|是这个问题|是的谢谢",
}
NO = {
    "en": "no|nope|no it is not|no its not|no thats not it|no that is not it|no thanks|no thank you",
    "de": "nein|nein danke|nein das ist es nicht|nein ist es nicht|nein etwas anderes",
    "es": "no|no gracias|no es eso|no no es eso|no es otra cosa",
    "ar": "لا|كلا|لا شكرا|لا ليست هذه",
    "fa": "خیر|نه|نه ممنون|خیر این نیست|نه این نیست",
    "ja": "いいえ|違います|いいえ違います|いいえ別の問題です",
    "tr": "hayır|hayır değil|hayır bu değil|hayır teşekkürler|hayır başka bir şey",
    "zh": "不|不是|否|不是这个|不是这个问题|不是的",
}
QUOTED = re.compile(r"^\s*>")


def _plain(text: str) -> str:
    """Words in lower case with one space between them, without signs and accents."""
    parts = unicodedata.normalize("NFKD", text.replace("\u200c", " ")).casefold().replace("ı", "i")
    kept = "".join(c if c.isalpha() else " " if c.isspace() or c == "-" else "" for c in parts)
    return " ".join(kept.split())


_YES, _NO = (frozenset(_plain(one) for words in said.values() for one in words.split("|")) for said in (YES, NO))


def yes_or_no(text: str) -> bool | None:
    """True for yes, False for no; None where it says anything more, or anything else.

    Lines that quote what is answered are left out.
    """
    said = _plain("\n".join(line for line in text.splitlines() if not QUOTED.match(line)))
    if said in _YES:
        return True
    return False if said in _NO else None
