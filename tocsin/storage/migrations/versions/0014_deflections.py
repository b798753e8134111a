"""Visitors of the support form who were shown an incident in its place, or held out from it.

Revision: 0014.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "deflections",
        sa.Column("visitor_index", sa.Text(), nullable=False),
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("held_out", sa.Boolean(), nullable=False),
        sa.Column("shown_at", sa.BigInteger(), nullable=False),
        sa.Column("wrote", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("visitor_index", "incident_id", name=op.f("pk_deflections")),
    )
    op.create_index(op.f("ix_deflections_shown_at"), "deflections", ["shown_at"], unique=False)
