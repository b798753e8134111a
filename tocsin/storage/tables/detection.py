"""What the watches learnt."""

from sqlalchemy import Column, LargeBinary, Table, Text

from tocsin.storage.tables.columns import metadata

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("watch", Text, primary_key=True),
    Column("state", LargeBinary, nullable=False),
)
