"""The first notice of a major incident under DORA, as a draft: each field with its value and rows, or who knows it.

The fields are those of the initial notification in Annex I of Commission Implementing Regulation (EU) 2025/302
(https://eur-lex.europa.eu/eli/reg_impl/2025/302/oj), general information and content of the initial notification. What
must be in them, and by when, is in Articles 1, 2 and 5 of Commission Delegated Regulation (EU) 2025/301
(https://eur-lex.europa.eu/eli/reg_del/2025/301/oj), on the ground of Article 19(4) of Regulation (EU) 2022/2554.

Which fields may stay empty follows from the conditions of those articles. Annex II of (EU) 2025/302 says it field by
field; it was not verified.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import takewhile

from incidents.component import ComponentGraph
from incidents.incident import Incident, IncidentUpdate, Severity, Status
from incidents.signal import SignalSource
from tickets.markdown import instant_words, one_line
from tickets.personal import without_personal

AFTER_CLASSIFICATION = timedelta(hours=4)
"""(EU) 2025/301, Article 5(1)(a): from the classification as major."""
AFTER_AWARENESS = timedelta(hours=24)
"""(EU) 2025/301, Article 5(1)(a): from the moment the entity became aware."""
TEMPLATE = "(EU) 2025/302, Annex I"
MAJOR = frozenset({Severity.MAJOR, Severity.CRITICAL})
"""Severities that stand for a classification as major until a person has classified it."""
_SHOWN = 20
"""Components that a field names before it counts the rest."""


class Knower(StrEnum):
    """Who can fill in what Tocsin does not know."""

    COMPLIANCE = "compliance"
    CONTINUITY = "whoever leads business continuity"
    SUPPLIERS = "whoever manages suppliers"
    CUSTOMERS = "customer service"
    FINANCE = "finance"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiredField:
    """A field of the template that an initial notification has.

    number, name: as in Annex I. article: of (EU) 2025/301, which requires it. condition: under which the article does,
    in its words; "" = always.
    knower: who knows it where Tocsin does not; None = Tocsin always does.
    """

    number: str
    name: str
    article: str
    condition: str = ""
    knower: Knower | None = None

    @property
    def if_applicable(self) -> bool:
        """Whether it may rightly stay empty."""
        return bool(self.condition)


APPLICABLE, AVAILABLE = "where applicable", "where available"


def _of_entity(number: str, name: str, article: str, condition: str = "") -> RequiredField:
    return RequiredField(number=number, name=name, article=article, condition=condition, knower=Knower.COMPLIANCE)


REQUIRED: tuple[RequiredField, ...] = (
    RequiredField(number="1.1", name="Type of submission", article="1(a)"),
    _of_entity("1.2", "Name of the entity submitting the report", "1(c)"),
    _of_entity("1.3", "Identification code of the entity submitting the report", "1(c)"),
    _of_entity("1.4", "Type of financial entity affected", "1(b)"),
    _of_entity("1.5", "Name of the financial entity affected", "1(b)"),
    _of_entity("1.6", "LEI code of the financial entity affected", "1(b)"),
    _of_entity("1.7", "Primary contact person name", "1(e)"),
    _of_entity("1.8", "Primary contact person email", "1(e)"),
    _of_entity("1.9", "Primary contact person telephone", "1(e)"),
    _of_entity("1.10", "Second contact person name", "1(e)"),
    _of_entity("1.11", "Second contact person email", "1(e)"),
    _of_entity("1.12", "Second contact person telephone", "1(e)"),
    _of_entity("1.13", "Name of the ultimate parent undertaking", "1(f)", APPLICABLE),
    _of_entity("1.14", "LEI code of the ultimate parent undertaking", "1(f)", APPLICABLE),
    RequiredField(
        number="1.15",
        name="Reporting currency",
        article="1(g)",
        condition="where there is monetary impact",
        knower=Knower.FINANCE,
    ),
    RequiredField(number="2.1", name="Incident reference code assigned by the financial entity", article="2(a)"),
    RequiredField(number="2.2", name="Date and time of detection of the major ICT-related incident", article="2(b)"),
    RequiredField(
        number="2.3",
        name="Date and time of classification of the ICT-related incident as major",
        article="2(b)",
        knower=Knower.COMPLIANCE,
    ),
    RequiredField(number="2.4", name="Description of the major ICT-related incident", article="2(c)"),
    RequiredField(
        number="2.5",
        name="Classification criteria that triggered the incident report",
        article="2(d)",
        knower=Knower.COMPLIANCE,
    ),
    RequiredField(
        number="2.6",
        name="Materiality thresholds for the classification criterion “Geographical spread”",
        article="2(e)",
        knower=Knower.CUSTOMERS,
    ),
    RequiredField(number="2.7", name="Discovery of the major ICT-related incident", article="2(f)"),
    RequiredField(
        number="2.8",
        name="Indication whether the major ICT-related incident originates from a third-party provider or another "
        "financial entity",
        article="2(g)",
        condition=AVAILABLE,
        knower=Knower.SUPPLIERS,
    ),
    RequiredField(
        number="2.9",
        name="Activation of business continuity plan, if activated",
        article="2(h)",
        knower=Knower.CONTINUITY,
    ),
    RequiredField(number="2.10", name="Other relevant information", article="2(i), 2(j)", condition=AVAILABLE),
)
"""Every field of an initial notification, in the template's order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRow:
    """Where a figure can be looked at. words: what is there. url: absolute."""

    words: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeField:
    """A field of the draft. value: "" = missing; then `field.knower` can fill it in, and `hint` says what is known.

    rows: where the value, or the hint, comes from.
    """

    field: RequiredField
    value: str = ""
    hint: str = ""
    rows: tuple[FigureRow, ...] = ()

    @property
    def source(self) -> str:
        """What requires it: "(EU) 2025/302, Annex I, 2.1; (EU) 2025/301, Article 2(a)"."""
        return f"{TEMPLATE}, {self.field.number}; (EU) 2025/301, Article {self.field.article}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeDeadline:
    """A time limit of the first notice.

    words: what it counts from. since: None = that has not happened, so it does not run. binds: whether it decides when
    the notice is due. has_passed: its time is over; whether a notice went out is not known here.
    """

    words: str
    since: datetime | None
    at: datetime | None
    binds: bool
    has_passed: bool
    rows: tuple[FigureRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstNotice:
    """The draft of the initial notification, in the order of the template.

    due_at: the end of the deadline that binds; None = it was never major, so none is due. caveats: what a person must
    know before it is sent.
    """

    written_at: datetime
    fields: tuple[NoticeField, ...]
    deadlines: tuple[NoticeDeadline, ...]
    due_at: datetime | None
    caveats: tuple[str, ...]

    @property
    def missing(self) -> tuple[NoticeField, ...]:
        """The fields that a person must fill in, those that may not apply among them."""
        return tuple(one for one in self.fields if not one.value and one.field.knower)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFacts:
    """What the draft is written from.

    timeline: the whole of one incident, oldest first, at least one line. linked_tickets: customers' tickets linked to
    it. public_url: of the installation, without a slash at its end. page_url: the incident's public page.
    """

    timeline: Sequence[IncidentUpdate]
    graph: ComponentGraph
    linked_tickets: int
    public_url: str
    page_url: str

    @property
    def incident(self) -> Incident:
        """The incident as it stands now."""
        return self.timeline[-1].incident

    @property
    def console_url(self) -> str:
        """Its page in the console."""
        return f"{self.public_url}/console/incidents/{self.incident.id}"

    def line(self, update: IncidentUpdate) -> FigureRow:
        """A line of the timeline, as its page in the console shows it."""
        url = f"{self.console_url}?cursor={update.seq + 1}#line-{update.seq}"
        return FigureRow(words=f"timeline, line {update.seq}", url=url)


def classified(timeline: Sequence[IncidentUpdate]) -> IncidentUpdate | None:
    """The first line of a timeline with a severity that stands for "major"; None = it never had one."""
    return next((line for line in timeline if line.incident.severity in MAJOR), None)


def first_notice(facts: NoticeFacts, now: datetime) -> FirstNotice:
    """The draft as of `now`, from the timeline alone: nobody needs to have written anything.

    Awareness is when the incident was opened, classification when its severity first was major or critical.
    """
    deadlines = _deadlines(facts, now)
    known = _known(facts)
    return FirstNotice(
        written_at=now,
        fields=tuple(known.get(one.number, NoticeField(field=one)) for one in REQUIRED),
        deadlines=deadlines,
        due_at=min((one.at for one in deadlines if one.binds and one.at), default=None),
        caveats=_caveats(facts),
    )


def _deadlines(facts: NoticeFacts, now: datetime) -> tuple[NoticeDeadline, ...]:
    """Both limits. One that was classified later than 24 h after awareness is due by the first alone (Article 5(2))."""
    opened, major = facts.timeline[0], classified(facts.timeline)
    aware_until = opened.at + AFTER_AWARENESS
    first_at = None if major is None else major.at + AFTER_CLASSIFICATION
    in_time = major is not None and major.at <= aware_until
    return (
        NoticeDeadline(
            words="4 hours after it was classified as major",
            since=None if major is None else major.at,
            at=first_at,
            binds=first_at is not None and not (in_time and aware_until < first_at),
            has_passed=first_at is not None and now > first_at,
            rows=() if major is None else (facts.line(major),),
        ),
        NoticeDeadline(
            words="24 hours after the entity became aware of it",
            since=opened.at,
            at=aware_until,
            binds=first_at is not None and in_time and aware_until < first_at,
            has_passed=now > aware_until,
            rows=(facts.line(opened),),
        ),
    )


def _known(facts: NoticeFacts) -> Mapping[str, NoticeField]:
    """What Tocsin can say, by the number of the field."""
    incident, opened, major = facts.incident, facts.timeline[0], classified(facts.timeline)
    page = FigureRow(words=incident.reference, url=facts.console_url)
    evidence = FigureRow(words="its signals", url=f"{facts.console_url}#evidence")
    severity = "" if incident.severity_by_human else without_personal(incident.severity_reason)
    filled = (
        _field("1.1", "Initial notification", (page,)),
        _field("2.1", incident.reference, (page,)),
        _field("2.2", instant_words(opened.at), (facts.line(opened),)),
        _field("2.3", instant_words(major.at) if major else "", (facts.line(major),) if major else ()),
        _field("2.4", _description(facts), (page, evidence)),
        _field("2.5", "", (page,), hint=f"the severity is {severity or incident.severity or 'pending'}"),
        _field("2.7", _discovery(incident), (evidence, facts.line(opened))),
        _field("2.10", _other(facts), _other_rows(facts)),
    )
    return {one.field.number: one for one in filled}


_BY_NUMBER = {one.number: one for one in REQUIRED}


def _field(number: str, value: str, rows: tuple[FigureRow, ...], hint: str = "") -> NoticeField:
    return NoticeField(field=_BY_NUMBER[number], value=value, hint=hint, rows=rows)


def _description(facts: NoticeFacts) -> str:
    incident = facts.incident
    until = f" and was over at {instant_words(incident.resolved_at)}" if incident.resolved_at else ", and lasts"
    return (
        f"{one_line(without_personal(incident.title))}. It began at {instant_words(incident.started_at)}{until}. "
        f"Kind of failure: {incident.kind}. Affected: {component_words(incident, facts.graph)}. "
        f"Evidence: {counted_words(len(incident.signals), 'signal')}. Status: {incident.status}."
    )


def component_words(incident: Incident, graph: ComponentGraph) -> str:
    """The affected components by their titles, at most 20 and then how many more."""
    named = [known.title if (known := graph.get(name)) else name for name in incident.components]
    more = [f"{len(named) - _SHOWN} more"] if len(named) > _SHOWN else []
    return ", ".join([*named[:_SHOWN], *more])


def _discovery(incident: Incident) -> str:
    """Who noticed first: the earliest signal's source, or the person who opened it."""
    if not incident.signals:
        return "By staff, who opened the incident by hand"
    first = min(incident.signals, key=lambda signal: signal.said_at)
    name = without_personal(first.name)
    return {
        SignalSource.WATCH: f"By the entity's own monitoring: the watch {name}",
        SignalSource.ALERT: f"By an alert of the entity's monitoring: {name}",
        SignalSource.TICKETS: "By customers: a surge of their tickets",
        SignalSource.HUMAN: "By staff",
    }[first.source]


def _other(facts: NoticeFacts) -> str:
    """Reclassification (Article 2(i)) and what else is known (2(j))."""
    incident, public_since = facts.incident, facts.incident.disclosed_at
    public = (
        f"The public status page shows it since {instant_words(public_since)}" if public_since else "It is not public"
    )
    said = [f"{counted_words(facts.linked_tickets, 'linked ticket')} of customers", public]
    if _lowered(facts.timeline):
        said.append(f"Its severity is {incident.severity or 'pending'} now: see whether it must be reclassified")
    return ". ".join(said)


def _other_rows(facts: NoticeFacts) -> tuple[FigureRow, ...]:
    incident = facts.incident
    tickets = FigureRow(words="linked tickets", url=f"{facts.public_url}/desk/incidents/{incident.id}")
    page = (FigureRow(words="public page", url=facts.page_url),) if incident.disclosed_at else ()
    lowered = _lowered(facts.timeline)
    return (tickets, *page, facts.line(lowered)) if lowered else (tickets, *page)


def _lowered(timeline: Sequence[IncidentUpdate]) -> IncidentUpdate | None:
    """The line since which it is no longer major; None = it is, or never was."""
    if classified(timeline) is None:
        return None
    since = list(takewhile(lambda line: line.incident.severity not in MAJOR, reversed(timeline)))
    return since[-1] if since else None


def _caveats(facts: NoticeFacts) -> tuple[str, ...]:
    incident = facts.incident
    said = []
    if classified(facts.timeline) is None:
        said.append(
            "Its severity was never major or critical, so nothing is due unless a person classifies it as major"
        )
    else:
        said.append(
            "The severity stands for the classification until compliance has applied the criteria of (EU) 2024/1772"
        )
    if incident.status is Status.RETRACTED:
        said.append("It was retracted as a false alarm")
    if incident.status is Status.MERGED:
        said.append("It was merged into another incident, which is the one to report")
    if incident.shadow:
        said.append("It is a shadow incident: it tries a watch out, and nobody is notified of it")
    said.append(
        "Which fields may stay empty is read from Articles 1 and 2 of (EU) 2025/301; Annex II of (EU) 2025/302 was not "
        "verified"
    )
    return tuple(said)


def counted_words(count: int, one: str) -> str:
    """1 ticket, 2 tickets."""
    return f"{count:,} {one}" if count == 1 else f"{count:,} {one}s"
