"""`tocsin silences`: what opens no incident, for a stated time and reason."""

import json
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from tocsin.commands.options import DEFAULT, ConfigPath
from tocsin.commands.service import READ, WRITE, ServiceUrl, service_of
from tocsin.response.silence_actions import labels_of

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)

AsJson = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]
Component = Annotated[str, typer.Option(help="A component or a pattern, such as withdrawals/*.")]
Name = Annotated[str, typer.Option(help="A watch's or an alert's name, or a pattern.")]
Labels = Annotated[list[str] | None, typer.Option("--label", help="name=pattern; may be given again, all must match.")]
Minutes = Annotated[int, typer.Option("--for", help="Minutes that it lasts, or each of its occurrences.", min=1)]
Start = Annotated[
    datetime | None,
    typer.Option("--from", help="UTC, such as 2026-03-02T14:00; empty: now.", formats=["%Y-%m-%dT%H:%M"]),
]
Rule = Annotated[str, typer.Option("--repeat", help="An RFC 5545 rule, such as 'FREQ=WEEKLY;BYDAY=SU'.")]
Zone = Annotated[str, typer.Option(help="Whose wall clock decides, such as Europe/Berlin; empty: UTC.")]
Until = Annotated[
    datetime | None,
    typer.Option(help="UTC; the last occurrence begins before. Empty: a year.", formats=["%Y-%m-%dT%H:%M"]),
]


@app.command("list")
def list_all(config: ConfigPath = DEFAULT, url: ServiceUrl = "", *, as_json: AsJson = False) -> None:
    """Lists them, the latest start first. Example: `tocsin silences list`."""
    with service_of(config, url, READ) as service:
        items = service.get("silences", limit=200)["items"]
    if as_json:
        typer.echo(json.dumps(items, indent=2))
        return
    for one in items:
        typer.echo(_line(one))
    if not items:
        typer.echo("No silences yet.")


@app.command()
def preview(
    *,
    config: ConfigPath = DEFAULT,
    url: ServiceUrl = "",
    component: Component = "",
    name: Name = "",
    label: Labels = None,
    minutes: Minutes = 60,
    start: Start = None,
    repeat: Rule = "",
    zone: Zone = "",
    until: Until = None,
) -> None:
    """Shows when one would be in force and what it would cover; nothing is kept.

    Example: `tocsin silences preview --component trading --repeat FREQ=DAILY --zone Europe/Berlin`.
    """
    with service_of(config, url, WRITE) as service:
        body = _body(component, name, label, minutes, start, repeat, zone, until)
        seen = service.post("silences/preview", body)
    for window in seen["silence"]["upcoming"]:
        typer.echo(f"In force {window['starts_at']} to {window['ends_at']}")
    for watch, components in seen["watches"].items():
        typer.echo(f"Covers {watch}: {', '.join(components)}")
    for reference in seen["incidents"]:
        typer.echo(f"{reference} stays open")
    if not seen["watches"]:
        typer.echo("It covers nothing that is known now. Is the name right?")


@app.command()
def create(
    *,
    reason: Annotated[str, typer.Option(help="Why it is silenced.")],
    config: ConfigPath = DEFAULT,
    url: ServiceUrl = "",
    component: Component = "",
    name: Name = "",
    label: Labels = None,
    minutes: Minutes = 60,
    start: Start = None,
    repeat: Rule = "",
    zone: Zone = "",
    until: Until = None,
) -> None:
    """Makes one. Example: `tocsin silences create --component trading --for 30 --repeat FREQ=DAILY --reason backup`."""
    with service_of(config, url, WRITE) as service:
        body = _body(component, name, label, minutes, start, repeat, zone, until)
        typer.echo(_line(service.post("silences", {**body, "reason": reason})))


@app.command()
def expire(
    silence: Annotated[str, typer.Argument(help="Its id, as `list` shows it.")],
    config: ConfigPath = DEFAULT,
    url: ServiceUrl = "",
) -> None:
    """Ends one now, a series as a whole. Example: `tocsin silences expire ID`."""
    with service_of(config, url, WRITE) as service:
        typer.echo(_line(service.post(f"silences/{silence}/end")))


@app.command()
def skip(
    silence: Annotated[str, typer.Argument(help="Its id, as `list` shows it.")],
    start: Annotated[datetime, typer.Option(help="When the occurrence begins, UTC.")],
    *,
    again: Annotated[bool, typer.Option("--again", help="It was skipped, and is in force after all.")] = False,
    config: ConfigPath = DEFAULT,
    url: ServiceUrl = "",
) -> None:
    """Leaves out one occurrence of a series. Example: `tocsin silences skip ID --start 2026-03-08T01:00`."""
    body = {"starts_at": start.replace(tzinfo=UTC).isoformat(), "again": again}
    with service_of(config, url, WRITE) as service:
        typer.echo(_line(service.post(f"silences/{silence}/skip", body)))


def _body(  # noqa: PLR0917 - the options that two commands share
    component: str,
    name: str,
    label: list[str] | None,
    minutes: int,
    start: datetime | None,
    repeat: str,
    zone: str,
    until: datetime | None,
) -> dict[str, object]:
    return {
        "component": component,
        "name": name,
        "labels": labels_of(label or ()),
        "minutes": minutes,
        "starts_at": _utc(start),
        "rule": repeat,
        "zone": zone,
        "until": _utc(until),
    }


def _utc(at: datetime | None) -> str | None:
    return at.replace(tzinfo=UTC).isoformat() if at else None


def _line(one: dict[str, Any]) -> str:
    labels = "".join(f" {name}={pattern}" for name, pattern in one["labels"].items())
    again = f"  {one['rule']} {one['zone']}" if one["rule"] else ""
    if one["in_force"]:
        when = f"in force until {one['upcoming'][0]['ends_at']}"
    else:
        when = f"next {one['upcoming'][0]['starts_at']}" if one["upcoming"] else "over"
    return f"{one['id']}  {one['component']} {one['name']}{labels}  {when}{again}  {one['author']}: {one['reason']}"
