"""`tocsin mcp` as an agent's program calls it: the official SDK's client, over standard input and output."""

import asyncio
import json
import os
import re
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from incidents.incident import Status
from incidents.lifecycle import Action
from tests.tocsin.web.running import Running, running
from tests.tocsin.web.serving import Answering, serve
from tocsin.commands.service import TOKEN
from tocsin.page.publish import publish

READING = {"list_incidents", "show_incident", "list_watches", "count_tickets", "read_page"}
CUSTOMER = ("anna.schmidt@mail.example.com", "Anna Schmidt", "+49 170 1234567", "0x" + "9f" * 32)
"""A customer's data, as tickets and careless colleagues write them down."""


@pytest.fixture
def answering(tmp_path: Path) -> Iterator[Answering]:
    def make(folder: Path, config: str) -> Running:
        port = re.search(r"http://127\.0\.0\.1:(\d+)", config)
        assert port is not None
        return running(folder, f"{config}listen: 127.0.0.1:{port.group(1)}\n")

    yield from serve(tmp_path, make)


def agent(answering: Answering, use: Callable[[Client], Awaitable[None]], *options: str, token: str = "") -> None:
    """Runs `tocsin mcp` as a program and uses it as an agent's host does."""
    where = ["--config", str(answering.tocsin.services.config.path)] if not token else ["--url", answering.address]
    started = StdioServerParameters(
        command=sys.executable,
        args=["-m", "tocsin.cli", "mcp", *where, *options],
        env={**os.environ, TOKEN: token},
    )

    async def talk() -> None:
        async with Client(started) as client:
            await use(client)

    asyncio.run(talk())


async def called(client: Client, tool: str, **given: object) -> dict[str, Any]:
    answer = await client.call_tool(tool, given)
    assert not answer.is_error, answer
    content = answer.structured_content
    assert isinstance(content, dict)
    return content


def test_it_reads_by_default_and_changes_nothing(answering: Answering) -> None:
    incident = answering.tocsin.incident("Withdrawals are slow")
    answering.tocsin.ticket(incident_id=incident.id, linked_by="tocsin")
    publish(answering.tocsin.services.publisher, answering.tocsin.clock())

    async def use(client: Client) -> None:
        tools = (await client.list_tools()).tools
        assert {tool.name for tool in tools} == READING
        assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools)
        (listed,) = (await called(client, "list_incidents", status=["detected"]))["incidents"]
        assert (listed["reference"], listed["title"]) == ("INC-1", "Withdrawals are slow")
        assert (await called(client, "list_incidents", status=["resolved"]))["incidents"] == []
        shown = await called(client, "show_incident", reference="INC-1")
        assert "acknowledge" in shown["actions"]
        assert [line["kind"] for line in shown["timeline"]][:1] == ["opened"]
        (watch,) = (await called(client, "list_watches"))["watches"]
        assert watch["state"] == "no_data"
        assert (await called(client, "count_tickets", reference="INC-1"))["linked"] == 1
        assert (await called(client, "read_page"))["page"]["name"]
        for wrong in ("INC-99", "../tickets", ""):
            refused = await client.call_tool("show_incident", {"reference": wrong})
            assert refused.is_error, wrong
        unknown = await client.call_tool("propose", {"reference": "INC-1", "action": "approve", "why": "x"})
        assert unknown.is_error

    agent(answering, use)
    assert answering.tocsin.current(incident).status is Status.DETECTED


def test_asked_to_publish_it_gets_a_proposal_that_waits_for_a_person(answering: Answering) -> None:
    tocsin = answering.tocsin
    incident = tocsin.incident(disclosed=False)
    secret = tocsin.services.store.people.add_token("helper", ["incidents:propose"], tocsin.clock())

    async def use(client: Client) -> None:
        given = {"reference": "INC-1", "action": "approve", "why": "customers write about it", "text": "We look."}
        made = await called(client, "propose", **given)
        assert (made["state"], made["action"]) == ("open", "approve")
        assert (await called(client, "propose", **given))["id"] == made["id"]
        assert (await called(client, "read_proposal", proposal_id=made["id"]))["state"] == "open"

    agent(answering, use, "--propose", token=secret)
    assert tocsin.current(incident).disclosed_at is None
    (waiting,) = tocsin.services.store.proposals.open_of(incident.id, tocsin.clock())
    assert (waiting.by, waiting.said) == ("token:helper", (("text", "We look."),))


def test_no_tool_gives_away_what_tells_of_a_customer(answering: Answering) -> None:
    tocsin = answering.tocsin
    email, name, phone, transaction = CUSTOMER
    words = f"{name} <{email}>, {phone}, lost {transaction}"
    incident = tocsin.incident(f"Withdrawal {transaction} of {email} is stuck", disclosed=False, reason=words)
    tocsin.do(incident, Action.ADD_NOTE, text=words)
    tocsin.do(incident, Action.ACKNOWLEDGE, reason=words)
    tocsin.ticket(incident_id=incident.id, linked_by="tocsin", email=email, name=name, text=words)
    publish(tocsin.services.publisher, tocsin.clock())
    answers: list[str] = []

    async def use(client: Client) -> None:
        for tool in (await client.list_tools()).tools:
            given = {"reference": "INC-1"} if "reference" in tool.input_schema.get("required", []) else {}
            if tool.name == "propose":
                given |= {"action": "identify", "why": words, "text": words}
            if tool.name == "read_proposal":
                continue
            made = await called(client, tool.name, **given)
            if tool.name == "propose":
                answers.append(json.dumps(await called(client, "read_proposal", proposal_id=made["id"])))
            answers.append(json.dumps(made))

    agent(answering, use, "--propose")
    assert len(answers) == len(READING) + 2
    assert "INC-1" in "".join(answers)
    for one in (*CUSTOMER, "Anna", "Schmidt", "1234567"):
        assert not [answer for answer in answers if one in answer], one
