"""Bringing a database to this release's schema."""


def migrate(url: str) -> None:
    """Runs every migration that the database lacks; an empty one becomes complete. Two at once wait for each other."""
