"""Mails each person the views of dashboards that they asked for, once a day, week or month."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import structlog
from jinja2 import Environment, PackageLoader, StrictUndefined

from dashboards.figure import ComparedFigure, compared, in_words
from dashboards.report import Dashboard, MailedView, first_day, is_due, last_day
from detectors.watch import Watch
from tickets.mail.message import Mail
from tocsin.context.public_text import mail_domain
from tocsin.kpi.days import span_words
from tocsin.kpi.drawn import Drawn
from tocsin.kpi.operations import operations_view
from tocsin.kpi.operations_charts import operations_charts
from tocsin.kpi.span import Days
from tocsin.kpi.support import support_view
from tocsin.kpi.support_charts import support_charts
from tocsin.kpi.view_filter import cells_of, view_query
from tocsin.storage import Role, Store, User

READERS: Mapping[Dashboard, frozenset[Role]] = {
    Dashboard.SUPPORT: frozenset({Role.MANAGER, Role.ADMINISTRATOR}),
    Dashboard.OPERATIONS: frozenset({Role.ENGINEER, Role.MANAGER, Role.ADMINISTRATOR}),
}
"""Who may see a dashboard, and so have it mailed."""
TITLES = {Dashboard.SUPPORT: "Support figures", Dashboard.OPERATIONS: "Operations figures"}
log = structlog.get_logger()
_templates = Environment(loader=PackageLoader("tocsin.kpi", ""), autoescape=True, undefined=StrictUndefined,
                         trim_blocks=True)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSettings:
    """What reports are made from. exchange: its name. public_url: where Tocsin's pages are. watches: the configured."""

    store: Store
    watches: Sequence[Watch]
    exchange: str
    public_url: str


def mail_reports(settings: ReportSettings, now: datetime) -> int:
    """Queues the mail of every report whose span has ended; how many. One that can't be made keeps no other waiting.

    Nothing is mailed to a user who is disabled, has no address, or may no longer see the dashboard.
    """
    store, zone = settings.store, settings.store.figures.time_zone()
    due = [report for report in store.reports.every() if is_due(report, now, zone)]
    users = {user.name: user for user in store.people.users()} if due else {}
    queued = 0
    for report in due:
        user = users.get(report.owner)
        if user is None or user.disabled or not user.email or user.role not in READERS[report.board]:
            continue
        until = last_day(report.rhythm, now, zone)
        try:
            mail = report_mail(settings, report, user, until, now)
        except Exception:
            log.exception("report not made", report=report.id, owner=report.owner)
            continue
        queued += store.reports.sent(report.id, until, [mail], now)
    return queued


def report_mail(settings: ReportSettings, report: MailedView, user: User, until: date, now: datetime) -> Mail:
    """The view of the span up to `until` as one mail."""
    store = settings.store
    days = Days(first=first_day(report.rhythm, until), last=until, zone=store.figures.time_zone())
    figures, charts = _shown(settings, report, days, now)
    query = view_query(report, days)
    address = f"{settings.public_url.rstrip('/')}/dashboards/{report.board}"
    words = {
        "title": TITLES[report.board],
        "exchange": settings.exchange,
        "span": span_words(days),
        "before": span_words(days.before),
        "only": ", ".join(filter(None, (report.team, report.form, report.component, report.incident))),
        "rows": [_row(figure) for figure in figures],
        "charts": [chart for chart in charts if chart.rows],
        "view": f"{address}?{query}",
        "stop": f"{address}#mails",
        "rhythm": report.rhythm.value,
    }
    key = f"report:{report.id}:{until.isoformat()}"
    return Mail(
        key=key,
        to=user.email,
        subject=f"{settings.exchange}: {TITLES[report.board].lower()}, {span_words(days).partition(',')[0]}",
        text=_templates.get_template("report.txt").render(words),
        html=_templates.get_template("report.html").render(words),
        message_id=f"<{key.replace(':', '.')}@{mail_domain(settings.public_url)}>",
    )


def _shown(
    settings: ReportSettings, report: MailedView, days: Days, now: datetime
) -> tuple[tuple[ComparedFigure, ...], tuple[Drawn, ...]]:
    store = settings.store
    if report.board is Dashboard.OPERATIONS:
        operations = operations_view(store, settings.watches, days, report.component or None)
        return operations.figures, operations_charts(operations)
    support = support_view(store, days, now, cells_of(store, report), settings.watches)
    return support.figures, support_charts(support)


def _row(figure: ComparedFigure) -> dict[str, str]:
    definition, read = figure.definition, figure.now
    is_met = None if read.value is None else definition.is_met(read.value)
    met = {None: "", True: "goal met: ", False: "goal missed: "}[is_met]
    goal = met and met + in_words(definition.goal, definition.unit)
    few = "few rows: chance moves it" if read.is_small else ""
    return {
        "title": definition.title,
        "value": in_words(read.value, definition.unit),
        "of": f"of {read.rows:,}" if read.value is not None and read.part is not None else "",
        "said": "; ".join(filter(None, (compared(figure), goal, few))),
    }
