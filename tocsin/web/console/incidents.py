"""The engineers' incident pages: what is broken, how sure Tocsin is, what changed, what can be done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from detectors.watch import FailureKind
from incidents.change import ReportedChange, related_changes
from incidents.disclosure import corrected
from incidents.grouping import Grouping
from incidents.incident import ENDED, EndReason, Incident, IncidentUpdate, Severity
from incidents.lifecycle import Action, Opening, TransitionError, allowed_actions
from incidents.public import PublicUpdate
from incidents.signal import Signal, short_id
from statuspage.phrases import phrases_of
from tickets.mail.message import Mail
from tocsin.context.changes import reported_during
from tocsin.context.word_check import InsideWords, in_words
from tocsin.desk.specimen import update_mail
from tocsin.detection.watch_health import watch_rows
from tocsin.response.after_incident import public_postmortem_of
from tocsin.response.grouping_actions import is_undoable, take_back
from tocsin.response.incident_actions import act, open_incident, rehearse, would_read
from tocsin.response.silence_actions import ANNOUNCED, expiries
from tocsin.storage import AlreadyActive, BadCursor, ListPage
from tocsin.web.console.component_graph import picture_of
from tocsin.web.console.proposals import WORDS
from tocsin.web.http.access import ENGINEERS, Principal, Sent, said
from tocsin.web.http.answers import ACTIVE, form_key, incident_of
from tocsin.web.http.pages import page
from tocsin.web.http.runtime import WebServices, services_of

router = APIRouter(prefix="/console", include_in_schema=False)

Engineer = Annotated[Principal, Depends(ENGINEERS)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """How words for the public would be read. entry: on the page, in portal, desk and feeds; None = not public.

    subject: of feeds and subscribers' mails. mail: to customers with a linked ticket; None = they are sent none.
    """

    entry: PublicUpdate | None = None
    subject: str = ""
    mail: Mail | None = None


LISTS = {"open": ACTIVE, "over": tuple(ENDED)}
LIST = 25
LOOKED_THROUGH = 1000  # incidents for one page of a filtered list
PENDING = "pending"
SEVERITIES = ("", *Severity, PENDING)
LINES = 50  # of a timeline on one page
SIGNALS = 50  # of an incident on one page
PLOT_TYPES = {"svg": "image/svg+xml", "png": "image/png"}
PLOT_HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}


@router.get("")
def overview(
    request: Request, who: Engineer, *, cursor: str | None = None, show: str = "open", q: str = "", severity: str = ""
) -> HTMLResponse:
    """What is open now, or what is over, that the words and the severity fit; newest first."""
    services = services_of(request)
    if show not in LISTS:
        raise HTTPException(404, f"there is no list {show!r}; there are {', '.join(LISTS)}")
    if severity not in SEVERITIES:
        raise HTTPException(404, f"there is no severity {severity[:40]!r}; there are {', '.join(SEVERITIES[1:])}")
    found = _fitting(services, show, cursor, q.casefold().split(), severity)
    return page(
        request,
        "console.html",
        who,
        show=show,
        q=q,
        wanted=severity,
        severities=SEVERITIES[1:],
        incidents=found,
        open_count=len(services.store.incidents.active()),
        counts=services.store.tickets.linked_counts([i.id for i in found.items]),
        watches=watch_rows(services.config.watches, services.memory, services.now()),
        problems=_problems(services),
        proposed=services.store.proposals.count_open(services.now()),
        to_do=services.store.action_items.count_open(),
        expiries=expiries(services.store.silences.ended_since(services.now() - ANNOUNCED), services.now()),
    )


def _fitting(
    services: WebServices, show: str, cursor: str | None, words: Sequence[str], severity: str
) -> ListPage[Incident]:
    """A page of those that fit; where few do, so many are looked through, and the next page goes on behind them."""
    items: list[Incident] = []
    for _ in range(LOOKED_THROUGH // LIST):
        found = services.store.incidents.page(cursor, LIST, LISTS[show])
        items += [one for one in found.items if _fits(one, words, severity)]
        cursor = found.next_cursor
        if cursor is None or len(items) >= LIST:
            break
    return ListPage(items=tuple(items), next_cursor=cursor)


def _fits(incident: Incident, words: Sequence[str], severity: str) -> bool:
    if severity and (incident.severity or PENDING) != severity:
        return False
    text = " ".join((incident.reference, incident.title, incident.status, *incident.components)).casefold()
    return all(word in text for word in words)


def _problems(services: WebServices) -> tuple[str, ...]:
    """What keeps the page or a ticket from being answered as it should."""
    problems, account = services.publisher.problems, services.desk.account
    if account is None or not account.last_error:
        return problems
    return (*problems, f"the last question to the exchange was not answered: {account.last_error}")


@router.get("/incidents/new")
def new(request: Request, who: Engineer) -> HTMLResponse:
    """The form to open one by hand."""
    return _new(request, who, {}, "")


def _new(request: Request, who: Principal, values: Mapping[str, str], problem: str) -> HTMLResponse:
    return page(
        request,
        "incident_new.html",
        who,
        status=422 if problem else 200,
        components=list(services_of(request).graph),
        kinds=tuple(FailureKind),
        severities=tuple(Severity),
        values=values,
        problem=problem,
        key=form_key(values),
    )


@router.post("/incidents/new")
def opened(request: Request, who: Engineer, sent: Sent) -> Response:
    """Opens it; sending the form twice opens one."""
    values = said(sent)
    try:
        update = open_incident(services_of(request).response, _opening(values), who.name, services_of(request).now())
    except ValueError as error:
        return _new(request, who, values, str(error))
    return RedirectResponse(f"/console/incidents/{update.incident.id}", 303)


def _opening(values: Mapping[str, str]) -> Opening:
    """What the form says. Raises ValueError."""
    title = values.get("title", "").strip()
    if len(title) > 200:
        raise ValueError(f"title has {len(title)} characters, expected at most 200")
    severity, component = values.get("severity", ""), values.get("component", "")
    return Opening(
        key=form_key(values),
        title=title,
        components=(component,) if component else (),
        kind=FailureKind(values.get("kind", FailureKind.OTHER)),
        severity=Severity(severity) if severity else None,
    )


@router.get("/incidents/{incident_id}")
def incident_page(request: Request, incident_id: str, who: Engineer, cursor: str | None = None) -> HTMLResponse:
    """One incident: the ticket, the evidence, what is public, what can be done, the timeline."""
    return _incident_page(request, who, incident_of(services_of(request), incident_id), cursor=cursor)


def _incident_page(
    request: Request,
    who: Principal,
    incident: Incident,
    *,
    problem: str = "",
    status: int = 200,
    tried: Mapping[str, str] | None = None,
    preview_of: Preview | None = None,
    cursor: str | None = None,
) -> HTMLResponse:
    """The page; problem: why what the form said was refused; tried: that form, which keeps its words.

    preview_of: what that form's words would be read as.
    """
    services = services_of(request)
    timeline = services.store.incidents.timeline(incident.id)
    lines, next_cursor = timeline_page(timeline, cursor, LINES)
    changes = related_changes(reported_during(services.store, incident, services.now()), incident, services.graph)
    outside = services.desk.text.incident(incident.id, services.site.language)
    ticket = services.store.engineering_tickets.get(incident.id)
    return page(
        request,
        "incident.html",
        who,
        status=status,
        i=incident,
        ticket=ticket,
        plots=[name for name in sorted(ticket.plots) if name.endswith(".svg")] if ticket else [],
        escalation=services.store.oncall.escalation(incident.id),
        notified=services.store.oncall.notified(incident.id),
        tracked=services.store.tracker_tickets.of_incident(incident.id),
        timeline=with_changes(timeline, lines, changes),
        next_cursor=next_cursor,
        count=services.store.tickets.linked_counts([incident.id]).get(incident.id, 0),
        outside=outside,
        preview=None if outside else would_read(services.response, incident, services.now()),
        taken_back=would_read(services.response, incident, services.now(), Action.RETRACT) if outside else None,
        actions=allowed_actions(incident.status),
        severities=tuple(Severity),
        end_reasons=(EndReason.FIXED, EndReason.RECOVERED, EndReason.PLANNED),
        graph=services.graph,
        waits=_waits(services, timeline),
        groupings=_groupings(services, incident),
        earlier=services.store.incidents.earlier_like(incident),
        proposed=services.store.proposals.open_of(incident.id, services.now()),
        proposal_words=WORDS,
        review=services.store.postmortems.review(incident.id),
        items=services.store.action_items.of_incident(incident.id),
        drawn=picture_of(incident, services.graph),
        evidence=evidence_of(incident, request.query_params),
        key=f"{incident.id}-{timeline[-1].seq}",
        problem=problem,
        tried=tried or {},
        previewed=preview_of,
        correctable={u.seq for u in lines if u.message and u.corrects is None},
        postmortem_start=_postmortem_start(services, incident),
        holds_now={u.seq: u.message for u in corrected(timeline)},
    )


def _postmortem_start(services: WebServices, incident: Incident) -> str:
    """The text that the form for a postmortem begins with, where there is one."""
    if Action.POSTMORTEM not in allowed_actions(incident.status):
        return ""
    return public_postmortem_of(services.response, services.desk.text, incident)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A page of an incident's signals, the latest start first, as they were filtered.

    total: of all that the filter leaves. earlier: the query of the next page, "" = this is the last.
    """

    shown: tuple[Signal, ...]
    total: int
    component: str
    lasting: bool
    earlier: str


def evidence_of(incident: Incident, asked: Mapping[str, str]) -> Evidence:
    """The signals of a component (`component`), or those that last (`lasting`), from the one numbered `signals` on."""
    component, lasting, start = asked.get("component", ""), asked.get("lasting") == "yes", asked.get("signals", "0")
    if not (start.isascii() and start.isdigit()):
        raise BadCursor(f"signals is {start[:40]!r}, expected a number: of how many signals come before")
    fits = [
        s
        for s in reversed(incident.signals)
        if (not component or s.component == component) and not (lasting and s.ended_at)
    ]
    end = int(start) + SIGNALS
    more = urlencode({"component": component, "lasting": "yes" if lasting else "", "signals": end})
    return Evidence(
        shown=tuple(fits[int(start) : end]),
        total=len(fits),
        component=component,
        lasting=lasting,
        earlier=f"?{more}#evidence" if len(fits) > end else "",
    )


def _groupings(services: WebServices, incident: Incident) -> list[tuple[Grouping, bool]]:
    """What people decided about its signals, the latest first, each with whether it can be undone."""
    read = services.store.incidents.get
    decided = services.store.groupings.of_incident(incident.id)
    return [(one, is_undoable(one, read(one.source), read(one.target))) for one in decided]


def _waits(services: WebServices, timeline: Sequence[IncidentUpdate]) -> dict[int, str]:
    """Of the lines whose words wait, why, by seq."""
    found = ((u.seq, services.response.words.find(u.message)) for u in corrected(timeline))
    return {seq: in_words(leaks) for seq, leaks in found if leaks}


def timeline_page(
    timeline: tuple[IncidentUpdate, ...], cursor: str | None, limit: int
) -> tuple[tuple[IncidentUpdate, ...], str | None]:
    """Newest first; the cursor is the last line's seq. Raises BadCursor."""
    if cursor is not None and not (cursor.isascii() and cursor.isdigit()):
        raise BadCursor(f"cursor {cursor[:60]!r} is not one of this list's; start again without a cursor")
    lines = [u for u in reversed(timeline) if cursor is None or u.seq < int(cursor)]
    return tuple(lines[:limit]), str(lines[limit - 1].seq) if len(lines) > limit else None


def with_changes(
    timeline: Sequence[IncidentUpdate], lines: Sequence[IncidentUpdate], changes: Sequence[ReportedChange]
) -> list[IncidentUpdate | ReportedChange]:
    """A page of the timeline, newest first, with the changes of its time; the last page has all that came before."""
    if not lines:
        return list(reversed(changes))
    newer = [u.at for u in timeline if u.seq > lines[0].seq]
    is_last = lines[-1].seq == timeline[0].seq
    within = [c for c in reversed(changes) if (not newer or c.at < newer[0]) and (is_last or c.at >= lines[-1].at)]
    return sorted([*lines, *within], key=lambda one: one.at, reverse=True)


@router.post("/incidents/{incident_id}")
def incident_action(request: Request, incident_id: str, who: Engineer, sent: Sent) -> Response:
    """Does what a button of the incident's page says, or shows how its words would be read."""
    values, services = said(sent), services_of(request)
    try:
        if values.get("preview"):
            found = incident_of(services, incident_id)
            return _incident_page(request, who, found, tried=values, preview_of=_preview(services, found, values))
        keys = [key for key in sent.getlist("signal") if isinstance(key, str)]
        now = services.now()
        if values.get("undo"):
            forgets = values.get("only_forget") == "yes"
            take_back(services.response, values["undo"], who.name, now, values.get("reason", ""), only_forget=forgets)
        else:
            act(services.response, incident_id, action_of(values), by=who.name, said=values, now=now, signals=keys)
    except (TransitionError, AlreadyActive, InsideWords) as error:
        found, status = incident_of(services, incident_id), 422 if isinstance(error, InsideWords) else 409
        return _incident_page(request, who, found, problem=str(error), status=status, tried=values)
    return RedirectResponse(f"/console/incidents/{incident_id}", 303)


def _preview(services: WebServices, incident: Incident, values: Mapping[str, str]) -> Preview:
    """How a form's words would be read everywhere. Raises TransitionError and InsideWords as the form itself would."""
    now, language = services.now(), services.site.language
    update, outside = rehearse(services.response, incident, action_of(values), values, now)
    if outside is None:
        return Preview()
    seq = update.seq if update.corrects is None else update.corrects
    entry = next((u for u in outside.updates if u.id == short_id(f"{incident.id}:{seq}")), None)
    if entry is None:
        return Preview()
    phase = phrases_of(language).say(entry.phase)
    return Preview(
        entry=entry,
        subject=f"[{services.site.title}] {phase}: {outside.title}",
        mail=update_mail(services.desk, update, outside, language, now),
    )


def action_of(values: Mapping[str, str]) -> Action:
    """The action that a form names. Raises TransitionError."""
    word = values.get("action", "")
    try:
        return Action(word)
    except ValueError:
        raise TransitionError(f"action {word[:40]!r} is not one of {', '.join(Action)}") from None


@router.get("/incidents/{incident_id}/plots/{name}", dependencies=[Depends(ENGINEERS)])
def plot(request: Request, incident_id: str, name: str) -> Response:
    """A plot of the engineering ticket, as a picture."""
    ticket = services_of(request).store.engineering_tickets.get(incident_id)
    kind = PLOT_TYPES.get(name.rpartition(".")[2])
    if ticket is None or kind is None or name not in ticket.plots:
        raise HTTPException(404, f"{name} is not a plot of this incident")
    return Response(ticket.plots[name], media_type=kind, headers=PLOT_HEADERS)
