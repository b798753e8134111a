"""From an incident to a person: mail and signed webhook, steps until acknowledged, storms, a process that dies."""

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from standardwebhooks.webhooks import Webhook

from incidents.incident import Incident, Severity, Status
from incidents.lifecycle import Action
from incidents.notifiers.guarded import GuardedCaller
from incidents.oncall.escalation import EscalationEnd
from incidents.oncall.policy import ContactChannel
from tests.detectors.sources.pages import serving
from tests.tocsin.web.running import CONFIG, Running, reopened, running
from tickets.mail.mailbox import DeliveredMail
from tocsin.delivery.channel import deliver_due
from tocsin.oncall.escalations import work_escalations
from tocsin.oncall.message_queue import OncallQueue, webhook_sender
from tocsin.oncall.oncall import Oncall
from tocsin.oncall.texts import text_problem
from tocsin.storage.accounts import Role

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ONCALL = """\
oncall:
  people:
    - {name: ann, mail: ann@example.com}
    - {name: bob, webhook: {url: "HOOK", secret_env: BOB_SECRET}}
  schedules:
    - {name: primary, zone: Europe/Zurich, layers: [{people: [ann], starts: 2026-01-05 09:00}]}
    - {name: empty, layers: [{people: [ann], starts: 2030-01-07 09:00}]}
  policies:
    - {name: usual, steps: [{schedules: [primary]}, {after: 10m, people: [bob]}], repeat: 1, again_after: 20m}
    - {name: nights, steps: [{schedules: [empty]}, {after: 10m, people: [ann]}]}
  routes:
    - {policy: nights, components: [trading]}
    - {policy: usual}
"""


NAMES = (
    "reference", "title", "severity", "status", "kind", "component", "components", "evidence", "started_at", "minutes",
    "person", "acknowledge_url", "incident_url",
)  # fmt: skip
"""What a template may say, as docs/oncall.md lists it."""


@dataclass(kw_only=True)
class Hook:
    """Bob's receiver. status: its answer."""

    status: int = 204
    url: str = ""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["content-length"]))
        self.got.append(({key.lower(): value for key, value in request.headers.items()}, body))
        request.send_response(self.status)
        request.send_header("content-length", "0")
        request.end_headers()


@pytest.fixture
def hook() -> Iterator[Hook]:
    made = Hook()
    with serving(made.answer) as site:
        made.url = site.url
        yield made


@pytest.fixture
def tocsin(tmp_path: Path, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    made = begun(tmp_path, hook, monkeypatch)
    yield made
    made.close()


def begun(folder: Path, hook: Hook, monkeypatch: pytest.MonkeyPatch, oncall: str = ONCALL) -> Running:
    monkeypatch.setenv("BOB_SECRET", SECRET)
    return running(folder, CONFIG + oncall.replace("HOOK", hook.url))


def oncall_of(tocsin: Running) -> Oncall:
    assert tocsin.services.oncall is not None
    return tocsin.services.oncall


def work(tocsin: Running, **later: float) -> None:
    """One turn of the loop and of both channels, so much later."""
    tocsin.clock.pass_(**later)
    work_escalations(oncall_of(tocsin), tocsin.clock())
    for channel in ("oncall:mail", "oncall:webhook"):
        tocsin.deliver(channel)


def mails(tocsin: Running) -> list[DeliveredMail]:
    """What Ann got, oldest first."""
    box = tocsin.services.mailbox
    assert box is not None
    found = [box.read(one.id) for one in reversed(box.list(limit=500).mails)]
    return [mail for mail in found if mail is not None]


def notified(tocsin: Running, incident: Incident) -> list[tuple[str, int, ContactChannel | None, bool]]:
    found = tocsin.services.store.oncall.notified(incident.id)
    return [(one.notice.person, one.notice.number, one.channel, one.sent_at is not None) for one in found]


def test_steps_are_taken_until_somebody_acknowledges(tocsin: Running, hook: Hook) -> None:
    incident = tocsin.incident(disclosed=False)
    work(tocsin)
    assert notified(tocsin, incident) == [("ann", 0, ContactChannel.MAIL, True)]
    work(tocsin, minutes=9.9)
    assert hook.got == []
    work(tocsin, minutes=0.1)
    assert notified(tocsin, incident)[1:] == [("bob", 1, ContactChannel.WEBHOOK, True)]
    work(tocsin, minutes=30)
    assert [one[:2] for one in notified(tocsin, incident)] == [("ann", 0), ("bob", 1), ("ann", 2)]
    tocsin.do(incident, Action.ACKNOWLEDGE)
    work(tocsin, minutes=60)
    assert len(notified(tocsin, incident)) == 3
    known = tocsin.services.store.oncall.escalation(incident.id)
    assert known is not None
    assert known.end is EscalationEnd.ACKNOWLEDGED


def test_a_webhook_is_signed_and_names_its_key(tocsin: Running, hook: Hook) -> None:
    incident = tocsin.incident(disclosed=False)
    work(tocsin)
    hook.status = 503
    work(tocsin, minutes=10)
    hook.status = 204
    work(tocsin, minutes=2)
    (refused, taken) = hook.got
    assert refused[0]["webhook-id"] == taken[0]["webhook-id"] == taken[0]["idempotency-key"]
    headers = {name: value for name, value in taken[0].items() if name.startswith("webhook-")}
    stamp = int(headers["webhook-timestamp"])
    signed = Webhook(SECRET).sign(
        headers["webhook-id"], tocsin.clock().fromtimestamp(stamp, tocsin.clock().tzinfo), taken[1].decode()
    )
    assert signed == headers["webhook-signature"]
    body = json.loads(taken[1])
    assert body["type"] == "oncall.notification"
    assert [one["reference"] for one in body["data"]["incidents"]] == [incident.reference]
    assert body["data"]["person"] == "bob"


@pytest.mark.parametrize(
    ("action", "said", "words"),
    [(Action.ACKNOWLEDGE, {}, "somebody works on it"), (Action.RETRACT, {"reason": "no"}, "it is over")],
)
def test_a_webhook_gets_the_end_of_its_notification(
    tocsin: Running, hook: Hook, action: Action, said: dict[str, str], words: str
) -> None:
    incident = tocsin.incident(disclosed=False)
    work(tocsin)
    work(tocsin, minutes=10)
    tocsin.do(incident, action, **said)
    work(tocsin, seconds=1)
    work(tocsin, minutes=30)
    notification, end = (json.loads(body) for _, body in hook.got)
    assert (notification["type"], end["type"]) == ("oncall.notification", "oncall.end")
    assert end["data"]["id"] == notification["data"]["id"]
    assert end["data"]["subject"] == f"{incident.reference}: {words}"
    assert hook.got[0][0]["webhook-id"] != hook.got[1][0]["webhook-id"]
    assert len(mails(tocsin)) == 1


def test_a_step_that_reaches_nobody_is_counted_and_the_next_follows_at_once(tocsin: Running) -> None:
    incident = tocsin.incident(disclosed=False, components=("trading",))
    work(tocsin)
    assert [one[:3] for one in notified(tocsin, incident)] == [("", 0, None), ("ann", 1, ContactChannel.MAIL)]
    assert tocsin.services.metrics.registry.get_sample_value("tocsin_oncall_unreached_total") == 1


def link_in(mail: DeliveredMail) -> str:
    found = re.search(r"http://testserver(/oncall/\S+)", mail.text)
    assert found is not None
    return found[1]


def test_a_link_acknowledges_by_its_button_and_not_by_being_fetched(tocsin: Running) -> None:
    incident = tocsin.incident(disclosed=False)
    work(tocsin)
    (mail,) = mails(tocsin)
    assert mail.head.subject == f"{incident.reference} major: Withdrawals are slow"
    assert "Nobody has acknowledged it yet." in mail.text
    stranger, path = tocsin.client(), link_in(mail)
    for method in (stranger.get, stranger.head):
        assert method(path).status_code in {200, 405}
    assert tocsin.current(incident).status is Status.DETECTED
    assert "<button>Acknowledge</button>" in stranger.get(path).text
    done = stranger.post(path)
    assert "acknowledged by ann" in done.text
    assert "<button>" not in done.text
    assert tocsin.current(incident).status is Status.ACKNOWLEDGED
    last = tocsin.services.store.incidents.timeline(incident.id)[-1]
    assert (last.author, last.reason) == ("ann", "acknowledged by ann from a notification")
    assert stranger.post(path).status_code == 200
    assert len(tocsin.services.store.incidents.timeline(incident.id)) == last.seq, "pressed twice it is done once"


def test_a_link_that_is_not_ours_or_too_old_acknowledges_nothing(tocsin: Running) -> None:
    incident = tocsin.incident(disclosed=False)
    work(tocsin)
    path, stranger = link_in(mails(tocsin)[0]), tocsin.client()
    assert stranger.post(f"{path[:-2]}xx").status_code == 410
    assert stranger.post(path, headers={"origin": "https://evil.example"}).status_code == 403
    tocsin.clock.pass_(days=1)
    old = stranger.post(path)
    assert (old.status_code, "too old" in old.text) == (410, True)
    assert tocsin.current(incident).status is Status.DETECTED


def test_a_thousand_incidents_are_at_most_forty_notifications_and_each_is_in_one(
    tmp_path: Path, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two levels: within an hour Ann is notified at once, Bob of what nobody acknowledged for ten minutes."""
    tocsin = begun(tmp_path, hook, monkeypatch, ONCALL.replace("repeat: 1", "repeat: 0"))
    ids = []
    for minute in range(60):
        for n in range(1000 * minute // 60, 1000 * (minute + 1) // 60):
            severity = Severity.CRITICAL if n % 100 == 7 else Severity.MINOR
            ids.append(tocsin.incident(f"Fault {n}", disclosed=False, severity=severity).id)
        work(tocsin, minutes=1)
    sent = [json.loads(body)["data"] for _, body in hook.got]
    got = mails(tocsin)
    assert len(got) + len(sent) <= 40
    for _ in range(15):
        work(tocsin, minutes=1)
    store = tocsin.services.store
    found: dict[str, list[tuple[str, bool]]] = {"ann": [], "bob": []}
    for one in ids:
        for row in store.oncall.notified(one):
            found[row.notice.person].append((one, row.sent_at is not None))
    for person in ("ann", "bob"):
        assert sorted(found[person]) == sorted((one, True) for one in ids)
    digest = next(mail for mail in got if re.search(r"incidents: 1 critical, \d+ minor", mail.head.subject))
    client, path = tocsin.client(), link_in(digest)
    said = client.post(path).text
    assert "nothing is left to acknowledge" in said
    tocsin.close()


def test_what_a_process_that_died_had_claimed_leaves_under_the_same_key(
    tmp_path: Path, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = begun(tmp_path, hook, monkeypatch)
    incident = made.incident(disclosed=False)
    work_escalations(oncall_of(made), made.clock())
    channel = made.channel("oncall:mail")
    (claimed,) = channel.due(made.clock())
    made.services.store.close()  # as kill -9 leaves it
    made.runtime.kept.samples.close()
    again = reopened(tmp_path, made.clock())
    work_escalations(oncall_of(again), again.clock())
    assert again.deliver("oncall:mail") == 0
    again.channel("oncall:mail").free()
    assert again.channel("oncall:mail").due(again.clock())[0].key == claimed.key
    again.channel("oncall:mail").free()
    assert again.deliver("oncall:mail") == 1
    assert notified(again, incident) == [("ann", 0, ContactChannel.MAIL, True)]
    again.close()


@pytest.mark.parametrize(
    ("text", "failures"),
    [
        (f"{{{{ {' ~ '.join(NAMES)} }}}}", 0),
        ("{{ nothing_of_this_name }}", 1),
        ("{{ 1 / 0 }}", 1),
        ("{{ ''.__class__.__mro__ }}", 1),
    ],
    ids=["as configured", "an unknown name", "a division by zero", "a way out of the sandbox"],
)
def test_a_text_that_fails_is_replaced_counted_and_shown(
    tmp_path: Path, hook: Hook, monkeypatch: pytest.MonkeyPatch, text: str, failures: int
) -> None:
    tocsin = begun(tmp_path, hook, monkeypatch, f'{ONCALL}  text: "{text}"\n')
    tocsin.incident(disclosed=False)
    work(tocsin)
    usual = "Nobody has acknowledged it yet." in mails(tocsin)[0].text
    assert usual is bool(failures)
    assert tocsin.services.metrics.registry.get_sample_value("tocsin_oncall_text_failures_total") == failures
    shown = tocsin.client(Role.ENGINEER).get("/console/oncall").text
    assert ("could not be made" in shown) is bool(failures)
    assert bool(text_problem(text, tocsin.clock())) is bool(failures), "`tocsin check` says the same"
    tocsin.close()


def test_a_person_who_left_the_file_keeps_no_escalation_from_going_on(
    tmp_path: Path, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    tocsin = begun(tmp_path, hook, monkeypatch)
    incident = tocsin.incident(disclosed=False)
    work_escalations(oncall_of(tocsin), tocsin.clock())
    file = tmp_path / "tocsin.yaml"
    file.write_text(file.read_text().replace("name: ann,", "name: eve,").replace("[ann]", "[eve]"), encoding="utf-8")
    assert tocsin.runtime.reload() == ()
    work(tocsin, minutes=10)
    assert notified(tocsin, incident) == [
        ("ann", 0, ContactChannel.MAIL, False),
        ("bob", 1, ContactChannel.WEBHOOK, True),
    ]
    assert tocsin.channel("oncall:mail").backlog().failing == 1
    tocsin.close()


def test_an_incident_that_is_over_before_a_digest_leaves_is_not_in_it(tocsin: Running) -> None:
    many = [tocsin.incident(f"Fault {n}", disclosed=False) for n in range(8)]
    work(tocsin)
    late = [tocsin.incident(f"Late {n}", disclosed=False) for n in range(3)]
    work(tocsin, minutes=1)
    tocsin.do(late[0], Action.RETRACT)
    before = len(mails(tocsin))
    work(tocsin, minutes=5)
    (digest,) = mails(tocsin)[before:]
    assert "2 incidents" in digest.head.subject
    assert len(many) == 8


def test_a_person_is_notified_by_apprise(tmp_path: Path, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANN_APPRISE", hook.url.replace("http://", "json://"))
    tocsin = begun(tmp_path, hook, monkeypatch, ONCALL.replace("mail: ann@example.com", "apprise_env: ANN_APPRISE"))
    incident = tocsin.incident(disclosed=False)
    assert work_escalations(oncall_of(tocsin), tocsin.clock())
    assert tocsin.deliver("oncall:apprise") == 1
    assert notified(tocsin, incident) == [("ann", 0, ContactChannel.APPRISE, True)]
    assert incident.reference in json.loads(hook.got[0][1])["title"]
    monkeypatch.setenv("ANN_APPRISE", "pigeon://secret-token")
    (problem,) = tocsin.runtime.reload()
    assert "person ann: address 1 of apprise is of no known service" in problem
    assert "secret-token" not in problem
    tocsin.close()


def test_a_receiver_that_hangs_keeps_no_other_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    came, end = threading.Semaphore(0), threading.Event()

    def answer(request: BaseHTTPRequestHandler) -> None:
        if request.path == "/p50":
            end.wait(600)
        request.rfile.read(int(request.headers["content-length"]))
        request.send_response(204)
        request.send_header("content-length", "0")
        request.end_headers()
        came.release()

    monkeypatch.setenv("BOB_SECRET", SECRET)
    names = [f"p{n:02}" for n in range(100)]
    with serving(answer) as site:
        people = "".join(
            f'    - {{name: {n}, webhook: {{url: "{site.url}/{n}", secret_env: BOB_SECRET}}}}\n' for n in names
        )
        steps = (
            f"  policies: [{{name: usual, steps: [{{people: [{', '.join(names)}]}}]}}]\n  routes: [{{policy: usual}}]\n"
        )
        tocsin = running(tmp_path, f"{CONFIG}oncall:\n  people:\n{people}{steps}")
        tocsin.incident(disclosed=False)
        work_escalations(oncall_of(tocsin), tocsin.clock())
        channel = tocsin.channel("oncall:webhook")
        assert isinstance(channel, OncallQueue)
        patient = GuardedCaller(clock=tocsin.clock, allow_private=True, deadline=timedelta(minutes=10))
        channel = replace(channel, sender=webhook_sender(oncall_of(tocsin), patient))
        given = (channel, tocsin.services.metrics, tocsin.clock())
        delivering = threading.Thread(target=deliver_due, args=given, daemon=True)
        delivering.start()
        for _ in range(99):
            assert came.acquire(timeout=60), "they wait for the one that hangs"
        end.set()
        delivering.join(60)
        tocsin.close()


def test_work_is_cheap_while_nothing_changes(tocsin: Running) -> None:
    tocsin.incident(disclosed=False)
    work(tocsin)
    looked = oncall_of(tocsin).last.at
    work(tocsin, seconds=5)
    assert oncall_of(tocsin).last.at == looked
    work(tocsin, seconds=15)
    assert oncall_of(tocsin).last.at == tocsin.clock()
    assert looked is not None
    assert tocsin.clock() - looked == timedelta(seconds=20)
