"""`tocsin migrate`."""

import typer

from tocsin.commands.options import DEFAULT, ConfigPath
from tocsin.config import load
from tocsin.storage import migrate
from tocsin.wiring.installation import database_url


def command(config: ConfigPath = DEFAULT) -> None:
    """Brings the database to this release's schema; `run` does it too."""
    migrate(database_url(load(config)))
    typer.echo("The database has this release's schema.")
