"""Postmortems that people write: how their review stands, and every version of their text."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from incidents.review import PostmortemReview, PostmortemText
from tocsin.storage.audit import AuditEntry, append_audit
from tocsin.storage.counting import insert_new, put
from tocsin.storage.errors import NotFound
from tocsin.storage.rows import StorePart
from tocsin.storage.tables.response import postmortem_texts, postmortems
from tocsin.storage.values import from_json, to_json

Write = Callable[[PostmortemReview], PostmortemReview]
Review = Callable[[PostmortemReview, str], PostmortemReview]


class Postmortems(StorePart):
    """One an incident; a version is added and never changed."""

    def review(self, incident_id: str) -> PostmortemReview:
        """How it stands; a draft without a version before anybody wrote one."""
        with self._database.read() as connection:
            value = connection.scalar(select(postmortems.c.value).where(postmortems.c.incident_id == incident_id))
        return _review(incident_id, value)

    def versions(self, incident_id: str) -> tuple[PostmortemText, ...]:
        """Every version without its text, the newest first."""
        columns = (postmortem_texts.c.number, postmortem_texts.c.at, postmortem_texts.c.by)
        statement = select(*columns).where(postmortem_texts.c.incident_id == incident_id)
        with self._database.read() as connection:
            rows = connection.execute(statement.order_by(postmortem_texts.c.number.desc())).all()
        return tuple(PostmortemText(number=row.number, at=row.at, by=row.by, text="") for row in rows)

    def text(self, incident_id: str, number: int) -> PostmortemText:
        """One version. Raises NotFound."""
        with self._database.read() as connection:
            row = _text_row(connection, incident_id, number)
        if row is None:
            raise NotFound("version of the postmortem", str(number))
        return PostmortemText(number=row.number, at=row.at, by=row.by, text=row.text)

    def write(self, incident_id: str, text: str, fn: Write, now: datetime, audit: AuditEntry) -> None:
        """Adds the version that `fn` counts, by whom the audit entry names. Raises what fn raises."""
        with self._database.write() as connection:
            after = fn(self._locked(connection, incident_id))
            put(connection, postmortems, {"incident_id": incident_id}, {"value": to_json(after)})
            row = {"incident_id": incident_id, "number": after.version, "at": now, "by": audit.actor, "text": text}
            connection.execute(insert(postmortem_texts), row)
            append_audit(connection, self._database, self._cipher, [audit], now)

    def move(self, incident_id: str, fn: Review, now: datetime, audit: AuditEntry) -> None:
        """Writes the state that `fn` makes of the review and its newest text. Raises what fn raises."""
        with self._database.write() as connection:
            before = self._locked(connection, incident_id)
            row = _text_row(connection, incident_id, before.version)
            after = fn(before, row.text if row else "")
            put(connection, postmortems, {"incident_id": incident_id}, {"value": to_json(after)})
            append_audit(connection, self._database, self._cipher, [audit], now)

    def _locked(self, connection: Connection, incident_id: str) -> PostmortemReview:
        new = {"incident_id": incident_id, "value": to_json(PostmortemReview(incident_id=incident_id))}
        connection.execute(insert_new(connection, postmortems), new)
        is_it = postmortems.c.incident_id == incident_id
        return _review(incident_id, connection.scalar(select(postmortems.c.value).where(is_it).with_for_update()))


def _text_row(connection: Connection, incident_id: str, number: int) -> Row[Any] | None:
    is_it = (postmortem_texts.c.incident_id == incident_id) & (postmortem_texts.c.number == number)
    return connection.execute(select(postmortem_texts).where(is_it)).one_or_none()


def _review(incident_id: str, value: str | None) -> PostmortemReview:
    return PostmortemReview(incident_id=incident_id) if value is None else from_json(PostmortemReview, value)
