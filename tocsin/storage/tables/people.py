"""People, machines and the audit trail."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, null

from tocsin.storage.tables.columns import ROW_ID, Instant, metadata

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
