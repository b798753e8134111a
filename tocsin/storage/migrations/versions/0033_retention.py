"""What is kept for a time is deleted in small steps, by indexes of when its time began.

Revision: 0033.
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    op.create_table(
        "retention_steps",
        sa.Column("kept", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("keys", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kept", name=op.f("pk_retention_steps")),
    )
    op.create_table(
        "audit_start",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("through", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_start")),
    )
    _let_the_oldest_go()
    op.create_index(op.f("ix_idempotency_keys_created_at"), "idempotency_keys", ["created_at"])
    op.create_index(op.f("ix_alerts_signal_key"), "alerts", ["signal_key"])
    for name, table, which in (
        ("ix_signals_ended_at", "signals", "ended_at IS NOT NULL"),
        ("ix_outbox_sent_of_tickets", "outbox", "state = 'sent' AND ticket_id IS NOT NULL"),
        ("ix_outbox_sent_alone", "outbox", "state = 'sent' AND ticket_id IS NULL"),
    ):
        op.create_index(name, table, ["ended_at"], sqlite_where=sa.text(which), postgresql_where=sa.text(which))


def _let_the_oldest_go() -> None:
    """The database still refuses to change an entry, and to delete one before it was noted as the last that goes."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_no_delete")
        op.execute(
            "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit "
            "WHEN OLD.position > coalesce((SELECT max(through) FROM audit_start), 0) "
            "BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
        )
        return
    op.execute("DROP TRIGGER audit_append_only ON audit")
    op.execute(
        "CREATE TRIGGER audit_append_only BEFORE UPDATE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"
    )
    op.execute(
        "CREATE FUNCTION audit_oldest_alone() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN IF OLD.position > coalesce((SELECT max(through) FROM audit_start), 0) "
        "THEN RAISE EXCEPTION 'the audit is append-only'; END IF; RETURN OLD; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_oldest_alone()"
    )
