"""`tocsin incidents` and `tocsin silences` against a Tocsin that answers over a real socket."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from detectors.watch import FailureKind
from incidents.signal import Signal, SignalSource
from tests.tocsin.web.running import CONFIG, Running, running
from tests.tocsin.web.serving import Answering, serve
from tocsin.cli import app
from tocsin.response.place import place


@pytest.fixture
def answering(tmp_path: Path) -> Iterator[Answering]:
    def make(folder: Path, config: str) -> Running:
        port = re.search(r"http://127\.0\.0\.1:(\d+)", config)
        assert port is not None
        return running(folder, f"{config}listen: 127.0.0.1:{port.group(1)}\n")

    yield from serve(tmp_path, make)


def call(answering: Answering, *words: str, local: bool = True) -> str:
    where = ["--config", str(answering.tocsin.services.config.path)] if local else ["--url", answering.address]
    done = CliRunner().invoke(app, [*words, *where], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return str(done.output)


def storm(tocsin: Running) -> None:
    """INC-1 with two signals, and INC-2."""
    now = tocsin.clock()
    signals = [
        Signal(
            key=f"{name}:{component}", source=SignalSource.ALERT, name=name, component=component,
            title=f"{name} is high", kind=FailureKind.DELAY, started_at=now, seen_at=now,
        )
        for name, component in (("node", "chain/bitcoin"), ("slow", "withdrawals/BTC/bitcoin"), ("errors", "trading"))
    ]  # fmt: skip
    tocsin.services.store.signals.record(signals, now)
    tocsin.clock.pass_(seconds=30)
    place(tocsin.services.response, tocsin.clock())


def test_an_incident_is_listed_shown_acknowledged_and_resolved(answering: Answering) -> None:
    incident = answering.tocsin.incident("Withdrawals are slow")
    reference = incident.reference
    assert f"{reference}  major  detected  Withdrawals are slow" in call(answering, "incidents", "list")
    assert "No such incidents." in call(answering, "incidents", "list", "--status", "resolved")
    call(answering, "incidents", "acknowledge", reference, "--reason", "I look")
    shown = call(answering, "incidents", "show", reference)
    assert "at the command line" in shown
    assert "I look" in shown
    call(answering, "incidents", "resolve", reference, "--end-reason", "fixed")
    assert answering.tocsin.current(incident).status == "resolved"
    assert json.loads(call(answering, "incidents", "list", "--json"))[0]["end_reason"] == "fixed"


def test_a_false_alarm_is_an_end_too(answering: Answering) -> None:
    incident = answering.tocsin.incident()
    call(answering, "incidents", "resolve", incident.reference, "--end-reason", "false_alarm", "--text", "a test")
    assert answering.tocsin.current(incident).status == "retracted"


def test_signals_are_split_moved_merged_and_brought_back(answering: Answering) -> None:
    store = answering.tocsin.services.store
    storm(answering.tocsin)
    key = "slow:withdrawals/BTC/bitcoin"
    assert f"  {key}" in call(answering, "incidents", "show", "INC-1")
    call(answering, "incidents", "split", "INC-1", "--signal", key, "--reason", "two nodes")
    assert [i.components for i in store.incidents.active()][-1] == ("withdrawals/BTC/bitcoin",)
    decision = re.search(r"Decision ([a-z0-9]{12}): split", call(answering, "incidents", "show", "INC-1"))
    assert decision is not None
    call(answering, "incidents", "undo", "INC-1", decision.group(1), "--reason", "one after all")
    assert len(store.incidents.active()) == 2
    call(answering, "incidents", "move", "INC-1", "--signal", key, "--into", "INC-2", "--reason", "a deploy")
    call(answering, "incidents", "merge", "INC-1", "--into", "INC-2", "--reason", "a deploy")
    (left,) = store.incidents.active()
    assert len(left.signals) == 3


def test_a_silence_is_previewed_made_listed_and_expired(answering: Answering) -> None:
    weekly = ["--component", "trading", "--for", "30", "--repeat", "FREQ=WEEKLY;BYDAY=MO", "--zone", "UTC"]
    seen = call(answering, "silences", "preview", *weekly)
    assert seen.startswith("In force 2026-03-02T14:03")
    assert "No silences yet." in call(answering, "silences", "list")
    call(answering, "silences", "create", *weekly, "--label", "cluster=eu-*", "--reason", "backup")
    listed = call(answering, "silences", "list")
    assert "trading * cluster=eu-*  in force until 2026-03-02T14:33" in listed
    start = json.loads(call(answering, "silences", "list", "--json"))[0]["upcoming"][1]["starts_at"][:19]
    call(answering, "silences", "skip", listed.split()[0], "--start", start)
    assert json.loads(call(answering, "silences", "list", "--json"))[0]["skipped"][0].startswith(start)
    call(answering, "silences", "expire", listed.split()[0])
    answering.tocsin.clock.pass_(seconds=1)
    assert "  over  " in call(answering, "silences", "list")
    assert json.loads(call(answering, "silences", "list", "--json"))[0]["reason"] == "backup"


def test_a_token_reaches_a_tocsin_elsewhere(answering: Answering, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_TOKEN", answering.tocsin.token("incidents:read"))
    assert "No such incidents." in call(answering, "incidents", "list", local=False)
    with pytest.raises(ValueError, match="needed: incidents:write"):
        call(answering, "incidents", "acknowledge", "INC-1", local=False)
    monkeypatch.delenv("TOCSIN_TOKEN")
    with pytest.raises(ValueError, match="TOCSIN_TOKEN is empty"):
        call(answering, "silences", "list", local=False)


def test_a_token_of_this_machine_opens_nothing_after_its_call(answering: Answering) -> None:
    call(answering, "incidents", "list")
    with answering.tocsin.services.store.people._database.read() as connection:
        revoked = connection.execute(text("select name, revoked_at from tokens")).all()
    assert revoked
    assert all(row.revoked_at is not None for row in revoked)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["incidents", "show", "INC-99"], "INC-99"),
        (["incidents", "resolve", "INC-1", "--end-reason", "boredom"], "boredom"),
        (["incidents", "merge", "INC-1", "--into", "INC-1", "--reason", "x"], "into itself"),
        (["silences", "create", "--reason", "x"], "matches everything"),
        (["silences", "create", "--component", "trading", "--reason", "x", "--repeat", "daily"], "FREQ is"),
        (["silences", "create", "--component", "trading", "--reason", "x", "--label", "y"], "name=pattern"),
    ],
)
def test_what_the_service_refuses_is_said_in_its_words(answering: Answering, words: list[str], says: str) -> None:
    answering.tocsin.incident()
    with pytest.raises(ValueError, match=says):
        call(answering, *words)


def test_a_service_that_does_not_run_is_named(tmp_path: Path) -> None:
    tocsin = running(tmp_path, f"{CONFIG}listen: 127.0.0.1:9\n")
    with pytest.raises(ValueError, match=r"nobody answers at http://127\.0\.0\.1:9 .*is the service running"):
        CliRunner().invoke(
            app, ["incidents", "list", "--config", str(tocsin.services.config.path)], catch_exceptions=False
        )
    tocsin.close()


EXAMPLES = sorted(
    {
        example
        for name in ("incidents", "silences")
        for text in [Path(f"tocsin/commands/{name}.py").read_text(encoding="utf-8")]
        for example in re.findall(r"`tocsin ([^`]+)`", re.sub(r"\n\s+", " ", text))
        if len(example.split()) > 2
    }
)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_of_the_help_runs(answering: Answering, example: str) -> None:
    storm(answering.tocsin)
    store = answering.tocsin.services.store
    first = store.incidents.active()[0]
    if "undo" in example:
        call(answering, "incidents", "split", "INC-1", "--signal", first.signals[0].key, "--reason", "x")
    daily = ["--repeat", "FREQ=DAILY", "--from", "2026-03-06T01:00"] if "skip" in example else []
    made = re.match(r"(\S+)", call(answering, "silences", "create", "--component", "trading", "--reason", "x", *daily))
    assert made is not None
    decided = next((one.id for one in store.groupings.of_incident(first.id)), "")
    words = example.replace("INC-17", "INC-1").replace("INC-16", "INC-2").replace("KEY", first.signals[0].key)
    words = words.replace(" ID", f" {decided if 'undo' in example else made.group(1)}")
    anyway = ["--anyway"] if "resolve" in example and "list" not in example else []
    call(answering, *words.split(), *anyway)
