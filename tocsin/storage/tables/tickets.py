"""Customers' tickets, their messages, and how many there were."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    null,
)

from dashboards.rollup import COUNTS
from tocsin.storage.tables.columns import ROW_ID, Instant, metadata

BACKLOG = ("status", "created_at", "assignee", "priority", "answered_at", "form", "team", "incident_id")

tickets = Table(
    "tickets",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("status", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("priority", Text, nullable=False),
    Column("team", Text, nullable=False),
    Column("tier", Integer, nullable=False),
    Column("department", Text, nullable=False),
    Column("assignee", Text, nullable=False),
    Column("human", Boolean, nullable=False),
    Column("incident_id", Text),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("answered_at", Instant),
    Column("resolved_at", Instant),
    Column("linked_by", Text),
    Column("replies", Integer),  # by agents; None = of an earlier release, and not in the roll-ups yet
    Column("reopenings", Integer),
    Column("email_index", Text, nullable=False),
    Column("customer_index", Text),
    Column("customer_key", Text, nullable=False),
    Column("unproven_index", Text),  # of an address that nobody proved to have
    Column("token_hash", Text, nullable=False, unique=True),
    Column("copies_index", Text),  # of a text whose sender nobody proved
    Column("network_index", Text),  # of the network that a sender whom nobody proved wrote from
    Column("language", Text),  # None = of an earlier release
    Column("sealed", LargeBinary, nullable=False),  # the whole ticket
    Index("ix_tickets_created_at_id", "created_at", "id"),
    # By status and time; the others are what figures of open tickets need, so that no ticket itself is read for them.
    Index("ix_tickets_status_created_at", *BACKLOG),
    Index("ix_tickets_incident_id_customer_key", "incident_id", "customer_key"),
    Index("ix_tickets_email_index", "email_index"),
    Index("ix_tickets_customer_index", "customer_index"),
    Index("ix_tickets_customer_key_created_at", "customer_key", "created_at"),
    Index("ix_tickets_unproven_index_created_at", "unproven_index", "created_at"),
    Index("ix_tickets_copies_index_created_at", "copies_index", "created_at"),
)

Index(
    "ix_tickets_incident_id_created_at",
    tickets.c.incident_id,
    tickets.c.created_at,
    sqlite_where=tickets.c.incident_id.is_not(null()),
    postgresql_where=tickets.c.incident_id.is_not(null()),
)

Index(
    "ix_tickets_network_index_created_at",
    tickets.c.network_index,
    tickets.c.created_at,
    sqlite_where=tickets.c.network_index.is_not(null()),
    postgresql_where=tickets.c.network_index.is_not(null()),
)

Index(
    "ix_tickets_resolved_at",
    tickets.c.resolved_at,
    sqlite_where=tickets.c.resolved_at.is_not(null()),
    postgresql_where=tickets.c.resolved_at.is_not(null()),
)

Index(
    "ix_tickets_status_priority_created_at_id",
    tickets.c.status,
    tickets.c.priority,
    tickets.c.created_at,
    tickets.c.id,
)

ticket_tokens = Table(
    "ticket_tokens",  # which words stand in which ticket
    metadata,
    Column("token", BigInteger, nullable=False),  # a keyed hash of the word
    Column("created_at", Instant, nullable=False),  # of the ticket
    Column("ticket_id", Text, nullable=False),
    PrimaryKeyConstraint("token", "created_at", "ticket_id"),
    sqlite_with_rowid=False,
)

rollup_days = Table(
    "rollup_days",
    metadata,
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("revision", BigInteger, nullable=False),  # another one after each change of the day's sums
)

ticket_cells = Table(
    "ticket_cells",
    metadata,
    Column("day", Integer, nullable=False),
    Column("incident_id", Text, nullable=False),  # "" = all tickets
    Column("form", Text, nullable=False),
    Column("team", Text, nullable=False),
    Column("tier", Integer, nullable=False),
    Column("priority", Text, nullable=False),
    *(Column(name, BigInteger, nullable=False) for name in COUNTS),
    PrimaryKeyConstraint("day", "incident_id", "form", "team", "tier", "priority"),
    sqlite_with_rowid=False,
)

ticket_waits = Table(
    "ticket_waits",
    metadata,
    Column("day", Integer, nullable=False),
    Column("incident_id", Text, nullable=False),  # "" = all tickets
    Column("wait", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("team", Text, nullable=False),
    Column("priority", Text, nullable=False),
    Column("step", Integer, nullable=False),  # seconds
    Column("count", BigInteger, nullable=False),
    PrimaryKeyConstraint("day", "incident_id", "wait", "form", "team", "priority", "step"),
    sqlite_with_rowid=False,
)

link_answers = Table(
    "link_answers",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("ticket_id", Text, ForeignKey("tickets.id"), nullable=False, unique=True),
    Column("answered_at", Instant, nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),  # the incident, the ones it was chosen from, the ticket's words
    sqlite_autoincrement=True,
)

messages = Table(
    "messages",
    metadata,
    Column("position", ROW_ID, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("ticket_id", Text, ForeignKey("tickets.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("author", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

attachments = Table(
    "attachments",
    metadata,
    Column("id", Text, primary_key=True),
    Column("ticket_id", Text, ForeignKey("tickets.id"), nullable=False, index=True),
    Column("created_at", Instant, nullable=False),
    Column("sealed_label", LargeBinary, nullable=False),  # name and media type
    Column("sealed_content", LargeBinary, nullable=False),
)

survey_answers = Table(
    "survey_answers",
    metadata,
    Column("ticket_id", Text, ForeignKey("tickets.id"), primary_key=True),
    Column("at", Instant, nullable=False, index=True),
    Column("csat", Integer),
    Column("nps", Integer),
    Column("sealed_text", LargeBinary, nullable=False),
)

bulk_actions = Table(
    "bulk_actions",
    metadata,
    Column("batch", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("incident_id", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("by", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("claimed_until", Instant),  # whoever carries it out; nobody else goes on with it before
    Column("undone_at", Instant),
    Column("undone_by", Text, nullable=False),
    Column("sealed", LargeBinary),  # the answer's text, and the tickets that it is for
    Index("ix_bulk_actions_incident_id_at", "incident_id", "at"),
    Index("ix_bulk_actions_stage", "stage"),
)


deflections = Table(
    "deflections",
    metadata,
    Column("visitor_index", Text, primary_key=True),
    Column("incident_id", Text, primary_key=True),
    Column("form", Text, nullable=False),
    Column("held_out", Boolean, nullable=False),
    Column("shown_at", Instant, nullable=False, index=True),
    Column("wrote", Boolean, nullable=False),
    Index("ix_deflections_incident_id", "incident_id"),
)
