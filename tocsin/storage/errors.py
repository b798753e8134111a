"""The errors of the storage; each names the thing that failed and where to mend it."""


class StorageError(Exception):
    """The database refused or could not be reached; nothing of the transaction was written."""


class NoRoomError(StorageError):
    """The database's disk is full, or may not be written; reading goes on."""


class NotFound(StorageError, KeyError):
    """No row of that kind has that identity."""

    def __init__(self, kind: str, identity: str) -> None:
        super().__init__(f"{kind} {identity!r} does not exist")
        self.kind = kind
        self.identity = identity

    def __str__(self) -> str:
        return f"{self.kind} {self.identity!r} does not exist"


class AlreadyActive(StorageError):
    """Another active incident already holds one of the fingerprints; the whole transaction was rolled back."""


class AlreadyExists(StorageError):
    """A user or a token of that name exists already."""


class KeyReused(StorageError):
    """An idempotency key came again with another request."""


class BadCursor(StorageError, ValueError):
    """A page's cursor that this list did not give out."""


class NotMigrated(StorageError):
    """The database has no schema yet, or one of another release."""


class WrongKey(StorageError):
    """The key does not open this database, or a sealed value was changed or moved to another row."""
