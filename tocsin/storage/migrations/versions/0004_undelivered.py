"""What was given up stays visible and can be tried again; a claim no longer moves the time of the next try.

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "undelivered",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("failed_at", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("channel", "subject", "seq", name=op.f("pk_undelivered")),
    )
    for table in ("outbox", "subscription_calls"):
        op.add_column(table, sa.Column("claimed_until", sa.BigInteger(), nullable=True))
        op.add_column(table, sa.Column("why", sa.Text(), nullable=True))
    op.add_column("subscription_calls", sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("subscription_calls", sa.Column("error", sa.Text(), nullable=False, server_default=""))
    op.add_column("subscription_calls", sa.Column("ended_at", sa.BigInteger(), nullable=True))
