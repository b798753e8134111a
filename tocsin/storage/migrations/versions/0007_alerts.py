"""Alerts of other systems: what came in and waits to be worked off, and what each alert's latest signal is.

Revision: 0007.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "alert_inbox",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("alerts", sa.Integer(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_inbox")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "alerts",
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("signal_key", sa.Text(), nullable=False),
        sa.Column("heard_at", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["signal_key"], ["signals.key"], name=op.f("fk_alerts_signal_key_signals")),
        sa.PrimaryKeyConstraint("identity", name=op.f("pk_alerts")),
    )
    op.create_index(op.f("ix_alerts_lease_until"), "alerts", ["lease_until"], unique=False)
    op.create_index(op.f("ix_alerts_ended_at"), "alerts", ["ended_at"], unique=False)
