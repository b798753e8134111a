"""`tocsin init`."""

import secrets
from pathlib import Path
from typing import Annotated

import typer
from argon2 import PasswordHasher

from tocsin.commands.options import check_address, opened_store
from tocsin.config import example
from tocsin.context.clock_jumps import wall_clock
from tocsin.storage.accounts import Role


def command(
    folder: Annotated[Path, typer.Argument(help="Where tocsin.yaml is written.")] = Path(),
    admin: Annotated[str, typer.Option(help="The first administrator's name.")] = "admin",
    email: Annotated[str, typer.Option(help="Their e-mail address.")] = "admin@localhost.localdomain",
) -> None:
    """Writes a commented configuration and makes the first administrator."""
    check_address(email)
    path = folder / "tocsin.yaml"
    if path.exists():
        raise typer.BadParameter(f"{path} is there already; `tocsin check --config {path}` says whether it is right")
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(example(), encoding="utf-8")
    password = secrets.token_urlsafe(12)
    with opened_store(path) as store:
        store.people.add_user(admin, email, PasswordHasher().hash(password), Role.ADMINISTRATOR, wall_clock())
    typer.echo(f"{path} is written: say there what to watch.")
    typer.echo(f"Then `tocsin check --config {path}` and `tocsin run --config {path}`.")
    typer.echo(f"The first administrator is {admin}, password {password} (shown this once).")
