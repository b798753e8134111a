"""Each statement of an incident's evidence is kept once, not again in each line and in the incident's row.

Revision: 0024.
"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.create_table(
        "evidence",
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=True),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_evidence_incident_id")),
        sa.PrimaryKeyConstraint("incident_id", "key", "since", name=op.f("pk_evidence")),
    )
    op.create_index(op.f("ix_evidence_incident_id_until"), "evidence", ["incident_id", "until"], unique=False)
    connection = op.get_bind()
    for incident_id in connection.scalars(sa.text("SELECT id FROM incidents ORDER BY number")).all():
        _take_out(connection, incident_id)


def _take_out(connection: sa.Connection, incident_id: str) -> None:
    """Moves the signals of the incident's lines, and of its row, which are those of its last line."""
    held: dict[str, dict[str, Any]] = {}
    done: list[dict[str, Any]] = []
    last = 0
    while lines := connection.execute(_LINES, {"incident": incident_id, "last": last}).all():
        without = []
        for line in lines:
            value = json.loads(line.value)
            _note(held, done, incident_id, line.seq, value["incident"].get("signals", []))
            value["incident"]["signals"] = []
            without.append({"id": line.id, "value": json.dumps(value, separators=(",", ":"))})
        connection.execute(_LINE, without)
        last = lines[-1].seq
    done += held.values()
    if done:
        connection.execute(_EVIDENCE, done)
    value = json.loads(connection.execute(_INCIDENT, {"id": incident_id}).scalar_one())
    value["signals"] = []
    connection.execute(_WITHOUT, {"id": incident_id, "value": json.dumps(value, separators=(",", ":"))})


def _note(
    held: dict[str, dict[str, Any]],
    done: list[dict[str, Any]],
    incident_id: str,
    seq: int,
    signals: list[dict[str, Any]],
) -> None:
    now = {one["key"]: json.dumps(one, separators=(",", ":")) for one in signals}
    ended = [key for key, row in held.items() if now.get(key) != row["value"]]
    done += [{**held.pop(key), "until": seq} for key in ended]
    for key, text in now.items():
        if key not in held:
            held[key] = {"incident_id": incident_id, "key": key, "since": seq, "until": None, "value": text}


_LINES = sa.text(
    "SELECT id, seq, value FROM timeline WHERE incident_id = :incident AND seq > :last ORDER BY seq LIMIT 500"
)
_LINE = sa.text("UPDATE timeline SET value = :value WHERE id = :id")
_INCIDENT = sa.text("SELECT value FROM incidents WHERE id = :id")
_WITHOUT = sa.text("UPDATE incidents SET value = :value WHERE id = :id")
_EVIDENCE = sa.text(
    "INSERT INTO evidence (incident_id, key, since, until, value) VALUES (:incident_id, :key, :since, :until, :value)"
)
