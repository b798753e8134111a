"""The theme: what an exchange may change of the look without a template, and whether it stays readable."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from incidents.component import ComponentStatus

Pairs = tuple[tuple[str, str], ...]

READABLE = 4.5
"""The least contrast of text with what is behind it: WCAG 2.2, success criterion 1.4.3, level AA."""

_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})")
_BEHIND = ("paper", "panel")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A logo or an icon, as `statuspage.picture` let it through."""

    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """An installation's look: colours by token, light and dark; a logo beside the name; the browser tab's icon.

    light, dark: (token, colour) pairs over the defaults; tokens are those of `templates/page.css` without the dashes.
    """

    light: Pairs = ()
    dark: Pairs = ()
    logo: Picture | None = None
    favicon: Picture | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Text that does not stand out. scheme: "light" or "dark"; ratio: 1.0 to 21.0."""

    scheme: str
    token: str
    colour: str
    behind: str
    behind_colour: str
    ratio: float

    def __str__(self) -> str:
        return (
            f"{self.scheme}.{self.token} is {self.colour} on {self.behind} {self.behind_colour}, a contrast of "
            f"{int(self.ratio * 100) / 100:.2f}:1, must be {READABLE}:1 or more"
        )


def defaults() -> tuple[dict[str, str], dict[str, str]]:
    """The shipped colours by token, light and dark; dark has all of light's that it does not change."""
    css = (Path(__file__).parent / "templates" / "page.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    light, dark = (dict(re.findall(rf"--([a-z_-]+): ({_COLOUR.pattern})", block)) for block in blocks[:2])
    return light, light | dark


def unknown_tokens(pairs: Pairs) -> tuple[str, ...]:
    """The given tokens that the page does not have."""
    known = defaults()[0]
    return tuple(token for token, _ in pairs if token not in known)


def unreadable(theme: Theme) -> tuple[Unreadable, ...]:
    """Each text that this theme makes hard to read, by scheme; () = all is well."""
    light, dark = defaults()
    schemes: tuple[tuple[str, Mapping[str, str]], ...] = (
        ("light", light | dict(theme.light)),
        ("dark", dark | dict(theme.dark)),
    )
    return tuple(fault for scheme, colours in schemes for fault in _faults(scheme, colours))


def contrast(one: str, other: str) -> float:
    """The contrast of two colours by WCAG 2.2: 1.0 (the same) to 21.0 (black on white)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def colour_of(colour: str) -> str:
    """The colour itself; raises ValueError where it is anything but hex digits, as it goes into a style sheet."""
    if not _COLOUR.fullmatch(colour):
        raise ValueError(f"theme colour is {colour!r}, must be a hex colour such as #1f7a4d")
    return colour


def style(theme: Theme) -> str:
    """The theme's colours as rules that come after the shipped ones; a colour for light changes nothing in the dark.

    Raises ValueError at a token that the page does not have, and at what is no colour.
    """
    if strange := unknown_tokens(theme.light + theme.dark):
        raise ValueError(f"theme token is {strange[0]!r}, must be one of {', '.join(sorted(defaults()[0]))}")
    light, dark = dict(theme.light), dict(theme.dark)
    shipped = defaults()[1]
    night = {token: shipped[token] for token in light if token in shipped} | dark
    rules = [_rule(light), f"@media(prefers-color-scheme:dark){{{_rule(night)}}}" if night else ""]
    return "".join(rules)


def _rule(colours: Mapping[str, str]) -> str:
    inside = "".join(f"--{token}:{colour_of(colour)};" for token, colour in colours.items())
    return f":root{{{inside}}}" if inside else ""


def _faults(scheme: str, colours: Mapping[str, str]) -> Iterator[Unreadable]:
    for token, behind in _pairs():
        ratio = contrast(colours[token], colours[behind])
        if ratio < READABLE:
            yield Unreadable(
                scheme=scheme,
                token=token,
                colour=colours[token],
                behind=behind,
                behind_colour=colours[behind],
                ratio=ratio,
            )


def _pairs() -> Iterator[tuple[str, str]]:
    """Which text stands on what: (token, token)."""
    tints = [f"{status}-tint" for status in ComponentStatus]
    for token in ("ink", "muted"):
        for behind in (*_BEHIND, *tints):
            yield token, behind
    for behind in _BEHIND:
        yield "accent", behind
    for status in ComponentStatus:
        for behind in (*_BEHIND, f"{status}-tint"):
            yield status.value, behind


def _luminance(colour: str) -> float:
    digits = colour_of(colour)[1:]
    whole = "".join(d * 2 for d in digits) if len(digits) == 3 else digits
    red, green, blue = (_linear(int(whole[i : i + 2], 16) / 255) for i in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
