"""The watches: how each is doing, and each of its series over a chosen span."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse

from detectors.shapes import relearning
from detectors.sources.prometheus import Prometheus
from detectors.sources.promql import narrowed, promql
from detectors.sources.scrape import Outcome
from detectors.watch import Query, Watch
from tocsin.context.changes import change_marks
from tocsin.context.scrape_memory import LastScrape
from tocsin.context.series import SPANS
from tocsin.detection.false_alarm_budget import BUDGET_SPAN, openings
from tocsin.detection.series_history import ShownSpan, past_of
from tocsin.detection.series_listing import Listing, SeriesRow
from tocsin.detection.watch_health import WatchRow, WatchState, watch_row, watch_rows
from tocsin.storage import page_of
from tocsin.web.console.watch_figures import (
    anomalies_of,
    day_figure,
    numbers_of,
    past_figure,
    recent_figure,
    sparklines,
)
from tocsin.web.http.access import ENGINEERS, Principal
from tocsin.web.http.pages import page
from tocsin.web.http.runtime import WebServices, runtime_of, services_of

router = APIRouter(prefix="/console/watches", include_in_schema=False)

Engineer = Annotated[Principal, Depends(ENGINEERS)]
LIST = 50
SERIES = 25
INCIDENTS = 20
SHADOW = "shadow"
OUTCOMES = {
    Outcome.OK: "read",
    Outcome.UNREACHABLE: "cannot be reached",
    Outcome.TIMEOUT: "answers too late",
    Outcome.REFUSED: "answers an error",
    Outcome.TOO_LARGE: "its page is too large",
    Outcome.MALFORMED: "its page is refused",
}
SPAN_WORDS = {"1h": "1 hour", "6h": "6 hours", "24h": "24 hours", "7d": "7 days"}
Position = tuple[int | str, ...]
_WORST = list(WatchState)
ORDERS: dict[str, tuple[str, Callable[[WatchRow], Position]]] = {
    "state": ("State, the worst first", lambda w: (_WORST.index(w.state), w.watch.name)),
    "name": ("Name", lambda w: (w.watch.name,)),
    "budget": ("Budget spent", lambda w: (-w.openings.false, -w.openings.all, w.watch.name)),
    "series": ("Number of series", lambda w: (-w.series, w.watch.name)),
    "silent": ("Silent series", lambda w: (-w.silent, w.watch.name)),
    "time": ("Evaluation time", lambda w: (-_took(w), w.watch.name)),
}


def _is_well(target: LastScrape) -> bool:
    scrape = target.scrape
    return scrape is not None and scrape.outcome is Outcome.OK and not scrape.ahead and not scrape.set_back


def _took(row: WatchRow) -> int:
    return row.evaluation.took // timedelta(microseconds=1) if row.evaluation else 0


@router.get("")
def watches(
    request: Request, who: Engineer, *, q: str = "", state: str = "", sort: str = "state", cursor: str | None = None
) -> HTMLResponse:
    """Every watch that the words and the state fit. Raises BadCursor."""
    runtime, services = runtime_of(request), services_of(request)
    states = [*WatchState, SHADOW]
    _known("state", state, ["", *states])
    _known("order", sort, list(ORDERS))
    now = services.now()
    every = watch_rows(services.config.watches, services.memory, now, openings(services.store, now))
    fitting = [w for w in every if _fits(w, q.casefold().split(), state)]
    position = ORDERS[sort][1]
    return page(
        request,
        "watches.html",
        who,
        watches=page_of(sorted(fitting, key=position), position, cursor, LIST),
        every=every,
        fitting=len(fitting),
        counts={s: sum(w.state == s for w in every) for s in WatchState},
        q=q,
        wanted=state,
        sort=sort,
        states=states,
        outcomes=OUTCOMES,
        orders={name: words for name, (words, _) in ORDERS.items()},
        not_ready=runtime.not_ready(),
        targets=sorted(services.targets, key=_is_well),
        clock_jump=runtime.clock_jump,
    )


def _known(what: str, word: str, words: list[str]) -> None:
    if word not in words:
        raise HTTPException(404, f"there is no {what} {word[:40]!r}; there are {', '.join(w for w in words if w)}")


def _fits(row: WatchRow, words: list[str], state: str) -> bool:
    if state and not (row.watch.shadow if state == SHADOW else row.state == state):
        return False
    text = f"{row.watch.name} {row.watch.title} {row.watch.component} {row.watch.source}".casefold()
    return all(word in text for word in words)


@router.get("/{name:path}")
def watch_page(
    request: Request,
    name: str,
    who: Engineer,
    *,
    series: str = "",
    span: str = "6h",
    q: str = "",
    cursor: str | None = None,
) -> HTMLResponse:
    """One watch with its series, or with `series` one of those over a span. Raises BadCursor."""
    services = services_of(request)
    watch = next((w for w in services.config.watches if w.name == name), None)
    if watch is None:
        raise HTTPException(404, f"there is no watch {name[:80]!r}; the configuration may have changed")
    row = watch_row(watch, services.memory, services.now(), openings(services.store, services.now()))
    if not series:
        return _watch(request, who, row, q, cursor)
    _known("span", span, list(SPANS))
    state = services.memory.states.get(watch.name)
    listing = Listing.of(watch, state, services.memory.recent(watch.name)) if state else None
    shown = listing.row_of(series) if listing else None
    if shown is None:
        raise HTTPException(404, f"watch {watch.name} has no series {series[:20]!r} any more; see its list")
    return _series(request, who, row, shown, span)


def _watch(request: Request, who: Principal, row: WatchRow, q: str, cursor: str | None) -> HTMLResponse:
    services, watch = services_of(request), row.watch
    recent = services.memory.recent(watch.name)
    state = services.memory.states.get(watch.name)
    listing = Listing.of(watch, state, recent) if state else None
    found = listing.page(q, cursor, SERIES) if listing else None
    since = services.now() - BUDGET_SPAN
    return page(
        request,
        "watch.html",
        who,
        w=row,
        watch=watch,
        relearnt=int(relearning(state).max(initial=0)) if state else 0,
        q=q,
        found=found,
        lines=sparklines(recent, found.items) if found else {},
        figure=recent_figure(watch, row.worst, recent, partial(change_marks, services.store, services.graph)),
        incidents=services.store.incidents.of_watch(watch.name, since, INCIDENTS),
        promql=promql(watch.query),
        graph_url=_graph_url(services, watch, watch.query, SPANS["1h"]),
    )


def _series(request: Request, who: Principal, row: WatchRow, shown: SeriesRow, span: str) -> HTMLResponse:
    services, watch = services_of(request), row.watch
    state = services.memory.states[watch.name]
    source = services.sources[watch.source]
    now = services.now()
    shows = ShownSpan(start=now - SPANS[span], end=now)
    strip = services.memory.recent(watch.name).strip(shown.labels)
    past = past_of(watch, state, shown.row, strip=strip, source=source, span=shows)
    incidents = services.store.incidents.of_watch(watch.name, min(shows.start, now - BUDGET_SPAN), 200)
    anomalies = anomalies_of(watch, shown, incidents)
    query = narrowed(watch.query, shown.labels, as_promql=isinstance(source, Prometheus))
    return page(
        request,
        "watch_series.html",
        who,
        w=row,
        watch=watch,
        s=shown,
        span=span,
        spans=SPAN_WORDS,
        past=past,
        figure=past_figure(watch, shown, past, anomalies, partial(change_marks, services.store, services.graph)),
        numbers=numbers_of(past),
        day=day_figure(watch, state, shown, now),
        anomalies=anomalies[:INCIDENTS],
        promql=promql(query),
        graph_url=_graph_url(services, watch, query, SPANS[span]),
    )


def _graph_url(services: WebServices, watch: Watch, query: Query, span: timedelta) -> str:
    source, now = services.sources.get(watch.source), services.now()
    return source.graph_url(query, now - span, now) if isinstance(source, Prometheus) else ""
