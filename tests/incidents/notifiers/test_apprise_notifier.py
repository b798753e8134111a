"""Apprise against a receiver on this machine: taken, refused, hanging, unknown addresses."""

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler

import pytest

from incidents.delivery import DeliveryError
from incidents.notifiers.apprise_notifier import AppriseNotifier
from tests.detectors.sources.pages import serving


def accepting(got: list[dict[str, str]], status: int = 200) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(request: BaseHTTPRequestHandler) -> None:
        got.append(json.loads(request.rfile.read(int(request.headers["content-length"]))))
        request.send_response(status)
        request.send_header("content-length", "0")
        request.end_headers()

    return answer


def address(url: str) -> str:
    return url.replace("http://", "json://")


def test_a_text_is_taken() -> None:
    got: list[dict[str, str]] = []
    with serving(accepting(got)) as site:
        AppriseNotifier().send([address(site.url)], subject="INC-1 major: slow", text="Since 14:03.\nAcknowledge.")
    assert [(one["title"], one["message"]) for one in got] == [("INC-1 major: slow", "Since 14:03.\nAcknowledge.")]


def test_one_address_that_takes_it_is_enough() -> None:
    got: list[dict[str, str]] = []
    with serving(accepting([], 500)) as broken, serving(accepting(got)) as well:
        notifier = AppriseNotifier()
        notifier.send([address(broken.url), address(well.url)], subject="s", text="t")
        assert len(got) == 1
        with pytest.raises(DeliveryError, match="none of 1 addresses") as failure:
            notifier.send([address(broken.url)], subject="s", text="t")
    assert failure.value.retry


def test_one_that_hangs_is_left_at_its_deadline_and_takes_no_more_than_its_room() -> None:
    begun, end = threading.Semaphore(0), threading.Event()

    def hang(_: BaseHTTPRequestHandler) -> None:
        begun.release()
        end.wait(60)

    with serving(hang) as site:
        notifier = AppriseNotifier(deadline=timedelta(seconds=0.2), at_once=1)
        for _ in range(2):
            with pytest.raises(DeliveryError):
                notifier.send([f"{address(site.url)}?cto=60&rto=60"], subject="s", text="t")
        assert begun.acquire(timeout=60)
        assert not begun.acquire(blocking=False), "the second call found no room"
        end.set()


@pytest.mark.parametrize(("text", "known"), [("json://127.0.0.1", True), ("pigeon://loft", False), ("", False)])
def test_an_address_is_known_or_not(text: str, known: bool) -> None:
    assert AppriseNotifier().is_known(text) is known
