"""Signals, alerts, incidents and what people do to them."""

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
    null,
)

from tocsin.storage.tables.columns import ROW_ID, Instant, metadata

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

alert_inbox = Table(
    "alert_inbox",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("received_at", Instant, nullable=False),
    Column("alerts", Integer, nullable=False),  # how many
    Column("value", Text, nullable=False),
    sqlite_autoincrement=True,
)

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
