"""The console's silences: what each keeps quiet is shown beside it."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest

from detectors.watch import FailureKind
from incidents.signal import Signal, SignalSource
from incidents.silence import Silence
from tests.tocsin.web.running import Client, Running
from tests.tocsin.web.watching import watching
from tocsin.context.loops import Loop
from tocsin.response.place import place
from tocsin.storage import Role

HOME = "/console/silences"
WORK = {"key": "k", "component": "withdrawals/*", "minutes": "60", "reason": "planned work"}


@pytest.fixture
def engineer(tocsin: Running) -> Client:
    return tocsin.client(Role.ENGINEER)


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    made = watching(tmp_path_factory.mktemp("silences"))
    yield made
    made.close()


def hidden(html: str) -> dict[str, str]:
    """What the page's form sends beside what a person fills in."""
    found = re.findall(r'name="(listed_component|listed_name)" value="([^"]*)"', html)
    return {name: unescape(value) for name, value in found}


def signal(tocsin: Running, name: str) -> Signal:
    return Signal(
        key=name,
        source=SignalSource.WATCH,
        name=name,
        component="trading",
        title="slow",
        kind=FailureKind.DELAY,
        started_at=tocsin.clock(),
        seen_at=tocsin.clock(),
    )


def test_a_silence_shows_how_many_signals_it_kept_quiet_and_the_last(tocsin: Running) -> None:
    now = tocsin.clock()
    for silence_id, name in (("a", "latency-*"), ("b", "orders")):
        silence = Silence(
            id=silence_id, name=name, starts_at=now, ends_at=now + timedelta(hours=1), author="mara", reason="planned"
        )
        tocsin.services.store.silences.add(silence, now)
    for name in ("latency-spot", "latency-futures"):
        tocsin.services.store.signals.record([signal(tocsin, name)], tocsin.clock())
        assert place(tocsin.services.response, tocsin.clock()) == ()
        tocsin.clock.pass_(minutes=1)
    reported = tocsin.client(Role.ENGINEER).get("/console/silences").text
    assert '2 signals; the last <span class="id">latency-futures</span> of <span class="id">trading</span>' in reported
    assert reported.count('data-label="Kept quiet">nothing') == 1


def test_a_silence_is_set_once_and_ended(tocsin: Running, engineer: Client) -> None:
    listed = engineer.submit(HOME, WORK)
    assert tocsin.services.store.silences.active(tocsin.clock()) == ()
    for _ in range(2):
        assert engineer.submit(HOME, {**WORK, **hidden(listed.text)}).status_code == 303
    (silence,) = tocsin.services.store.silences.active(tocsin.clock())
    assert (silence.component, silence.name, silence.author) == ("withdrawals/*", "*", "engineer")
    assert "1 silence is in force" in engineer.get(HOME).text
    tocsin.clock.pass_(seconds=1)
    engineer.submit(f"{HOME}/{silence.id}/end", {}, HOME)
    assert tocsin.services.store.silences.active(tocsin.clock()) == ()
    assert Loop.PLACE in tocsin.runtime.woken
    assert tocsin.audited(silence.id) == ["add silence", "end silence"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        pytest.param({"component": ""}, "matches everything", id="nothing is filled in"),
        pytest.param({"component": "*"}, "matches everything", id="a star"),
        pytest.param({"component": "**", "name": "?*"}, "matches everything", id="stars of another kind"),
        pytest.param({"minutes": "5000000"}, "length is", id="too long"),
        pytest.param(
            {"reason": " ", "listed_component": "trading", "listed_name": "*"}, "reason is empty", id="no reason"
        ),
    ],
)
def test_a_wrong_silence_is_reported(tocsin: Running, engineer: Client, values: dict[str, str], words: str) -> None:
    answer = engineer.submit(HOME, {**WORK, "component": "trading", **values})
    assert answer.status_code == 422
    assert words in answer.text
    assert tocsin.services.store.silences.active(tocsin.clock()) == ()


def test_the_form_prefills_nothing(engineer: Client) -> None:
    assert 'value="*"' not in engineer.get(HOME).text


@pytest.mark.parametrize(
    ("values", "says"),
    [
        pytest.param({"component": "trading"}, "It covers 1 component of 2 watches", id="a component"),
        pytest.param({"component": "", "name": "deposits/*"}, "It covers 1 component of 1 watch<", id="a watch"),
        pytest.param({"component": "withdrawals/*"}, "It covers 1 component of 1 watch<", id="a watch without samples"),
        pytest.param({"component": "tradding"}, "It covers nothing that is known now", id="a slip of the pen"),
        pytest.param(
            {"component": "trading", "name": "withdrawal-time"}, "It covers nothing", id="each is there, not both"
        ),
        pytest.param({"component": "trading"}, "stays open", id="an open incident"),
    ],
)
def test_what_a_pattern_covers_is_listed_before_it_is_saved(learnt: Running, values: dict[str, str], says: str) -> None:
    listed = learnt.client(Role.ENGINEER).submit(HOME, {**WORK, **values})
    assert listed.status_code == 200
    assert says in listed.text
    assert learnt.services.store.silences.active(learnt.clock()) == ()


def test_another_pattern_than_the_listed_one_is_listed_first(tocsin: Running, engineer: Client) -> None:
    listed = engineer.submit(HOME, WORK)
    changed = engineer.submit(HOME, {**WORK, **hidden(listed.text), "component": "trading"})
    assert changed.status_code == 200
    assert hidden(changed.text) == {"listed_component": "trading", "listed_name": "*"}
    assert tocsin.services.store.silences.active(tocsin.clock()) == ()


def test_silence_this_leads_to_the_filled_form(learnt: Running) -> None:
    engineer = learnt.client(Role.ENGINEER)
    (incident,) = learnt.services.store.incidents.active()
    row = re.search(r"series=[a-z0-9]{12}", engineer.get("/console/watches/deposits/waiting").text)
    assert row is not None
    for page, component, name in (
        ("/console/watches/deposits/waiting", "", "deposits/waiting"),
        (f"/console/watches/deposits/waiting?{row.group()}", "trading", "deposits/waiting"),
        (f"/console/incidents/{incident.id}", "trading", "deposits/waiting"),
        (f"/console/incidents/{incident.id}", "trading", ""),
    ):
        links = [unescape(link) for link in re.findall(r'href="(/console/silences\?[^"]+)"', engineer.get(page).text)]
        forms = [engineer.get(link).text for link in links]
        wanted = {"listed_component": component or "*", "listed_name": name or "*"}
        assert wanted in [hidden(form) for form in forms], page


def test_a_name_with_the_signs_of_a_pattern_is_taken_literally(tocsin: Running, engineer: Client) -> None:
    listed = engineer.get(HOME, params={"component": "[w]ithdrawals/BTC/bitcoin"}).text
    assert "It covers 1 component" in listed
    listed = engineer.get(HOME, params={"component": "[[]w]ithdrawals/BTC/bitcoin"}).text
    assert "It covers nothing" in listed
