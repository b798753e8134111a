"""A burst of subscribers: how fast they are told, and whether the page waits for it.

One incident is told to so many subscribers through the outbox and a real SMTP server, a process of its own on loopback.
Beside it, in the same run: the same server taking ready-made mails of the same size over one connection, which is the
floor; and the page published again and again, first alone, then while subscribers are told and their mail is sent.

python -m benchmarks.bench_subscriptions [--subscribers 10000] [--publishes 40]
"""

import argparse
import multiprocessing
import smtplib
import socket
import statistics
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from tempfile import TemporaryDirectory

from aiosmtpd.controller import Controller
from sqlalchemy import insert

from benchmarks.aims import found
from incidents.incident import Incident
from incidents.lifecycle import Action
from statuspage.subscriptions.subscription import Subscription, SubscriptionStatus
from tests.tocsin.web.running import CONFIG, Running, running
from tocsin.delivery.channel import deliver_due
from tocsin.page.publish import publish
from tocsin.storage.subscriptions import _row
from tocsin.storage.tables.public import subscriptions
from tocsin.subscriptions import notify

LIMIT = 3.0
PAUSE = 0.5  # seconds between two publishes: an incident that says something new twice a second


class Taking:
    """Takes every mail and counts it."""

    def __init__(self, taken: "Synchronized[int]") -> None:
        self._taken = taken

    async def handle_DATA(self, *_: object) -> str:  # noqa: N802 - aiosmtpd finds it by this name
        with self._taken.get_lock():
            self._taken.value += 1
        return "250 OK"


def serve(port: int, taken: "Synchronized[int]") -> None:
    controller = Controller(Taking(taken), hostname="127.0.0.1", port=port)
    controller.start()
    threading.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subscribers", type=int, default=10_000)
    parser.add_argument("--publishes", type=int, default=40)
    told = parser.parse_args()
    taken: Synchronized[int] = multiprocessing.get_context("spawn").Value("i", 0)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(port, taken), daemon=True)
    server.start()
    wait_for(port)
    with TemporaryDirectory() as folder:
        smtp = f"mail: {{smtp: {{host: 127.0.0.1, port: {port}, tls: none}}}}\n"
        tocsin = running(Path(folder), f"{CONFIG}subscriptions: {{gather: 0s}}\n{smtp}")
        measure(tocsin, told.subscribers, told.publishes, port, taken)
    server.terminate()
    server.join()


def measure(tocsin: Running, count: int, publishes: int, port: int, taken: "Synchronized[int]") -> None:
    floor = count / timed(lambda: send_plain(port, count))
    subscribe(tocsin, count)
    tocsin.services.store.sinks.start(notify.SINK, tocsin.clock())
    incident = tocsin.incident()
    tocsin.clock.pass_(seconds=1)
    before = taken.value
    queued = timed(
        lambda: deliver_due(notify.SubscriberChannel(tocsin.services), tocsin.services.metrics, tocsin.clock())
    )
    sent = timed(lambda: tocsin.deliver("mail:bulk"))
    assert taken.value - before == count, "each once"
    found(f"{count:,} subscribers, queued in batches of {notify.BATCH}", count / queued, "/s")
    found("  sent over SMTP", count / sent, "/s")
    found("  ready-made mails over one connection, the floor", floor, "/s")
    found("  the floor by ours", floor * sent / count, "x")

    alone = publishing(tocsin, publishes)
    tocsin.do(incident, Action.ADD_MESSAGE, text="We are replaying the queue.")
    beside = beside_a_burst(tocsin, incident)
    assert taken.value - before == 2 * count, "each once"
    middle, usual = statistics.median(beside), statistics.median(alone)
    found("publishing the page: alone", 1000 * usual, "ms")
    found("  beside a burst", 1000 * middle, "ms")
    found("  beside a burst by alone", middle / usual, "x", at_most=LIMIT)
    found(f"  the worst of {len(beside)}", 1000 * max(beside), "ms")


def beside_a_burst(tocsin: Running, incident: Incident) -> list[float]:
    """Seconds of each publish while subscribers are told and, at the same time, their mail is sent."""
    done = threading.Event()
    services = tocsin.services

    def tell() -> None:
        deliver_due(notify.SubscriberChannel(services), services.metrics, tocsin.clock())
        done.set()

    def send() -> None:
        while not done.is_set() or services.store.mail.counts().waiting:
            tocsin.deliver("mail:bulk")

    threads = [threading.Thread(target=work) for work in (tell, send)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    took: list[float] = []
    while any(thread.is_alive() for thread in threads):
        tocsin.do(incident, Action.ADD_NOTE, text="another publish")
        took += publishing(tocsin, 1)
        time.sleep(PAUSE)
    for thread in threads:
        thread.join()
    print(f"told and sent beside {len(took)} publishes within {time.perf_counter() - began:.1f} s")
    return took


def subscribe(tocsin: Running, count: int) -> None:
    """As if each had come by the form, been mailed and pressed the button; all in one transaction."""
    store, now = tocsin.services.store, tocsin.clock()
    rows = [
        _row(
            store.subscriptions._cipher,  # noqa: SLF001 - past the forms and mails, which are not measured
            Subscription(
                id=f"{k:032x}",
                email=f"customer{k}@example.com",
                standing=SubscriptionStatus.ACTIVE,
                created_at=now,
                confirmed_at=now - timedelta(seconds=1),
            ),
        )
        for k in range(count)
    ]
    with store._database.write() as connection:  # noqa: SLF001 - the same
        connection.execute(insert(subscriptions), rows)


def publishing(tocsin: Running, times: int) -> list[float]:
    """Seconds of each."""
    took = []
    for _ in range(times):
        tocsin.clock.pass_(seconds=1)
        took.append(timed(lambda: publish(tocsin.services.publisher, tocsin.clock())))
    return took


def send_plain(port: int, count: int) -> None:
    """Ready-made mails as fast as the library hands them over."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = "Investigating: Bitcoin withdrawals delayed"
    message.set_content(("x" * 69 + "\n") * 50)
    content = bytes(message)
    with smtplib.SMTP("127.0.0.1", port) as connection:
        for k in range(count):
            connection.sendmail("support@example.com", [f"customer{k}@example.com"], content)


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            smtplib.SMTP("127.0.0.1", port, timeout=5).quit()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("the SMTP server did not start within 60 s")


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
