"""The message of a command that failed: one sentence for a user's error; a bug of Tocsin keeps its traceback."""

from detectors.sources.source import SourceError
from tocsin.config import ConfigError
from tocsin.storage import StorageError, WrongKey


def words_of(error: Exception) -> str | None:
    """The words to end with; None where a traceback says more, since the mistake is ours."""
    if isinstance(error, ConfigError):
        return "\n".join(map(str, error.problems))
    if isinstance(error, StorageError | WrongKey | SourceError | OSError | LookupError | ValueError):
        return f"tocsin: {error}"
    return None
