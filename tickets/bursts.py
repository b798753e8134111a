"""Bursts: far more customers than usual write about one thing, which no incident explains.

Customers may notice before any metric does. A burst is an observation for engineers: it opens an incident, which is not
published and links no ticket before a person or another signal says the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from detectors.watch import FailureKind
from incidents.component import Component, ComponentGraph
from incidents.signal import Signal, SignalSource, short_id
from tickets.identity import weight_of
from tickets.linking.excess import KNOWN_FROM, USUAL_DAYS, Arrival

WINDOW = timedelta(minutes=30)
UNSEEN = timedelta(hours=3)
"""The hours before now say nothing of what is usual: a burst may have grown in them."""
LEAST = 6
"""Fewer customers are no burst, however rare they are."""
TIMES, BEYOND = 2, 3
"""A burst has more than so many times the most of the days before, and so many more."""
SAMPLES = 5
COMPONENTS_MOST = 3


@dataclass(frozen=True, slots=True, order=True)
class SharedTopic:
    """What tickets have in common: the form, and the one coin and network that they name; "" = any."""

    form: str
    asset: str = ""
    network: str = ""

    @property
    def words(self) -> str:
        """Withdrawal, BTC, bitcoin."""
        return ", ".join(part for part in (self.form, self.asset, self.network) if part)

    @property
    def narrowness(self) -> int:
        """How much its tickets have in common beside the form."""
        return bool(self.asset) + bool(self.network)

    def holds(self, one: Arrival) -> bool:
        """Whether the ticket is of it."""
        return (
            one.form == self.form
            and (not self.asset or one.assets == {self.asset})
            and (not self.network or one.networks == {self.network})
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """Tickets of one topic within WINDOW. customers, usual_most: now, and the most in such a time before.

    began: the first of these tickets. numbers: of some of them, the newest first.
    """

    topic: SharedTopic
    customers: float
    usual_most: float
    began: datetime
    numbers: tuple[str, ...]


def bursts(arrivals: Sequence[Arrival], now: datetime, lasting: Iterable[SharedTopic] = ()) -> tuple[Burst, ...]:
    """The bursts of now, one for each form, of what most of its tickets have in common.

    arrivals: of the last USUAL_DAYS and more, oldest first. Without a day of past it is not known what is usual.
    lasting: the topics of bursts that were found before; each lasts until its customers are no more than usual.
    """
    if not arrivals or now - arrivals[0].at < KNOWN_FROM + UNSEEN:
        return ()
    recent = [one for one in arrivals if now - WINDOW < one.at <= now]
    before = [one for one in arrivals if now - USUAL_DAYS <= one.at < now - UNSEEN]
    again = [_burst(topic, recent, before, now, lasts=True) for topic in sorted(set(lasting))]
    found = [one for one in again if one is not None]
    for form in sorted({one.form for one in recent} - {one.topic.form for one in found}):
        burst = _burst(SharedTopic(form), recent, before, now)
        narrower = [_burst(topic, recent, before, now) for topic in sorted(_topics(form, recent))]
        alike = [one for one in narrower if one and (burst is None or one.customers >= 0.7 * burst.customers)]
        narrowest = max(alike, key=lambda one: (one.topic.narrowness, one.customers), default=burst)
        if narrowest is not None:
            found.append(narrowest)
    return tuple(found)


def _topics(form: str, recent: Iterable[Arrival]) -> set[SharedTopic]:
    topics = set()
    for one in recent:
        if one.form == form and len(one.assets) <= 1 and len(one.networks) <= 1:
            asset, network = next(iter(one.assets), ""), next(iter(one.networks), "")
            topics |= {SharedTopic(form, asset), SharedTopic(form, "", network), SharedTopic(form, asset, network)}
    return topics - {SharedTopic(form)}


def _burst(
    topic: SharedTopic, recent: Sequence[Arrival], before: Sequence[Arrival], now: datetime, *, lasts: bool = False
) -> Burst | None:
    own = [one for one in recent if topic.holds(one)]
    customers = weight(own)
    if customers < (LEAST / 2 if lasts else LEAST):
        return None
    most = usual_most([one for one in before if topic.holds(one)], now)
    if customers <= (most if lasts else TIMES * most + BEYOND):
        return None
    numbers = tuple(one.number for one in reversed(own))[:SAMPLES]
    return Burst(topic=topic, customers=customers, usual_most=most, began=own[0].at, numbers=numbers)


def weight(arrivals: Iterable[Arrival]) -> float:
    """How many customers wrote."""
    return weight_of({one.customer: one.is_proven for one in arrivals})


def usual_most(before: Iterable[Arrival], now: datetime) -> float:
    """The most customers in one WINDOW, on all days but the one that had most: a burst of last week is not usual."""
    spans: dict[int, list[Arrival]] = {}
    for one in before:
        spans.setdefault(int((now - one.at) / WINDOW), []).append(one)
    days: dict[int, float] = {}
    a_day = int(timedelta(days=1) / WINDOW)
    for span, own in spans.items():
        days[span // a_day] = max(days.get(span // a_day, 0.0), weight(own))
    ranked = sorted(days.values(), reverse=True)
    return ranked[1] if len(ranked) > 2 else max(ranked, default=0.0)


def topic_of(signal: Signal) -> SharedTopic:
    """The topic whose burst a signal is."""
    facts = dict(signal.facts)
    return SharedTopic(facts.get("form", ""), facts.get("coin", ""), facts.get("network", ""))


def signals_of(
    found: Iterable[Burst], known: Iterable[Signal], graph: ComponentGraph, now: datetime, *, shadow: bool = False
) -> tuple[Signal, ...]:
    """What is to be said now: the bursts that begin, those that last, and the end of those that are over.

    known: the signals of earlier bursts that last. One that lasts is said again, with the most customers so far.
    """
    lasting: Mapping[tuple[str, str], Signal] = {(one.name, one.component): one for one in known}
    said: dict[tuple[str, str], Signal] = {}
    for burst in found:
        for component in _components(burst.topic, graph):
            name = f"customers write: {burst.topic.words}"
            said[name, component] = _signal(burst, lasting.get((name, component)), name, component, now, shadow=shadow)
    over = (replace(one, ended_at=now, seen_at=now) for place, one in lasting.items() if place not in said)
    return (*said.values(), *over)


def _signal(burst: Burst, before: Signal | None, name: str, component: str, now: datetime, *, shadow: bool) -> Signal:
    most = max(burst.customers, (before.observed or 0.0) if before else 0.0)
    minutes = WINDOW // timedelta(minutes=1)
    names = (("coin", burst.topic.asset), ("network", burst.topic.network))
    began = before.started_at if before else burst.began
    return Signal(
        key=before.key if before else short_id(f"{name}:{component}:{burst.began.isoformat()}"),
        source=SignalSource.TICKETS,
        name=name,
        component=component,
        title=f"Tickets: {burst.topic.words}",
        kind=FailureKind.OTHER,
        started_at=began,
        detected_at=before.detected_at if before else now,
        seen_at=now,
        shadow=shadow,
        observed=most,
        expected=burst.usual_most,
        unit=f"customers in {minutes} minutes",
        facts=(
            ("observed", f"{most:.0f} customers in {minutes} minutes"),
            ("expected", f"at most {burst.usual_most:.0f}"),
            ("form", burst.topic.form),
            *((name, value) for name, value in names if value),
            ("tickets", ", ".join(burst.numbers)),
        ),
    )


def _components(topic: SharedTopic, graph: ComponentGraph) -> tuple[str, ...]:
    """The components that such tickets name; a name of its own where there is none, or too many to say which."""
    found = [c.name for c in graph if c.form == topic.form and _fits(topic, c)]
    return tuple(found) if 0 < len(found) <= COMPONENTS_MOST else (f"customers/{topic.form}",)


def _fits(topic: SharedTopic, component: Component) -> bool:
    asset = not topic.asset or not component.asset or component.asset.upper() == topic.asset
    network = not topic.network or not component.network or component.network.lower() == topic.network
    return asset and network
