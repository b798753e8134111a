"""Tickets are found by their proven customer, and counted by an address that nobody proved to have.

Revision: 0010.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("tickets", sa.Column("unproven_index", sa.Text(), nullable=True))
    op.create_index("ix_tickets_customer_key_created_at", "tickets", ["customer_key", "created_at"], unique=False)
    op.create_index("ix_tickets_unproven_index_created_at", "tickets", ["unproven_index", "created_at"], unique=False)
