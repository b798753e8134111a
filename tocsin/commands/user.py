"""`tocsin user`: people who sign in."""

import sys
from typing import Annotated

import typer
from argon2 import PasswordHasher

from tocsin.commands.options import DEFAULT, ConfigPath, check_address, opened_store
from tocsin.context.clock_jumps import wall_clock
from tocsin.storage.accounts import Role

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command()
def add(
    name: str,
    role: Role,
    email: Annotated[str, typer.Option()] = "",
    config: ConfigPath = DEFAULT,
) -> None:
    """Adds somebody; the password is asked for, or read from standard input where that is no terminal."""
    if email:
        check_address(email)
    with opened_store(config) as store:
        store.people.add_user(name, email, PasswordHasher().hash(_password()), role, wall_clock())
    typer.echo(f"{name} may sign in as {role}.")


@app.command("list")
def list_all(config: ConfigPath = DEFAULT) -> None:
    """Lists everybody."""
    with opened_store(config) as store:
        for user in store.people.users():
            typer.echo(f"{user.name}  {user.role}{'  disabled' if user.disabled else ''}")


@app.command()
def password(name: str, config: ConfigPath = DEFAULT) -> None:
    """Sets somebody's password and ends all their sessions."""
    with opened_store(config) as store:
        store.people.set_password(name, PasswordHasher().hash(_password()), wall_clock())
    typer.echo(f"{name} has a new password; every session of theirs is ended.")


@app.command("sign-out")
def sign_out(name: str, config: ConfigPath = DEFAULT) -> None:
    """Ends all sessions of somebody, who may sign in again."""
    with opened_store(config) as store:
        store.people.end_sessions(name, wall_clock())
    typer.echo(f"{name} is signed out everywhere.")


@app.command()
def disable(name: str, config: ConfigPath = DEFAULT) -> None:
    """Refuses somebody's sign-in from now on and ends all their sessions."""
    with opened_store(config) as store:
        store.people.disable(name, wall_clock())
    typer.echo(f"{name} can't sign in any more.")


@app.command()
def enable(name: str, config: ConfigPath = DEFAULT) -> None:
    """Lets somebody who was disabled sign in again."""
    with opened_store(config) as store:
        store.people.enable(name, wall_clock())
    typer.echo(f"{name} may sign in again.")


@app.command()
def role(name: str, role: Role, config: ConfigPath = DEFAULT) -> None:
    """Changes what somebody may do."""
    with opened_store(config) as store:
        changed = store.people.set_role(name, role, wall_clock())
    typer.echo(f"{changed.name} may sign in as {changed.role}.")


def _password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    word = sys.stdin.readline().rstrip("\n")
    if len(word) < 8:
        raise ValueError(f"the password has {len(word)} characters, must have at least 8")
    return word
