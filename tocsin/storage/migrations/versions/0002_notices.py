"""Planned work, trading modes, and when nobody could verify a component.

Revision: 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "maintenance",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("scheduled_for", sa.BigInteger(), nullable=False),
        sa.Column("over", sa.Boolean(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maintenance")),
    )
    op.create_index("ix_maintenance_scheduled_for_id", "maintenance", ["scheduled_for", "id"], unique=False)
    op.create_table(
        "trading_modes",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trading_modes")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "unverified",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unverified")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_unverified_ended_at"), "unverified", ["ended_at"], unique=False)
