"""Canned answers and guides in versions, and whom an internal note calls.

Revision: 0035.
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    op.create_table(
        "articles",
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("is_newest", sa.Boolean(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", "number", name=op.f("pk_articles")),
    )
    op.create_index(op.f("ix_articles_is_newest"), "articles", ["is_newest"], unique=False)
    op.create_table(
        "desk_mentions",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", "ticket_id", name=op.f("pk_desk_mentions")),
    )
