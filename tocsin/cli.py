"""The command line: `tocsin COMMAND --help` is complete."""

import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

COMMANDS = {
    "run": "Runs the service until SIGTERM or Ctrl-C.",
    "check": "Says everything that is wrong with a configuration.",
    "discover": "Proposes watches for the metrics of a Prometheus.",
    "init": "Writes a configuration and makes an administrator.",
    "migrate": "Brings the database to this release's schema.",
    "backup": "Copies the database and its key into one file.",
    "restore": "Fills an empty installation from a backup.",
    "verify": "Checks a copy of the public page, offline.",
    "incidents": "Lists incidents, and acts on them as an engineer may.",
    "silences": "Lists, previews, makes and ends silences.",
    "oncall": "Makes configuration of schedules of other systems.",
    "mcp": "Serves software agents, which may read and propose.",
    "backtest": "Tries a configuration on past samples.",
    "grafana": "Writes Grafana's dashboards and Prometheus's rules over Tocsin's own metrics.",
    "demo": "Runs the service beside a simulated exchange.",
    "user": "Adds, lists and disables people who sign in.",
    "keys": "Makes and revokes the tokens of machines.",
}
"""Each is a module of `tocsin.commands`, imported only when it is called, so that `tocsin --help` is quick."""


class Unloaded(TyperCommand):
    """A command by its name and its first sentence; becomes the command itself when it is called."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """The context of the loaded command."""
        return load(str(self.name)).make_context(info_name, args, parent, **extra)


class Commands(TyperGroup):
    """The commands of COMMANDS, in that order."""

    def list_commands(self, _ctx: Any) -> list[str]:
        """Their names."""
        return list(COMMANDS)

    def get_command(self, _ctx: Any, cmd_name: str) -> Unloaded | None:
        """A command that is not loaded yet; None where there is no such name."""
        if cmd_name not in COMMANDS:
            return None
        return Unloaded(cmd_name, help=COMMANDS[cmd_name], callback=None, rich_markup_mode=None)


app = typer.Typer(
    cls=Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help=__doc__,
)  # fmt: skip


@app.callback()
def tocsin() -> None:
    """The command line: `tocsin COMMAND --help` is complete."""


def load(name: str) -> Any:
    """The command, or the group of commands, that a module of `tocsin.commands` has."""
    module = import_module(f"tocsin.commands.{name}")
    if hasattr(module, "app"):
        return typer.main.get_command(module.app)
    one = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    one.command(name)(module.command)
    return typer.main.get_command(one)


def main() -> None:
    """The entry point: errors that name what is wrong end with status 1 and no traceback."""
    try:
        app()
    except Exception as error:
        from tocsin.commands.failures import words_of

        words = words_of(error)
        if words is None:
            raise
        sys.exit(words)


if __name__ == "__main__":
    main()
