"""What engineers do: see what is broken, decide, publish, silence, test who is reported."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from threading import Barrier

import pytest

from detectors.watch import FailureKind
from incidents.incident import Incident
from incidents.lifecycle import Action, add_note
from incidents.signal import Signal, SignalSource
from tests.tocsin.web.running import CONFIG, Client, Running, running
from tocsin.response.place import place
from tocsin.storage import EngineeringTicketRow, TrackerTicket
from tocsin.storage.accounts import Role
from tocsin.web.console import incidents as console


@pytest.fixture
def engineer(tocsin: Running) -> Client:
    return tocsin.client(Role.ENGINEER)


def act(tocsin: Running, engineer: Client, incident_id: str, **values: str) -> int:
    data = {"form_token": tocsin.form_token(Role.ENGINEER), **values}
    return engineer.post(f"/console/incidents/{incident_id}", data=data).status_code


def test_a_quiet_day_says_so_and_that_nobody_sees(tocsin: Running, engineer: Client) -> None:
    html = engineer.get("/console").text
    assert "No open incidents" in html
    assert "1 of 1 watch has no data" in html
    assert "waits for its first samples" in engineer.get("/console/watches").text


def test_an_incident_is_opened_by_hand_once(tocsin: Running, engineer: Client) -> None:
    data = {
        "form_token": tocsin.form_token(Role.ENGINEER),
        "key": "k",
        "title": "Trading stands still",
        "component": "trading",
        "kind": "halt",
        "severity": "critical",
    }
    places = {engineer.post("/console/incidents/new", data=data).headers["location"] for _ in range(2)}
    assert len(places) == 1
    html = engineer.get(places.pop()).text
    assert "Trading stands still" in html
    assert "What the public would read" in html
    assert "Trading stands still" not in html.partition("What the public would read")[2].partition("Engineering")[0]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"title": ""}, "title is empty"),
        ({"title": "x" * 201}, "at most 200"),
        ({"component": ""}, "components is empty"),
        ({"component": "nothing"}, "is not configured"),
        ({"severity": "terrible"}, "terrible"),
        ({"kind": "odd"}, "odd"),
    ],
)
def test_a_wrong_opening_is_reported(tocsin: Running, engineer: Client, values: dict[str, str], words: str) -> None:
    data = {"form_token": tocsin.form_token(Role.ENGINEER), "title": "x", "component": "trading", **values}
    answer = engineer.post("/console/incidents/new", data=data)
    assert answer.status_code == 422
    assert words in answer.text


def test_the_words_of_a_retraction_are_seen_before_it(tocsin: Running, engineer: Client) -> None:
    incident = tocsin.incident()
    before = engineer.get(f"/console/incidents/{incident.id}").text
    shown = before.partition("The public then reads:")[2].partition("</blockquote>")[0]
    assert "false alarm" in shown
    act(tocsin, engineer, incident.id, action="retract", reason="a test")
    after = engineer.get(f"/console/incidents/{incident.id}").text
    assert shown.rpartition(">")[2] in after.partition("What the public reads")[2]


def test_the_preview_is_what_publishing_then_shows(tocsin: Running, engineer: Client) -> None:
    incident = tocsin.incident(disclosed=False)
    before = engineer.get(f"/console/incidents/{incident.id}").text
    assert "Bitcoin withdrawals are delayed" in before.partition("What the public would read")[2]
    assert act(tocsin, engineer, incident.id, action="approve", text="We **look**.") == 303
    after = engineer.get(f"/console/incidents/{incident.id}").text
    assert "Bitcoin withdrawals are delayed" in after.partition("What the public reads")[2]
    assert "We <strong>look</strong>." in after


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"action": "acknowledge"}, "acknowledged"),
        ({"action": "identify"}, "identified"),
        ({"action": "monitor"}, "monitoring"),
        ({"action": "confirm"}, "detected"),
        ({"action": "withhold"}, "detected"),
        ({"action": "add note", "text": "a node hangs"}, "detected"),
        ({"action": "add message", "text": "We look"}, "detected"),
        ({"action": "set severity", "severity": "critical", "reason": "many"}, "detected"),
        ({"action": "resolve", "end_reason": "fixed"}, "resolved"),
        ({"action": "retract", "reason": "a test"}, "retracted"),
    ],
)
def test_each_action_of_the_page_is_done_and_audited(
    tocsin: Running, engineer: Client, values: dict[str, str], status: str
) -> None:
    incident = tocsin.incident(disclosed=False)
    assert act(tocsin, engineer, incident.id, **values) == 303
    assert tocsin.current(incident).status == status
    assert tocsin.audited(incident.id) == ["open", values["action"]]
    assert engineer.get(f"/console/incidents/{incident.id}").status_code == 200


def test_one_is_merged_into_another_by_its_number(tocsin: Running, engineer: Client) -> None:
    one, other = tocsin.incident("One"), tocsin.incident("Other")
    assert act(tocsin, engineer, one.id, action="merge", into=other.reference, reason="one node") == 303
    assert tocsin.current(one).merged_into == other.id
    assert tocsin.audited(other.id)[-1] == "take over"
    assert act(tocsin, engineer, other.id, action="reopen") == 409


@pytest.mark.parametrize("values", [{"action": "dance"}, {}, {"action": "merge", "into": "INC-99"}])
def test_an_impossible_action_is_reported(tocsin: Running, engineer: Client, values: dict[str, str]) -> None:
    assert act(tocsin, engineer, tocsin.incident().id, **values) == 409


def test_plots_are_shown_as_pictures_that_run_nothing(tocsin: Running, engineer: Client) -> None:
    incident = tocsin.incident()
    plots = {"plot-1.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>", "plot-1.png": b"\x89PNG", "x.html": b"<p>"}
    row = EngineeringTicketRow(incident_id=incident.id, title="t", body="b", digest="d", plots=plots)
    tocsin.services.store.engineering_tickets.save(row, tocsin.clock())
    page = engineer.get(f"/console/incidents/{incident.id}").text
    assert f"/console/incidents/{incident.id}/plots/plot-1.svg" in page
    svg = engineer.get(f"/console/incidents/{incident.id}/plots/plot-1.svg")
    assert svg.headers["content-type"].startswith("image/svg+xml")
    assert "script-src" not in svg.headers["content-security-policy"]
    assert engineer.get(f"/console/incidents/{incident.id}/plots/x.html").status_code == 404


def test_every_receiver_and_the_mail_can_be_tested(tocsin: Running, engineer: Client) -> None:
    data = {"form_token": tocsin.form_token(Role.ENGINEER)}
    for sink in tocsin.services.sinks:
        answer = engineer.post(f"/console/delivery/{sink.name}/test", data=data)
        assert "Sent." in answer.text
    answer = engineer.post("/console/delivery/mail/test", data=data)
    assert "engineer@example.com" in answer.text
    assert tocsin.services.mailbox is not None
    assert [m.to for m in tocsin.services.mailbox.list().mails] == ["engineer@example.com"]
    assert engineer.post("/console/delivery/nobody/test", data=data).status_code == 404
    assert tocsin.audited("mail") == ["send test"]


def test_a_test_that_does_not_arrive_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK", "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    hook = 'trackers: [{kind: webhook, name: ops, url: "http://127.0.0.1:9/hook", secret_env: HOOK}]\n'
    tocsin = running(tmp_path, CONFIG + hook)
    data = {"form_token": tocsin.form_token(Role.ENGINEER)}
    answer = tocsin.client(Role.ENGINEER).post("/console/delivery/ops/test", data=data)
    assert answer.status_code == 502
    assert "webhook ops: cannot be reached" in answer.text
    for sink in tocsin.services.sinks:
        if hasattr(sink, "close"):
            sink.close()
    tocsin.close()


def test_the_audit_is_checked_on_demand_and_filtered(tocsin: Running) -> None:
    admin = tocsin.client(Role.ADMINISTRATOR)
    incident = tocsin.incident()
    tocsin.do(incident, Action.ACKNOWLEDGE)
    assert "The chain holds" in admin.get("/console/audit?check=1").text
    html = admin.get(f"/console/audit?subject={incident.id}&actor=mara").text
    assert "acknowledge" in html
    assert "No entry fits" in admin.get("/console/audit?actor=nobody").text


WITH_INSIDE_WORD = "It is chain/bitcoin <again>."


@pytest.mark.parametrize(
    ("values", "disclosed"),
    [
        ({"action": "add message"}, True),
        ({"action": "approve"}, False),
        ({"action": "resolve", "end_reason": "fixed"}, True),
        ({"action": "publish postmortem"}, True),
    ],
    ids=lambda values: values.get("action", "") if isinstance(values, dict) else "",
)
def test_a_form_refuses_a_word_of_the_inside_and_keeps_what_was_written(
    tocsin: Running, engineer: Client, values: dict[str, str], disclosed: bool
) -> None:
    incident = tocsin.incident(disclosed=disclosed)
    if values["action"] == "publish postmortem":
        tocsin.do(incident, Action.RESOLVE, end_reason="fixed")
    before = tocsin.services.store.incidents.timeline(incident.id)
    data = {"form_token": tocsin.form_token(Role.ENGINEER), **values, "text": WITH_INSIDE_WORD}
    answer = engineer.post(f"/console/incidents/{incident.id}", data=data)
    assert answer.status_code == 422
    reported = unescape(answer.text)
    assert "text holds the component name 'chain/bitcoin' (component chain/bitcoin of tocsin.yaml)" in reported
    assert "page.may_say in tocsin.yaml" in reported
    opened = next(d for d in answer.text.split("<details") if 'aria-invalid="true"' in d)
    assert opened.startswith(" open>")
    assert ">It is chain/bitcoin &lt;again&gt;.</textarea>" in opened
    assert tocsin.services.store.incidents.timeline(incident.id) == before


def test_what_was_written_is_kept_where_the_incident_does_not_allow_it_any_more(
    tocsin: Running, engineer: Client
) -> None:
    incident = tocsin.incident(disclosed=False)
    data = {
        "form_token": tocsin.form_token(Role.ENGINEER),
        "action": "resolve",
        "end_reason": "",
        "text": "It is over.",
    }
    answer = engineer.post(f"/console/incidents/{incident.id}", data=data)
    assert answer.status_code == 409
    assert ">It is over.</textarea>" in answer.text


def test_a_note_for_engineers_may_name_what_it_likes(tocsin: Running, engineer: Client) -> None:
    incident = tocsin.incident()
    assert act(tocsin, engineer, incident.id, action="add note", text=WITH_INSIDE_WORD) == 303


def crowded(tocsin: Running, many: int = 120) -> Incident:
    """An incident with many signals of two components; each third has ended."""
    now = tocsin.clock()
    signals = [
        Signal(
            key=f"s{n:03}",
            source=SignalSource.ALERT,
            name=f"alert-{n:03}",
            component="withdrawals/BTC/bitcoin" if n % 2 else "chain/bitcoin",
            title=f"Alert {n:03}",
            kind=FailureKind.DELAY,
            started_at=now + timedelta(microseconds=n),
            seen_at=now + timedelta(seconds=1),
            ended_at=None if n % 3 else now + timedelta(seconds=1),
        )
        for n in range(many)
    ]
    tocsin.services.store.signals.record(signals, now)
    tocsin.clock.pass_(seconds=30)
    place(tocsin.services.response, tocsin.clock())
    (incident,) = tocsin.services.store.incidents.active()
    return incident


def test_the_signals_of_an_incident_are_paged_and_filtered(tocsin: Running, engineer: Client) -> None:
    incident = crowded(tocsin)
    path = f"/console/incidents/{incident.id}"
    seen, address = set(), path
    for _ in range(3):
        html = engineer.get(address).text
        seen |= set(re.findall(r"alert (alert-\d+)", html))
        following = re.search(r'href="(\?[^"]*)#evidence">Earlier signals', html)
        address = f"{path}{unescape(following.group(1))}" if following else ""
    assert (len(seen), address) == (120, "")
    chain = engineer.get(f"{path}?component=chain/bitcoin&lasting=yes").text
    assert "40 of 40 signals, filtered from 120" in chain
    assert engineer.get(f"{path}?signals=x").status_code == 400


def test_the_page_draws_what_depends_on_what_and_says_it_in_words(tocsin: Running, engineer: Client) -> None:
    html = engineer.get(f"/console/incidents/{crowded(tocsin, 12).id}").text
    assert '<svg class="graph" role="img"' in html
    words = re.sub(r"<[^>]+>", "", html.partition("The same in words")[2].partition("</section>")[0])
    assert "chain/bitcoin, taken for the root: deviates since" in words
    assert "depends on chain/bitcoin" in words


def test_a_fault_that_comes_back_later_leads_to_the_incident_before(tocsin: Running, engineer: Client) -> None:
    first = crowded(tocsin, 12)
    tocsin.do(first, Action.RESOLVE, end_reason="fixed", anyway="yes")
    tocsin.clock.pass_(hours=5)
    place(tocsin.services.response, tocsin.clock())
    now = tocsin.clock()
    again = [replace(s, key=f"{s.key}-2", started_at=now, seen_at=now, ended_at=None) for s in first.signals]
    tocsin.services.store.signals.record(again, now)
    tocsin.clock.pass_(seconds=30)
    place(tocsin.services.response, tocsin.clock())
    (second,) = tocsin.services.store.incidents.active()
    assert second.id != first.id
    assert (
        f'<a href="/console/incidents/{first.id}">{first.reference}</a>'
        in engineer.get(f"/console/incidents/{second.id}").text
    )
    machine = tocsin.client(token=tocsin.token("incidents:read"))
    assert machine.get(f"/api/v1/incidents/{second.reference}").json()["earlier"] == [first.reference]


def test_an_incident_links_to_its_tickets_and_to_what_was_said_there(tocsin: Running, engineer: Client) -> None:
    incident, store = tocsin.incident(), tocsin.services.store
    url = "https://tracker.example/1"
    store.tracker_tickets.save(TrackerTicket(tracker="ops", incident_id=incident.id, ticket_id="1", url=url))
    store.tracker_tickets.save(TrackerTicket(tracker="late", incident_id=incident.id))
    said = (("comment in ops", f"{url}#c2"),)
    store.incidents.change(
        incident.id,
        lambda i: replace(add_note(i, "The disk.", "bob (ops)", tocsin.clock()), links=said),
        tocsin.clock(),
    )
    html = engineer.get(f"/console/incidents/{incident.id}").text
    assert f'<a href="{url}" rel="noreferrer">ops</a>' in html
    assert f'<a href="{url}#c2" rel="noreferrer">comment in ops</a>' in html
    assert "late" not in html.partition("<dt>Tickets</dt>")[2].partition("</dd>")[0]


def test_the_list_is_narrowed_by_words_and_severity(tocsin: Running) -> None:
    slow, late = tocsin.incident("Withdrawals are slow"), tocsin.incident("Deposits are late", severity=None)
    over = tocsin.incident("Trading was away")
    tocsin.do(over, Action.RESOLVE, end_reason="fixed")
    client = tocsin.client(Role.ENGINEER)

    def listed(**asked: str) -> set[str]:
        shown = client.get("/console", params=asked).text
        return {one.reference for one in (slow, late, over) if f"/console/incidents/{one.id}" in shown}

    assert listed() == {"INC-1", "INC-2"}
    assert listed(q="SLOW btc") == {"INC-1"}
    assert listed(q="inc-2") == {"INC-2"}
    assert listed(severity="pending") == {"INC-2"}
    assert listed(severity="major", q="detected") == {"INC-1"}
    assert listed(show="over", q="trading") == {"INC-3"}
    assert listed(q="nothing like it") == set()
    assert "No incident fits" in client.get("/console?q=nothing").text
    assert client.get("/console?severity=huge").status_code == 404


def test_what_fits_is_found_on_whatever_page_it_stands(tocsin: Running) -> None:
    oldest = tocsin.incident("The one that is looked for", disclosed=False)
    for number in range(console.LIST):
        tocsin.incident(f"Another {number}", disclosed=False)
    client = tocsin.client(Role.ENGINEER)
    assert oldest.id not in client.get("/console").text
    found = client.get("/console?q=looked").text
    assert oldest.id in found
    assert found.count("data-row") == 1


@pytest.mark.parametrize(
    "form",
    [
        {"action": "acknowledge"},
        {"action": "set severity", "severity": "critical", "reason": "worse"},
        {"action": "add note", "text": "looking at the hot wallet"},
        {"action": "add message", "text": "We look into it."},
        {"action": "resolve", "end_reason": "fixed", "text": "All is well."},
        {"action": "retract", "reason": "a test"},
    ],
    ids=lambda form: form["action"],
)
def test_a_form_that_is_sent_twice_at_once_is_done_once_and_answered_twice(
    tocsin: Running, form: dict[str, str]
) -> None:
    incident = tocsin.incident()
    tocsin.clock.pass_(minutes=1)
    before = len(tocsin.services.store.incidents.timeline(incident.id))
    data, together = {"form_token": tocsin.form_token(Role.ENGINEER), **form}, Barrier(2)

    def send(client: Client) -> int:
        together.wait()
        return client.post(f"/console/incidents/{incident.id}", data=data).status_code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(send, [tocsin.client(Role.ENGINEER) for _ in range(2)])) == [303, 303]
    assert len(tocsin.services.store.incidents.timeline(incident.id)) == before + 1
    assert tocsin.audited(incident.id).count(form["action"]) == 1


def test_the_same_note_later_or_of_another_is_another(tocsin: Running) -> None:
    incident, path = tocsin.incident(), "/console/incidents/"
    for role, later in ((Role.ENGINEER, 0), (Role.ADMINISTRATOR, 0), (Role.ADMINISTRATOR, 11)):
        tocsin.clock.pass_(seconds=later)
        tocsin.client(role).submit(f"{path}{incident.id}", {"action": "add note", "text": "still slow"})
    lines = tocsin.services.store.incidents.timeline(incident.id)
    assert [line.reason for line in lines].count("still slow") == 3
