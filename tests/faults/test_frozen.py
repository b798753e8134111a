"""A leader that is frozen is replaced, and stands by when it wakes."""

import signal

from tests import loopback
from tests.detectors.sources.prometheus_server import free_port
from tests.faults.stage import Stage, letter
from tests.faults.test_life import metric


def test_a_leader_that_is_frozen_is_replaced_and_stands_by_when_it_wakes(stage: Stage) -> None:
    first, first_port = stage.start(), stage.port
    stage.port = second_port = free_port()
    stage.write_config()
    second = stage.launch()
    stage.until(stage.is_ready, "the second answers the web")
    assert metric(stage, "tocsin_lease_held") == 0.0
    first.send(signal.SIGSTOP)
    stage.process = second
    stage.exchange.stuck.add("tron")
    stage.until(lambda: stage.summary().get("incidents"), "the second leads, and publishes the incident")
    assert metric(stage, "tocsin_lease_held") == 1.0
    if first.status is None:  # else it was frozen while it wrote, and killed for it
        first.send(signal.SIGCONT)
        stage.port = first_port
        stage.until(lambda: stage.said("the lease is lost, this process stands by"), "the first notices")
        stage.until(stage.is_ready, "and goes on to answer the web")
        assert metric(stage, "tocsin_lease_held") == 0.0
    sent = stage.post(letter("ada", "My USDT withdrawal over TRON is stuck.", asset="USDT", network="tron"), "one")
    assert sent["number"]
    stage.port = second_port
    assert metric(stage, "tocsin_lease_held") == 1.0
    assert "stands by" not in loopback.get(f"{stage.url}/-/ready").text
    with stage.store() as store:
        assert len(store.incidents.page().items) == 1
