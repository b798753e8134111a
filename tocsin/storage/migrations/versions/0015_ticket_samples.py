"""An engineering ticket keeps the samples that it tells: the process forgets them sooner than the incident is over.

Revision: 0015.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("engineering_tickets", sa.Column("peaks", sa.Text(), nullable=False, server_default="{}"))
