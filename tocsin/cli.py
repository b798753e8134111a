"""The command line: `tocsin COMMAND --help` is complete."""

import json
import secrets
import sys
from pathlib import Path
from typing import Annotated

import typer
from argon2 import PasswordHasher

from tickets.address import InvalidAddress, mail_address
from tocsin.storage.accounts import Role

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
user = typer.Typer(no_args_is_help=True, help="People who sign in.")
keys = typer.Typer(no_args_is_help=True, help="Tokens of machines.")
app.add_typer(user, name="user")
app.add_typer(keys, name="keys")

ConfigPath = Annotated[Path, typer.Option("--config", help="The configuration file.")]
DEFAULT = Path("tocsin.yaml")


def main() -> None:
    """The entry point: errors that name what is wrong end with status 1 and no traceback."""
    from detectors.sources.source import SourceError
    from tocsin.config import ConfigError
    from tocsin.storage import StorageError, WrongKey

    try:
        app()
    except ConfigError as error:
        sys.exit("\n".join(map(str, error.problems)))
    except (StorageError, WrongKey, SourceError, OSError, LookupError, ValueError) as error:
        sys.exit(f"tocsin: {error}")


@app.command()
def run(config: ConfigPath = DEFAULT) -> None:
    """Runs the service until SIGTERM or Ctrl-C; SIGHUP reads the configuration again."""
    from tocsin.process.serve import serve

    raise typer.Exit(serve(config))


@app.command()
def check(config: ConfigPath = DEFAULT) -> None:
    """Says everything that is wrong with a configuration, each with its line; asks nobody else."""
    from tocsin.config import load
    from tocsin.wiring.sources import source_problems

    loaded = load(config)
    problems = source_problems(loaded)
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        raise typer.Exit(1)
    typer.echo(f"{config}: {len(loaded.watches)} watches, {len(loaded.components)} components, no problem found.")


@app.command()
def discover(
    *,
    url: Annotated[str, typer.Option(help="The Prometheus to look at.")] = "",
    config: Annotated[Path | None, typer.Option(help="Look at this one's prometheus source, and add to it.")] = None,
    out: Annotated[Path | None, typer.Option(help="The file to write; else standard output.")] = None,
    backtest: Annotated[bool, typer.Option(help="Try each watch on the past.")] = True,
    days: Annotated[float, typer.Option(help="Of the past that they are tried on.")] = 14.0,
    force: Annotated[bool, typer.Option(help="Overwrite the file.")] = False,
) -> None:
    """Proposes watches for what a Prometheus has, each with its reason, as a configuration that `check` accepts."""
    from tocsin.commands.discover import Asked, discover
    from tocsin.wiring.installation import wall_clock

    if bool(url) is (config is not None):
        raise typer.BadParameter("give one of --url and --config")
    if out is not None and out.exists() and not force:
        raise typer.BadParameter(f"{out} is there already: give another --out, or --force")
    asked = Asked(url=url, config=config, out=out, days=days if backtest else 0.0)
    text = discover(asked, wall_clock(), lambda line: typer.echo(line, err=True))
    typer.echo(f"{out} is written; `tocsin check --config {out}` and read it." if out else text)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Where tocsin.yaml is written.")] = Path(),
    admin: Annotated[str, typer.Option(help="The first administrator's name.")] = "admin",
    email: Annotated[str, typer.Option(help="Their e-mail address.")] = "admin@localhost.localdomain",
) -> None:
    """Writes a commented configuration and makes the first administrator."""
    from tocsin.config import example, load
    from tocsin.wiring.installation import keep, wall_clock

    _check_address(email)
    path = folder / "tocsin.yaml"
    if path.exists():
        raise typer.BadParameter(f"{path} is there already; `tocsin check --config {path}` says whether it is right")
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(example(), encoding="utf-8")
    kept = keep(load(path))
    password = secrets.token_urlsafe(12)
    kept.store.people.add_user(admin, email, PasswordHasher().hash(password), Role.ADMINISTRATOR, wall_clock())
    kept.store.close()
    typer.echo(f"{path} is written: say there what to watch.")
    typer.echo(f"Then `tocsin check --config {path}` and `tocsin run --config {path}`.")
    typer.echo(f"The first administrator is {admin}, password {password} (shown this once).")


@app.command()
def migrate(config: ConfigPath = DEFAULT) -> None:
    """Brings the database to this release's schema; `run` does it too."""
    from tocsin.config import load
    from tocsin.storage import migrate as migrated
    from tocsin.wiring.installation import database_url

    migrated(database_url(load(config)))
    typer.echo("The database has this release's schema.")


@app.command()
def backup(
    target: Annotated[Path, typer.Argument(help="The file to write, for example tocsin-backup.zip.")],
    config: ConfigPath = DEFAULT,
    *,
    without_key: Annotated[bool, typer.Option(help="Leave the key out; keep it elsewhere.")] = False,
) -> None:
    """Copies the database and its key into one file, while the service runs."""
    from tocsin.commands.backup import back_up

    typer.echo(back_up(config, target, with_key=not without_key))


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(help="A file that `tocsin backup` wrote.")],
    config: ConfigPath = DEFAULT,
) -> None:
    """Fills an empty installation from a backup."""
    from tocsin.commands.backup import restore_from

    typer.echo(restore_from(config, source))


@app.command()
def verify(
    folder: Annotated[Path, typer.Argument(help="A copy of the public page.")],
    public_key: Annotated[str, typer.Argument(help="The page's public key, in hexadecimal.")],
) -> None:
    """Checks offline that a copy of the public page is whole and ours."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from statuspage.manifest import verify as verified

    answer = verified(folder, Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)))
    for problem in answer.problems:
        typer.echo(problem, err=True)
    if answer.problems:
        raise typer.Exit(1)
    typer.echo(f"{folder}: whole, and signed with that key.")


@app.command()
def incidents(config: ConfigPath = DEFAULT, *, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Lists what is open."""
    from tocsin.config import load
    from tocsin.wiring.installation import keep

    kept = keep(load(config))
    found = kept.store.incidents.active()
    if as_json:
        rows = [{"reference": i.reference, "title": i.title, "status": i.status, "severity": i.severity} for i in found]
        typer.echo(json.dumps(rows, indent=2))
        return
    for i in found:
        typer.echo(f"{i.reference}  {i.severity or 'pending'}  {i.status}  {i.title}")
    if not found:
        typer.echo("Nothing is open.")


@app.command()
def backtest(
    config: ConfigPath = DEFAULT,
    *,
    start: Annotated[
        str | None, typer.Option("--from", help="From when incidents are reported, ISO 8601, UTC.")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", help="Until when; now, or a replay's end, unless given.")] = None,
    days: Annotated[float | None, typer.Option(help="In place of --from: so many days; 14, or a replay whole.")] = None,
    watch: Annotated[list[str] | None, typer.Option(help="This watch alone; may be given again.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the report there, one HTML file.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write everything there as JSON.")] = None,
    compare: Annotated[Path | None, typer.Option(help="Another configuration; says what differs.")] = None,
    labels: Annotated[
        Path | None, typer.Option(help="CSV of what is known to have happened: start,end[,component][,series].")
    ] = None,
) -> None:
    """Tries a configuration against the past: which incidents would have opened. Nothing is stored, nobody told."""
    from tocsin.backtest import command

    asked = command.Asked(
        config=config, start=start, end=end, days=days, watches=watch or (), out=out, json_file=json_file,
        compare=compare, labels=labels,
    )  # fmt: skip
    typer.echo(command.run(asked))


@app.command()
def demo(
    *,
    once: Annotated[bool, typer.Option(help="Play one whole story, print its summary and end.")] = False,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the summary there.")] = None,
    fault: Annotated[
        str, typer.Option(help="Which fault the story has; `list` names them.")
    ] = "withdrawals-stuck:tron",
    speed: Annotated[float, typer.Option(help="How much shorter transactions and customers' waits are.")] = 30.0,
    seed: Annotated[int, typer.Option(help="Of everything that is drawn by chance.")] = 7,
    port: Annotated[int, typer.Option(help="Of the service; 0 = any that is free.")] = 8080,
    prometheus: Annotated[
        str, typer.Option(help="Read from this Prometheus, which scrapes the exchange; a program's path starts one.")
    ] = "",
    exchange_port: Annotated[int, typer.Option(help="Of the exchange; 0 = any that is free.")] = 0,
    data: Annotated[Path | None, typer.Option(help="Where everything is kept; a fresh folder unless given.")] = None,
) -> None:
    """Starts the service beside a simulated exchange, and tells what happens; with --once, plays one story."""
    from tocsin.story.tell import Story, tell

    story = Story(
        once=once, json_file=json_file, fault=fault, speed=speed, seed=seed, port=port, prometheus=prometheus,
        exchange_port=exchange_port, data=data,
    )  # fmt: skip
    raise typer.Exit(tell(story))


@user.command("add")
def user_add(
    name: str,
    role: Role,
    email: Annotated[str, typer.Option()] = "",
    config: ConfigPath = DEFAULT,
) -> None:
    """Adds somebody; the password is asked for, or read from standard input where that is no terminal."""
    from tocsin.config import load
    from tocsin.wiring.installation import keep, wall_clock

    if email:
        _check_address(email)
    kept = keep(load(config))
    kept.store.people.add_user(name, email, PasswordHasher().hash(_password()), role, wall_clock())
    typer.echo(f"{name} may sign in as {role}.")


def _check_address(email: str) -> None:
    try:
        mail_address(email)
    except InvalidAddress as error:
        raise typer.BadParameter(
            f"--email {email!r}: {error}; expected is an address such as ada@example.com"
        ) from None


@user.command("list")
def user_list(config: ConfigPath = DEFAULT) -> None:
    """Lists everybody."""
    from tocsin.config import load
    from tocsin.wiring.installation import keep

    for found in keep(load(config)).store.people.users():
        typer.echo(f"{found.name}  {found.role}{'  disabled' if found.disabled else ''}")


@user.command("password")
def user_password(name: str, config: ConfigPath = DEFAULT) -> None:
    """Sets somebody's password and ends all their sessions."""
    from tocsin.config import load
    from tocsin.wiring.installation import keep, wall_clock

    keep(load(config)).store.people.set_password(name, PasswordHasher().hash(_password()), wall_clock())
    typer.echo(f"{name} has a new password; every session of theirs is ended.")


@user.command("disable")
def user_disable(name: str, config: ConfigPath = DEFAULT) -> None:
    """Refuses somebody's sign-in from now on and ends all their sessions."""
    from tocsin.config import load
    from tocsin.wiring.installation import keep, wall_clock

    keep(load(config)).store.people.disable(name, wall_clock())
    typer.echo(f"{name} can't sign in any more.")


@keys.command("add")
def keys_add(
    name: str,
    scope: Annotated[list[str], typer.Option(help="What it may call, for example reload; may be given again.")],
    config: ConfigPath = DEFAULT,
) -> None:
    """Makes a machine's token and shows it this once."""
    from tocsin.config import load
    from tocsin.wiring.installation import keep, wall_clock

    typer.echo(keep(load(config)).store.people.add_token(name, scope, wall_clock()))


@keys.command("revoke")
def keys_revoke(name: str, config: ConfigPath = DEFAULT) -> None:
    """Makes a token open nothing any more."""
    from tocsin.config import load
    from tocsin.wiring.installation import keep, wall_clock

    keep(load(config)).store.people.revoke(name, wall_clock())
    typer.echo(f"{name} opens nothing any more.")


def _password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    word = sys.stdin.readline().rstrip("\n")
    if len(word) < 8:
        raise ValueError(f"the password has {len(word)} characters, must have at least 8")
    return word


if __name__ == "__main__":
    main()
