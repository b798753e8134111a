"""Networks: tickets whose senders nobody proved are counted by the network that they came from.

Revision: 0029.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.add_column("tickets", sa.Column("network_index", sa.Text(), nullable=True))
    has_one = sa.text("network_index IS NOT NULL")
    op.create_index(
        op.f("ix_tickets_network_index_created_at"),
        "tickets",
        ["network_index", "created_at"],
        unique=False,
        sqlite_where=has_one,
        postgresql_where=has_one,
    )
