"""Formats an incident as an engineering ticket: title, Markdown body, plots; always whole."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from detectors.watch import FailureKind
from incidents.component import ComponentGraph
from incidents.incident import ENDED, Incident, IncidentUpdate, Recurrence
from incidents.signal import Signal

_LONGEST_TITLE = 160
_SHOWN = 20
"""Signals and components that a section names before it counts the rest."""
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&!$])")
_TOLD_APART = frozenset({"observed", "expected", "promql", "query"})
"""Facts that have a place of their own in the body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A picture that goes with the ticket. name: a file name, unique within it. finding: what it shows, in words."""

    name: str
    media_type: str
    content: bytes
    finding: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketContext:
    """The facts of the ticket that are not in the incident itself.

    page_url, console_url: "" = there is none. linked_customers: customers whose tickets are linked.
    query_urls: signal key -> where its query can be looked at.
    """

    graph: ComponentGraph
    page_url: str = ""
    console_url: str = ""
    linked_customers: int = 0
    query_urls: Mapping[str, str] = field(default_factory=dict)
    plots: tuple[Plot, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineeringTicket:
    """The engineering ticket, with its present content.

    title: plain text. body: Markdown. digest: of all content; what has the same is not sent again.
    """

    title: str
    body: str
    plots: tuple[Plot, ...]
    digest: str


def engineering_ticket(told: IncidentUpdate | Incident, context: TicketContext) -> EngineeringTicket:
    """The whole ticket for the incident as it stands; the same input gives the same digest."""
    incident = told.incident if isinstance(told, IncidentUpdate) else told
    title, body = _title(incident), _body(incident, context)
    return EngineeringTicket(title=title, body=body, plots=context.plots, digest=_digest(title, body, context.plots))


def _title(incident: Incident) -> str:
    main = _main_signal(incident)
    finding = "" if incident.title_by_human or main is None else _finding(main)
    return _one_line(f"{incident.title}: {finding}" if finding else incident.title)[:_LONGEST_TITLE]


def _finding(signal: Signal) -> str:
    """p95 412 s, expected 60 to 95 s."""
    facts = dict(signal.facts)
    if signal.kind is FailureKind.SILENCE:
        return f"no data since {signal.started_at:%H:%M} UTC"
    if "observed" not in facts:
        return signal.title
    measure = signal.title.rpartition(", ")[2]
    seen = f"{measure} {facts['observed']}"
    return f"{seen}, expected {facts['expected']}" if "expected" in facts else seen


def _main_signal(incident: Incident) -> Signal | None:
    """The worst evidence at the root, or anywhere; what still lasts counts first."""
    at_root = [s for s in incident.signals if s.component == incident.component]
    return max(
        at_root or incident.signals,
        key=lambda s: (s.ended_at is None, s.score or 0.0, s.key),
        default=None,
    )


def _body(incident: Incident, context: TicketContext) -> str:
    sections = [
        ("", _summary(incident)),
        ("What deviates", _deviations(incident.signals)),
        ("Queries", _queries(incident.signals, context.query_urls)),
        ("Affected", _affected(incident, context.graph)),
        ("Suspects", _suspects(incident, context.graph)),
        ("Customers", _customers(incident, context)),
        ("Plots", [f"- {code(p.name)}" + (f": {plain(p.finding)}" if p.finding else "") for p in context.plots]),
    ]
    written = [f"## {name}\n\n" + "\n".join(lines) if name else "\n".join(lines) for name, lines in sections if lines]
    return "\n\n".join(written) + "\n"


def _summary(incident: Incident) -> list[str]:
    severity = incident.severity or "pending"
    why = incident.severity_reason.removeprefix(f"{severity}: ")
    lines = [
        f"- **Status**: {incident.status}" + (f" ({incident.end_reason})" if incident.end_reason else ""),
        f"- **Severity**: {severity}" + (f", because {plain(why)}" if why else ""),
        f"- **Since**: {_instant(incident.started_at)}",
        f"- **Opened**: {_instant(incident.opened_at)} by {plain(incident.opened_by)}",
    ]
    for name, at in (
        ("Recovered", incident.recovered_at),
        ("Reopened", incident.reopened_at),
        ("Ended", incident.resolved_at),
    ):
        if at:
            lines.append(f"- **{name}**: {_instant(at)}")
    if incident.recurrence and incident.recurrence.count > 1:
        lines.append(f"- **{'Recurring' if incident.is_recurring else 'Came back'}**: {_returns(incident.recurrence)}")
    if incident.shadow:
        lines.append("- **Shadow**: judged and recorded only, nobody outside is told")
    return lines


def _returns(recurrence: Recurrence) -> str:
    """3 excursions since 2026-03-02 06:00:00 UTC, the latest since 2026-03-02 06:20:00 UTC."""
    first, latest = _instant(recurrence.since), _instant(recurrence.last_at)
    return f"{recurrence.count} excursions since {first}, the latest since {latest}"


def _deviations(signals: Sequence[Signal]) -> list[str]:
    lines = [line for signal in signals[:_SHOWN] for line in _deviation(signal)]
    return lines + _rest(len(signals), "signals")


def _deviation(signal: Signal) -> list[str]:
    facts = dict(signal.facts)
    until = f" until {_instant(signal.ended_at)}" if signal.ended_at else ""
    since = _instant(signal.started_at)
    lines = [
        f"- **{plain(signal.title)}** on {code(signal.component)} ({signal.kind}), since {since}{until}",
    ]
    if "observed" in facts:
        expected = f", expected {plain(facts['expected'])}" if "expected" in facts else ""
        lines.append(f"  - observed {plain(facts['observed'])}{expected}")
    if signal.score is not None:
        lines.append(f"  - score {signal.score:.1f} (1.0 is as rare as the budget allows)")
    lines += [f"  - {plain(name)}: {_fact(name, text)}" for name, text in signal.facts if name not in _TOLD_APART]
    return lines


def _fact(name: str, text: str) -> str:
    return plain(text) if name == "reason" else code(text)


def _queries(signals: Sequence[Signal], urls: Mapping[str, str]) -> list[str]:
    """Each query once, with the link of the first signal that has one."""
    links: dict[str, str] = {}
    for signal in signals:
        facts = dict(signal.facts)
        query = facts.get("promql") or facts.get("query")
        if query and not links.get(query):
            links[query] = urls.get(signal.key, "")
    lines: list[str] = []
    for query, url in list(links.items())[:_SHOWN]:
        lines += [fenced(query), *([f"[Look at it]({link_target(url)})"] if link_target(url) else []), ""]
    return lines[:-1] + _rest(len(links), "queries") if lines else []


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


def _suspects(incident: Incident, graph: ComponentGraph) -> list[str]:
    """Deviating components that other deviating ones depend on: the most depended on first, then the earliest."""
    starts: dict[str, datetime] = {}
    for signal in incident.signals:
        starts[signal.component] = min(signal.started_at, starts.get(signal.component, signal.started_at))
    blamed = {name: len(graph.downstream(name) & starts.keys()) for name in starts}
    ranked = sorted((name for name, count in blamed.items() if count), key=lambda n: (-blamed[n], starts[n], n))
    return [
        f"- {code(name)}: {blamed[name]} of the deviating components depend on it; it deviates since "
        f"{_instant(starts[name])}"
        for name in ranked[:_SHOWN]
    ]


def _customers(incident: Incident, context: TicketContext) -> list[str]:
    lines = [f"- **Linked customers**: {context.linked_customers}"]
    if incident.disclosed_at:
        page = link_target(context.page_url)
        told = f"since {_instant(incident.disclosed_at)}"
        lines.append(f"- **Public**: [on the status page]({page}) {told}" if page else f"- **Public**: {told}")
    elif incident.disclose_at and incident.status not in ENDED:
        lines.append(f"- **Public**: not yet; by itself {_instant(incident.disclose_at)} ({_why_told(incident)})")
    else:
        lines.append(f"- **Public**: no ({_why_told(incident)})")
    if link_target(context.console_url):
        lines.append(f"- [Open in the console]({link_target(context.console_url)})")
    return lines


def _why_told(incident: Incident) -> str:
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


def _instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S UTC")


def plain(text: str) -> str:
    """Text of unknown origin as Markdown that shows it and does nothing else: no markup, links, pictures, mentions."""
    escaped = _SPECIAL.sub(r"\\\1", _one_line(text))
    # Trackers turn bare addresses, mentions and references into links, and have no escape for it but to break them up.
    return escaped.replace("://", ":\u200b//").replace("www.", "www\u200b.").replace("@", "@\u200b")


def code(text: str) -> str:
    """Text of unknown origin as a code span, whatever backticks it holds (CommonMark 6.1)."""
    line = _one_line(text) or "-"
    fence = "`" * (_longest_run(line) + 1)
    return f"{fence} {line} {fence}" if line[0] == "`" or line[-1] == "`" else f"{fence}{line}{fence}"


def fenced(text: str) -> str:
    """A query as a code block, whatever backticks it holds (CommonMark 4.5)."""
    lines = [_one_line(line, keep_indent=True) for line in text.splitlines()]
    fence = "`" * max(3, _longest_run(text) + 1)
    return "\n".join([f"{fence}promql", *lines, fence])


def link_target(url: str) -> str:
    """The address as a Markdown link's target; "" for anything but http and https."""
    if not url.lower().startswith(("https://", "http://")) or re.search(r"[\s<>\x00-\x1f\x7f]", url):
        return ""
    return url.replace("\\", "%5C").replace("(", "%28").replace(")", "%29")


def _one_line(text: str, *, keep_indent: bool = False) -> str:
    clean = _INVISIBLE.sub(" ", text)
    return clean.rstrip() if keep_indent else " ".join(clean.split())


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


def _digest(title: str, body: str, plots: Iterable[Plot]) -> str:
    digest = hashlib.sha256()
    for part in (title.encode(), body.encode(), *(part for p in plots for part in (p.name.encode(), p.content))):
        # Lengths keep ("ab", "c") and ("a", "bc") apart.
        digest.update(len(part).to_bytes(8))
        digest.update(part)
    return digest.hexdigest()
