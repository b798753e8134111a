"""Renders a Page into files, by path; the same Page gives the same bytes.

Only each language's index.html and the manifest carry the heartbeat; every other document says when it last changed, so
that making the page again with nothing new changes those alone. `Renderer` keeps what it made, and renders again only
what shows something else.
"""

from collections.abc import Hashable, Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from statuspage import api_v2, badges, manifest
from statuspage.environment import Alternate
from statuspage.modes_api import files as modes_file
from statuspage.phrases import phrases_of
from statuspage.site import Site
from statuspage.tree import Tree, facts_of
from statuspage.view import Page


def render(page: Page, *, key: Ed25519PrivateKey | None = None, translations: Sequence[Page] = ()) -> dict[str, bytes]:
    """All files of a page, what is linked to before what links to it; signed where a key is given."""
    return Renderer(page.site, key=key).render(page, translations)


class Renderer:
    """Renders one site again and again; memory and time go to what changed.

    overrides: a folder whose templates come before the shipped ones of the same name.
    """

    def __init__(self, site: Site, *, key: Ed25519PrivateKey | None = None, overrides: Path | None = None) -> None:
        self._key = key
        alternates = [_alternate(one) for one in site.trees]
        self._trees = [Tree(one, alternates, overrides) for one in site.trees]
        self._digests: dict[str, tuple[bytes, str]] = {}
        self._facts: Hashable = None
        self._summaries: dict[str, bytes] = {}
        self._is_compiled = False

    def compile(self) -> None:
        """Compiles every template that was not needed yet, once: the first incident's page must not wait for it.

        Raises jinja2.TemplateError where a template cannot be compiled; the others then wait for their first use.
        """
        if not self._is_compiled:
            self._is_compiled = True
            for tree in self._trees:
                tree.compile()

    def render(self, page: Page, translations: Sequence[Page] = ()) -> dict[str, bytes]:
        """All files of a page; those that show the same as the last time are the same objects as the last time.

        translations: the same page in each of the site's further languages, in their order.
        """
        pages = (page, *translations)
        _check([one.site for one in pages], [tree.site for tree in self._trees])
        files: dict[str, bytes] = {}
        for tree, one in zip(self._trees, pages, strict=True):
            files |= {tree.site.folder + path: content for path, content in tree.files(one).items()}
        facts = facts_of(page)
        if facts != self._facts:
            self._facts, self._summaries = facts, self._sum_up(page)
        files |= self._summaries
        files[manifest.MANIFEST] = self._manifest(page, files)
        return files

    def _sum_up(self, page: Page) -> dict[str, bytes]:
        """What follows from facts alone, whenever the page is made."""
        phrases = self._trees[0].phrases
        files = {**api_v2.files(page, phrases), **modes_file(page)}
        files["badges/status.svg"] = badges.of_page(page, phrases)
        return files | {f"badges/{c.id}.svg": badges.of_component(c, phrases) for c in page.components}

    def _manifest(self, page: Page, files: dict[str, bytes]) -> bytes:
        before, self._digests = self._digests, {}
        for path, content in files.items():
            known = before.get(path)
            same = known is not None and known[0] is content
            self._digests[path] = known if known is not None and same else (content, manifest.digest(content))
        digests = {path: digest for path, (_, digest) in self._digests.items()}
        return manifest.build(digests, made_at=page.made_at, next_due=page.next_due, key=self._key)


def _alternate(site: Site) -> Alternate:
    name = phrases_of(site.language).say("language_name")
    return Alternate(language=site.language, name=name, url=site.url, folder=site.folder)


def _check(given: Sequence[Site], own: Sequence[Site]) -> None:
    for site, expected in zip(given, own, strict=False):
        if site != expected:
            raise ValueError(f"the page is of {site.url}, this renderer of {expected.url}")
    if len(given) != len(own):
        missing = ", ".join(site.language for site in own[len(given) :]) or "no further language"
        raise ValueError(f"{len(given)} languages of the page were given, {len(own)} are expected: missing {missing}")
