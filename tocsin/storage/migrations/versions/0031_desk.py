"""The desk: tickets are found by language, views of the queue are kept, and who has a ticket open is known.

Revision: 0031.
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.add_column("tickets", sa.Column("language", sa.Text(), nullable=True))
    op.create_index(
        "ix_tickets_status_priority_created_at_id",
        "tickets",
        ["status", "priority", "created_at", "id"],
        unique=False,
    )
    op.create_table(
        "desk_views",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_views")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_desk_views_owner"), "desk_views", ["owner"], unique=False)
    op.create_table(
        "desk_presence",
        sa.Column("ticket_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("writes", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("ticket_id", "name", name=op.f("pk_desk_presence")),
    )
    op.create_index(op.f("ix_desk_presence_seen_at"), "desk_presence", ["seen_at"], unique=False)
