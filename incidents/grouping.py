"""What people decided about the grouping of signals, and what that says of the next signals like them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from incidents.component import ComponentGraph
from incidents.names import is_like
from incidents.signal import Signal


class Regroup(StrEnum):
    """How a person changed which signals belong together."""

    MERGE = "merge"
    SPLIT = "split"
    MOVE = "move signals"


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Who spoke: the watch's or the alert's name, "" = any of its component; and the component."""

    name: str
    component: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """A person's decision about signals, in force until it is undone.

    source, target: the ids of the incidents that the signals left and came to; source_ref, target_ref: as people say
    them. fingerprints: of the signals that went from the one to the other.
    moved: who the signals were of. apart: whom they do not belong with. along: whom they do.
    undone_at, undone_by: since when, and by whose word, it is followed no longer; None and "" while it is.
    """

    id: str
    at: datetime
    by: str
    reason: str
    verb: Regroup
    source: str
    target: str
    source_ref: str
    target_ref: str
    fingerprints: tuple[str, ...]
    moved: tuple[Voice, ...]
    apart: tuple[Voice, ...] = ()
    along: tuple[Voice, ...] = ()
    undone_at: datetime | None = None
    undone_by: str = ""

    @property
    def words(self) -> str:
        """The decision as a placement's reason says it: "as ada decided on 2026-11-29 (split of INC-3): two faults"."""
        return f"as {self.by} decided on {self.at:%Y-%m-%d} ({self.verb} of {self.source_ref}): {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What a decision says of a signal beside an incident. via: the component at its other end."""

    is_together: bool
    via: str
    grouping: Grouping


def voices_of(signals: Iterable[Signal]) -> tuple[Voice, ...]:
    """Who spoke, each once."""
    return tuple(dict.fromkeys(Voice(name=s.name, component=s.component) for s in signals))


class Groupings:
    """All decisions in force. Of those that speak on a signal and on a piece of evidence, the latest counts.

    A signal is like a voice of the same name and component; else like one of the same component; else, where no
    configuration names its component, like one of the same alert on a component whose name begins alike, such as the
    pod that took the place of another. Where both sides of a decision are equally like it, the decision says nothing.
    """

    def __init__(self, groupings: Iterable[Grouping], graph: ComponentGraph) -> None:
        self._graph = graph
        self._by_component: dict[str, list[Grouping]] = {}
        self._by_name: dict[str, list[Grouping]] = {}
        for one in sorted(groupings, key=lambda g: (g.at, g.id)):
            voices = (*one.moved, *one.apart, *one.along)
            for component in {v.component for v in voices}:
                self._by_component.setdefault(component, []).append(one)
            for name in {v.name for v in voices if v.component not in graph}:
                self._by_name.setdefault(name, []).append(one)

    def speaks_on(self, signal: Signal) -> tuple[Grouping, ...]:
        """The decisions about signals like this one, the latest first."""
        found = self._by_component.get(signal.component, [])
        if signal.component not in self._graph:
            found = [*found, *self._by_name.get(signal.name, [])]
        if not found:
            return ()
        once = {one.id: one for one in found}
        return tuple(sorted(once.values(), key=lambda g: (g.at, g.id), reverse=True))

    def ruling(self, signal: Signal, evidence: Iterable[Signal], fresh: Mapping[str, bool]) -> Ruling | None:
        """What the latest decision about the signal and this evidence says; None where none speaks on both.

        fresh: key -> whether that evidence still attracts signals; what has been over for long keeps apart, and binds
        nothing.
        """
        decisions = self.speaks_on(signal)
        evidence = tuple(evidence) if decisions else ()
        for grouping in decisions:
            found = self._of(grouping, signal, evidence, fresh)
            if found is not None:
                return found
        return None

    def _of(
        self, grouping: Grouping, signal: Signal, evidence: tuple[Signal, ...], fresh: Mapping[str, bool]
    ) -> Ruling | None:
        for others, is_together in ((grouping.apart, False), (grouping.along, True)):
            own = self._side(signal, grouping.moved, others)
            for one in evidence if own is not None else ():
                if self._side(one, grouping.moved, others) == (not own) and (fresh.get(one.key) or not is_together):
                    return Ruling(is_together=is_together, via=one.component, grouping=grouping)
        return None

    def _side(self, signal: Signal, moved: tuple[Voice, ...], others: tuple[Voice, ...]) -> bool | None:
        """Whether the signal is like the moved ones (True) or the others (False); None = like neither, or like both."""
        near, far = self._likeness(signal, moved), self._likeness(signal, others)
        return None if near == far else near > far

    def _likeness(self, signal: Signal, voices: tuple[Voice, ...]) -> int:
        return max((self._alike(signal, voice) for voice in voices), default=0)

    def _alike(self, signal: Signal, voice: Voice) -> int:
        if voice.component == signal.component:
            return 3 if voice.name == signal.name else 2
        is_unlisted = signal.component not in self._graph and voice.component not in self._graph
        return int(is_unlisted and voice.name == signal.name and is_like(signal.component, voice.component))
