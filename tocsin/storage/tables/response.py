"""What engineers work with: tickets, postmortems, action items, who is on call."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text, null

from tocsin.storage.tables.columns import Instant, metadata

engineering_tickets = Table(
    "engineering_tickets",
    metadata,
    Column("incident_id", Text, ForeignKey("incidents.id"), primary_key=True),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("peaks", Text, nullable=False),
)

engineering_plots = Table(
    "engineering_plots",
    metadata,
    Column("incident_id", Text, ForeignKey("engineering_tickets.incident_id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    PrimaryKeyConstraint("incident_id", "name"),
)

tracker_tickets = Table(
    "tracker_tickets",
    metadata,
    Column("tracker", Text, nullable=False),
    Column("incident_id", Text, ForeignKey("incidents.id"), nullable=False, index=True),
    Column("ticket_id", Text, nullable=False),  # "" = asked for, and not known to exist
    Column("value", Text, nullable=False),
    PrimaryKeyConstraint("tracker", "incident_id"),
    Index("ix_tracker_tickets_tracker_ticket_id", "tracker", "ticket_id"),
)

postmortems = Table(
    "postmortems",  # as people review them; the draft from the timeline is not kept
    metadata,
    Column("incident_id", Text, ForeignKey("incidents.id"), primary_key=True),
    Column("value", Text, nullable=False),
)

postmortem_texts = Table(
    "postmortem_texts",  # every version; a row never changes
    metadata,
    Column("incident_id", Text, ForeignKey("postmortems.incident_id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("by", Text, nullable=False),
    Column("text", Text, nullable=False),
    PrimaryKeyConstraint("incident_id", "number"),
)

action_items = Table(
    "action_items",
    metadata,
    Column("id", Text, primary_key=True),
    Column("incident_id", Text, ForeignKey("incidents.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("state_at", Instant, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("tracker", Text, nullable=False),  # "" = kept here alone
    Column("ticket_id", Text, nullable=False),  # "" = not known to exist
    Column("value", Text, nullable=False),
    Column("due_at", Instant),  # when its ticket is to be written; None = the ticket is as it should be
    Column("waits_since", Instant),
    Column("attempts", Integer, nullable=False),
    Column("ended_at", Instant),  # its ticket was given up
    Column("why", Text, nullable=False),
    Column("error", Text, nullable=False),
    Index("ix_action_items_is_open_state_at", "is_open", "state_at"),
    Index("ix_action_items_tracker_ticket_id", "tracker", "ticket_id"),
)

escalations = Table(
    "escalations",
    metadata,
    Column("incident_id", Text, ForeignKey("incidents.id"), primary_key=True),
    Column("is_running", Boolean, nullable=False, index=True),
    Column("next_at", Instant, index=True),  # when the next step is due; None = there is none
    Column("value", Text, nullable=False),
)

oncall_notices = Table(
    "oncall_notices",
    metadata,
    Column("id", Text, primary_key=True),
    Column("incident_id", Text, ForeignKey("incidents.id"), nullable=False, index=True),
    Column("person", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("message_id", Text, index=True),  # which message says it; None = it waits, "" = it needs none any more
    Column("value", Text, nullable=False),
)

oncall_messages = Table(
    "oncall_messages",
    metadata,
    Column("message_id", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("is_digest", Boolean, nullable=False),
    Column("due_at", Instant),  # None = it was accepted or given up
    Column("claimed", Boolean, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("sent_at", Instant),
    Column("ended_at", Instant),
    Column("why", Text),  # it was given up
    Column("problem", Text),  # why the configured text could not be made
    Column("value", Text, nullable=False),
    Column("sealed_error", LargeBinary),
    Index("ix_oncall_messages_channel_due_at", "channel", "due_at"),
    Index("ix_oncall_messages_person_at", "person", "at"),
)

Index(
    "ix_oncall_messages_problem",
    oncall_messages.c.at,
    sqlite_where=oncall_messages.c.problem.is_not(null()),
    postgresql_where=oncall_messages.c.problem.is_not(null()),
)

oncall_overrides = Table(
    "oncall_overrides",
    metadata,
    Column("id", Text, primary_key=True),
    Column("ends_at", Instant, nullable=False, index=True),
    Column("removed_at", Instant),
    Column("value", Text, nullable=False),
)
