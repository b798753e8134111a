"""Sign-in links: single-use links by which customers open their support history; and their answers to the survey.

Revision: 0036.
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    op.create_table(
        "signin_links",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("email_index", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.Column("sealed_email", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_signin_links")),
    )
    op.create_index(
        op.f("ix_signin_links_email_index_created_at"), "signin_links", ["email_index", "created_at"], unique=False
    )
    op.create_index(op.f("ix_signin_links_created_at"), "signin_links", ["created_at"], unique=False)
    op.create_table(
        "survey_answers",
        sa.Column("ticket_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("csat", sa.Integer(), nullable=True),
        sa.Column("nps", sa.Integer(), nullable=True),
        sa.Column("sealed_text", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_survey_answers_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_survey_answers")),
    )
    op.create_index(op.f("ix_survey_answers_at"), "survey_answers", ["at"], unique=False)
