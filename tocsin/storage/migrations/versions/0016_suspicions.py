"""Suspicions: what the page said of components before their incidents were public.

Revision: 0016.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "suspicions",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("shown_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspicions")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_suspicions_ended_at"), "suspicions", ["ended_at"], unique=False)
