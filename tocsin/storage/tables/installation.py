"""The installation itself: its key, counters, receivers and what is still to do."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text

from tocsin.storage.tables.columns import Instant, metadata

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

rollup_state = Table(
    "rollup_state",  # one row, once every ticket and incident is in the roll-ups
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("time_zone", Text, nullable=False),  # whose days the cells are
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("key_index", Text, primary_key=True),  # blind index of owner and key
    Column("digest_index", Text, nullable=False),
    Column("ticket_id", Text, nullable=False),
    Column("created_at", Instant, nullable=False, index=True),
)

retention_steps = Table(
    "retention_steps",  # rows that are on their way to the archive: deleted once the file is in place
    metadata,
    Column("kept", Text, primary_key=True),
    Column("file", Text, nullable=False),
    Column("keys", Text, nullable=False),
)
