"""`tocsin discover`."""

import time
from pathlib import Path
from typing import Annotated

import typer

from tocsin.commands.discovery import DiscoveryRequest, Stopped, discover
from tocsin.context.clock_jumps import wall_clock

INTERRUPTED = 130
"""The exit status of what Ctrl-C ended, as shells have it."""


def command(
    *,
    url: Annotated[str, typer.Option(help="The Prometheus to look at.")] = "",
    config: Annotated[Path | None, typer.Option(help="Look at this one's prometheus source, and add to it.")] = None,
    out: Annotated[Path | None, typer.Option(help="The file to write; else standard output.")] = None,
    backtest: Annotated[bool, typer.Option(help="Try each watch on the past.")] = True,
    days: Annotated[float, typer.Option(help="Of the past that they are tried on.")] = 14.0,
    force: Annotated[bool, typer.Option(help="Overwrite the file.")] = False,
) -> None:
    """Proposes watches for what a Prometheus has, each with its reason, as a configuration that `check` accepts."""
    if bool(url) is (config is not None):
        raise typer.BadParameter("give one of --url and --config")
    if url and not url.startswith(("http://", "https://")):
        raise typer.BadParameter(f"--url is {url!r}, must begin with http:// or https://, such as http://{url}")
    if out is not None and not out.absolute().parent.is_dir():
        raise typer.BadParameter(f"--out is {out}, and there is no folder {out.absolute().parent}: make it first")
    if out is not None and out.exists() and not force:
        raise typer.BadParameter(f"{out} is there already: give another --out, or --force")
    asked = DiscoveryRequest(url=url, config=config, out=out, days=days if backtest else 0.0)
    try:
        text, stopped = discover(asked, wall_clock(), lambda line: typer.echo(line, err=True), time.monotonic), False
    except Stopped as error:
        text, stopped = error.text, True
    if stopped:
        typer.echo("Stopped: what was found till then is kept, and what was not tried says so.", err=True)
    typer.echo(f"{out} is written: read it, every watch is in the shadow." if out else text)
    if out:
        typer.echo(f"Then `tocsin check --online --config {out}`.")
    if config is None:
        typer.echo(f"Add an administrator: `tocsin user add NAME administrator --config {out or 'FILE'}`.", err=not out)
    if stopped:
        raise typer.Exit(INTERRUPTED)
