"""The engine: one way to read, one way to write, on SQLite and PostgreSQL."""


class Database:
    """A pool of connections to one database. url: as in the configuration."""

    def __init__(self, url: str) -> None:
        self.url = url
