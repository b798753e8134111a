"""Roll-ups of tickets and incidents; they are filled when the store is opened, since tickets are sealed.

Revision: 0008.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

COUNTS = (
    "written",
    "merged",
    "human",
    "linked",
    "linked_by_agent",
    "answered",
    "answer_seconds",
    "resolved",
    "resolve_seconds",
    "one_reply",
    "replied",
    "reopened",
    "unaided",
)


def upgrade() -> None:
    for name, kind in (
        ("answered_at", sa.BigInteger()),
        ("resolved_at", sa.BigInteger()),
        ("linked_by", sa.Text()),
        ("replies", sa.Integer()),
        ("reopenings", sa.Integer()),
    ):
        op.add_column("tickets", sa.Column(name, kind, nullable=True))
    for name, columns in (
        ("ix_tickets_incident_id_created_at", ["incident_id", "created_at"]),
        ("ix_tickets_resolved_at", ["resolved_at"]),
    ):
        is_there = sa.text(f"{columns[0]} IS NOT NULL")
        op.create_index(name, "tickets", columns, unique=False, sqlite_where=is_there, postgresql_where=is_there)
    op.create_table(
        "rollup_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rollup_state")),
    )
    op.create_table(
        "ticket_cells",
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in COUNTS),
        sa.PrimaryKeyConstraint("incident_id", "day", "form", "team", "tier", "priority", name=op.f("pk_ticket_cells")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ticket_waits",
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("wait", sa.Text(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "incident_id", "wait", "day", "form", "team", "priority", "step", name=op.f("pk_ticket_waits")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "incident_facts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("end_reason", sa.Text()),
        sa.Column("shadow", sa.Boolean(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("watches", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("observed_at", sa.BigInteger()),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("acknowledged_at", sa.BigInteger()),
        sa.Column("mitigated_at", sa.BigInteger()),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("disclosed_at", sa.BigInteger()),
        sa.Column("reopenings", sa.Integer(), nullable=False),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["incidents.id"], name=op.f("fk_incident_facts_id_incidents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_facts")),
    )
    op.create_index(op.f("ix_incident_facts_opened_at"), "incident_facts", ["opened_at"], unique=False)
