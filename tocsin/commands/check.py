"""`tocsin check`."""

from datetime import timedelta
from typing import Annotated

import typer

from tocsin.commands.advice import advice, walked
from tocsin.commands.online import ask
from tocsin.commands.options import DEFAULT, ConfigPath
from tocsin.commands.sample_page import template_problems
from tocsin.config import load
from tocsin.context.clock_jumps import wall_clock
from tocsin.oncall.texts import text_problem
from tocsin.wiring.page import sample_site
from tocsin.wiring.sources import source_problems


def command(
    *,
    config: ConfigPath = DEFAULT,
    online: Annotated[bool, typer.Option(help="Ask every source too, and say what each answers.")] = False,
    alert: Annotated[
        list[str] | None,
        typer.Option(
            help="A label of an alert, name=value; may be given again: where that alert would go, and whom it notifies."
        ),
    ] = None,
) -> None:
    """Says everything that is wrong with a configuration, each with its line; asks nobody else without --online."""
    loaded = load(config)
    now = wall_clock()
    site = sample_site(loaded, now - timedelta(days=30))
    problems = [*source_problems(loaded), *template_problems(loaded, site, now)]
    text = loaded.oncall.text if loaded.oncall else ""
    if text and (problem := text_problem(text, now)):
        problems.append(f"oncall.text: {problem}; it fails for an incident as it may have to describe one")
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        raise typer.Exit(1)
    typer.echo(f"{config}: {len(loaded.watches)} watches, {len(loaded.components)} components, no problem found.")
    for note in advice(loaded):
        typer.echo(f"note: {note}")
    if alert:
        try:
            typer.echo(walked(loaded, alert, now))
        except ValueError as error:
            raise typer.BadParameter(str(error)) from error
    failed = 0
    for answer in ask(loaded, now) if online else ():
        typer.echo(answer.words, err=answer.failed)
        failed += answer.failed
    if failed:
        raise typer.Exit(1)
