"""Indexes of what waits, of what is open and of what was given up: no loop and no page reads all of the past.

Revision: 0030.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.create_index("ix_incidents_status_number", "incidents", ["status", "number"])
    op.create_index("ix_silences_starts_at_id", "silences", ["starts_at", "id"])
    op.create_index(op.f("ix_kept_quiet_at"), "kept_quiet", ["at"])
    _create_partial("ix_maintenance_not_over", "maintenance", ["scheduled_for", "id"], "over IS false")
    op.drop_index("ix_audit_subject_kind_subject", table_name="audit")
    op.create_index("ix_audit_subject_subject_kind", "audit", ["subject", "subject_kind"])
    op.drop_index("ix_outbox_bulk_state_due_at_id", table_name="outbox")
    op.drop_index("ix_outbox_helpdesk_state", table_name="outbox")
    _create_partial("ix_outbox_waiting", "outbox", ["helpdesk", "bulk", "due_at", "id"], "state = 'waiting'")
    _create_partial("ix_outbox_given_up", "outbox", ["ended_at", "id"], "state = 'given_up'")
    _create_partial(
        "ix_subscription_calls_waiting", "subscription_calls", ["subscription_id", "id"], "ended_at IS NULL"
    )
    _create_partial("ix_subscription_calls_given_up", "subscription_calls", ["ended_at"], "ended_at IS NOT NULL")
    _create_partial("ix_oncall_messages_problem", "oncall_messages", ["at"], "problem IS NOT NULL")
    op.execute(
        "INSERT INTO counters (name, value) "
        "SELECT 'mail sent', count(*) FROM outbox WHERE state = 'sent' HAVING count(*) > 0"
    )


def _create_partial(name: str, table: str, columns: list[str], which: str) -> None:
    on_sqlite = sa.text(which.replace("false", "0"))
    op.create_index(name, table, columns, sqlite_where=on_sqlite, postgresql_where=sa.text(which))
