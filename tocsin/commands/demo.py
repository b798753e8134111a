"""`tocsin demo`."""

from pathlib import Path
from typing import Annotated

import typer

from tocsin.story.tell import StoryOptions, tell


def command(
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
    story = StoryOptions(
        once=once, json_file=json_file, fault=fault, speed=speed, seed=seed, port=port, prometheus=prometheus,
        exchange_port=exchange_port, data=data,
    )  # fmt: skip
    raise typer.Exit(tell(story))
