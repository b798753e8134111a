"""Components of the exchange, how they depend on each other, and when their incidents are made public."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from detectors.watch import FailureKind


class ComponentStatus(StrEnum):
    """The status of a component; `unknown` is never shown as operational."""

    OPERATIONAL = "operational"
    DEGRADED = "degraded"
    PARTIAL_OUTAGE = "partial_outage"
    MAJOR_OUTAGE = "major_outage"
    MAINTENANCE = "maintenance"
    SUSPECTED = "suspected"  # it probably fails, and its incident is not public yet
    UNKNOWN = "unknown"


class DisclosureMode(StrEnum):
    """Who decides that an incident becomes public."""

    AUTO = "auto"  # after `after`, once corroborated
    APPROVE = "approve"  # a human; what happens where none decides says `then`
    NEVER = "never"


class Unapproved(StrEnum):
    """What happens at the deadline of `approve` when no human has decided."""

    PUBLISH = "publish"  # "investigating" goes out by itself
    ESCALATE = "escalate"  # the engineers are reminded, and nothing is published without them


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """A component's disclosure policy.

    after: the wait of `auto` and the deadline of `approve`. then: what that deadline does. suspect: whether the page
    may call the component suspected until then.
    """

    mode: DisclosureMode = DisclosureMode.APPROVE
    after: timedelta = timedelta(minutes=5)
    then: Unapproved = Unapproved.PUBLISH
    suspect: bool = True

    @property
    def escalates(self) -> bool:
        """Whether nothing is published without a human."""
        return self.mode is DisclosureMode.APPROVE and self.then is Unapproved.ESCALATE


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWords:
    """A component's own public sentences, in one language; plain text. They replace the usual sentences.

    kind: of the failure, None = any. phase: a public phase, "" = while it lasts.
    """

    text: str
    language: str = "en"
    kind: FailureKind | None = None
    phase: str = ""


class Weight(StrEnum):
    """How much the business depends on a component."""

    HIGH = "high"
    USUAL = "usual"
    LOW = "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One part of the exchange.

    name: internal, a path such as `withdrawals/BTC/bitcoin`; never shown outside.
    title, group: public words. public: whether the page lists it.
    asset, network, direction, form: how a customer's ticket names it; direction is deposit, withdrawal, trade or "".
    depends_on: names of the components it needs.
    dashboard: an address with {from} and {to} for the time range; runbook: an address; "" = there is none.
    words: its own, where the usual sentences do not fit. weight: for the severity of what happens to it.
    """

    name: str
    title: str
    group: str = ""
    public: bool = True
    asset: str = ""
    network: str = ""
    direction: str = ""
    form: str = ""
    depends_on: tuple[str, ...] = ()
    disclosure: Disclosure = field(default_factory=Disclosure)
    team: str = ""
    dashboard: str = ""
    runbook: str = ""
    words: tuple[OwnWords, ...] = ()
    weight: Weight = Weight.USUAL


class ComponentGraph:
    """The components by name, in their configured order, and the edges between them."""

    def __init__(self, components: Iterable[Component]) -> None:
        self._by_name = {c.name: c for c in components}
        self._down: dict[str, set[str]] = {name: set() for name in self._by_name}
        for c in self._by_name.values():
            for upstream in c.depends_on:
                self._down.setdefault(upstream, set()).add(c.name)

    def __iter__(self) -> Iterator[Component]:
        return iter(self._by_name.values())

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __getitem__(self, name: str) -> Component:
        return self._by_name[name]

    def get(self, name: str) -> Component | None:
        """The component, or None where the configuration does not name it."""
        return self._by_name.get(name)

    def upstream(self, name: str) -> frozenset[str]:
        """All components that `name` needs, near and far, without itself."""
        return self._reach(name, lambda n: self._by_name[n].depends_on if n in self._by_name else ())

    def downstream(self, name: str) -> frozenset[str]:
        """All components that need `name`, near and far, without itself."""
        return self._reach(name, lambda n: self._down.get(n, ()))

    def _reach(self, name: str, step: Callable[[str], Iterable[str]]) -> frozenset[str]:
        seen: set[str] = set()
        front = list(step(name))
        while front:
            here = front.pop()
            if here not in seen and here != name:
                seen.add(here)
                front.extend(step(here))
        return frozenset(seen)
