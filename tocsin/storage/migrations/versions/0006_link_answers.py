"""What agents said about the links of tickets, one answer a ticket.

Revision: 0006.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "link_answers",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("ticket_id", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_link_answers_ticket_id_tickets")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_answers")),
        sa.UniqueConstraint("ticket_id", name=op.f("uq_link_answers_ticket_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_link_answers_answered_at"), "link_answers", ["answered_at"], unique=False)
