"""Customers' tickets, written and read."""

import threading
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest

from tests.tocsin.storage.examples import BY, T0, add, at, mail, message, order, ticket
from tickets.ticket import Attachment, Author, Form, Priority, Ticket, TicketStatus
from tocsin.storage import (
    AuditEntry,
    BadCursor,
    Cipher,
    KeyReused,
    NotFound,
    StorageError,
    Store,
    TicketChange,
    TicketFilter,
    open_store,
)

BY_AGENT = AuditEntry(actor="bob", action="reply", subject_kind="ticket")


def change_to(**changes: object) -> Callable[[Ticket], TicketChange]:
    return lambda was: TicketChange(ticket=replace(was, **changes))  # type: ignore[arg-type]


def test_a_ticket_comes_back_whole(store: Store) -> None:
    file = Attachment(name="proof.png", media_type="image/png", content=b"\x89PNG")
    made = order()
    stored, created = store.tickets.add(made.make, None, "portal", "d", T0, BY, files=[file])
    assert created
    assert stored == ticket(stored.id, stored.number)
    assert store.tickets.get(stored.id) == stored
    assert store.tickets.by_number(f" {stored.number.lower()}") == stored
    assert store.tickets.thread(stored.id) == (message(stored.id),)
    kept = store.tickets.attachment(f"{stored.id}-1")
    assert kept is not None
    assert (kept.ticket_id, kept.file) == (stored.id, file)
    assert store.mail.of_ticket(stored.id) == (mail(f"{stored.id}:ack", ticket_id=stored.id),)
    assert store.audit.page().items[0].entry == replace(BY, subject=stored.id)


def test_what_is_not_there_is_none(store: Store) -> None:
    assert store.tickets.get("x") is None
    assert store.tickets.by_number("TOC-1") is None
    assert store.tickets.attachment("x") is None
    assert store.tickets.thread("x") == ()
    assert store.tickets.of_token("x") is None
    assert store.tickets.naming() == store.tickets.page()
    with pytest.raises(NotFound, match="ticket 'x'"):
        store.tickets.change("x", change_to(name=""), T0, BY)


def test_numbers_ascend_with_gaps_and_have_five_digits(store: Store) -> None:
    numbers = [int(add(store).number.removeprefix("TOC-")) for _ in range(20)]
    gaps = {b - a for a, b in pairwise(numbers)}
    assert numbers == sorted(set(numbers))
    assert numbers[0] > 10_000
    assert gaps <= set(range(1, 10))
    assert len(gaps) > 1


def test_a_repeated_key_returns_the_first_ticket(store: Store) -> None:
    first, created = store.tickets.add(order().make, "key", "portal", "digest", T0, BY)
    again, created_again = store.tickets.add(order().make, "key", "portal", "digest", at(5), BY)
    assert (created, created_again) == (True, False)
    assert again == first
    other, _ = store.tickets.add(order().make, "key", "somebody else", "digest", T0, BY)
    assert other.id != first.id
    assert len(store.tickets.page().items) == 2
    assert store.mail.counts().waiting == 2


def test_a_key_with_another_request_is_refused(store: Store) -> None:
    store.tickets.add(order().make, "key", "portal", "one", T0, BY)
    with pytest.raises(KeyReused, match="key 'key' came before"):
        store.tickets.add(order().make, "key", "portal", "two", T0, BY)
    assert len(store.tickets.page().items) == 1


def test_a_batch_answers_each_order_in_its_place(store: Store) -> None:
    store.tickets.add(order().make, "old", "portal", "d", T0, BY)
    answers = store.tickets.add_all([order("a"), order("a"), order("old", "other"), order(), order("old")], T0)
    kinds = [type(one).__name__ if isinstance(one, KeyReused) else one[1] for one in answers]
    assert kinds == [True, False, "KeyReused", True, False]
    assert answers[0][0] == answers[1][0]  # type: ignore[index]
    assert len(store.tickets.page().items) == 3
    assert store.tickets.add_all([], T0) == ()


def test_a_batch_with_an_error_leaves_nothing(store: Store) -> None:
    with pytest.raises(StorageError, match="must keep the given"):
        store.tickets.add_all([order(), replace(order(), make=lambda _i, n: (ticket("other", n), (), ()))], T0)
    assert store.tickets.page().items == ()
    assert store.mail.counts().waiting == 0
    assert store.audit.page().items == ()


def test_one_key_from_many_threads_is_one_ticket(url: str, cipher: Cipher) -> None:
    stores = [open_store(url, cipher) for _ in range(2)]
    answers: list[tuple[str, bool]] = []

    def attempt(number: int) -> None:
        stored, created = stores[number % 2].tickets.add(order().make, "key", "portal", "d", T0, BY)
        answers.append((stored.id, created))

    threads = [threading.Thread(target=attempt, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one for one, _ in answers}) == 1
    assert sum(created for _, created in answers) == 1
    for store in stores:
        store.close()


def test_a_change_writes_ticket_thread_files_mail_and_audit_together(store: Store) -> None:
    was = add(store)
    reply = message(was.id, "m2", author=Author.AGENT, text="We look", at=at(5), attachments=("f1",))
    file = Attachment(name="a.txt", media_type="text/plain", content=b"hello")

    def act(current: Ticket) -> TicketChange:
        becomes = replace(current, status=TicketStatus.AWAITING_CUSTOMER, updated_at=at(5), assignee="bob")
        return TicketChange(ticket=becomes, messages=(reply,), mails=(mail("reply"),), files=(("f1", file),))

    becomes = store.tickets.change(was.id, act, at(5), BY_AGENT)
    assert store.tickets.get(was.id) == becomes
    assert store.tickets.thread(was.id) == (message(was.id), reply)
    assert store.tickets.attachment("f1").file == file  # type: ignore[union-attr]
    assert mail("reply", ticket_id=was.id) in store.mail.of_ticket(was.id)
    assert store.audit.page().items[0].entry.action == "reply"


def test_a_change_keeps_the_tickets_identity(store: Store) -> None:
    was = add(store)
    with pytest.raises(StorageError, match="must keep id, number and created_at"):
        store.tickets.change(was.id, change_to(number="TOC-1"), T0, BY)


def test_changes_from_many_threads_build_on_one_another(url: str, cipher: Cipher) -> None:
    stores = [open_store(url, cipher) for _ in range(2)]
    was = add(stores[0], subject="")

    def attempt(number: int) -> None:
        stores[number % 2].tickets.change(
            was.id, lambda t: TicketChange(ticket=replace(t, subject=t.subject + "x")), T0, BY_AGENT
        )

    threads = [threading.Thread(target=attempt, args=(n,)) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stores[0].tickets.get(was.id).subject == "x" * 10  # type: ignore[union-attr]
    assert stores[0].audit.first_break() is None
    for store in stores:
        store.close()


def test_an_incidents_tickets_change_in_batches_and_a_second_run_finishes_the_rest(store: Store) -> None:
    ids = {add(store, incident_id="i").id for _ in range(7)}
    add(store)
    seen: list[str] = []

    def resolve(current: Ticket) -> TicketChange | None:
        if current.status is TicketStatus.RESOLVED:
            return None
        seen.append(current.id)
        if len(seen) == 5:
            raise KeyboardInterrupt
        return TicketChange(ticket=replace(current, status=TicketStatus.RESOLVED), mails=(mail(f"{current.id}:end"),))

    which = TicketFilter(incident_id="i")
    with pytest.raises(KeyboardInterrupt):
        store.tickets.change_all(which, resolve, T0, BY_AGENT, batch=2)
    assert store.tickets.counts(which)[TicketStatus.RESOLVED] == 4
    assert store.tickets.change_all(which, resolve, T0, BY_AGENT, batch=2) == 3
    assert store.tickets.counts(which) == {TicketStatus.RESOLVED: 7}
    assert {one.id for one in store.tickets.page(which).items} == ids
    assert store.mail.counts().waiting == 8 + 7
    assert store.tickets.change_all(list(ids), resolve, T0, BY_AGENT) == 0


def test_the_same_message_to_many_is_written_once_whoever_decides_it(store: Store) -> None:
    """Both decided before either wrote: the second leaves what the first has changed, and writes to the others."""
    ids = [add(store).id for _ in range(3)]

    def answer(current: Ticket) -> TicketChange:
        words = message(current.id, f"{current.id}-all", author=Author.AGENT, text="We look", at=at(5))
        return TicketChange(ticket=replace(current, assignee="bob"), messages=(words,), mails=(mail(current.id),))

    assert store.tickets.change_all(ids[:2], answer, at(5), BY_AGENT) == 2
    assert store.tickets.change_all(ids, answer, at(5), BY_AGENT) == 1
    assert [len(store.tickets.thread(one)) for one in ids] == [2, 2, 2]
    assert [r.entry.action for r in store.audit.page().items].count("reply") == 3


FILTERS = [
    ("everything", TicketFilter(), "abcd"),
    ("a status", TicketFilter(status=(TicketStatus.CLOSED,)), "b"),
    ("a form", TicketFilter(form=(Form.API, Form.FEES)), "c"),
    ("a priority", TicketFilter(priority=(Priority.HIGH,), team=()), "abcd"),
    ("nobody's", TicketFilter(assignee=""), "acd"),
    ("somebody's", TicketFilter(assignee="bob"), "b"),
    ("linked", TicketFilter(linked=True), "c"),
    ("not linked", TicketFilter(linked=False), "abd"),
    ("of an incident", TicketFilter(incident_id="i"), "c"),
    ("for humans", TicketFilter(human=True), "d"),
    ("not for humans", TicketFilter(human=False), "abc"),
    ("an address in any case", TicketFilter(email=" D@Example.com"), "d"),
    ("a customer", TicketFilter(customer_id="C-2"), "d"),
    ("a time", TicketFilter(created_since=at(1), created_before=at(3)), "bc"),
    ("a tier", TicketFilter(tier=2), ""),
    ("a department", TicketFilter(department="Crypto"), "abcd"),
]


@pytest.mark.parametrize(("wanted", "expected"), [case[1:] for case in FILTERS], ids=[case[0] for case in FILTERS])
def test_a_filter_finds_its_tickets(store: Store, wanted: TicketFilter, expected: str) -> None:
    add(store, at(0), subject="a")
    add(store, at(1), subject="b", status=TicketStatus.CLOSED, assignee="bob")
    add(store, at(2), subject="c", form=Form.API, incident_id="i")
    add(store, at(3), subject="d", human_reason="fraud", email="d@example.com", customer_id="C-2")
    found = store.tickets.page(wanted).items
    assert "".join(one.subject for one in reversed(found)) == expected


def test_pages_follow_one_another_without_gap_or_repeat(store: Store) -> None:
    made = [add(store, at(n // 3)) for n in range(10)]
    seen: list[Ticket] = []
    cursor: str | None = None
    while True:
        page = store.tickets.page(cursor=cursor, limit=3)
        seen.extend(page.items)
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(seen) == 10
    assert {one.id for one in seen} == {one.id for one in made}
    assert [one.created_at for one in seen] == sorted((one.created_at for one in made), reverse=True)


@pytest.mark.parametrize("cursor", ["", "x", "WzFd", "bnVsbA", "😀"])
def test_a_foreign_cursor_is_refused(store: Store, cursor: str) -> None:
    with pytest.raises(BadCursor, match="not one of this list's"):
        store.tickets.page(cursor=cursor)


def test_a_customers_tickets_are_found_by_either_name(store: Store) -> None:
    one = add(store, at(0), email="Ada@Example.com", customer_id="C-1")
    two = add(store, at(1), email="ada@example.com", customer_id="")
    add(store, at(2), email="bob@example.com", customer_id="C-2")
    assert store.tickets.naming(email="ada@example.COM").items == (two, one)
    assert store.tickets.naming(customer_id="C-1").items == (one,)
    assert store.tickets.naming(email="ada@example.com", customer_id="C-1").items == (two, one)
    assert store.tickets.naming().items == ()


def test_an_incident_knows_its_tickets(store: Store) -> None:
    add(store, at(1), incident_id="i")
    add(store, at(2), incident_id="i")
    add(store, at(0), incident_id="i", status=TicketStatus.MERGED)
    bob = add(store, at(3), incident_id="i", email="bob@example.com", customer_id="")
    add(store, at(4), incident_id="j", customer_id="C-9")
    assert store.tickets.linked_counts(["i", "j", "k"]) == {"i": 3, "j": 1, "k": 0}
    assert [one.id for one in store.tickets.linked("i", limit=1).items] == [bob.id]


def test_unlinked_tickets_are_looked_through_from_a_time_on(store: Store) -> None:
    add(store, at(0))
    wanted = [add(store, at(1 + n // 2)) for n in range(5)]
    add(store, at(9), incident_id="i")
    add(store, at(9), status=TicketStatus.RESOLVED)
    for batch in (1, 2, 5, 500):
        assert {one.id for one in store.tickets.unlinked_since(at(1), batch)} == {one.id for one in wanted}


def test_a_tickets_word_opens_its_page_and_no_other(store: Store) -> None:
    one, two = add(store), add(store)
    word = store.tickets.make_token(one.id)
    assert word == store.tickets.make_token(one.id)
    assert store.tickets.of_token(word) == one
    assert store.tickets.of_token(store.tickets.make_token(two.id)) == two
    assert store.tickets.of_token(word[:-1]) is None
