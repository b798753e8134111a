"""Formats an incident as an engineering ticket: title, Markdown body, plots; always whole."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from detectors.watch import FailureKind
from incidents.cause import Suspect, suspects_of
from incidents.change import (
    REACH,
    WORTH_NAMING,
    ReportedChange,
    SuspectChange,
    lead_in_words,
    likely_in_words,
    suspect_changes,
)
from incidents.component import ComponentGraph
from incidents.incident import ENDED, Incident, IncidentUpdate, Recurrence
from incidents.intake.anomalies import quantity
from incidents.signal import LINK, Signal, SignalSource
from tickets.component_links import component_links
from tickets.hurt_customers import hurt_customers
from tickets.markdown import code, fenced, instant_words, link_target, one_line, plain
from tickets.named_assets import NamedAsset
from tickets.outlook import SimilarIncident, next_steps, seen_before, span_words

_LONGEST_TITLE = 160
_SHOWN = 20
"""Signals and components that a section names before it counts the rest."""
_HURT = 5
"""Components that the first screen names before it counts the rest."""
_SHOWN_APART = frozenset({"observed", "expected", "usual", "promql", "query", "reason", "series", "together"})
"""Facts that have a place of their own in the body, or are part of what has one."""
_PROSE = frozenset({"summary", "description"})
"""Facts in somebody's own sentences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A picture that goes with the ticket. name: a file name, unique within it. finding: what it shows, in words."""

    name: str
    media_type: str
    content: bytes
    finding: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesReading:
    """What a signal's worst series showed, and where it can be looked at; "" = unknown, or there is none.

    series: its labels in words. observed, expected: of its sample furthest outside the band, at `at`: the one that its
    plot marks. plot: the file name of its plot.
    """

    series: str = ""
    observed: str = ""
    expected: str = ""
    at: datetime | None = None
    page_url: str = ""
    query_url: str = ""
    plot: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketContext:
    """The facts of the ticket that are not in the incident itself.

    page_url, console_url: "" = there is none. linked_customers: customers whose tickets are linked.
    share_who_write: of the customers whom an incident hurts; None = not known.
    readings: signal key -> what its series showed. changes: what was reported of the time before the first sign; None =
    nobody has ever reported a change here. similar: the latest incidents of the last 90 days with one of its faults;
    None = not looked for. people: who acted on it, in order; None = not known. named: coins of linked tickets that no
    signal is about.
    """

    graph: ComponentGraph
    page_url: str = ""
    console_url: str = ""
    linked_customers: int = 0
    share_who_write: float | None = None
    readings: Mapping[str, SeriesReading] = field(default_factory=dict)
    plots: tuple[Plot, ...] = ()
    changes: tuple[ReportedChange, ...] | None = None
    similar: tuple[SimilarIncident, ...] | None = None
    people: tuple[str, ...] | None = None
    named: tuple[NamedAsset, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineeringTicket:
    """The engineering ticket, with its present content.

    title: plain text. body: Markdown. digest: of all content; what has the same is not sent again.
    """

    title: str
    body: str
    plots: tuple[Plot, ...]
    digest: str


def engineering_ticket(of: IncidentUpdate | Incident, context: TicketContext) -> EngineeringTicket:
    """The whole ticket for the incident as it stands; the same input gives the same digest."""
    incident = of.incident if isinstance(of, IncidentUpdate) else of
    title, body = _title(incident, context), _body(incident, context)
    return EngineeringTicket(title=title, body=body, plots=context.plots, digest=_digest(title, body, context.plots))


def _title(incident: Incident, context: TicketContext) -> str:
    main = _main_signal(incident)
    finding = "" if incident.title_by_human or main is None else _finding(main, context)
    return one_line(f"{incident.title}: {finding}" if finding else incident.title)[:_LONGEST_TITLE]


def _finding(signal: Signal, context: TicketContext) -> str:
    """p95 412 s, expected 60 to 95 s."""
    if signal.kind is FailureKind.SILENCE:
        return f"no data since {signal.started_at:%H:%M} UTC"
    observed, expected = _numbers(signal, context)
    if not observed:
        return signal.title
    if signal.source is SignalSource.TICKETS:
        return f"{observed}, before {expected}"
    seen = f"{signal.title.rpartition(', ')[2]} {observed}"
    return f"{seen}, expected {expected}" if expected else seen


def _numbers(signal: Signal, context: TicketContext) -> tuple[str, str]:
    """What was observed and expected: by the sample that the plot marks, or else as the signal itself says it."""
    reading, facts = _reading(signal, context), dict(signal.facts)
    if reading.observed:
        return reading.observed, reading.expected
    return facts.get("observed", ""), facts.get("expected", "")


def _reading(signal: Signal, context: TicketContext) -> SeriesReading:
    return context.readings.get(signal.key, SeriesReading())


def _main_signal(incident: Incident) -> Signal | None:
    """The worst evidence of what the title says, at the root or anywhere; what still lasts counts first."""
    at_root = [s for s in incident.signals if s.component == incident.component] or incident.signals
    of_its_kind = [s for s in at_root if s.kind is incident.kind] or at_root
    return _worst(of_its_kind) if of_its_kind else None


def _body(incident: Incident, context: TicketContext) -> str:
    sections = [
        ("", [_summary(incident, context)]),
        ("", _state(incident, context)),
        ("Next steps", _next_steps(incident, context)),
        ("Suspect changes", _suspect_changes(incident, context)),
        ("Suspects", _suspects(incident, context.graph)),
        ("Evidence", _evidence(incident, context)),
        ("Components", _affected(incident, context.graph)),
        ("What customers name beside it", _named_beside(context)),
        ("Seen before", [] if context.similar is None else seen_before(context.similar)),
        ("Queries", _queries(incident.signals)),
    ]
    written = [f"## {name}\n\n" + "\n".join(lines) if name else "\n".join(lines) for name, lines in sections if lines]
    return "\n\n".join(written) + "\n"


def _summary(incident: Incident, context: TicketContext) -> str:
    """What, since when, how far from what was expected, and how many customers: one sentence each."""
    since = f"{'from' if incident.resolved_at else 'since'} {instant_words(incident.started_at)}"
    until = f" to {instant_words(incident.resolved_at)}" if incident.resolved_at else ""
    main = _main_signal(incident)
    said = [f"{plain(incident.title)} {since}{until}.", _measured(main, context) if main else ""]
    others = len({_fault(s) for s in incident.signals}) - 1
    if others > 0:
        said.append(f"{others} other signal{' belongs' if others == 1 else 's belong'} to it.")
    if context.linked_customers or not incident.rests_on_tickets:
        said.append(_customers(context.linked_customers))
    return " ".join(part for part in said if part)


def _customers(linked: int) -> str:
    match linked:
        case 0:
            return "No customer has written about it."
        case 1:
            return "1 customer has written about it."
        case _:
            return f"{linked:,} customers have written about it."


def _measured(signal: Signal, context: TicketContext) -> str:
    """Withdrawal processing time, p95 of `asset=BTC` was 412 s at 14:10:05 UTC, expected at most 95 s."""
    reading = _reading(signal, context)
    what = plain(signal.title) + (f" of {code(reading.series)}" if reading.series else "")
    if signal.kind is FailureKind.SILENCE:
        return f"{what}: no data since {instant_words(signal.started_at)}."
    observed, expected = _numbers(signal, context)
    if not observed:
        return ""
    if signal.source is SignalSource.TICKETS:
        return f"{what}: {plain(observed)}, before {plain(expected)}."
    at = f" at {instant_words(reading.at)}" if reading.at else ""
    return f"{what} was {plain(observed)}{at}" + (f", expected {plain(expected)}." if expected else ".")


def _state(incident: Incident, context: TicketContext) -> list[str]:
    severity = incident.severity or "pending"
    why = incident.severity_reason.removeprefix(f"{severity}: ")
    lines = [
        f"- **Status**: {incident.status}" + (f" ({incident.end_reason})" if incident.end_reason else ""),
        f"- **Severity**: {severity}" + (f", because {plain(why)}" if why else ""),
        f"- **Opened**: {instant_words(incident.opened_at)} by {plain(incident.opened_by)}{_after(incident)}",
    ]
    if context.people is not None:
        lines.append(f"- **People on it**: {', '.join(plain(name) for name in context.people) or 'nobody yet'}")
    for name, at in (("Recovered", incident.recovered_at), ("Reopened", incident.reopened_at)):
        if at:
            lines.append(f"- **{name}**: {instant_words(at)}")
    if incident.recurrence and incident.recurrence.count > 1:
        lines.append(f"- **{'Recurring' if incident.is_recurring else 'Came back'}**: {_returns(incident.recurrence)}")
    if incident.shadow:
        lines.append("- **Shadow**: judged and recorded only, nobody outside is notified")
    lines.append(f"- **Public**: {_public(incident, context)}")
    lines.append(f"- **Affected**: {_hurt(incident, context.graph)}")
    lines.append(f"- **Customers hurt**: {hurt_customers(context.linked_customers, context.share_who_write)}")
    look_at = _where_to_look(incident, context)
    return [*lines, f"- **Look at**: {look_at}"] if look_at else lines


def _hurt(incident: Incident, graph: ComponentGraph) -> str:
    """Bitcoin withdrawals (BTC on bitcoin), Ether withdrawals (ETH on ethereum): the root first."""
    names = [incident.component, *(name for name in incident.components if name != incident.component)]
    shown = [_title_of(name, graph) for name in names[:_HURT]]
    return ", ".join(shown) + (f" and {len(names) - _HURT} more" if len(names) > _HURT else "")


def _title_of(component: str, graph: ComponentGraph) -> str:
    known = graph.get(component)
    if known is None:
        return code(component)
    place = " on ".join(part for part in (known.asset, known.network) if part)
    return plain(f"{known.title} ({place})" if place else known.title)


def _where_to_look(incident: Incident, context: TicketContext) -> str:
    """The worst series, the dashboards and runbooks of the root and of what is worst, and the console."""
    main = _main_signal(incident)
    links = [_links(main, _reading(main, context))] if main else []
    names = dict.fromkeys([incident.component, *([main.component] if main else [])])
    own = [link for name in names for link in component_links(name, incident, context.graph)]
    console = link_target(context.console_url)
    return ", ".join(part for part in (*links, *own, f"[console]({console})" if console else "") if part)


def _after(incident: Incident) -> str:
    """How long after the first sign it was opened, where that is not at once."""
    late = incident.opened_at - incident.started_at
    return f", {span_words(late)} after the first sign" if late >= timedelta(seconds=1) else ""


def _next_steps(incident: Incident, context: TicketContext) -> list[str]:
    suspects = suspects_of(incident.signals, context.graph)
    found = suspect_changes(context.changes, incident, context.graph) if context.changes else ()
    changes = [one for one in found if one.confidence >= WORTH_NAMING]
    return next_steps(
        incident,
        suspect=suspects[0].component if suspects and suspects[0].component != incident.component else "",
        change=changes[0].change.title if changes else "",
        similar=context.similar or (),
    )


def _public(incident: Incident, context: TicketContext) -> str:
    if incident.disclosed_at:
        page, since = link_target(context.page_url), f"since {instant_words(incident.disclosed_at)}"
        return f"[on the status page]({page}) {since}" if page else since
    if incident.disclose_at and incident.status not in ENDED:
        return f"not yet; by itself {instant_words(incident.disclose_at)} ({_disclosure_reason(incident)})"
    return f"no ({_disclosure_reason(incident)})"


def _returns(recurrence: Recurrence) -> str:
    """3 excursions since 2026-03-02 06:00:00 UTC, the latest since 2026-03-02 06:20:00 UTC."""
    first, latest = instant_words(recurrence.since), instant_words(recurrence.last_at)
    return f"{recurrence.count} excursions since {first}, the latest since {latest}"


def _evidence(incident: Incident, context: TicketContext) -> list[str]:
    """A line for each fault, however often it came back; what all of them share is said once."""
    faults: dict[tuple[str, bool], list[Signal]] = {}
    for signal in incident.signals:
        faults.setdefault(_fault(signal), []).append(signal)
    main = _main_signal(incident)
    worst = [_worst(signals) for signals in faults.values()]
    shown = sorted(worst, key=lambda s: main is None or _fault(s) != _fault(main))[:_SHOWN]
    shared = set.intersection(*(set(_details(s)) for s in shown)) if len(shown) > 1 else set()
    lines = []
    for signal in shown:
        is_in_summary = main is not None and _fault(signal) == _fault(main)  # its numbers are the summary's
        numbers = "" if is_in_summary else _numbers_in_words(signal, context)
        times = _times(faults[_fault(signal)], incident)
        own = ", ".join(_detail(*one) for one in _details(signal) if one not in shared)
        links = "" if is_in_summary else _links(signal, _reading(signal, context))  # so do its links
        lines.append(
            f"- {_named_signal(signal, context)}" + "; ".join(["", *filter(None, (numbers, times, own, links))])
        )
    lines += _rest(len(faults), "signals")
    if shared:
        lines.append("- all of them: " + ", ".join(_detail(*one) for one in _details(shown[0]) if one in shared))
    return lines


def _fault(signal: Signal) -> tuple[str, bool]:
    """Equal for what is one fault to an engineer: a series that deviates and one that is silent are two."""
    return signal.fingerprint, signal.kind is FailureKind.SILENCE


def _worst(signals: Sequence[Signal]) -> Signal:
    return max(signals, key=lambda s: (s.ended_at is None, s.score or 0.0, s.key))


def _named_signal(signal: Signal, context: TicketContext) -> str:
    series = _reading(signal, context).series
    return f"**{plain(signal.title)}**" + (f" of {code(series)}" if series else "") + f" on {code(signal.component)}"


def _numbers_in_words(signal: Signal, context: TicketContext) -> str:
    observed, expected = _numbers(signal, context)
    if signal.kind is FailureKind.SILENCE or not observed:
        return "no data" if signal.kind is FailureKind.SILENCE else ""
    return plain(observed) + (f", expected {plain(expected)}" if expected else "")


def _times(signals: Sequence[Signal], incident: Incident) -> str:
    """When it deviated, where that is not simply since the incident began."""
    latest = max(signals, key=lambda s: s.started_at)
    until = f" until {instant_words(latest.ended_at)}" if latest.ended_at else ""
    if len(signals) > 1:
        return f"{len(signals)} times, the latest since {instant_words(latest.started_at)}{until}"
    if latest.started_at == incident.started_at and not until:
        return ""
    return f"since {instant_words(latest.started_at)}{until}"


def _details(signal: Signal) -> tuple[tuple[str, str], ...]:
    score = () if signal.score is None else (("score", f"{signal.score:.1f}"),)
    return (*score, *(fact for fact in signal.facts if fact[0] not in _SHOWN_APART and not fact[0].startswith(LINK)))


def _detail(name: str, text: str) -> str:
    return f"{plain(name)} “{plain(text)}”" if name in _PROSE else f"{plain(name)} {code(text)}"


def _links(signal: Signal, reading: SeriesReading) -> str:
    given = ((url, plain(name.removeprefix(LINK))) for name, url in signal.facts if name.startswith(LINK))
    links = ((reading.page_url, "series"), (reading.query_url, "Prometheus"), *given)
    said = [f"[{name}]({link_target(url)})" for url, name in links if link_target(url)]
    return ", ".join([*said, *([f"plot {code(reading.plot)}"] if reading.plot else [])])


def _queries(signals: Sequence[Signal]) -> list[str]:
    """Each query once."""
    asked = [dict(signal.facts) for signal in signals]
    queries = list(dict.fromkeys(query for facts in asked if (query := facts.get("promql") or facts.get("query"))))
    lines = [line for query in queries[:_SHOWN] for line in (fenced(query), "")]
    return lines[:-1] + _rest(len(queries), "queries") if lines else []


def _affected(incident: Incident, graph: ComponentGraph) -> list[str]:
    others = [name for name in incident.components if name != incident.component]
    at_risk = [c.name for c in graph if c.name in graph.downstream(incident.component)]
    at_risk = [name for name in at_risk if name not in incident.components]
    lines = [f"- **Root**: {_named(incident.component, graph)}"]
    if others:
        lines.append(f"- **Also deviating**: {_list(others)}")
    if at_risk:
        lines.append(f"- **Depends on the root, quiet so far**: {_list(at_risk)}")
    return lines


def _named_beside(context: TicketContext) -> list[str]:
    """Where no watch may look: the coins of linked tickets that no signal of the incident is about."""
    lines = []
    for one in context.named[:_SHOWN]:
        components = ", ".join(code(name) for name in one.components[:_SHOWN])
        where = f"perhaps {components}" if components else "no component is about it"
        tickets = f"{'ticket' if len(one.numbers) == 1 else 'tickets'} {', '.join(one.numbers)}"
        lines.append(
            f"- **{plain(one.asset)}**, {plain(one.form)}: {one.customers:.0f} customers, and no signal is about it; "
            f"{where}; {tickets}"
        )
    return lines + _rest(len(context.named), "coins")


def _suspects(incident: Incident, graph: ComponentGraph) -> list[str]:
    """By what each adds; then what other deviating components depend on: the most depended on first, the earliest."""
    by_amount = suspects_of(incident.signals, graph)
    if len(by_amount) == 1 and len(by_amount[0].path) == 1:
        by_amount = ()  # it is the one that deviates: no news
    lines = [_suspect(suspect) for suspect in by_amount]
    starts: dict[str, datetime] = {}
    for signal in incident.signals:
        starts[signal.component] = min(signal.started_at, starts.get(signal.component, signal.started_at))
    named = {suspect.component for suspect in by_amount}
    blamed = {name: len(graph.downstream(name) & starts.keys()) for name in starts if name not in named}
    ranked = sorted((name for name, count in blamed.items() if count), key=lambda n: (-blamed[n], starts[n], n))
    lines += [
        f"- {code(name)}: {blamed[name]} of the deviating components depend{'s' if blamed[name] == 1 else ''} on it; "
        f"it deviates since {instant_words(starts[name])}"
        for name in ranked
    ]
    return lines[:_SHOWN]


def _suspect(suspect: Suspect) -> str:
    """`chain/bitcoin`: adds 38 s by itself, 95 % of what all add; felt at `withdrawals/BTC/bitcoin` by way of …"""
    own = plain(quantity(suspect.own, suspect.unit))
    said = f"- {code(suspect.component)}: adds {own} by itself, {suspect.share:.0%} of what all add"
    if len(suspect.path) == 1:
        return said
    way = f" by way of {', '.join(code(name) for name in suspect.path[1:-1])}" if len(suspect.path) > 2 else ""
    return f"{said}; felt at {code(suspect.path[0])}{way}"


def _suspect_changes(incident: Incident, context: TicketContext) -> list[str]:
    """The changes that it may come from, the likeliest first; that there is none is said where some are reported."""
    if context.changes is None:
        return []
    found = suspect_changes(context.changes, incident, context.graph)
    if not found:
        return [f"- none: no change reported of the {REACH} before the first sign concerns what is affected"]
    named = [one for one in found if one.confidence >= WORTH_NAMING][:_SHOWN]
    others = len(found) - len(named)
    if not others:
        return [_suspect_change(one) for one in named]
    counted = f"{others} {'other' if named else 'reported'} change{'s' if others > 1 else ''}"
    return [
        *map(_suspect_change, named),
        f"- {counted} of the {REACH} before: each less likely than {100 * WORTH_NAMING:.0f} %",
    ]


def _suspect_change(suspect: SuspectChange) -> str:
    """As in: 74 % likely: deploy **Wallet 2.14.1** on `chain/bitcoin`, which `withdrawals/…` needs; 3 min …"""
    change = suspect.change
    by = f", by {plain(change.author)}" if change.author else ""
    link = f", [details]({link_target(change.url)})" if link_target(change.url) else ""
    when = f"{lead_in_words(suspect)} ({instant_words(change.at)})"
    said = (
        f"- {likely_in_words(suspect)}: {change.kind} **{plain(change.title)}** {_changed(suspect)}; {when}{by}{link}"
    )
    return f"{said}: “{plain(change.description)}”" if change.description else said


def _changed(suspect: SuspectChange) -> str:
    if not suspect.changed:
        return "of a component that was not named"
    changed, affected = code(suspect.changed), code(suspect.affected)
    if suspect.hops == 0:
        return f"on {changed}"
    return f"on {changed}, which needs {affected}" if suspect.is_caller else f"on {changed}, which {affected} needs"


def _disclosure_reason(incident: Incident) -> str:
    return plain(incident.disclosure_reason) or "no reason given"


def _named(component: str, graph: ComponentGraph) -> str:
    known = graph.get(component)
    if known is None:
        return code(component)
    return f"{code(component)} ({plain(known.title)})" + (f", team {plain(known.team)}" if known.team else "")


def _list(names: Sequence[str]) -> str:
    shown = ", ".join(code(name) for name in names[:_SHOWN])
    return f"{shown} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown


def _rest(count: int, what: str) -> list[str]:
    return [f"- and {count - _SHOWN} more {what}"] if count > _SHOWN else []


def _digest(title: str, body: str, plots: Iterable[Plot]) -> str:
    digest = hashlib.sha256()
    for part in (title.encode(), body.encode(), *(part for p in plots for part in (p.name.encode(), p.content))):
        # Lengths keep ("ab", "c") and ("a", "bc") apart.
        digest.update(len(part).to_bytes(8))
        digest.update(part)
    return digest.hexdigest()
