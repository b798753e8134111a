"""The database tables.

Instants are microseconds since 1970 UTC. `value` is a whole frozen value as JSON.
What begins with `sealed` is encrypted.
"""

from tocsin.storage.tables import (
    desk,
    detection,
    helpdesks,
    incidents,
    installation,
    mail,
    people,
    public,
    response,
    tickets,
)
from tocsin.storage.tables.columns import metadata

__all__ = [
    "desk",
    "detection",
    "helpdesks",
    "incidents",
    "installation",
    "mail",
    "metadata",
    "people",
    "public",
    "response",
    "tickets",
]
