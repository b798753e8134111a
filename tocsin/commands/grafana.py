"""`tocsin grafana`."""

from pathlib import Path
from typing import Annotated

import typer
from ruamel.yaml import YAML

from tocsin.commands.options import DEFAULT, ConfigPath
from tocsin.config import load


def command(
    out: Annotated[Path, typer.Option(help="The folder to write to; it is made.")],
    config: ConfigPath = DEFAULT,
) -> None:
    """Writes Grafana's dashboards and Prometheus's rules over Tocsin's own metrics."""
    try:
        from dashboards import grafana
    except ModuleNotFoundError as error:
        raise typer.BadParameter("grafana-foundation-sdk is missing; install tocsin[grafana]") from error
    url = load(config).site.public_url.rstrip("/")
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for board in grafana.BOARDS:
        path = out / f"{board.key}.json"
        path.write_text(grafana.grafana_json(board, url) + "\n", encoding="utf-8")
        written.append(path)
    for name, rules in (("recording", grafana.recording_rules()), ("alerts", grafana.alert_rules())):
        path = out / f"tocsin-{name}.yaml"
        with path.open("w", encoding="utf-8") as file:
            YAML().dump(rules, file)
        written.append(path)
    for path in written:
        typer.echo(str(path))
