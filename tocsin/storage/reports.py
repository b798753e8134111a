"""Views of dashboards that people have mailed to themselves: kept, ended, and moved on with each mail."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import delete, func, insert, select, update

from dashboards.report import MailedView
from tickets.mail.message import Mail
from tocsin.storage.audit import AuditEntry, append_audit
from tocsin.storage.errors import NotFound
from tocsin.storage.outbox import queue_mails
from tocsin.storage.rows import StorePart
from tocsin.storage.tables.people import reports, users
from tocsin.storage.values import from_json, to_json

AT_MOST = 20
"""Reports that one person may have."""


class TooManyReports(Exception):
    """One person has as many reports as they may."""


class Reports(StorePart):
    """Every report, by whom it is for."""

    def add(self, report: MailedView, now: datetime, audit: AuditEntry) -> None:
        """Kept from now on; an id that exists is a no-op. Raises TooManyReports, and NotFound for an unknown owner."""
        with self._database.write() as connection:
            owner = connection.scalar(select(users.c.key).where(users.c.name == report.owner).with_for_update())
            if owner is None:
                raise NotFound("user", report.owner)
            if connection.scalar(select(reports.c.id).where(reports.c.id == report.id)) is not None:
                return
            many = connection.scalar(select(func.count()).select_from(reports).where(reports.c.user_key == owner))
            if (many or 0) >= AT_MOST:
                raise TooManyReports(f"{report.owner} has {many} reports, the most there may be: end one first")
            row = {
                "id": report.id,
                "user_key": owner,
                "sent_until": report.sent_until.toordinal(),
                "value": to_json(report),
            }
            connection.execute(insert(reports), row)
            append_audit(connection, self._database, self._cipher, [audit], now)

    def every(self, owner: str | None = None) -> tuple[MailedView, ...]:
        """All reports, or one person's, the oldest first."""
        statement = select(reports.c.value, reports.c.sent_until).order_by(reports.c.id)
        if owner is not None:
            statement = statement.join(users, users.c.key == reports.c.user_key).where(users.c.name == owner)
        with self._database.read() as connection:
            found = [_report(*row) for row in connection.execute(statement).all()]
        return tuple(sorted(found, key=lambda report: report.created_at))

    def end(self, report_id: str, owner: str, now: datetime, audit: AuditEntry) -> None:
        """Ends one of the owner's reports. Raises NotFound."""
        owned = select(users.c.key).where(users.c.name == owner).scalar_subquery()
        with self._database.write() as connection:
            is_it = reports.c.id == report_id, reports.c.user_key == owned
            if not connection.execute(delete(reports).where(*is_it)).rowcount:
                raise NotFound("report", report_id)
            append_audit(connection, self._database, self._cipher, [audit], now)

    def sent(self, report_id: str, until: date, mails: Iterable[Mail], now: datetime) -> bool:
        """Queues the mail of the span up to `until` and moves the report on, together; False where that was done."""
        day = until.toordinal()
        moved = update(reports).where(reports.c.id == report_id, reports.c.sent_until < day).values(sent_until=day)
        with self._database.write() as connection:
            if not connection.execute(moved).rowcount:
                return False
            queue_mails(connection, self._database, self._cipher, list(mails), now)
        return True


def _report(value: str, sent_until: int) -> MailedView:
    return replace(from_json(MailedView, value), sent_until=date.fromordinal(sent_until))
