"""Visitors of the support form are counted by incident.

Revision: 0017.
"""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_index("ix_deflections_incident_id", "deflections", ["incident_id"], unique=False)
