"""The settings of the page's site: name, address, heartbeat, colours; and the public ids of its components."""

import hashlib
import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from statuspage.theme import Theme

__all__ = ["Site", "Theme"]

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
_ID_LENGTH = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The public page as a place.

    url: where readers find it, with a slash at its end. since: when its records begin; nothing before is claimed.
    heartbeat: by when after each making the next one is due. language: BCP 47.
    languages: further ones, each with a page tree of its own below the address ("de" at `{url}de/`).
    root: of a further language's tree, the address of the first one's; "" = this is the first.
    home_url, support_url, subscribe_url: links in the header; "" = none.
    id_key: keys the hash that names components outside, so that an internal name cannot be guessed from its public id.
    """

    title: str
    url: str
    since: datetime
    heartbeat: timedelta = timedelta(minutes=5)
    language: str = "en"
    languages: tuple[str, ...] = ()
    root: str = ""
    home_url: str = ""
    support_url: str = ""
    subscribe_url: str = ""
    id_key: bytes = b""
    theme: Theme = field(default_factory=Theme)

    def __post_init__(self) -> None:
        if not self.url.startswith(("https://", "http://")) or not self.url.endswith("/"):
            raise ValueError(f"site url is {self.url!r}, must start with https:// or http:// and end with a slash")
        if self.since.tzinfo is None or self.since.utcoffset() != timedelta(0):
            raise ValueError(f"site since is {self.since!r}, must be aware UTC")

        for language in self.languages:
            if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", language) or language == self.language:
                raise ValueError(f'site language is {language!r}, must be another tag such as "de" or "pt-BR"')

    @property
    def id(self) -> str:
        """The page's own public id, in every language."""
        return self._id("page", self.root or self.url)

    @property
    def folder(self) -> str:
        """The folder of this language's tree, below the first language's: "" or such as "de/"."""
        return self.url.removeprefix(self.root) if self.root else ""

    @property
    def trees(self) -> tuple["Site", ...]:
        """This place in its own language, then in each of the further ones."""
        return (self, *(self.in_language(language) for language in self.languages))

    def in_language(self, language: str) -> "Site":
        """The same place in one of its further languages."""
        if language == self.language:
            return self
        return replace(self, language=language, languages=(), root=self.url, url=f"{self.url}{language}/")

    def component_id(self, name: str) -> str:
        """The public id of a component: stable, and derived so that its internal name cannot be read from it."""
        return self._id("component", name)

    def group_id(self, title: str) -> str:
        """The public id of a group of components."""
        return self._id("group", title)

    def _id(self, kind: str, name: str) -> str:
        digest = hashlib.blake2b(f"{kind}\0{name}".encode(), key=self.id_key[:64], digest_size=16).digest()
        number, characters = int.from_bytes(digest, "big"), []
        for _ in range(_ID_LENGTH):
            number, digit = divmod(number, len(_ALPHABET))
            characters.append(_ALPHABET[digit])
        return "".join(characters)
