"""kill -9 while somebody is on call: each incident is in one notification, and a repeat has the same key."""

from collections import Counter

import pytest

from tests.faults.alerting import Alerted, taking_alerts
from tests.faults.killed import ONCALL
from tests.faults.stage import Stage, receiver
from tests.faults.test_alerts_killed import PLACES, send
from tocsin.oncall.message_queue import CALLS

CONFIG = """\
oncall:
  people: [{{name: ann, webhook: {{url: "{url}", secret_env: OPS_SECRET}}}}]
  policies: [{{name: usual, steps: [{{people: [ann]}}, {{after: 1h, people: [ann]}}]}}]
  routes: [{{policy: usual}}]
"""


@pytest.mark.parametrize("point", ONCALL)
def test_killed_at(point: str, bare: Stage) -> None:
    with receiver() as phone, taking_alerts(bare, point, CONFIG.format(url=phone.url)) as alerted:
        for place in PLACES:
            send(alerted, "Slow", place, again=True)
        bare.until(lambda: bare.kills and len(accepted(alerted)) == len(PLACES), "all are accepted")
        said = dict(phone.accepted)  # by key: a repeat has the same
        named = Counter(one["id"] for body in said.values() for one in body["data"]["incidents"])
        assert named == Counter(incident.id for incident in alerted.incidents())
        repeated = len(phone.accepted) - len(said)
        assert bool(repeated) is (point == "messages accepted, before their commit")
        assert repeated <= CALLS


def accepted(alerted: Alerted) -> list[str]:
    """The incidents of which Ann's receiver has a notification, as far as the service knows."""
    with alerted.stage.store() as store:
        return [
            incident.id
            for incident in store.incidents.active()
            if any(one.sent_at for one in store.oncall.notified(incident.id))
        ]
