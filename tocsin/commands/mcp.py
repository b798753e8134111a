"""`tocsin mcp`: what software agents may read of incidents, watches, tickets' counts and the page, and may propose.

A server of the Model Context Protocol on standard input and output (official SDK), over the API of a running Tocsin.
Of a timeline it gives what Tocsin wrote and what the public reads; of what people wrote for each other only that they
did. Customers are numbers in it. docs/decisions/0044.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tickets.personal import without_personal
from tocsin.commands.options import DEFAULT, ConfigPath
from tocsin.commands.service import READ, RunningService, ServiceUrl, service_of

if TYPE_CHECKING:
    from mcp.server import MCPServer

PROPOSE = "incidents:propose"
ABOUT = (
    "Tocsin watches an exchange, groups what deviates into incidents, and publishes a status page. Everything here is "
    "read-only; an action is only ever proposed, and a person decides. Unknown is not normal: a watch with a problem "
    "sees nothing."
)
SHOWN_SIGNALS = 50
INCIDENT = (
    "reference", "title", "status", "severity", "severity_reason", "kind", "component", "components", "started_at",
    "opened_at", "recovered_at", "resolved_at", "end_reason", "shadow", "disclosed_at", "signal_count",
)  # fmt: skip
SIGNAL = ("source", "name", "component", "title", "kind", "started_at", "ended_at", "score", "user_visible")
CHANGE = ("kind", "title", "at", "components", "url")
PROPOSAL = ("id", "incident", "action", "state", "at", "decided_at")
SUSPECT = ("changed", "affected", "hops", "confidence")
OURS = "tocsin"
"""The author of what the service itself wrote."""


def command(
    config: ConfigPath = DEFAULT,
    url: ServiceUrl = "",
    *,
    propose: Annotated[
        bool, typer.Option("--propose", help="Also offer to propose actions, which a person decides in the console.")
    ] = False,
) -> None:
    """Serves software agents over the Model Context Protocol, on standard input and output; read-only.

    Examples: `tocsin mcp`, `tocsin mcp --propose`, `tocsin mcp --url https://tocsin.example`.
    """
    if find_spec("mcp") is None:
        raise ValueError('tocsin mcp needs the package mcp, which is not installed: pip install "tocsin[mcp]"')
    with service_of(config, url, PROPOSE if propose else READ) as service:
        server_of(service, propose=propose).run("stdio")


def server_of(service: RunningService, *, propose: bool) -> "MCPServer":
    """The server over a running Tocsin. propose: whether it offers to propose actions."""
    from mcp.server import MCPServer
    from mcp_types import ToolAnnotations

    server = MCPServer("tocsin", instructions=ABOUT)
    reads = ToolAnnotations(read_only_hint=True, open_world_hint=False)
    writes = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
    for tool in reading(service):
        server.add_tool(tool, annotations=reads)
    if propose:
        first, second = proposing(service)
        server.add_tool(first, annotations=writes)
        server.add_tool(second, annotations=reads)
    return server


def reading(service: RunningService) -> Sequence[Callable[..., dict[str, Any]]]:
    """The tools that read; their names and first lines are what an agent is shown."""

    def list_incidents(status: list[str] | None = None, limit: int = 20) -> dict[str, Any]:
        """Lists incidents, the newest first. status: detected, acknowledged, identified, monitoring, resolved,
        retracted, merged; none = all. limit: 1 to 200.
        """
        wanted = {"status": status} if status else {}
        found = service.get("incidents", limit=limit, **wanted)
        return {"incidents": [_some(one, INCIDENT) for one in found["items"]]}

    def show_incident(reference: str) -> dict[str, Any]:
        """Shows one incident, such as INC-17: its signals, its timeline, the changes that it may come from, the
        incidents before it with the same faults, and which actions are possible now.
        """
        return story_of(service.get(f"incidents/{_named(reference)}"))

    def list_watches() -> dict[str, Any]:
        """Lists what is watched and how each watch is doing. A watch with a problem sees nothing: its state is unknown,
        not normal.
        """
        return {"watches": _clean(service.get("watches")["items"])}

    def count_tickets(reference: str) -> dict[str, Any]:
        """Counts the customers' tickets that are linked to an incident, by what became of them."""
        return dict(service.get(f"incidents/{_named(reference)}/tickets"))

    def read_page() -> dict[str, Any]:
        """Reads what the public status page says now: its verdict, its components, open incidents, planned work."""
        return dict(service.page())

    return (list_incidents, show_incident, list_watches, count_tickets, read_page)


def proposing(service: RunningService) -> tuple[Callable[..., dict[str, Any]], Callable[..., dict[str, Any]]]:
    """The tool that proposes an action, and the one that reads what became of it."""

    def propose(  # noqa: PLR0917 - an agent gives them by name
        reference: str, action: str, why: str, text: str = "", severity: str = "", end_reason: str = ""
    ) -> dict[str, Any]:
        """Proposes an action on an incident; nothing happens until a person approves it in the console.

        action: acknowledge, identify, monitor, set severity, add note, add message, confirm, approve (publish it),
        withhold, resolve, retract or reopen. why: the reason that the person decides by. text: a note, or words for the
        public in Markdown. severity: of "set severity". end_reason: of "resolve": fixed, recovered or planned.
        The same proposal again is the same proposal.
        """
        body = {
            "incident": reference, "action": action, "why": why, "text": text, "severity": severity,
            "end_reason": end_reason,
        }  # fmt: skip
        key = hashlib.sha256("\0".join(body.values()).encode()).hexdigest()
        return _made(service.post("proposals", body, key=key))

    def read_proposal(proposal_id: str) -> dict[str, Any]:
        """Says what became of a proposal: open, approved, rejected or expired."""
        return _made(service.get(f"proposals/{_named(proposal_id)}"))

    return propose, read_proposal


def story_of(found: Mapping[str, Any]) -> dict[str, Any]:
    """An incident as the API gives it, without what people wrote for each other, and without whoever wrote."""
    incident = found["incident"]
    suspects = found["suspect_changes"]
    return {
        "incident": _some(incident, INCIDENT),
        "signals": [_some(one, SIGNAL) for one in incident["signals"][:SHOWN_SIGNALS]],
        "timeline": [_line(one) for one in found["timeline"]],
        "suspect_changes": None
        if suspects is None
        else [{**_some(one, SUSPECT), "change": _some(one["change"], CHANGE)} for one in suspects],
        "earlier": found["earlier"],
        "actions": found["actions"],
    }


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    is_ours = line["author"] == OURS
    return {
        "at": line["at"],
        "kind": line["kind"],
        "by": OURS if is_ours else "a person or a machine of theirs",
        "reason": without_personal(line["reason"]) if is_ours else "",
        "public_message": without_personal(line["message"]),
    }


def _made(proposal: Mapping[str, Any]) -> dict[str, Any]:
    return _some(proposal, PROPOSAL)


def _some(given: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: _clean(given[name]) for name in names}


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return without_personal(value)
    if isinstance(value, Mapping):
        return {name: _clean(one) for name, one in value.items()}
    return [_clean(one) for one in value] if isinstance(value, list) else value


def _named(word: str) -> str:
    """A word that is one step of a path. Raises ValueError."""
    if not word.isascii() or not word.replace("-", "").isalnum():
        raise ValueError(f"{word[:40]!r} is no reference; expected one such as INC-17")
    return word
