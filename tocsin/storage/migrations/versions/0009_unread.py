"""Drops what nothing reads: a checkpoint's watermark, which stands in its state, when it was saved; a session's start.

Revision: 0009.
"""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    for table, column in (("checkpoints", "watermark"), ("checkpoints", "saved_at"), ("sessions", "started_at")):
        op.drop_column(table, column)
