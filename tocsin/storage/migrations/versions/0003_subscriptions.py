"""Subscriptions of the public page, and their mail in the outbox.

Revision: 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _outbox()
    _subscriptions()
    _what_they_are_told()
    _against_abuse()


def _outbox() -> None:
    op.add_column("outbox", sa.Column("subscription_id", sa.Text(), nullable=True))
    op.add_column("outbox", sa.Column("bulk", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.drop_index("ix_outbox_state_due_at_id", "outbox")
    op.create_index("ix_outbox_bulk_state_due_at_id", "outbox", ["bulk", "state", "due_at", "id"])
    op.create_index(op.f("ix_outbox_subscription_id"), "outbox", ["subscription_id"])


def _subscriptions() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("target_index", sa.Text(), nullable=False),
        sa.Column("email_index", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("choice", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("stop", sa.Text(), nullable=True),
        sa.Column("stopped_at", sa.BigInteger(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint("target_index", name=op.f("uq_subscriptions_target_index")),
    )
    op.create_index(op.f("ix_subscriptions_email_index"), "subscriptions", ["email_index"])
    op.create_index("ix_subscriptions_standing_id", "subscriptions", ["standing", "id"])
    op.create_table(
        "subscription_tokens",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("subscription_id", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        _of_a_subscription("subscription_tokens"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_subscription_tokens")),
    )
    op.create_index(op.f("ix_subscription_tokens_subscription_id"), "subscription_tokens", ["subscription_id"])


def _what_they_are_told() -> None:
    op.create_table(
        "subscription_told",
        sa.Column("story_id", sa.Text(), nullable=False),
        sa.Column("subscription_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        _of_a_subscription("subscription_told"),
        sa.PrimaryKeyConstraint("story_id", "subscription_id", name=op.f("pk_subscription_told")),
    )
    op.create_index(op.f("ix_subscription_told_subscription_id"), "subscription_told", ["subscription_id"])
    op.create_index(op.f("ix_subscription_told_at"), "subscription_told", ["at"])
    op.create_table(
        "subscription_calls",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("subscription_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _of_a_subscription("subscription_calls"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription_calls")),
        sa.UniqueConstraint("key", name=op.f("uq_subscription_calls_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_subscription_calls_subscription_id"), "subscription_calls", ["subscription_id"])


def _against_abuse() -> None:
    op.create_table(
        "subscription_farewells",
        sa.Column("email_index", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("email_index", name=op.f("pk_subscription_farewells")),
    )
    op.create_index(op.f("ix_subscription_farewells_until"), "subscription_farewells", ["until"])
    op.create_table(
        "subscription_attempts",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("who_index", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription_attempts")),
    )
    op.create_index(op.f("ix_subscription_attempts_at"), "subscription_attempts", ["at"])
    op.create_index("ix_subscription_attempts_who_index_at", "subscription_attempts", ["who_index", "at"])


def _of_a_subscription(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_subscription_id")
    return sa.ForeignKeyConstraint(["subscription_id"], ["subscriptions.id"], name=name)
