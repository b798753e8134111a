"""GET /api/v2/alerts and /api/v2/alerts/groups answer what a real Alertmanager answers of the same alerts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from incidents.silence import Silence
from tests import loopback
from tests.detectors.sources.prometheus_server import free_port, running_server
from tests.patience import until
from tests.require import require
from tests.tocsin.web.running import CONFIG, NOW, Running, running
from tocsin.intake.intake import work_off

PATH = "/api/v2/alerts"
ALERTMANAGER = "route: {receiver: tocsin, group_by: [alertname]}\nreceivers: [{name: tocsin}]\n"
STARTS, ENDS = "2026-03-02T14:00:00.000Z", "2099-01-01T00:00:00.000Z"
WORDS = {"summary": 'p95 is "4 s"', "description": 'see "alertname":"none"}'}
LABELS: tuple[Mapping[str, str], ...] = (
    {"alertname": "Slow", "asset": "USDT"},
    {"alertname": "Slow", "asset": "BTC"},
    {"alertname": "Slow", "asset": "ETH"},
    {"aaa": 'the "alertname":"first"', "alertname": 'Disk "full" }\\'},
    {"alertname": "Überlast", "zone": "}"},
    {"zone": "a name that no rule gives"},
)
SILENCED = ("asset", "ETH")


@dataclass(frozen=True, kw_only=True)
class Both:
    """The two programs, with the same alerts."""

    alertmanager: str
    tocsin: Running
    token: str

    def theirs(self, path: str, asked: Mapping[str, Any]) -> tuple[int, Any]:
        answer = loopback.get(f"{self.alertmanager}{path}", params=asked)
        return answer.status_code, answer.json()

    def ours(self, path: str, asked: Mapping[str, Any]) -> tuple[int, Any]:
        answer = self.tocsin.client(token=self.token).get(path, params=asked)
        return answer.status_code, answer.json()


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    folder = tmp_path_factory.mktemp("both")
    (folder / "am.yml").write_text(ALERTMANAGER)
    address = f"127.0.0.1:{free_port()}"
    options = [f"--config.file={folder / 'am.yml'}", f"--storage.path={folder / 'data-of-am'}"]
    options += [f"--web.listen-address={address}", "--cluster.listen-address="]
    with running_server([require("alertmanager"), *options], f"http://{address}/-/ready", folder / "log"):
        tocsin = running(folder, CONFIG)
        made = Both(alertmanager=f"http://{address}", tocsin=tocsin, token=tocsin.token("alerts"))
        _tell(made)
        yield made
        tocsin.close()


def _tell(both: Both) -> None:
    said = [
        {"labels": one, "annotations": WORDS, "startsAt": STARTS, "endsAt": ENDS, "generatorURL": "http://p/1"}
        for one in LABELS
    ]
    name, value = SILENCED
    window = {"startsAt": STARTS, "endsAt": ENDS, "createdBy": "ada", "comment": "a test"}
    matcher = {"name": name, "value": value, "isRegex": False, "isEqual": True}
    silence = {"matchers": [matcher], **window}
    assert loopback.post(f"{both.alertmanager}/api/v2/silences", json=silence).status_code == 200
    assert loopback.post(f"{both.alertmanager}{PATH}", json=said).status_code == 200
    assert both.tocsin.client(token=both.token).post(PATH, json=said).status_code == 200
    work_off(both.tocsin.services.intake, both.tocsin.clock())
    ends_at = NOW + timedelta(days=1)
    made = Silence(id="s1", labels=(SILENCED,), starts_at=NOW, ends_at=ends_at, author="ada", reason="a test")
    both.tocsin.services.store.silences.add(made, NOW)
    until(lambda: _states(both) == {"active", "suppressed"}, "Alertmanager has dispatched all")


def _states(both: Both) -> set[str]:
    _, groups = both.theirs(f"{PATH}/groups", {})
    alerts = [one for group in groups for one in group["alerts"]]
    return {one["status"]["state"] for one in alerts} if len(alerts) == len(LABELS) else set()


def plain(alert: dict[str, Any]) -> dict[str, Any]:
    """What both must say of an alert: all but the ids that each of them gives, and when it was last said."""
    status = {**alert["status"], "silencedBy": len(alert["status"]["silencedBy"])}
    return {**alert, "status": status, "fingerprint": "", "updatedAt": ""}


QUERIES: dict[str, Mapping[str, Any]] = {
    "all": {},
    "no active ones": {"active": False},
    "no silenced ones": {"silenced": False},
    "no inhibited ones": {"inhibited": False},
    "neither": {"active": False, "silenced": False},
    "by name": {"filter": 'alertname="Slow"'},
    "by two matchers": {"filter": ["alertname=~S.*", "asset!=BTC"]},
    "by a label that is missing": {"filter": "alertname="},
    "by no such": {"filter": "alertname=None"},
    "the receiver": {"receiver": "tocsin"},
    "receivers by a pattern": {"receiver": "to.+|b"},
    "a part of the receiver's name": {"receiver": "toc"},
    "another receiver": {"receiver": "ops"},
}


@pytest.mark.parametrize("asked", QUERIES.values(), ids=QUERIES)
def test_groups_are_those_of_an_alertmanager(both: Both, asked: Mapping[str, Any]) -> None:
    path = f"{PATH}/groups"
    (ours, own), (theirs, wanted) = both.ours(path, asked), both.theirs(path, asked)
    assert (ours, theirs) == (200, 200)
    assert [{**g, "alerts": [plain(a) for a in g["alerts"]]} for g in own] == [
        {**g, "alerts": [plain(a) for a in g["alerts"]]} for g in wanted
    ]


@pytest.mark.parametrize("asked", QUERIES.values(), ids=QUERIES)
def test_alerts_are_those_of_an_alertmanager(both: Both, asked: Mapping[str, Any]) -> None:
    (ours, own), (theirs, wanted) = both.ours(PATH, asked), both.theirs(PATH, asked)
    assert (ours, theirs) == (200, 200)
    assert sorted(map(plain, own), key=_labels) == sorted(map(plain, wanted), key=_labels)


def _labels(alert: dict[str, Any]) -> list[tuple[str, str]]:
    return sorted(alert["labels"].items())


@pytest.mark.parametrize("path", [PATH, f"{PATH}/groups"])
@pytest.mark.parametrize("asked", [{"filter": "("}, {"filter": 'a=~"("'}, {"receiver": "("}])
def test_a_bad_filter_is_refused_by_both(both: Both, path: str, asked: Mapping[str, Any]) -> None:
    assert [both.ours(path, asked)[0], both.theirs(path, asked)[0]] == [400, 400]


def test_groups_need_the_scope_that_alerts_need(both: Both) -> None:
    assert both.tocsin.client().get(f"{PATH}/groups").status_code == 401
    assert both.tocsin.client(token=both.tocsin.token("incidents:write")).get(f"{PATH}/groups").status_code == 403
