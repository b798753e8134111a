"""Changes that others report: deployments, flags, configuration.

Revision: 0012.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "reported_changes",
        sa.Column("position", ROW_ID, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_reported_changes")),
        sa.UniqueConstraint("id", name=op.f("uq_reported_changes_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_reported_changes_at_id"), "reported_changes", ["at", "id"], unique=False)
