"""Makes files that only their owner may read."""

import os
from contextlib import suppress
from pathlib import Path


def make_private(path: Path) -> None:
    """An empty file of mode 600, where there is none yet; SQLite gives its journals the same mode. Raises OSError."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
