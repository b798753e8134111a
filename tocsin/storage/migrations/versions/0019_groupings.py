"""Groupings: what people decided about which signals belong together; incidents are found by their faults.

Revision: 0019.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "groupings",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["incidents.id"], name=op.f("fk_groupings_source")),
        sa.ForeignKeyConstraint(["target"], ["incidents.id"], name=op.f("fk_groupings_target")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groupings")),
    )
    for column in ("at", "source", "target", "undone_at"):
        op.create_index(op.f(f"ix_groupings_{column}"), "groupings", [column], unique=False)
    op.create_index(
        op.f("ix_incident_fingerprints_fingerprint"), "incident_fingerprints", ["fingerprint"], unique=False
    )
