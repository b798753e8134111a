"""`tocsin incidents`: what is open, and what an engineer does with it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from tocsin.commands.options import DEFAULT, ConfigPath, opened_store
from tocsin.commands.service import READ, WRITE, ServiceUrl, service_of

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)

AsJson = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]
Reference = Annotated[str, typer.Argument(help="Its number, such as INC-17.")]
Reason = Annotated[str, typer.Option(help="Why; it stands in the timeline.")]
Required = Annotated[str, typer.Option(help="Why; the next signals like these follow it.")]
Signals = Annotated[list[str], typer.Option("--signal", help="A signal's key, as `show` lists it; may be given again.")]


@app.callback(invoke_without_command=True)
def listed(
    context: typer.Context,
    config: ConfigPath = DEFAULT,
    *,
    as_json: AsJson = False,
) -> None:
    """Lists what is open, read from the database; the commands below ask the running service.

    Examples: `tocsin incidents`, `tocsin incidents show INC-17`,
    `tocsin incidents resolve INC-17 --end-reason fixed`.
    """
    if context.invoked_subcommand is not None:
        return
    with opened_store(config) as store:
        active = store.incidents.active()
    rows = [{"reference": i.reference, "title": i.title, "status": i.status, "severity": i.severity} for i in active]
    _print_list(rows, as_json=as_json, empty="No open incidents.")


@app.command("list")
def list_all(
    config: ConfigPath = DEFAULT,
    url: ServiceUrl = "",
    status: Annotated[list[str] | None, typer.Option(help="Only those of this status; may be given again.")] = None,
    limit: Annotated[int, typer.Option(help="How many, the newest first.", min=1, max=200)] = 50,
    *,
    as_json: AsJson = False,
) -> None:
    """Lists incidents, open and over. Example: `tocsin incidents list --status resolved`."""
    with service_of(config, url, READ) as service:
        items = service.get("incidents", limit=limit, **({"status": status} if status else {}))["items"]
    _print_list(items, as_json=as_json, empty="No such incidents.")


@app.command()
def show(incident: Reference, config: ConfigPath = DEFAULT, url: ServiceUrl = "", *, as_json: AsJson = False) -> None:
    """Shows one: signals with their keys, timeline, decisions. Example: `tocsin incidents show INC-17`."""
    with service_of(config, url, READ) as service:
        _print_story(service.get(f"incidents/{incident}"), as_json=as_json)


@app.command()
def acknowledge(incident: Reference, config: ConfigPath = DEFAULT, url: ServiceUrl = "", reason: Reason = "") -> None:
    """Says that somebody works on it. Example: `tocsin incidents acknowledge INC-17`."""
    _act(config, url, incident, {"action": "acknowledge", "reason": reason})


@app.command()
def resolve(
    incident: Reference,
    end_reason: Annotated[str, typer.Option(help="fixed, recovered, planned or false_alarm.")],
    config: ConfigPath = DEFAULT,
    url: ServiceUrl = "",
    text: Annotated[str, typer.Option(help="Your words for the public, in Markdown; empty: the template's.")] = "",
    *,
    anyway: Annotated[bool, typer.Option("--anyway", help="Although evidence still deviates.")] = False,
) -> None:
    """Ends it, with the reason of its end. Example: `tocsin incidents resolve INC-17 --end-reason fixed`."""
    if end_reason == "false_alarm":
        _act(config, url, incident, {"action": "retract", "reason": text})
        return
    said = {"action": "resolve", "end_reason": end_reason, "text": text, "anyway": "yes" if anyway else ""}
    _act(config, url, incident, said)


@app.command()
def merge(
    incident: Reference,
    into: Annotated[str, typer.Option(help="The incident that goes on, such as INC-16.")],
    reason: Required,
    config: ConfigPath = DEFAULT,
    url: ServiceUrl = "",
) -> None:
    """Ends it as a part of another. Example: `tocsin incidents merge INC-17 --into INC-16 --reason disk`."""
    _act(config, url, incident, {"action": "merge", "into": into, "reason": reason})


@app.command()
def split(
    incident: Reference, signal: Signals, reason: Required, config: ConfigPath = DEFAULT, url: ServiceUrl = ""
) -> None:
    """Makes signals of it a new incident. Example: `tocsin incidents split INC-17 --signal KEY --reason disk`."""
    _act(config, url, incident, {"action": "split", "signals": signal, "reason": reason})


@app.command()
def move(
    incident: Reference,
    *,
    signal: Signals,
    into: Annotated[str, typer.Option(help="The incident that they belong to, such as INC-16.")],
    reason: Required,
    config: ConfigPath = DEFAULT,
    url: ServiceUrl = "",
) -> None:
    """Gives signals to another. Example: `tocsin incidents move INC-17 --signal KEY --into INC-16 --reason disk`."""
    _act(config, url, incident, {"action": "move signals", "signals": signal, "into": into, "reason": reason})


@app.command()
def undo(
    incident: Reference,
    decision: Annotated[str, typer.Argument(help="The id of a merge, split or move, as `show` lists it.")],
    config: ConfigPath = DEFAULT,
    url: ServiceUrl = "",
    reason: Reason = "",
    *,
    only_forget: Annotated[
        bool, typer.Option("--only-forget", help="Leave the signals where they are; nothing follows it any more.")
    ] = False,
) -> None:
    """Takes a merge, a split or a move back. Example: `tocsin incidents undo INC-17 ID --reason wrong`."""
    with service_of(config, url, WRITE) as service:
        body = {"reason": reason, "only_forget": only_forget}
        _print_story(service.post(f"incidents/{incident}/groupings/{decision}/undo", body), as_json=False)


def _act(config: Path, url: str, incident: str, said: Mapping[str, object]) -> None:
    with service_of(config, url, WRITE) as service:
        story = service.post(f"incidents/{incident}/actions", said)
    last = story["timeline"][-1]
    typer.echo(f"{_line(story['incident'])}\n  {last['kind']}: {last['reason']}")


def _print_list(rows: list[dict[str, Any]], *, as_json: bool, empty: str) -> None:
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        typer.echo(_line(row))
    if not rows:
        typer.echo(empty)


def _line(row: dict[str, Any]) -> str:
    return f"{row['reference']}  {row['severity'] or 'pending'}  {row['status']}  {row['title']}"


def _print_story(story: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(story, indent=2))
        return
    incident = story["incident"]
    typer.echo(_line(incident))
    typer.echo(f"Since {incident['started_at']}; severity {incident['severity_reason']}")
    typer.echo("Signals:")
    for one in incident["signals"]:
        until = f"to {one['ended_at']}" if one["ended_at"] else "ongoing"
        typer.echo(f"  {one['key']}\n    {one['title']} on {one['component']}, from {one['started_at']} {until}")
    typer.echo("Timeline:")
    for line in story["timeline"]:
        typer.echo(f"  {line['at']}  {line['kind']}  {line['author']}: {line['reason']}")
    for one in story["groupings"]:
        over = f"; followed no longer, by {one['undone_by']}" if one["undone_at"] else ""
        where = f"{one['verb']}, {one['source']} to {one['target']}"
        typer.echo(f"Decision {one['id']}: {where}, {one['by']}: {one['reason']}{over}")
    typer.echo(f"Possible now: {', '.join(story['actions'])}")
