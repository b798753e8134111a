"""Stored proposals of machines: what they ask an engineer to do to an incident."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, func, select

from incidents.proposal import LASTS, ProposedAction
from tocsin.storage.audit import AuditEntry, append_audit
from tocsin.storage.counting import put
from tocsin.storage.errors import NotFound
from tocsin.storage.rows import StorePart
from tocsin.storage.tables.incidents import proposals
from tocsin.storage.values import from_json, to_json

Decide = Callable[[ProposedAction], ProposedAction]


class StoredProposals(StorePart):
    """Added once a key, decided once, never deleted."""

    def add(self, proposal: ProposedAction, now: datetime, audit: AuditEntry) -> ProposedAction:
        """Keeps it and its audit entry; the one of the same id that was kept before, as it is now, if there is one."""
        with self._database.write() as connection:
            value = connection.scalar(select(proposals.c.value).where(proposals.c.id == proposal.id))
            if value is not None:
                return from_json(ProposedAction, value)
            keep_proposal(connection, proposal)
            append_audit(connection, self._database, self._cipher, [audit], now)
            return proposal

    def find(self, proposal_id: str) -> ProposedAction | None:
        """One, or None."""
        with self._database.read() as connection:
            value = connection.scalar(select(proposals.c.value).where(proposals.c.id == proposal_id))
        return None if value is None else from_json(ProposedAction, value)

    def get(self, proposal_id: str) -> ProposedAction:
        """Raises NotFound."""
        if (found := self.find(proposal_id)) is None:
            raise NotFound("proposal", proposal_id[:60])
        return found

    def latest(self, limit: int) -> tuple[ProposedAction, ...]:
        """The latest first, decided or not."""
        statement = select(proposals.c.value).order_by(proposals.c.at.desc(), proposals.c.id.desc()).limit(limit)
        with self._database.read() as connection:
            values = connection.scalars(statement).all()
        return tuple(from_json(ProposedAction, value) for value in values)

    def open_of(self, incident_id: str, now: datetime) -> tuple[ProposedAction, ...]:
        """Those of an incident that a person may still decide, the earliest first; at most 100."""
        waits = proposals.c.incident_id == incident_id, proposals.c.decided_at.is_(None), proposals.c.at > now - LASTS
        statement = select(proposals.c.value).where(*waits).order_by(proposals.c.at, proposals.c.id).limit(100)
        with self._database.read() as connection:
            values = connection.scalars(statement).all()
        return tuple(from_json(ProposedAction, value) for value in values)

    def count_open(self, now: datetime, by: str = "") -> int:
        """How many a person may still decide; with `by` only those of that machine."""
        waits = [proposals.c.decided_at.is_(None), proposals.c.at > now - LASTS]
        if by:
            waits.append(proposals.c.by == by)
        with self._database.read() as connection:
            return connection.scalar(select(func.count()).where(*waits)) or 0

    def decide(self, proposal_id: str, fn: Decide, now: datetime, audit: AuditEntry) -> None:
        """Writes a decision that changes no incident. Raises NotFound, and what fn raises."""
        with self._database.write() as connection:
            settle_proposal(connection, proposal_id, fn)
            append_audit(connection, self._database, self._cipher, [audit], now)


def settle_proposal(connection: Connection, proposal_id: str, fn: Decide) -> None:
    """Writes a decision inside the caller's transaction. Raises NotFound, and what fn raises."""
    value = connection.scalar(select(proposals.c.value).where(proposals.c.id == proposal_id).with_for_update())
    if value is None:
        raise NotFound("proposal", proposal_id[:60])
    keep_proposal(connection, fn(from_json(ProposedAction, value)))


def keep_proposal(connection: Connection, proposal: ProposedAction) -> None:
    """Writes a proposal as it is now."""
    row = {
        "at": proposal.at,
        "by": proposal.by,
        "incident_id": proposal.incident_id,
        "decided_at": proposal.decided_at,
        "value": to_json(proposal),
    }
    put(connection, proposals, {"id": proposal.id}, row)
