"""How many requests are worked on at once, and what becomes of those that find no place."""

import json

import anyio
import pytest
from anyio import CancelScope, create_task_group
from starlette.types import Message, Receive, Scope, Send

from tests.tocsin.web.running import Running
from tocsin.context.metrics import READS, WRITES
from tocsin.storage.patience import LOOP_S, hurried, patience
from tocsin.web.http import bulkheads
from tocsin.web.http.bulkheads import Bulkhead, Bulkheads


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulkheads, "REQUEST_S", 0.01)


async def waiting(bulkhead: Bulkhead, count: int) -> None:
    while len(bulkhead._line) < count:
        await anyio.sleep(0)


def test_who_finds_no_place_in_time_is_refused_and_the_place_is_free_afterwards() -> None:
    async def lived() -> list[bool]:
        bulkhead = Bulkhead(1)
        found = [await bulkhead.enter(), await bulkhead.enter()]
        bulkhead.leave(well=True)
        return [*found, await bulkhead.enter()]

    assert anyio.run(lived) == [True, False, True]


def test_places_are_given_in_the_order_of_asking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulkheads, "REQUEST_S", 900.0)
    order: list[int] = []

    async def lived() -> None:
        bulkhead = Bulkhead(1)
        await bulkhead.enter()

        async def come(number: int) -> None:
            assert await bulkhead.enter()
            order.append(number)
            bulkhead.leave(well=True)

        async with create_task_group() as group:
            for number in range(5):
                group.start_soon(come, number)
                await waiting(bulkhead, number + 1)
            bulkhead.leave(well=True)

    anyio.run(lived)
    assert order == [0, 1, 2, 3, 4]


def test_who_goes_away_while_waiting_takes_no_place_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulkheads, "REQUEST_S", 900.0)

    async def lived() -> list[bool]:
        bulkhead = Bulkhead(1)
        await bulkhead.enter()
        gone, given = CancelScope(), CancelScope()

        async def come(scope: CancelScope) -> None:
            with scope:
                if await bulkhead.enter():
                    bulkhead.leave(well=True)

        async with create_task_group() as group:
            group.start_soon(come, gone)
            group.start_soon(come, given)
            await waiting(bulkhead, 2)
            gone.cancel()
            await anyio.wait_all_tasks_blocked()
            bulkhead.leave(well=True)  # to the second, which is cancelled before it could look
            given.cancel()
        return [await bulkhead.enter(), not bulkhead._line]

    assert anyio.run(lived) == [True, True]


def test_a_place_is_held_neither_by_who_sends_slowly_nor_by_who_reads_slowly() -> None:
    log: list[str] = []

    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            log.append(f"sending, {free()} free")
        log.append(f"whole, {free()} free")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        log.append(f"answering, {free()} free")
        await send({"type": "http.response.body", "body": b""})

    ours = Bulkheads(app, {WRITES: 1, READS: 1})

    def free() -> int:
        return ours._bulkheads[WRITES]._free

    parts: list[Message] = [
        {"type": "http.request", "body": b"x", "more_body": True},
        {"type": "http.request", "body": b"y"},
    ]

    async def receive() -> Message:
        return parts.pop(0)

    async def send(_message: Message) -> None:
        """Nobody reads it."""

    scope = {"type": "http", "method": "POST", "path": "/api/v1/tickets", "headers": [(b"content-length", b"2")]}
    anyio.run(ours, scope, receive, send)
    assert log == ["sending, 1 free", "whole, 0 free", "answering, 1 free"]


@pytest.mark.parametrize(
    ("method", "path", "kind", "typed"),
    [
        ("POST", "/api/v1/tickets", WRITES, {"text": "hello"}),
        ("GET", "/api/v1/known", READS, None),
        ("POST", "/support", WRITES, {"form": "Other", "text": "<hello>"}),
        ("GET", "/support", READS, None),
    ],
)
def test_who_finds_no_place_is_answered_503_and_counted(
    tocsin: Running, method: str, path: str, kind: str, typed: dict[str, str] | None
) -> None:
    (bulkheads_of_it,) = (one for one in tocsin.web.user_middleware if "Bulkheads" in repr(one))
    bulkheads_of_it.kwargs["places"] = {WRITES: 0, READS: 0}
    client, is_machine = tocsin.client(), path.startswith("/api/")
    sent = {"content": json.dumps(typed)} if is_machine else {"data": typed}
    answer = client.request(method, path, **(sent if typed else {}))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert "nothing was stored" in (answer.json()["error"] if is_machine else answer.text)
    assert ("Send again" in answer.text) is (typed is not None and not is_machine)
    assert tocsin.services.metrics.refused_requests.labels(kind)._value.get() == 1
    assert client.get("/static/style.css").status_code == 200
    assert client.get("/-/ready").status_code == 200


def test_a_request_has_little_patience_and_a_loop_has_more() -> None:
    assert patience().left == LOOP_S
    with hurried(2.0):
        mine = patience()
        with hurried(30.0):
            assert patience() is mine, "what is left stays the limit"
        with hurried(1.0):
            assert patience().left == 1.0
        with mine.spent():
            pass
        assert mine.left < 2.0
    assert patience().left == LOOP_S
