"""Answers to many tickets are listed beside links of many; an action that was cut short is finished.

Revision: 0021.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "bulk_actions",
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("claimed_until", sa.BigInteger(), nullable=True),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("batch", name=op.f("pk_bulk_actions")),
    )
    op.create_index("ix_bulk_actions_incident_id_at", "bulk_actions", ["incident_id", "at"], unique=False)
    op.create_index("ix_bulk_actions_stage", "bulk_actions", ["stage"], unique=False)
    op.execute(
        "INSERT INTO bulk_actions (batch, kind, incident_id, at, by, stage, count, undone_by) "
        "SELECT batch, 'link', incident_id, at, by, 'done', count, '' FROM bulk_links"
    )
    op.drop_table("bulk_links")
    op.create_index("ix_audit_at", "audit", ["at"], unique=False)
