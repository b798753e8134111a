"""Options that several commands share, and how a command opens and closes its installation."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from tickets.address import InvalidAddress, mail_address
from tocsin.config import load
from tocsin.storage import Store
from tocsin.wiring.installation import keep

ConfigPath = Annotated[Path, typer.Option("--config", help="The configuration file.")]
DEFAULT = Path("tocsin.yaml")


def check_address(email: str) -> None:
    """Raises BadParameter where no mail can be sent to it."""
    try:
        mail_address(email)
    except InvalidAddress as error:
        raise typer.BadParameter(
            f"--email {email!r}: {error}; expected is an address such as ada@example.com"
        ) from None


@contextmanager
def opened_store(config: Path) -> Iterator[Store]:
    """The database of a configuration, closed afterwards. Raises ConfigError, WrongKey, StorageError."""
    kept = keep(load(config))
    try:
        yield kept.store
    finally:
        kept.close()
