"""The last look at an edition: an internal word blocks it, and the error names the word and where it is from.

What people wrote was looked at before, message by message (`tocsin.context.word_check`), so what is left to be found
is of the installation's own making: its page templates, its names for things.
"""

from collections.abc import Mapping

from statuspage.leaks import Leak, Leaks

NAMED = 3
"""As many words as the one sentence names; the log has them all."""


class PageBlocked(Exception):
    """An edition holds internal words: it was not published, and the one before it stands."""

    def __init__(self, leaks: tuple[Leak, ...], config: str) -> None:
        super().__init__(_in_words(leaks, config))
        self.leaks = leaks


class LeakCheck:
    """Scans the files that it has not let through yet; one object per configuration. config: the file's name.

    blocked: why the last edition was blocked, "" = it was not. A word that becomes internal later is looked for in
    files that are rendered from then on, and everywhere after a restart.
    """

    def __init__(self, config: str) -> None:
        self._config = config
        self._passed: dict[str, bytes] = {}
        self.blocked = ""

    def check(self, files: Mapping[str, bytes], leaks: Leaks) -> None:
        """Returns when the edition may be published; raises PageBlocked when it may not."""
        new = {path: content for path, content in files.items() if self._passed.get(path) is not content}
        found = leaks.find(new)
        blocked = {leak.path for leak in found}
        self._passed = {path: content for path, content in files.items() if path not in blocked}
        self.blocked = ""
        if found:
            error = PageBlocked(found, self._config)
            self.blocked = str(error)
            raise error


def _in_words(leaks: tuple[Leak, ...], config: str) -> str:
    """One sentence a word: which file, which word, where it is from, and what to do."""
    by_word: dict[str, list[Leak]] = {}
    for leak in sorted(leaks, key=lambda leak: (not leak.path.startswith("incidents/"), leak.path)):
        by_word.setdefault(leak.word, []).append(leak)
    said = []
    for word, found in list(by_word.items())[:NAMED]:
        more = f" and {len(found) - 1} more files" if len(found) > 1 else ""
        said.append(f"{found[0].path}{more}: the {found[0].kind} {word!r}, from {found[0].source}")
    if len(by_word) > NAMED:
        said.append(f"and {len(by_word) - NAMED} words more")
    return (
        f"the public page is blocked, the edition before it stays: {'; '.join(said)}. Take the word out of the page's "
        f"templates or names, or list it under page.may_say in {config} if readers may see it"
    )
