"""Tickets that live in another helpdesk: where they are, what waits for them, and what was read there.

Revision: 0020.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("helpdesk", sa.Text(), nullable=True))
    op.create_index("ix_outbox_helpdesk_state", "outbox", ["helpdesk", "state"], unique=False)
    op.create_table(
        "helpdesk_tickets",
        sa.Column("ticket_id", sa.Text(), nullable=False),
        sa.Column("helpdesk", sa.Text(), nullable=False),
        sa.Column("foreign_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("last_comment", sa.Text(), nullable=False),
        sa.Column("comments", sa.Integer(), nullable=True),
        sa.Column("written", sa.Integer(), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("known", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("waits_since", sa.BigInteger(), nullable=True),
        sa.Column("claimed", sa.Boolean(), nullable=False),
        sa.Column("tried", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("sealed_error", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_helpdesk_tickets_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_helpdesk_tickets")),
        sa.UniqueConstraint("helpdesk", "foreign_id", name=op.f("uq_helpdesk_tickets_helpdesk_foreign_id")),
    )
    op.create_index("ix_helpdesk_tickets_helpdesk_due_at", "helpdesk_tickets", ["helpdesk", "due_at"], unique=False)
    op.create_table(
        "helpdesk_cursors",
        sa.Column("helpdesk", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("helpdesk", name=op.f("pk_helpdesk_cursors")),
    )
    op.create_table(
        "helpdesk_calls",
        sa.Column("helpdesk", sa.Text(), nullable=False),
        sa.Column("foreign_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("helpdesk", "foreign_id", name=op.f("pk_helpdesk_calls")),
    )
    op.create_table(
        "helpdesk_records",
        sa.Column("helpdesk", sa.Text(), nullable=False),
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("foreign_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_helpdesk_records_incident_id")),
        sa.PrimaryKeyConstraint("helpdesk", "incident_id", name=op.f("pk_helpdesk_records")),
    )
    op.create_index(op.f("ix_helpdesk_records_foreign_id"), "helpdesk_records", ["foreign_id"], unique=False)
