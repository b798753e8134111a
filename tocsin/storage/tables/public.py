"""What the public is told beside incidents, and who subscribes to it."""

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
    false,
    null,
)

from tocsin.storage.tables.columns import ROW_ID, Instant, metadata

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
