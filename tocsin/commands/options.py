"""Options that several commands share, and how a command line's installation is opened and closed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from tocsin.config import load
from tocsin.storage import Store
from tocsin.wiring.installation import keep

ConfigPath = Annotated[Path, typer.Option("--config", help="The configuration file.")]
DEFAULT = Path("tocsin.yaml")


@contextmanager
def opened_store(config: Path) -> Iterator[Store]:
    """The database of a configuration, closed afterwards. Raises ConfigError, WrongKey, StorageError."""
    kept = keep(load(config))
    try:
        yield kept.store
    finally:
        kept.close()
