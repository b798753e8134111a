"""Tickets of incidents in foreign trackers.

Revision: 0026.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.create_table(
        "tracker_tickets",
        sa.Column("tracker", sa.Text(), nullable=False),
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_tracker_tickets_incident_id")),
        sa.PrimaryKeyConstraint("tracker", "incident_id", name=op.f("pk_tracker_tickets")),
    )
    op.create_index("ix_tracker_tickets_tracker_ticket_id", "tracker_tickets", ["tracker", "ticket_id"], unique=False)
    op.create_index(op.f("ix_tracker_tickets_incident_id"), "tracker_tickets", ["incident_id"], unique=False)
