"""Roll-ups by day first, with a revision for each day, and an index that alone answers what waits.

Revision: 0018.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

COUNTS = ("written", "merged", "human", "linked", "linked_by_agent", "answered", "answer_seconds", "resolved",
          "resolve_seconds", "one_reply", "replied", "reopened", "unaided")  # fmt: skip
CELL = ("day", "incident_id", "form", "team", "tier", "priority")
WAIT = ("day", "incident_id", "wait", "form", "team", "priority", "step")
BACKLOG = ["status", "created_at", "assignee", "priority", "answered_at", "form", "team", "incident_id"]
NUMBERS = {"day", "tier", "step"}


def upgrade() -> None:
    op.create_table(
        "rollup_days",
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_rollup_days")),
    )
    op.drop_index("ix_tickets_status_created_at", "tickets")
    op.create_index("ix_tickets_status_created_at", "tickets", BACKLOG, unique=False)
    _with_key("ticket_cells", CELL, COUNTS)
    _with_key("ticket_waits", WAIT, ("count",))


def _with_key(table: str, key: tuple[str, ...], counts: tuple[str, ...]) -> None:
    """The same rows in another order, which SQLite needs a new table for."""
    names = ", ".join(key + counts)
    op.execute(f"CREATE TABLE moved AS SELECT {names} FROM {table}")  # noqa: S608 - names of this file
    op.drop_table(table)
    op.create_table(
        table,
        *(sa.Column(name, sa.Integer() if name in NUMBERS else sa.Text(), nullable=False) for name in key),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in counts),
        sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{table}")),
        sqlite_with_rowid=False,
    )
    op.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM moved")  # noqa: S608
    op.drop_table("moved")
