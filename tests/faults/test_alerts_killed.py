"""kill -9 while alerts come in: what was answered is an incident once, whether its sender sends it again or not."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from incidents.incident import Status
from tests import loopback
from tests.faults.alerting import Alerted, taking_alerts
from tests.faults.killed import ALERTS
from tests.faults.stage import Stage, receiver

PLACES = (("USDT", "tron"), ("BTC", "bitcoin"), ("ETH", "ethereum"))
NAMES = ("Slow", "Stuck", "Failing")
LATER = ("before the incident's commit", "after the incident's commit", "notified the webhook, before its commit")


@pytest.mark.parametrize("again", [False, True], ids=["sent once", "sent until answered"])
@pytest.mark.parametrize("point", [*ALERTS, *LATER])
def test_killed_at(point: str, again: bool, bare: Stage) -> None:
    with receiver() as hook:
        bare.receiver = hook
        with taking_alerts(bare, point) as alerted:
            answered = {sent for name in NAMES for place in PLACES if (sent := send(alerted, name, place, again=again))}
            bare.until(lambda: bare.kills and answered <= {e[:3] for e in evidence(alerted)}, "all are evidence")
            bare.until(lambda: is_notified(alerted), "the webhook has got every incident")
            assert_nothing_is_there_twice(alerted, answered, again=again)


def send(alerted: Alerted, name: str, place: tuple[str, str], *, again: bool) -> tuple[str, str, str] | None:
    """One alert in a request of its own; None where no answer came."""
    now = datetime.now(UTC)
    labels = {"alertname": name, "asset": place[0], "network": place[1]}
    instants = {"startsAt": now.isoformat(), "endsAt": (now + timedelta(hours=1)).isoformat()}

    def sent() -> bool:
        try:
            answer = loopback.post(
                f"{alerted.stage.url}/api/v2/alerts",
                json=[{"labels": labels, **instants}],
                headers=alerted.headers,
            )
        except httpx2.HTTPError:
            return False
        assert answer.status_code == 200, answer.text
        return True

    if again:
        alerted.stage.until(sent, "the alert is answered")
        return (name, *place)
    alerted.stage.look_after()
    return (name, *place) if sent() else None


def evidence(alerted: Alerted) -> list[tuple[str, str, str, str]]:
    """(name, asset, network, key) of each signal of each incident."""
    return [
        (s.name, *s.component.removeprefix("withdrawals/").split("/"), s.key)  # type: ignore[misc]
        for incident in alerted.incidents()
        for s in incident.signals
    ]


def is_notified(alerted: Alerted) -> bool:
    with alerted.stage.store() as store:
        state = store.sinks.state("ops")
        return state is not None and state.waiting == 0


def assert_nothing_is_there_twice(alerted: Alerted, answered: set[tuple[str, str, str]], *, again: bool) -> None:
    found = Counter(one[:3] for one in evidence(alerted))
    assert set(found.values()) == {1}, found
    assert answered <= set(found)
    assert len(answered) == len(NAMES) * len(PLACES) or not again
    incidents = alerted.incidents()
    assert len(incidents) == len({(asset, network) for _, asset, network in found})
    assert {i.status for i in incidents} == {Status.DETECTED}
    hook = alerted.stage.receiver
    assert hook is not None
    by_key = dict(hook.accepted)
    opened = Counter(b["data"]["incident"]["id"] for b in by_key.values() if b["type"] == "incident.opened")
    assert opened == Counter(i.id for i in incidents), "by a receiver that honours the key"
