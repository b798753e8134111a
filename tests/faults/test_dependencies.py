"""What Tocsin asks and tells is down, slow or talks nonsense: it says so, claims nothing, and goes on after."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from incidents.incident import UpdateKind
from tests import loopback
from tests.detectors.sources.pages import page, serving
from tests.detectors.sources.prometheus_server import free_port, running_prometheus, write_samples
from tests.faults.exchange import METRIC, Exchange
from tests.faults.stage import Stage, letter, mail_server, receiver
from tickets.ticket import TicketStatus
from tocsin.storage import TicketFilter

Answer = Callable[[BaseHTTPRequestHandler], None]
WATCH = """
  - name: {name}
    metric: {metric}
    by: [asset, network]
    match: {{network: {network}}}
    component: "withdrawals/{{asset}}/{{network}}"
    every: 1s
    history: 12h
    bad: above
    min_change: 5
    source: {name}
"""
TITLES = {"down": "USDT withdrawals", "slow": "BTC withdrawals", "nonsense": "ETH withdrawals"}
NETWORKS = {"down": "tron", "slow": "bitcoin", "nonsense": "ethereum"}


@dataclass(kw_only=True)
class Between:
    """In front of a real Prometheus: passes on what it is asked, or does something else."""

    prometheus: str
    url: str = ""
    instead: Answer | None = None

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        if self.instead is not None:
            self.instead(request)
            return
        given = loopback.get(f"{self.prometheus}{request.path}")
        page(given.content, status=given.status_code, kind="application/json")(request)


@contextmanager
def between(prometheus: str) -> Iterator[Between]:
    made = Between(prometheus=prometheus)
    with serving(made.answer) as site:
        made.url = site.url
        yield made


@pytest.fixture
def real(metrics: Exchange, tmp_path: Path) -> Iterator[str]:
    """A real Prometheus that scrapes the exchange."""
    target = metrics.url.removeprefix("http://")
    configs = f"[{{job_name: exchange, static_configs: [{{targets: ['{target}']}}]}}]"
    with running_prometheus(tmp_path / "prometheus") as url:  # its past first: beside fresh samples it would be too old
        write_samples(url, [metrics.history()])
    with running_prometheus(tmp_path / "prometheus", configs) as url:
        yield url


def wait(over: threading.Event) -> None:
    """Takes the question, and never answers."""
    over.wait(20)


def hang_up(request: BaseHTTPRequestHandler) -> None:
    request.close_connection = True


def test_a_source_that_is_down_slow_or_talks_nonsense_makes_unknown_and_recovers(bare: Stage, real: str) -> None:
    over = threading.Event()
    with between(real) as down, between(real) as slow, between(real) as nonsense:
        fronts = {"down": down, "slow": slow, "nonsense": nonsense}
        waits = {"down": "5m", "slow": "5s", "nonsense": "5m"}  # a busy machine's answer is late, and still an answer
        sources = ", ".join(
            f'{name}: {{kind: prometheus, url: "{f.url}", timeout: {waits[name]}}}' for name, f in fronts.items()
        )
        bare.write_config(source=f'{{kind: prometheus, url: "{real}"}}, {sources}')
        text = bare.config.read_text()
        watches = "".join(WATCH.format(name=n, metric=METRIC, network=w) for n, w in NETWORKS.items())
        bare.config.write_text(text[: text.index("watches:")] + "watches:" + watches)
        bare.start()
        bare.until(lambda: bare.summary() and unverified(bare) == set(), "all is seen")
        assert all(bare.page_status(t) == "operational" for t in TITLES.values())

        down.instead = hang_up
        slow.instead = lambda _: wait(over)
        nonsense.instead = page('{"status": "success", "data": {"resultType": "vector", "result": "what?"}}')
        for name in fronts:
            bare.until(lambda name=name: bare.said("watch not evaluated", watch=name), f"{name} is reported")  # type: ignore[misc]
        bare.until(lambda: unverified(bare) == set(TITLES.values()), "the page calls all of them unverified")
        index = bare.page / "index.html"  # the last to take its place
        bare.until(lambda: "All systems" not in index.read_text(encoding="utf-8"), "nor does its verdict claim any")
        errors = {name: bare.said("watch not evaluated", watch=name)[-1]["error"] for name in fronts}
        for name, front in fronts.items():
            assert front.url in errors[name], "it names the address"
        assert "no answer within 5 s" in errors["slow"]
        with bare.store() as store:
            assert store.incidents.page().items == (), "what we can't see is no incident of the exchange"
        assert bare.is_ready()

        over.set()
        for front in fronts.values():
            front.instead = None
        bare.until(lambda: unverified(bare) == set(), "all is seen again")
        assert all(bare.page_status(t) == "operational" for t in TITLES.values())


def unverified(stage: Stage) -> set[str]:
    """The components that the page says nobody can verify."""
    return {c["name"] for c in stage.summary().get("components", []) if "nverified" in (c.get("description") or "")}


def test_a_query_that_prometheus_refuses_is_notified_and_delays_no_other(bare: Stage, real: str) -> None:
    bare.write_config(source=f'{{kind: prometheus, url: "{real}"}}')
    broken = 'name: broken, promql: "sum by (", component: withdrawals/USDT/tron, every: 1s, history: 1h'
    bare.config.write_text(f"{bare.config.read_text()}  - {{{broken}}}\n")
    bare.start()
    bare.until(lambda: bare.said("watch not evaluated", watch="broken"), "it is reported")
    error = bare.said("watch not evaluated", watch="broken")[-1]["error"]
    assert "parse error" in error
    assert "sum by (" in error
    bare.until(lambda: bare.page_status() == "operational", "the other goes on")
    assert bare.said("watch not evaluated", watch="unsigned") == []


def test_a_source_that_is_down_at_the_start_keeps_nothing_from_starting(bare: Stage) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    bare.write_config(source=f'{{kind: prometheus, url: "{nowhere}"}}')
    bare.start()
    bare.until(lambda: bare.said("watch not evaluated", watch="unsigned"), "it is reported")
    assert bare.said("no history to warm from", watch="unsigned")
    bare.until(lambda: unverified(bare) == set(TITLES.values()), "nothing is called well that nobody ever saw")
    assert bare.post(letter("ada", "My withdrawal is stuck.", asset="USDT"), "one")["number"].startswith("TOC-")


def test_a_mail_server_that_is_down_loses_and_repeats_nothing(bare: Stage) -> None:
    bare.smtp_port = free_port()
    bare.prepare()
    bare.start()
    for name in ("ada", "bo"):
        bare.post(letter(name, "How do I close my account?"), name)
    bare.until(lambda: bare.said("receiver not reached", channel="mail"), "it is reported")
    assert "Connection refused" in bare.said("receiver not reached", channel="mail")[0]["error"]
    with bare.store() as store:
        assert (store.mail.counts().waiting, store.mail.counts().given_up) == (2, 0)
    with mail_server(bare.inbox, bare.smtp_port):
        bare.until(lambda: sum(bare.inbox.counts.values()) == 2, "both arrive")
        bare.post(letter("cy", "And how do I open one?"), "cy")
        bare.until(lambda: sum(bare.inbox.counts.values()) == 3, "and so does a third")
    assert set(bare.inbox.counts.values()) == {1}
    with bare.store() as store:
        bare.until(lambda: store.mail.counts().sent == 3, "all three are known to be sent")


def test_a_receiver_that_comes_back_gets_exactly_what_it_missed_in_order(bare: Stage) -> None:
    with receiver() as hook:
        bare.receiver = hook
        bare.prepare()
        bare.start()
        hook.status = 503
        bare.exchange.stuck.add("tron")
        bare.until(lambda: bare.summary().get("incidents"), "the page waits for nobody")
        bare.until(lambda: hook.refused, "the receiver refuses")
        bare.exchange.stuck.clear()
        bare.until(lambda: bare.summary().get("incidents") == [], "the incident is over")
        assert hook.accepted == []
        assert bare.said("not delivered", channel="updates:ops")
        with bare.store() as store:
            (incident,) = store.incidents.page().items
            state = store.sinks.state("ops")
            assert state
            (failure,) = state.failures
            assert "503" in failure.error
            assert store.engineering_tickets.get(incident.id), "our own tracker waits for nobody either"
            timeline = store.incidents.timeline(incident.id)
        hook.status = 204
        bare.until(lambda: len(hook.accepted) >= len(timeline), "it gets all of it")
        assert [key for key, _ in hook.accepted] == [line.key for line in timeline]
        assert hook.accepted[0][1]["type"] == f"incident.{UpdateKind.OPENED}"
        assert hook.accepted[-1][1]["type"] == f"incident.{UpdateKind.RESOLVED}"


def test_an_account_api_that_is_down_keeps_no_ticket_out(bare: Stage) -> None:
    bare.prepare()
    nowhere = f"http://127.0.0.1:{free_port()}"
    proof = "identity: {secret_file: identity}"
    assert proof in bare.config.read_text()
    account = f'{proof}, account: {{url: "{nowhere}"}}'
    bare.config.write_text(bare.config.read_text().replace(proof, account))
    bare.start()
    bare.exchange.stuck.add("tron")
    bare.until(lambda: bare.summary().get("incidents"), "the page shows the incident")
    text = "My USDT withdrawal over TRON has been pending for half an hour, it does not arrive."
    bare.post(letter("ada", text, asset="USDT", network="tron"), "one")
    with bare.store() as store:
        (ticket,) = store.tickets.page(TicketFilter()).items
    assert ticket.status in {TicketStatus.AWAITING_INCIDENT, TicketStatus.NEW}
