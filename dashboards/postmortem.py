"""Drafts of an incident's postmortem in Markdown: one for engineers, and one in words that the public may read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from itertools import groupby

from dashboards.first_notice import NoticeFacts, component_words, counted_words
from dashboards.incident_fact import IncidentFact, fold
from incidents.change import WORTH_NAMING, SuspectChange, lead_in_words, likely_in_words
from incidents.component import ComponentGraph
from incidents.incident import IncidentUpdate, UpdateKind
from incidents.lifecycle import TO_WRITE
from incidents.public import Phase, PublicIncident
from tickets.markdown import instant_words, link_target, plain
from tickets.outlook import span_words
from tickets.personal import without_personal

UNKNOWN = "unknown"
_OURS = "tocsin"
_SUSPECTS = 5
_PEOPLE_WROTE = {
    UpdateKind.NOTE: "a note for engineers",
    UpdateKind.MESSAGE: "words for the public",
    UpdateKind.CORRECTED: "public words corrected",
    UpdateKind.POSTMORTEM: "postmortem published",
    UpdateKind.DISCLOSED: "published",
}
"""What a person's line is called here. The words themselves stay in the timeline: they may name customers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentTimes:
    """How long an incident took to each step; None = unknown, or not taken.

    detect: from the first deviation to the opening, of what signals opened. From the opening on: acknowledge until a
    person first took it on, mitigate until a fix was first in place or all evidence had first ended, resolve until it
    was last said to be over.
    """

    detect: timedelta | None
    acknowledge: timedelta | None
    mitigate: timedelta | None
    resolve: timedelta | None


def times_of(fact: IncidentFact) -> IncidentTimes:
    """The times of one incident, as the dashboard of operations counts them."""
    by_signal = fact.observed_at is not None and fact.opened_by == _OURS
    return IncidentTimes(
        detect=_span(fact.started_at, fact.opened_at) if by_signal else None,
        acknowledge=_span(fact.opened_at, fact.acknowledged_at),
        mitigate=_span(fact.opened_at, fact.mitigated_at),
        resolve=_span(fact.opened_at, fact.ended_at),
    )


def postmortem_draft(
    facts: NoticeFacts, now: datetime, *, suspects: Sequence[SuspectChange] | None, entries: int
) -> str:
    """The draft for engineers, as of `now`.

    suspects: the changes that it may come from, the most suspect first; None = nobody has ever reported a change.
    entries: how many the public page has of it. What people wrote for each other is linked to, never repeated.
    """
    fact = reduce(fold, facts.timeline, None)
    assert fact is not None  # noqa: S101 - a timeline has at least one line
    incident = facts.incident
    return "\n".join(
        [
            f"# {plain(incident.reference)}: {plain(without_personal(incident.title))}",
            "",
            f"A draft from the timeline as of {instant_words(now)}.",
            "",
            *_section("Summary", [_summary(facts)]),
            *_section("Impact", _impact(facts, fact, entries)),
            *_section("Times", _times(times_of(fact))),
            *_section("Suspect changes", _changes(suspects)),
            *_section("Timeline", _timeline(facts)),
            *(line for title in ("What went well", "What went badly", "What changes") for line in _to_write(title)),
        ]
    )


def public_draft(outside: PublicIncident, graph: ComponentGraph) -> str:
    """The text that "publish postmortem" begins with: public words alone, and what a person must still write."""
    over = f" and was over at {instant_words(outside.resolved_at)}" if outside.resolved_at else ""
    named = [known.title for name, _ in outside.statuses if (known := graph.get(name)) and known.public]
    course = [one for one in reversed(outside.updates) if one.phase is not Phase.POSTMORTEM]
    affected = f" Affected: {', '.join(map(plain, named))}." if named else ""
    return "\n".join(
        [
            "**What happened**",
            "",
            f"{plain(outside.title)}. It began at {instant_words(outside.started_at)}{over}.{affected}",
            "",
            "**What we published**",
            "",
            *(f"- {instant_words(one.at)}: {plain(one.body) or one.phase}" for one in course),
            "",
            "**Why it happened**",
            "",
            TO_WRITE,
            "",
            "**What changes**",
            "",
            TO_WRITE,
        ]
    )


def _section(title: str, lines: Sequence[str]) -> list[str]:
    return [f"## {title}", "", *lines, ""]


def _to_write(title: str) -> list[str]:
    return [f"## {title}", "", TO_WRITE, ""]


def _span(start: datetime, end: datetime | None) -> timedelta | None:
    return None if end is None else max(timedelta(0), end - start)


def _summary(facts: NoticeFacts) -> str:
    incident = facts.incident
    affected = plain(component_words(incident, facts.graph))
    since = instant_words(incident.started_at)
    if incident.resolved_at is None:
        return f"{affected}: {incident.kind} since {since}. It is {incident.status}."
    why = f": {incident.end_reason}".replace("_", " ") if incident.end_reason else ""
    lasted = span_words(incident.resolved_at - incident.started_at)
    return (
        f"{affected}: {incident.kind} from {since} to {instant_words(incident.resolved_at)}, {lasted}. "
        f"It is {incident.status}{why}."
    )


def _impact(facts: NoticeFacts, fact: IncidentFact, entries: int) -> list[str]:
    incident = facts.incident
    reason = "" if incident.severity_by_human else plain(without_personal(incident.severity_reason))
    tickets = _link(f"{facts.linked_tickets:,} linked", f"{facts.public_url}/desk/incidents/{incident.id}")
    if fact.disclosed_at is None:
        public = "never"
    else:
        until = f" until {instant_words(fact.ended_at)}" if fact.ended_at else ""
        counted = f"{entries} {'entry' if entries == 1 else 'entries'}"
        public = f"{_link('the page', facts.page_url)} since {instant_words(fact.disclosed_at)}{until}, {counted}"
    return [
        f"- Components: {plain(component_words(incident, facts.graph))}",
        f"- Severity: {reason or incident.severity or 'pending'}",
        f"- Evidence: {_link(counted_words(len(incident.signals), 'signal'), f'{facts.console_url}#evidence')}",
        f"- Customers' tickets: {tickets}",
        f"- Public: {public}",
        f"- Opened again: {fact.reopenings} times" if fact.reopenings != 1 else "- Opened again: once",
    ]


def _times(times: IncidentTimes) -> list[str]:
    return [
        f"- To detect, from the first deviation to the opening: {_long(times.detect)}",
        f"- To acknowledge, from the opening: {_long(times.acknowledge)}",
        f"- To mitigate, from the opening: {_long(times.mitigate)}",
        f"- To resolve, from the opening: {_long(times.resolve)}",
    ]


def _long(span: timedelta | None) -> str:
    return UNKNOWN if span is None else span_words(span)


def _changes(suspects: Sequence[SuspectChange] | None) -> list[str]:
    if suspects is None:
        return ["Unknown: nobody reports changes to Tocsin."]
    named = [one for one in suspects if one.confidence >= WORTH_NAMING]
    if not named:
        return [f"None: no reported change is as likely as {100 * WORTH_NAMING:.0f} % to be the cause."]
    return [
        f"- {one.change.kind} {plain(without_personal(one.change.title))}, {lead_in_words(one)}, "
        f"{f'on {plain(one.changed)}' if one.changed else 'which names no component'}"
        f" ({likely_in_words(one)})"
        for one in named[:_SUSPECTS]
    ]


def _timeline(facts: NoticeFacts) -> list[str]:
    """A line each; of several about evidence in a row the first, and how many follow."""
    lines = []
    for is_evidence, run in groupby(facts.timeline, key=lambda line: line.kind is UpdateKind.SIGNALS):
        first, *more = run
        if is_evidence:
            follow = f" ({len(more)} more until {more[-1].at:%H:%M:%S})" if more else ""
            lines.append(_line(facts, first) + follow)
        else:
            lines += [_line(facts, one) for one in (first, *more)]
    return lines


def _line(facts: NoticeFacts, line: IncidentUpdate) -> str:
    return f"- {_link(instant_words(line.at), facts.line(line).url)} {' '.join(_said(line))}"


def _said(line: IncidentUpdate) -> Iterator[str]:
    if line.author == _OURS:
        yield f"**{line.kind}**: {plain(without_personal(line.reason))}"
        return
    severity = line.incident.severity or "pending"
    known = {UpdateKind.STATUS: str(line.incident.status), UpdateKind.SEVERITY: f"severity {severity}"}
    yield f"**{_PEOPLE_WROTE.get(line.kind) or known.get(line.kind) or line.kind}**, by a person"


def _link(words: str, url: str) -> str:
    target = link_target(url)
    return f"[{words}]({target})" if target else words
