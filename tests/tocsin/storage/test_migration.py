"""What an earlier release wrote is read by this one."""

from dataclasses import replace

from sqlalchemy import text

from dashboards.day_sums import add_up
from dashboards.rollup import COUNTS, WaitKind
from incidents.incident import UpdateKind
from incidents.intake.listing import listed
from tests.tocsin.storage.examples import KEY, T0, incident, mail, signal, update
from tocsin.storage import Cipher, open_store
from tocsin.storage.database import Database
from tocsin.storage.outbox import _row
from tocsin.storage.schema import migrate, migrate_to
from tocsin.storage.tables.columns import microseconds
from tocsin.storage.values import to_json

AT = microseconds(T0)
CALL = (
    "INSERT INTO subscription_calls (subscription_id, key, body, due_at, created_at)"
    f" VALUES ('h1', 'k', 'b', {AT}, {AT})"
)
HOOK = (
    "INSERT INTO subscriptions (id, kind, standing, target_index, email_index, language, choice, created_at, failures,"
    f" sealed) VALUES ('h1', 'webhook', 'active', 't', 'e', 'en', '{{}}', {AT}, 0, :sealed)"
)
MAIL = (
    "INSERT INTO outbox (key_index, bulk, state, attempts, due_at, created_at, sealed)"
    f" VALUES (:key_index, false, 'waiting', 3, {AT}, {AT}, :sealed)"
)

INCIDENT = (
    "INSERT INTO incidents (id, number, status, active, shadow, opened_at, last_seq, value)"
    f" VALUES ('x', 1, 'detected', true, false, {AT}, 1, '{{}}')"
)


def test_what_waited_in_the_queues_of_an_earlier_release_waits_on(empty_url: str) -> None:
    migrate_to(empty_url, "0003")
    cipher, database = Cipher(KEY), Database(empty_url)
    row = _row(cipher, "a", mail("a"), T0)
    with database.write() as connection:
        connection.execute(text(HOOK), {"sealed": b""})
        connection.execute(text(CALL))
        connection.execute(text(MAIL), {"key_index": "a", "sealed": row["sealed"]})
    database.engine.dispose()
    migrate(empty_url)
    store = open_store(empty_url, cipher)
    (waiting,) = store.mail.due(T0)
    assert (waiting.mail, waiting.attempts) == (mail("a"), 3)
    (call,) = store.subscribers.due_calls(T0)
    assert (call.key, call.attempts) == ("k", 0)
    store.close()


def test_a_watch_goes_on_over_the_columns_that_went(empty_url: str) -> None:
    migrate_to(empty_url, "0008")
    database, cipher = Database(empty_url), Cipher(KEY)
    with database.write() as connection:
        saved = f"INSERT INTO checkpoints (watch, state, watermark, saved_at) VALUES ('w', :state, {AT}, {AT})"
        connection.execute(text(saved), {"state": b"learnt"})
    database.engine.dispose()
    migrate(empty_url)
    store = open_store(empty_url, cipher)
    assert store.checkpoints.get("w") == b"learnt"
    store.close()


def test_a_ticket_that_an_earlier_release_wrote_tells_no_sample_yet(empty_url: str) -> None:
    migrate_to(empty_url, "0014")
    database = Database(empty_url)
    with database.write() as connection:
        connection.execute(text(INCIDENT))
        into = "INSERT INTO engineering_tickets (incident_id, title, body, digest, created_at, updated_at)"
        connection.execute(text(f"{into} VALUES ('x', 't', 'b', 'd', {AT}, {AT})"))
    database.engine.dispose()
    migrate(empty_url)
    store = open_store(empty_url, Cipher(KEY))
    row = store.engineering_tickets.get("x")
    assert row is not None
    assert (row.title, row.peaks) == ("t", ())
    store.close()


def test_the_sums_of_an_earlier_release_are_kept_in_their_new_order(empty_url: str) -> None:
    migrate_to(empty_url, "0017")
    database = Database(empty_url)
    cell = dict.fromkeys(COUNTS, 1) | {"incident_id": "", "day": 739_000, "form": "Deposit", "team": "t", "tier": 1}
    wait = {"incident_id": "", "wait": "answer", "day": 739_000, "form": "Deposit", "team": "t", "step": 60, "count": 1}
    with database.write() as connection:
        for table, row in (("ticket_cells", cell), ("ticket_waits", wait)):
            row["priority"] = "high"
            values = ", ".join(f":{name}" for name in row)
            connection.execute(text(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({values})"), row)
        connection.execute(text("INSERT INTO rollup_state (id, time_zone) VALUES (1, 'UTC')"))
    database.engine.dispose()
    migrate(empty_url)
    store = open_store(empty_url, Cipher(KEY))
    sums = add_up(store.figures.days(739_000, 739_000))
    assert {name: getattr(sums.total(), name) for name in COUNTS} == dict.fromkeys(COUNTS, 1)
    assert sums.waits[WaitKind.ANSWER, False] == {60: 1}
    store.close()


def test_an_alert_that_an_earlier_release_kept_is_listed_before_it_is_said_again(empty_url: str) -> None:
    migrate_to(empty_url, "0019")
    database, kept = Database(empty_url), signal()
    with database.write() as connection:
        into = "INSERT INTO signals (key, fingerprint, seen_at, revision, recorded_at, value)"
        row = {"key": kept.key, "value": to_json(kept)}
        connection.execute(text(f"{into} VALUES (:key, 'f', {AT}, 1, {AT}, :value)"), row)
        into = "INSERT INTO alerts (identity, signal_key, heard_at) VALUES ('i', :key,"
        connection.execute(text(f"{into} {AT})"), {"key": kept.key})
    database.engine.dispose()
    migrate(empty_url)
    store = open_store(empty_url, Cipher(KEY))
    assert [one for some in store.alerts.listed() for one in some] == [(AT, None, kept.component, listed("i", kept))]
    store.close()


def test_each_line_of_an_earlier_release_holds_the_evidence_that_it_held(empty_url: str) -> None:
    migrate_to(empty_url, "0023")
    database, failing, slow = Database(empty_url), signal("failing"), signal()
    worse = replace(slow, score=9.0)
    states = ((failing, slow), (failing, worse), (failing, worse), (failing,), (failing, worse))
    lines = [
        replace(update(incident("x", *state, number=1), UpdateKind.SIGNALS), seq=n) for n, state in enumerate(states, 1)
    ]
    with database.write() as connection:
        into = "INSERT INTO incidents (id, number, status, active, shadow, opened_at, last_seq, value)"
        row = {"value": to_json(lines[-1].incident)}
        connection.execute(text(f"{into} VALUES ('x', 1, 'detected', true, false, {AT}, 5, :value)"), row)
        into = "INSERT INTO timeline (incident_id, seq, at, kind, value)"
        for line in lines:
            own = {"seq": line.seq, "value": to_json(line)}
            connection.execute(text(f"{into} VALUES ('x', :seq, {AT}, 'signals', :value)"), own)
    database.engine.dispose()
    migrate(empty_url)
    store = open_store(empty_url, Cipher(KEY))
    assert list(store.incidents.timeline("x")) == lines
    assert store.incidents.get("x") == lines[-1].incident
    with store._database.read() as connection:
        assert connection.scalar(text("SELECT count(*) FROM evidence")) == 4
    store.close()
