"""Copies of one text from senders whom nobody proved are found, so that they can be limited.

Revision: 0022.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column("tickets", sa.Column("copies_index", sa.Text(), nullable=True))
    op.create_index("ix_tickets_copies_index_created_at", "tickets", ["copies_index", "created_at"], unique=False)
