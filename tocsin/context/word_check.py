"""Says which words of the inside a text for the public holds; the door, the page and all mail ask the same check."""

from collections.abc import Sequence
from threading import Lock

from statuspage.leaks import Leak, Leaks
from tocsin.config import Config
from tocsin.context.internal_terms import Inside, first_names, internal_shapes, internal_words, public_words
from tocsin.context.watch_memory import WatchMemory
from tocsin.storage import Store

TEXT, TITLE = "text", "title"
"""The fields of a form that are for the public."""


class InsideWords(ValueError):
    """A text that was not accepted because readers would see words of the inside. field: of the form that holds it."""

    def __init__(self, leaks: Sequence[Leak], config: str) -> None:
        super().__init__(
            f"{in_words(leaks)}. Take it out, or list it under page.may_say in {config} if readers may see it"
        )
        self.field = leaks[0].path


class WordCheck:
    """The check of one configuration's public words, for all threads.

    It looks for the words of the inside as of the last `refresh`, which each edition of the page and each form makes: a
    mail says what the page says. A label's value or a user that is new since then is looked for from the next one on.
    """

    def __init__(self, config: Config, store: Store, memory: WatchMemory) -> None:
        self._config = config
        self._store = store
        self._memory = memory
        self._lock = Lock()
        self._inside: Inside | None = None
        self._looked_for: object = None
        # What was found belongs to the words that were looked for: both are replaced as one.
        self._current: tuple[Leaks, dict[str, tuple[Leak, ...]]] = (Leaks(()), {})

    def refresh(self) -> Leaks:
        """Reads again which words are of the inside."""
        with self._lock:
            inside = self.inside()
            if inside != self._inside:
                words, names = internal_words(inside), first_names(inside.people)
                looked_for = (frozenset(one.word for one in words), frozenset(one.word for one in names))
                if looked_for != self._looked_for:
                    shapes = internal_shapes(self._config)
                    self._current = Leaks(words, public_words(self._config), shapes=shapes, names=names), {}
                    self._looked_for = looked_for
                self._inside = inside
            return self._current[0]

    def inside(self) -> Inside:
        """The sources of internal words as of now."""
        return Inside(
            config=self._config,
            people=self._store.people.users(),
            series=tuple((name, state.keys) for name, state in sorted(self._memory.states.items())),
            alerts=tuple(sorted({(s.name, i.reference) for i in self._store.incidents.active() for s in i.signals})),
        )

    def find(self, text: str) -> tuple[Leak, ...]:
        """The words of the inside in a text that a person wrote; () = it may go out."""
        if not text:
            return ()
        if self._inside is None:
            self.refresh()
        leaks, found = self._current
        known = found.get(text)
        if known is None:
            known = found[text] = leaks.find_in(text, TEXT)
        return known

    def may_say(self, text: str) -> bool:
        """Whether a text may be read outside."""
        return not self.find(text)

    def require(self, text: str, field: str = TEXT) -> None:
        """Returns where a text that is being handed in may be read outside; raises InsideWords where it may not."""
        found = self.refresh().find_in(text, field) if text else ()
        if found:
            raise InsideWords(found, self._config.path.name)


def in_words(leaks: Sequence[Leak]) -> str:
    """The words that were found in one text, in one sentence without its end."""
    words = [f"the {leak.kind} {leak.word!r} ({leak.source})" for leak in leaks]
    return f"{leaks[0].path} holds {' and '.join(words)}, which readers must not see"
