"""Alerts keep what a list of them says, as ready JSON, and their component.

Revision: 0023.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.add_column("alerts", sa.Column("component", sa.Text(), nullable=False, server_default=""))
    op.add_column("alerts", sa.Column("listed", sa.LargeBinary(), nullable=True))
