"""Plural rules by language, for whole numbers (CLDR 46, cardinal rules)."""

FORMS = {
    "ar": ("zero", "one", "two", "few", "many", "other"),
    "ja": ("other",),
    "zh": ("other",),
}
"""The forms of languages that do not have just "one" and "other"."""

_FROM_ZERO = frozenset({"fa"})  # Persian says none in the form of one


def forms(language: str) -> tuple[str, ...]:
    """The forms that a language's words must come in."""
    return FORMS.get(language, ("one", "other"))


def form(language: str, count: int) -> str:
    """The form for so many, 0 and above."""
    if language == "ar":
        return _arabic(count)
    if "one" not in forms(language):
        return "other"
    return "one" if count == 1 or (count == 0 and language in _FROM_ZERO) else "other"


def _arabic(count: int) -> str:
    if count <= 2:
        return ("zero", "one", "two")[count]
    if 3 <= count % 100 <= 10:
        return "few"
    return "many" if count % 100 >= 11 else "other"
