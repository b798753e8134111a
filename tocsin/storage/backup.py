"""A consistent copy of everything, in one portable file, for both databases."""

from pathlib import Path


def backup(url: str, path: Path) -> dict[str, int]:
    """Writes one zip (JSON lines a table; sealed values stay sealed) of one instant, aside and then into place.

    Returns the rows of each table. The key is not in it: keep a copy of the key beside it.
    """


def restore(path: Path, url: str) -> dict[str, int]:
    """Fills an empty database, migrated to the backup's release and then to this one; all or nothing."""
