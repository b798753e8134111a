"""Escalations, whom they reached, what leaves to people on call, and overrides.

Revision: 0027.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.create_table(
        "escalations",
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("is_running", sa.Boolean(), nullable=False),
        sa.Column("next_at", sa.BigInteger()),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_escalations_incident_id")),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_escalations")),
    )
    op.create_index(op.f("ix_escalations_is_running"), "escalations", ["is_running"], unique=False)
    op.create_index(op.f("ix_escalations_next_at"), "escalations", ["next_at"], unique=False)
    op.create_table(
        "oncall_notices",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.Text()),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_oncall_notices_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oncall_notices")),
    )
    op.create_index(op.f("ix_oncall_notices_incident_id"), "oncall_notices", ["incident_id"], unique=False)
    op.create_index(op.f("ix_oncall_notices_message_id"), "oncall_notices", ["message_id"], unique=False)
    op.create_table(
        "oncall_messages",
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("is_digest", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.BigInteger()),
        sa.Column("claimed", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.BigInteger()),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("why", sa.Text()),
        sa.Column("problem", sa.Text()),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("sealed_error", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("message_id", "channel", name=op.f("pk_oncall_messages")),
    )
    op.create_index("ix_oncall_messages_channel_due_at", "oncall_messages", ["channel", "due_at"], unique=False)
    op.create_index("ix_oncall_messages_person_at", "oncall_messages", ["person", "at"], unique=False)
    op.create_table(
        "oncall_overrides",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("removed_at", sa.BigInteger()),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oncall_overrides")),
    )
    op.create_index(op.f("ix_oncall_overrides_ends_at"), "oncall_overrides", ["ends_at"], unique=False)
