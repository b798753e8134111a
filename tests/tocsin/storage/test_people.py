"""Users, sessions, tokens, attempts, mail and audit."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from tests.tocsin.storage.examples import BY, T0, at, failure, mail
from tocsin import storage
from tocsin.storage import AlreadyExists, AuditEntry, AuditFilter, Backlog, NotFound, StorageError, Store
from tocsin.storage.accounts import Role

HOUR = timedelta(hours=1)


def test_a_user_is_known_by_name_in_any_case(store: Store) -> None:
    user = store.people.add_user("Eve", "eve@example.com", "$argon2$", Role.ENGINEER, T0, audit=BY)
    assert store.people.user_by_name("eVE") == user
    assert store.people.users() == (user,)
    assert store.people.set_role("eve", Role.ADMINISTRATOR, T0) == replace(user, role=Role.ADMINISTRATOR)
    assert store.people.user_by_name("bob") is None
    with pytest.raises(AlreadyExists, match="'EVE'"):
        store.people.add_user("EVE", "other@example.com", "", Role.AGENT, T0)
    with pytest.raises(NotFound, match="user 'bob'"):
        store.people.set_role("bob", Role.AGENT, T0)


def test_a_session_lasts_until_it_ends_or_expires(store: Store) -> None:
    user = store.people.add_user("eve", "", "", Role.AGENT, T0)
    one, two = (store.people.start_session(user, T0, HOUR) for _ in range(2))
    assert store.people.session(one, at(59)) == user
    assert store.people.session(one, at(60)) is None
    store.people.end_session(one, at(1))
    assert store.people.session(one, at(1)) is None
    assert store.people.session(two, at(1)) == user
    assert store.people.session("nonsense", T0) is None


@pytest.mark.parametrize("ends", ["disable", "set_password"])
def test_disabling_and_a_new_password_end_every_session(store: Store, ends: str) -> None:
    store.people.add_user("eve", "", "", Role.AGENT, T0)
    secret = store.people.start_session("eve", T0, HOUR)
    changed = store.people.disable("eve", T0) if ends == "disable" else store.people.set_password("eve", "new", T0)
    assert store.people.session(secret, T0) is None
    assert changed.disabled == (ends == "disable")
    if changed.disabled:
        with pytest.raises(NotFound, match="enabled user 'eve'"):
            store.people.start_session("eve", T0, HOUR)
        assert not store.people.enable("eve", T0).disabled


def test_a_machines_token_works_until_it_is_revoked(store: Store) -> None:
    secret = store.people.add_token("grafana", ("tickets:write", "metrics"), T0)
    found = store.people.token(secret, at(1))
    assert found is not None
    assert (found.name, found.scopes) == ("grafana", ("tickets:write", "metrics"))
    assert store.people.token("nonsense", T0) is None
    with pytest.raises(AlreadyExists, match="'grafana'"):
        store.people.add_token("grafana", (), T0)
    store.people.revoke("grafana", at(2))
    assert store.people.token(secret, at(3)) is None
    assert store.people.token(store.people.add_token("grafana", (), at(4)), at(4)) is not None
    assert len(store.people.tokens()) == 2
    assert store.people.tokens()[0].last_used_at == at(1)
    with pytest.raises(NotFound, match="token 'nobody'"):
        store.people.revoke("nobody", T0)


def test_failed_attempts_are_counted_by_name_and_time(store: Store) -> None:
    for minutes in (0, 1, 2):
        store.people.record_attempt("Eve", at(minutes))
    store.people.record_attempt("bob", at(2))
    assert store.people.attempts_since(" eve", at(1)) == 2
    store.people.forgive_attempts("eve", at(1))
    assert store.people.attempts_since("eve", T0) == 1
    store.people.record_attempt("x", at(60 * 26))
    assert store.people.attempts_since("bob", T0) == 0


def test_mail_is_queued_once_a_key_and_offered_in_order(store: Store) -> None:
    assert store.mail.enqueue([mail("a"), mail("b"), mail("a", subject="again")], T0) == 2
    assert store.mail.enqueue([mail("b"), mail("c")], at(1)) == 1
    assert store.mail.enqueue([], at(1)) == 0
    assert [one.mail for one in store.mail.due(at(1))] == [mail("a"), mail("b"), mail("c")]


def test_claimed_mail_is_offered_again_when_its_lease_ends(store: Store) -> None:
    store.mail.enqueue([mail("a"), mail("b")], T0)
    (first,) = store.mail.due(T0, limit=1)
    assert [one.mail.key for one in store.mail.due(T0)] == ["b"]
    assert store.mail.due(at(1)) == ()
    store.mail.sent([first.id], at(1))
    assert [one.mail.key for one in store.mail.due(at(5))] == ["b"]
    counts = store.mail.counts()
    assert (counts.waiting, counts.sent, counts.failing, counts.oldest_waiting_at) == (1, 1, 0, T0)


def test_failed_mail_waits_or_is_given_up(store: Store) -> None:
    store.mail.enqueue([mail("a"), mail("b")], T0)
    one, two = store.mail.due(T0)
    store.mail.failed(one.id, failure("451 later", at(30)), T0)
    store.mail.failed(two.id, failure("550 no such user <ada@example.com>"), T0)
    assert store.mail.due(at(29)) == ()
    (again,) = store.mail.due(at(30))
    assert (again.id, again.attempts) == (one.id, 1)
    (failed,) = store.mail.given_up()
    assert failed.what == "mail to a…@example.com", "an address is nobody's business"
    assert (failed.error, failed.attempts, failed.why) == ("550 no such user <a…@example.com>", 1, "it is over")
    counts = store.mail.counts()
    assert (counts.waiting, counts.failing, counts.given_up) == (1, 1, 1)
    backlog = store.mail.backlog()
    assert (backlog.waiting, backlog.failing, backlog.given_up, backlog.oldest_at) == (1, 1, 1, T0)
    assert store.mail.backlog(bulk=True) == Backlog()


def test_a_mail_that_was_given_up_can_be_tried_again(store: Store) -> None:
    store.mail.enqueue([mail("a")], T0)
    (one,) = store.mail.due(T0)
    store.mail.failed(one.id, failure("550 no"), T0)
    (letter,) = store.mail.given_up()
    store.mail.again(letter.id, at(1), BY)
    assert [(m.id, m.attempts) for m in store.mail.due(at(1))] == [(one.id, 0)]
    assert store.mail.given_up() == ()
    for unknown in (letter.id, "0", "x", "-1", ""):
        with pytest.raises(NotFound):
            store.mail.again(unknown, at(1), BY)
    assert [r.entry for r in store.audit.page().items] == [BY]


def test_a_mail_that_cannot_be_read_is_offered_with_the_others(store: Store) -> None:
    store.mail.enqueue([mail("a"), mail("b")], T0)
    with store._database.write() as connection:
        connection.execute(text("UPDATE outbox SET sealed = :bad WHERE id = 1"), {"bad": b"nonsense"})
    broken, whole = store.mail.due(T0)
    assert whole.mail.key == "b"
    with pytest.raises(StorageError):
        broken.mail  # noqa: B018 - reading it is what fails
    store.mail.failed(broken.id, failure("unreadable"), T0)
    assert store.mail.given_up()[0].what == "a mail that cannot be read"


def test_a_claim_does_not_move_the_time_of_the_next_try(store: Store) -> None:
    store.mail.enqueue([mail("a"), mail("b")], T0)
    one, _ = store.mail.due(T0)
    store.mail.failed(one.id, failure("451 later", at(30)), T0)
    assert store.mail.free_claims() == 1
    assert [m.mail.key for m in store.mail.due(at(1))] == ["b"], "what waits to be tried again goes on waiting"


def test_the_audit_is_read_newest_first_and_by_what_is_asked(store: Store) -> None:
    for n in range(5):
        detail = (("n", str(n)),)
        store.audit.add(
            AuditEntry(actor=f"a{n % 2}", action="view", subject_kind="ticket", subject=f"t{n}", detail=detail), at(n)
        )
    page = store.audit.page(limit=2)
    rest = store.audit.page(page.next_cursor, limit=9)
    assert [one.position for one in (*page.items, *rest.items)] == [5, 4, 3, 2, 1]
    assert [one.entry.subject for one in store.audit.page(None, AuditFilter(actor="a1")).items] == ["t3", "t1"]
    assert len(store.audit.page(None, AuditFilter(since=at(1), until=at(3))).items) == 2
    assert page.items[0].entry.detail == (("n", "4"),)
    assert store.audit.first_break() is None


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'nobody'", "DELETE FROM audit"])
def test_the_database_refuses_to_change_the_audit(store: Store, statement: str) -> None:
    store.audit.add(BY, T0)
    with store._database.engine.connect() as connection, pytest.raises(DatabaseError, match="append-only"):
        connection.execute(text(statement))


def test_no_code_path_changes_or_deletes_an_audit_entry() -> None:
    sources = [path.read_text() for path in Path(storage.__path__[0]).glob("*.py")]
    assert len(sources) > 20
    for source in sources:
        assert "update(audit)" not in source
        assert "delete(audit)" not in source


@pytest.mark.parametrize(
    "change", ["UPDATE audit SET actor = 'eve' WHERE position = 2", "DELETE FROM audit WHERE position = 2"]
)
def test_who_changes_the_audit_behind_the_database_is_found_out(store: Store, change: str) -> None:
    for _ in range(3):
        store.audit.add(BY, T0)
    off = "DROP TRIGGER audit_no_{}" if store._database.is_sqlite else "ALTER TABLE audit DISABLE TRIGGER ALL"
    with store._database.write() as connection:
        connection.execute(text(off.format(change.split(maxsplit=1)[0].lower())))
        connection.execute(text(change))
    assert store.audit.first_break() == (2 if change.startswith("UPDATE") else 3)
