"""Search: tickets are found by words, by an index of keyed hashes; what is there already is due to be indexed.

Revision: 0034.
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.create_table(
        "ticket_tokens",
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("token", "created_at", "ticket_id", name=op.f("pk_ticket_tokens")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "search_due",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_due")),
        sqlite_autoincrement=True,
    )
    op.execute("INSERT INTO search_due (ticket_id) SELECT id FROM tickets ORDER BY created_at DESC, id")
