"""`tocsin backtest`."""

from pathlib import Path
from typing import Annotated

import typer

from tocsin.backtest.command import BacktestRequest, run
from tocsin.commands.options import DEFAULT, ConfigPath


def command(
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
    rules: Annotated[
        list[Path] | None,
        typer.Option(help="A Prometheus rule file: which of its alerts would have fired. May be given again."),
    ] = None,
    rules_source: Annotated[
        str, typer.Option(help="The source that evaluates the rules, where there are several of kind prometheus.")
    ] = "",
) -> None:
    """Tries a configuration against the past: which incidents would have opened.

    Nothing is stored, nobody is notified.
    """
    asked = BacktestRequest(
        config=config, start=start, end=end, days=days, watches=watch or (), out=out, json_file=json_file,
        compare=compare, labels=labels, rules=rules or (), rules_source=rules_source,
    )  # fmt: skip
    typer.echo(run(asked))
