"""Tickets that live in another helpdesk."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from tocsin.storage.tables.columns import Instant, metadata

helpdesk_tickets = Table(
    "helpdesk_tickets",
    metadata,
    Column("ticket_id", Text, ForeignKey("tickets.id"), primary_key=True),
    Column("helpdesk", Text, nullable=False),
    Column("foreign_id", Text, nullable=False),
    Column("version", Text, nullable=False),  # as it was last read there
    Column("last_comment", Text, nullable=False),  # the last comment there that was worked off
    Column("comments", Integer),  # how many there were then, where the helpdesk says so
    Column("written", Integer, nullable=False),  # comments that Tocsin has added since
    Column("wanted", Text, nullable=False),  # what Tocsin wants of it
    Column("known", Text, nullable=False),  # what Tocsin last set of it, or saw
    Column("due_at", Instant),  # None = there is nothing to be done there
    Column("waits_since", Instant),
    Column("claimed", Boolean, nullable=False),
    Column("tried", Boolean, nullable=False),  # what is to be done may have been done by a try that did not end well
    Column("attempts", Integer, nullable=False),
    Column("ended_at", Instant),  # it was given up
    Column("why", Text),
    Column("sealed_error", LargeBinary),
    UniqueConstraint("helpdesk", "foreign_id"),
    Index("ix_helpdesk_tickets_helpdesk_due_at", "helpdesk", "due_at"),
)

helpdesk_cursors = Table(
    "helpdesk_cursors",
    metadata,
    Column("helpdesk", Text, primary_key=True),
    Column("since", Instant, nullable=False),  # tickets of before are not taken in
    Column("cursor", Text, nullable=False),
)

helpdesk_calls = Table(
    "helpdesk_calls",  # tickets of which a webhook said that they changed
    metadata,
    Column("helpdesk", Text, nullable=False),
    Column("foreign_id", Text, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("helpdesk", "foreign_id"),
)

helpdesk_records = Table(
    "helpdesk_records",  # what stands for an incident there
    metadata,
    Column("helpdesk", Text, nullable=False),
    Column("incident_id", Text, ForeignKey("incidents.id"), nullable=False),
    Column("foreign_id", Text, nullable=False, index=True),
    PrimaryKeyConstraint("helpdesk", "incident_id"),
)
