"""The database tables.

Instants are microseconds since 1970 UTC. `value` is a whole frozen value as JSON.
What begins with `sealed` is encrypted.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    false,
    literal,
    null,
)
from sqlalchemy.types import TypeDecorator

from dashboards.rollup import COUNTS

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def microseconds(value: datetime) -> int:
    """Since 1970 UTC, whole. ValueError for a naive datetime: its instant is not known."""
    if value.tzinfo is None:
        raise ValueError(f"{value} has no time zone; every datetime that is stored must be aware UTC")
    return (value - EPOCH) // MICROSECOND


def instant(value: int) -> datetime:
    """Of microseconds since 1970 UTC: aware UTC."""
    return EPOCH + timedelta(microseconds=value)


def at_instant(value: int | str) -> ColumnElement[datetime]:
    """A cursor's microseconds as a column's instant."""
    return literal(instant(int(value)), Instant)


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime as microseconds since 1970: exact, and ordered the same on both databases."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> int | None:
        """Refuses naive datetimes: their instant is not known."""
        return None if value is None else microseconds(value)

    def process_result_value(self, value: int | None, _dialect: Dialect) -> datetime | None:
        """Aware UTC."""
        return None if value is None else instant(value)


ROW_ID = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up only a column that says INTEGER

BACKLOG = ("status", "created_at", "assignee", "priority", "answered_at", "form", "team", "incident_id")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

key_check = Table(
    "key_check",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
)

counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

# Signals, incidents, timeline --------------------------------------------------------------------------------------

signals = Table(
    "signals",
    metadata,
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("placed_at", Instant),  # None = waits for `decide`
    Column("revision", Integer, nullable=False),  # so that a statement that came meanwhile is not marked as placed
    Column("recorded_at", Instant, nullable=False),
    Column("value", Text, nullable=False),
)
Index(
    "ix_signals_unplaced",
    signals.c.recorded_at,
    sqlite_where=signals.c.placed_at.is_(null()),
    postgresql_where=signals.c.placed_at.is_(null()),
)
Index(
    "ix_signals_ended_at",
    signals.c.ended_at,
    sqlite_where=signals.c.ended_at.is_not(null()),
    postgresql_where=signals.c.ended_at.is_not(null()),
)

incidents = Table(
    "incidents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("status", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("shadow", Boolean, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("disclosed_at", Instant),  # the first time; stays when the incident is retracted
    Column("last_seq", Integer, nullable=False),
    Column("value", Text, nullable=False),  # without its signals, as those of the timeline
    Index("ix_incidents_active_ended_at", "active", "ended_at"),
    Index("ix_incidents_disclosed_at", "disclosed_at"),
    Index("ix_incidents_status_number", "status", "number"),
)

timeline = Table(
    "timeline",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("incident_id", Text, ForeignKey("incidents.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=False),
    UniqueConstraint("incident_id", "seq"),
    sqlite_autoincrement=True,
)

evidence = Table(
    "evidence",  # see storage/evidence.py: the signals of incidents and of their lines
    metadata,
    Column("incident_id", Text, ForeignKey("incidents.id"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("since", Integer, primary_key=True),
    Column("until", Integer),
    Column("value", Text, nullable=False),
    Index("ix_evidence_incident_id_until", "incident_id", "until"),
)

incident_fingerprints = Table(
    "incident_fingerprints",
    metadata,
    Column("incident_id", Text, ForeignKey("incidents.id"), nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    PrimaryKeyConstraint("incident_id", "fingerprint"),
    Index("ix_incident_fingerprints_fingerprint", "fingerprint"),
)
Index(
    "uq_incident_fingerprints_active",
    incident_fingerprints.c.fingerprint,
    unique=True,
    sqlite_where=incident_fingerprints.c.active,
    postgresql_where=incident_fingerprints.c.active,
)

sinks = Table(
    "sinks",
    metadata,
    Column("name", Text, primary_key=True),
    Column("started_at", Instant, nullable=False),
    # Timeline rows up to this id need not be looked at again.
    Column("told_through", BigInteger, key="notified_through", nullable=False),
)

sink_cursors = Table(
    "sink_cursors",
    metadata,
    Column("sink", Text, ForeignKey("sinks.name"), nullable=False),
    Column("incident_id", Text, ForeignKey("incidents.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("told_at", Instant, key="notified_at"),
    Column("attempts", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("failed_at", Instant),
    Column("next_at", Instant),
    PrimaryKeyConstraint("sink", "incident_id"),
)

undelivered = Table(
    "undelivered",  # entries that failed, of incidents once they were given up, of planned work from the first failure
    metadata,
    Column("channel", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("failed_at", Instant, nullable=False),
    Column("next_at", Instant),  # None = given up
    PrimaryKeyConstraint("channel", "subject", "seq"),
)

silences = Table(
    "silences",
    metadata,
    Column("id", Text, primary_key=True),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False, index=True),
    Column("value", Text, nullable=False),
    Index("ix_silences_starts_at_id", "starts_at", "id"),
)

kept_quiet = Table(
    "kept_quiet",
    metadata,
    Column("silence_id", Text, nullable=False),  # planned work is a silence too, and has no row among them
    Column("signal_key", Text, nullable=False),
    Column("at", Instant, nullable=False, index=True),
    Column("component", Text, nullable=False),
    Column("name", Text, nullable=False),
    PrimaryKeyConstraint("silence_id", "signal_key"),
)
"""Which signals a silence kept from opening an incident, and since when."""

groupings = Table(
    "groupings",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", Instant, nullable=False, index=True),
    Column("source", Text, ForeignKey("incidents.id"), nullable=False, index=True),
    Column("target", Text, ForeignKey("incidents.id"), nullable=False, index=True),
    Column("undone_at", Instant, index=True),
    Column("value", Text, nullable=False),
)
"""What people decided about which signals belong together, in force until it is undone."""

proposals = Table(
    "proposals",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", Instant, nullable=False, index=True),
    Column("by", Text, nullable=False),
    Column("incident_id", Text, ForeignKey("incidents.id"), nullable=False, index=True),
    Column("decided_at", Instant),
    Column("value", Text, nullable=False),
)
"""What machines ask an engineer to do to an incident."""

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

# What the public is told beside incidents ---------------------------------------------------------------------------

maintenance = Table(
    "maintenance",
    metadata,
    Column("id", Text, primary_key=True),
    Column("scheduled_for", Instant, nullable=False),
    Column("over", Boolean, nullable=False),
    Column("value", Text, nullable=False),
    Index("ix_maintenance_scheduled_for_id", "scheduled_for", "id"),
)
Index(
    "ix_maintenance_not_over",
    maintenance.c.scheduled_for,
    maintenance.c.id,
    sqlite_where=maintenance.c.over.is_(false()),
    postgresql_where=maintenance.c.over.is_(false()),
)

trading_modes = Table(
    "trading_modes",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("component", Text, nullable=False),
    Column("value", Text, nullable=False),
    sqlite_autoincrement=True,
)

unverified = Table(
    "unverified",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("component", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant, index=True),  # None = it lasts
    sqlite_autoincrement=True,
)

# Detection ---------------------------------------------------------------------------------------------------------

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("watch", Text, primary_key=True),
    Column("state", LargeBinary, nullable=False),
)

# Tickets -----------------------------------------------------------------------------------------------------------

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

# The desk -----------------------------------------------------------------------------------------------------------

desk_views = Table(
    "desk_views",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("owner", Text, nullable=False, index=True),
    Column("shared", Boolean, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # its name and its query, which may name a customer
    sqlite_autoincrement=True,
)

desk_presence = Table(
    "desk_presence",  # who has a ticket's page open
    metadata,
    Column("ticket_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("seen_at", Instant, nullable=False, index=True),
    Column("writes", Boolean, nullable=False),
    PrimaryKeyConstraint("ticket_id", "name"),
)

articles = Table(
    "articles",  # every version of what agents use often
    metadata,
    Column("article_id", BigInteger, nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("by", Text, nullable=False),
    Column("is_newest", Boolean, nullable=False, index=True),
    Column("value", Text, nullable=False),
    PrimaryKeyConstraint("article_id", "number"),
)

desk_mentions = Table(
    "desk_mentions",  # whom a note calls, until they open the ticket
    metadata,
    Column("name", Text, nullable=False),
    Column("ticket_id", Text, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("name", "ticket_id"),
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

search_due = Table(
    "search_due",  # what is to be indexed
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("ticket_id", Text, nullable=False),
    Column("since", Instant),  # messages from then on; None = the ticket and all its messages
    sqlite_autoincrement=True,
)

# Roll-ups of tickets and incidents: `dashboards` says what they count -----------------------------------------------

rollup_state = Table(
    "rollup_state",  # one row, once every ticket and incident is in the roll-ups
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("time_zone", Text, nullable=False),  # whose days the cells are
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

incident_facts = Table(
    "incident_facts",
    metadata,
    Column("id", Text, ForeignKey("incidents.id"), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("component", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("severity", Text),
    Column("status", Text, nullable=False),
    Column("end_reason", Text),
    Column("shadow", Boolean, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("watches", Text, nullable=False),  # one a line
    Column("started_at", Instant, nullable=False),
    Column("observed_at", Instant),
    Column("opened_at", Instant, nullable=False, index=True),
    Column("acknowledged_at", Instant),
    Column("mitigated_at", Instant),
    Column("ended_at", Instant),
    Column("disclosed_at", Instant),
    Column("reopenings", Integer, nullable=False),
    Column("reminders", Integer, nullable=False),
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

alert_inbox = Table(
    "alert_inbox",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("received_at", Instant, nullable=False),
    Column("alerts", Integer, nullable=False),  # how many
    Column("value", Text, nullable=False),
    sqlite_autoincrement=True,
)
"""Alerts that were accepted and wait to become signals; a row goes in the transaction that writes its signals."""

failed_alerts = Table(
    "failed_alerts",  # in the inbox's form, so that they can be put back into it
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("received_at", Instant, nullable=False),
    Column("value", Text, nullable=False),
    sqlite_autoincrement=True,
)

alerts = Table(
    "alerts",
    metadata,
    Column("identity", Text, primary_key=True),
    Column("signal_key", Text, ForeignKey("signals.key"), nullable=False, index=True),  # of the latest stretch
    Column("heard_at", Instant, nullable=False),
    Column("lease_until", Instant, index=True),
    Column("ended_at", Instant, index=True),
    Column("component", Text, nullable=False, server_default=""),
    Column("listed", LargeBinary),  # NULL until what an earlier release wrote is said again
)

suspicions = Table(
    "suspicions",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("component", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("shown_at", Instant, nullable=False),
    Column("ended_at", Instant, index=True),
    Column("outcome", Text),
    Column("reason", Text, nullable=False),
    sqlite_autoincrement=True,
)

reported_changes = Table(
    "reported_changes",
    metadata,
    Column("position", ROW_ID, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("at", Instant, nullable=False),
    Column("value", Text, nullable=False),
    Index("ix_reported_changes_at_id", "at", "id"),
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

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("key_index", Text, primary_key=True),  # blind index of owner and key
    Column("digest_index", Text, nullable=False),
    Column("ticket_id", Text, nullable=False),
    Column("created_at", Instant, nullable=False, index=True),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("key_index", Text, nullable=False, unique=True),
    Column("ticket_id", Text, index=True),
    Column("incident_id", Text),
    Column("subscription_id", Text, index=True),
    Column("bulk", Boolean, nullable=False),  # one of very many: it never waits before a single person's mail
    Column("helpdesk", Text),  # it is no mail, but an answer on a ticket that lives there
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("claimed_until", Instant),  # nobody else sends it before
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("why", Text),  # it was given up
    Column("sealed", LargeBinary, nullable=False),
    Column("sealed_error", LargeBinary),
    sqlite_autoincrement=True,
)
# What was sent is in neither, so that a queue costs what waits in it, however much has left the house.
Index(
    "ix_outbox_waiting",
    outbox.c.helpdesk,
    outbox.c.bulk,
    outbox.c.due_at,
    outbox.c.id,
    sqlite_where=outbox.c.state == "waiting",
    postgresql_where=outbox.c.state == "waiting",
)
Index(
    "ix_outbox_given_up",
    outbox.c.ended_at,
    outbox.c.id,
    sqlite_where=outbox.c.state == "given_up",
    postgresql_where=outbox.c.state == "given_up",
)
# For deletion after a time, which those of tickets have of their own.
Index(
    "ix_outbox_sent_of_tickets",
    outbox.c.ended_at,
    sqlite_where=(outbox.c.state == "sent") & outbox.c.ticket_id.is_not(null()),
    postgresql_where=(outbox.c.state == "sent") & outbox.c.ticket_id.is_not(null()),
)
Index(
    "ix_outbox_sent_alone",
    outbox.c.ended_at,
    sqlite_where=(outbox.c.state == "sent") & outbox.c.ticket_id.is_(null()),
    postgresql_where=(outbox.c.state == "sent") & outbox.c.ticket_id.is_(null()),
)

retention_steps = Table(
    "retention_steps",  # rows that are on their way to the archive: deleted once the file is in place
    metadata,
    Column("kept", Text, primary_key=True),
    Column("file", Text, nullable=False),
    Column("keys", Text, nullable=False),
)

inbound_mails = Table(
    "inbound_mails",  # mails that came in, kept before the server marks them
    metadata,
    Column("position", ROW_ID, primary_key=True),
    Column("id", Text, nullable=False, unique=True),  # blind index of Message-ID, sender and body
    Column("at", Instant, nullable=False),
    Column("sender_index", Text, nullable=False),
    Column("due_at", Instant),  # None = it is worked off, or given up
    Column("attempts", Integer, nullable=False),
    Column("ended_at", Instant),
    Column("outcome", Text),
    Column("ticket_id", Text),
    Column("sealed", LargeBinary),  # the mail; None once it is worked off
    Column("sealed_error", LargeBinary),
    Index("ix_inbound_mails_due_at", "due_at"),
    Index("ix_inbound_mails_sender_index_ended_at", "sender_index", "ended_at"),
    Index("ix_inbound_mails_ticket_id", "ticket_id"),
)

inbox_places = Table(
    "inbox_places",  # how far each mailbox was read
    metadata,
    Column("mailbox", Text, primary_key=True),
    Column("validity", BigInteger, nullable=False),
    Column("uid", BigInteger, nullable=False),
)

# Tickets that live in another helpdesk --------------------------------------------------------------------------------

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

# Subscriptions of the public page ------------------------------------------------------------------------------------

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("standing", Text, key="status", nullable=False),
    Column("target_index", Text, nullable=False, unique=True),  # blind index of kind, address and url
    Column("email_index", Text, nullable=False, index=True),
    Column("language", Text, nullable=False),
    Column("choice", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("confirmed_at", Instant),
    Column("failures", Integer, nullable=False),
    Column("stop", Text),
    Column("stopped_at", Instant),
    Column("sealed", LargeBinary, nullable=False),  # address, url, secret
    Index("ix_subscriptions_standing_id", "status", "id"),
)

subscription_tokens = Table(
    "subscription_tokens",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("subscription_id", Text, ForeignKey("subscriptions.id"), nullable=False, index=True),
    Column("purpose", Text, nullable=False),
)

subscription_notified = Table(
    "subscription_told",
    metadata,
    Column("story_id", Text, nullable=False),
    Column("subscription_id", Text, ForeignKey("subscriptions.id"), nullable=False, index=True),
    Column("seq", Integer, nullable=False),
    Column("at", Instant, nullable=False, index=True),
    PrimaryKeyConstraint("story_id", "subscription_id"),
)

subscription_calls = Table(
    "subscription_calls",  # what webhooks are still to be told
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("subscription_id", Text, ForeignKey("subscriptions.id"), nullable=False, index=True),
    Column("key", Text, nullable=False, unique=True),
    Column("body", Text, nullable=False),  # public words, nothing personal
    Column("due_at", Instant, nullable=False),
    Column("claimed_until", Instant),  # nobody else calls before
    Column("created_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("error", Text, nullable=False, default=""),
    Column("ended_at", Instant),  # given up then
    Column("why", Text),
    sqlite_autoincrement=True,
)
Index(
    "ix_subscription_calls_waiting",
    subscription_calls.c.subscription_id,
    subscription_calls.c.id,
    sqlite_where=subscription_calls.c.ended_at.is_(null()),
    postgresql_where=subscription_calls.c.ended_at.is_(null()),
)
Index(
    "ix_subscription_calls_given_up",
    subscription_calls.c.ended_at,
    sqlite_where=subscription_calls.c.ended_at.is_not(null()),
    postgresql_where=subscription_calls.c.ended_at.is_not(null()),
)

subscription_suppressions = Table(
    "subscription_farewells",
    metadata,
    Column("email_index", Text, primary_key=True),
    Column("why", Text, nullable=False),
    Column("until", Instant, nullable=False, index=True),
)

subscription_attempts = Table(
    "subscription_attempts",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("who_index", Text, nullable=False),
    Column("at", Instant, nullable=False, index=True),
    Index("ix_subscription_attempts_who_index_at", "who_index", "at"),
)

# People, machines, audit -------------------------------------------------------------------------------------------

users = Table(
    "users",
    metadata,
    Column("key", Text, primary_key=True),  # the name, case folded
    Column("name", Text, nullable=False),
    Column("sealed_email", LargeBinary, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("disabled_at", Instant),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("user_key", Text, ForeignKey("users.key"), nullable=False, index=True),
    Column("expires_at", Instant, nullable=False, index=True),
)

reports = Table(
    "reports",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_key", Text, ForeignKey("users.key"), nullable=False, index=True),
    Column("sent_until", Integer, nullable=False),  # ordinal of the last day that was mailed
    Column("value", Text, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("secret_hash", Text, nullable=False, unique=True),
    Column("scopes", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("last_used_at", Instant),
)
Index(
    "uq_tokens_unrevoked_name",
    tokens.c.name,
    unique=True,
    sqlite_where=tokens.c.revoked_at.is_(null()),
    postgresql_where=tokens.c.revoked_at.is_(null()),
)

sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("who_index", Text, nullable=False),
    Column("at", Instant, nullable=False, index=True),
    Index("ix_sign_in_attempts_who_index_at", "who_index", "at"),
)

audit = Table(
    "audit",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False, index=True),
    Column("action", Text, nullable=False),
    Column("subject_kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("sealed_detail", LargeBinary, nullable=False),
    Column("link", Text, nullable=False),
    Index("ix_audit_subject_subject_kind", "subject", "subject_kind"),
    Index("ix_audit_at", "at"),
)

audit_start = Table(
    "audit_start",  # one row, once entries were deleted after their time
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("through", BigInteger, nullable=False),  # the last one that may be deleted: the database refuses others
    Column("sealed", LargeBinary, nullable=False),  # its position and link
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
"""What an agent did to many tickets by one action, and has not undone."""

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
"""Visitors of the support form who were shown an incident in its place, or held out from it."""

# On-call --------------------------------------------------------------------------------------------------------------

escalations = Table(
    "escalations",
    metadata,
    Column("incident_id", Text, ForeignKey("incidents.id"), primary_key=True),
    Column("is_running", Boolean, nullable=False, index=True),
    Column("next_at", Instant, index=True),  # when the next step is due; None = there is none
    Column("value", Text, nullable=False),
)
"""Where each incident's escalation stands."""

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
"""Whom each step of an escalation reached."""

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
"""What leaves to people on call: a row a message and channel."""

oncall_overrides = Table(
    "oncall_overrides",
    metadata,
    Column("id", Text, primary_key=True),
    Column("ends_at", Instant, nullable=False, index=True),
    Column("removed_at", Instant),
    Column("value", Text, nullable=False),
)
"""Who is on call in place of a schedule; one that was undone stays."""
