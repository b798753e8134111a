"""Visitors of the support form are counted by incident; links of many tickets at once are listed until they are undone.

Revision: 0017.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "bulk_links",
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("batch", name=op.f("pk_bulk_links")),
    )
    op.create_index("ix_bulk_links_incident_id_at", "bulk_links", ["incident_id", "at"], unique=False)
    op.create_index("ix_deflections_incident_id", "deflections", ["incident_id"], unique=False)
