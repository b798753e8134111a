"""A ticket's page at the desk: thread, account, why it was routed there, and actions."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from incidents.incident import Incident
from tickets import lifecycle
from tickets.answer import NextState, answer, refuse_outdated
from tickets.article import ArticleError, ArticleKind, mentioned_in, refuse_unfilled
from tickets.clocks import nearest_clock
from tickets.handover import TIERS, HandOver, asked_before_transfer, hand_over
from tickets.identity import customer_of, is_proven, proven_id
from tickets.lifecycle import Change, TransitionError
from tickets.ticket import Proof, Team, Ticket
from tocsin.context.loops import Loop
from tocsin.desk.canned import canned_answer, offered_for
from tocsin.desk.intake import assess, transactions_of
from tocsin.desk.merging import merge_into
from tocsin.desk.ticket_actions import download, file_names, perform, view
from tocsin.storage import ListPage, NotFound
from tocsin.web.desk.queue import DONE, choices, done_before, linkable_incident, ticket_path, way_on
from tocsin.web.desk.view import view_of_query
from tocsin.web.http.access import AGENTS, Principal, Sent, said
from tocsin.web.http.answers import form_key, saved
from tocsin.web.http.pages import page
from tocsin.web.http.runtime import WebServices, runtime_of, services_of

router = APIRouter(prefix="/desk/tickets/{number}", include_in_schema=False)

Agent = Annotated[Principal, Depends(AGENTS)]
OTHERS = 10
PROOFS: Mapping[Proof, str] = {
    Proof.NONE: "claimed by the sender, not proven",
    Proof.SIGNED: "the exchange signed who it is",
    Proof.SESSION: "signed in at the exchange",
    Proof.MAIL: "came by a mail to this address",
    Proof.MACHINE: "the exchange's own program says so",
}
Act = Callable[[Ticket, str, Mapping[str, str], datetime], Change]
ACTIONS: Mapping[str, Act] = {
    "accept": lambda t, by, said, now: lifecycle.accept(t, by, now),
    "reply": lambda t, by, said, now: answer(t, by, said.get("text", ""), now, _following(said)),
    "note": lambda t, by, said, now: lifecycle.note(t, by, said.get("text", ""), now),
    "link": lambda t, by, said, now: lifecycle.link(t, said.get("incident", ""), by, now),
    "confirm": lambda t, by, said, now: lifecycle.confirm(t, by, now),
    "reject": lambda t, by, said, now: lifecycle.reject(t, by, now),
    "unlink": lambda t, by, said, now: lifecycle.unlink(t, by, now),
    "resolve": lambda t, by, said, now: lifecycle.resolve(t, by, now),
    "reopen": lambda t, by, said, now: lifecycle.reopen(t, by, now),
    "close": lambda t, by, said, now: lifecycle.close(t, by, now),
    "undo close": lambda t, by, said, now: lifecycle.undo_close(t, by, now),
    "undo merge": lambda t, by, said, now: lifecycle.undo_merge(t, by, now),
    "hand over": lambda t, by, said, now: hand_over(t, _handed(said), by, now),
}
WRITES = frozenset({"reply", "hand over"})
"""The actions that are refused where the ticket changed since the agent opened its page."""


def _following(said: Mapping[str, str]) -> NextState:
    name = said.get("then", NextState.WAIT)
    if name not in tuple(NextState):
        raise TransitionError(f"after an answer a ticket is left to {', '.join(NextState)}, not {name[:40]!r}")
    return NextState(name)


def _handed(said: Mapping[str, str]) -> HandOver:
    team, tier = said.get("team", ""), said.get("tier", "")
    if team not in {"", *Team} or tier not in {"", *map(str, TIERS)}:
        raise TransitionError(f"there is no team {team[:40]!r}, or no tier {tier[:40]!r}: choose from the lists")
    return HandOver(
        person=said.get("person", "")[:100],
        team=Team(team) if team else None,
        tier=int(tier) if tier else None,
        note=said.get("note", ""),
        facts={name.removeprefix("fact-"): value for name, value in said.items() if name.startswith("fact-")},
        supervisor=said.get("supervisor") == "yes",
    )


@router.get("")
def ticket(request: Request, number: str, who: Agent, cursor: str | None = None) -> HTMLResponse:
    """The ticket; cursor: of the customer's other tickets. The reading is audited."""
    return _page(request, who, ticket_of(services_of(request), number), cursor=cursor)


def ticket_of(services: WebServices, number: str) -> Ticket:
    """The ticket of that number; raises NotFound."""
    found = services.store.tickets.by_number(number)
    if found is None:
        raise NotFound("ticket", number)
    return found


def _page(
    request: Request,
    who: Principal,
    found: Ticket,
    *,
    problem: str = "",
    values: Mapping[str, str] | None = None,
    cursor: str | None = None,
) -> HTMLResponse:
    services = services_of(request)
    thread = view(services.desk, found, who.name, services.now())
    others = _others(services, found, cursor)
    suggested, probability, reasons = _suggestion(services, found)
    came_from = view_of_query(request.query_params.get("view", ""))
    services.store.presence.note(found.id, who.name, services.now(), writes=bool((values or {}).get("text")))
    offered = offered_for(services.desk, found)
    chosen = next((one for name, one in offered.items() if str(name) == request.query_params.get("answer")), None)
    inserted = canned_answer(services.desk, found, chosen, who.name) if chosen else ""
    return page(
        request,
        "desk_ticket.html",
        who,
        status=409 if problem else 200,
        t=found,
        thread=thread,
        names=file_names(services.desk, thread),
        incident=services.store.incidents.get(found.incident_id) if found.incident_id else None,
        first=services.store.tickets.get(found.merged_into) if found.merged_into else None,
        suggested=suggested,
        probability=probability,
        reasons=reasons,
        candidates=[i for i in services.store.incidents.active() if i.id != found.incident_id and not i.shadow][-100:],
        transactions=transactions_of(services.desk, found),
        others=[(o, is_proven(o) and customer_of(o) == customer_of(found)) for o in others.items if o.id != found.id],
        proven_id=proven_id(found),
        proof=PROOFS[found.proof],
        next_cursor=others.next_cursor,
        open=found.status in lifecycle.OPEN,
        articles=offered,
        kinds=ArticleKind,
        inserted=inserted,
        key=form_key({}),
        seen=found.updated_at.isoformat(),
        said=values or {},
        problem=problem,
        view=came_from,
        here=ticket_path(found.number, came_from),
        clock=nearest_clock(found),
        asked=asked_before_transfer(found),
        present=services.store.presence.others(found.id, who.name, services.now()),
        done=done_before(services, request),
        **choices(services),
    )


def _others(services: WebServices, found: Ticket, cursor: str | None) -> ListPage[Ticket]:
    """Tickets that name the same address or customer ID, this one among them; the page says which were proven."""
    return services.store.tickets.naming(email=found.email, customer_id=found.customer_id, cursor=cursor, limit=OTHERS)


def _suggestion(services: WebServices, found: Ticket) -> tuple[Incident | None, float | None, tuple[str, ...]]:
    """The incident that an open, unlinked ticket may belong to, how likely, and why."""
    if found.incident_id or found.status not in lifecycle.OPEN:
        return None, None, ()
    d = assess(services.desk, found, services.now()).dampening
    incident_id = d.incident_id or d.suggested_id
    incident = services.store.incidents.get(incident_id) if incident_id else None
    if incident is None or not incident.is_active:
        return None, None, ()
    return incident, d.probability, d.link_reasons


@router.post("")
def act(request: Request, number: str, who: Agent, sent: Sent) -> Response:
    """Does what a button of the ticket's page says."""
    services, values = services_of(request), said(sent)
    found = ticket_of(services, number)
    try:
        _do(services, found, who.name, values)
    except (TransitionError, ArticleError) as error:
        return _page(request, who, ticket_of(services, number), problem=str(error), values=values)
    runtime_of(request).wake(Loop.MAIL)
    return RedirectResponse(_afterwards(request, found, who.name, values), 303)


def _afterwards(request: Request, before: Ticket, by: str, values: Mapping[str, str]) -> str:
    """Where an agent goes after an action: the next ticket of their view where this one is done, else to it again."""
    services, came_from = services_of(request), view_of_query(request.query_params.get("view", ""))
    action = values.get("action", "")
    stays = action not in DONE or (action == "reply" and values.get("then") == NextState.KEEP)
    if came_from is None or stays:
        return ticket_path(before.number, came_from)
    path = way_on(services, came_from, before, by, services.now())
    return f"{path}&{urlencode({'done': f'{before.number}.{action}'})}"


def _do(services: WebServices, found: Ticket, by: str, values: Mapping[str, str]) -> None:
    action, now = values.get("action", ""), services.now()
    if action == "merge":
        merge_into(services.desk, found, values.get("into", "").strip(), by, now)
        return
    if action not in ACTIONS:
        raise TransitionError(f"action {action[:40]!r} is not one of {', '.join(ACTIONS)}")
    if action == "link":
        linkable_incident(services, values.get("incident", ""))
    if action == "hand over":
        _refuse_strangers(services, values.get("person", ""))
    if action == "reply":
        refuse_unfilled(values.get("text", ""))
    calls = mentioned_in(values.get("text", ""), choices(services)["agents"]) if action == "note" else ()
    key, seen_at = values.get("key", "")[:64], _instant(values.get("seen", ""))

    def act(current: Ticket) -> Change:
        refuse_outdated(current, seen_at if action in WRITES else None)
        return ACTIONS[action](current, by, values, now)

    perform(services.desk, found.id, act, actor=by, action=action, now=now, key=key, mentions=calls)


def _refuse_strangers(services: WebServices, person: str) -> None:
    known = choices(services)["agents"]
    if person and person not in known:
        raise TransitionError(f"nobody at the desk is called {person[:40]!r}; there are {', '.join(known)}")


def _instant(text: str) -> datetime | None:
    """The version of the ticket that a form was made of; None where it names none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


@router.get("/files/{file_id}")
def file(request: Request, number: str, file_id: str, who: Agent) -> Response:
    """A file of the ticket's thread, to be saved; audited."""
    services = services_of(request)
    found = ticket_of(services, number)
    return saved(download(services.desk, found, file_id, who.name, services.now()), file_id)
