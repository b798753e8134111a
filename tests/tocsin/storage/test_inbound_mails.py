from datetime import timedelta

from tests.tocsin.storage.examples import at
from tickets.mail.message import MailboxPlace
from tocsin.storage import Store
from tocsin.storage.inbound_mails import FAILED, ArrivedMail

PLACE = MailboxPlace(validity=1_796_001_633, uid=7)


def arrived(key: str, sender: str = "ada@example.org") -> ArrivedMail:
    return ArrivedMail(key=key, sender=sender, content=f"mail {key}".encode())


def test_a_mailbox_is_read_on_from_its_own_place(store: Store) -> None:
    assert store.inbound_mails.place("mail") is None
    store.inbound_mails.keep("mail", [], PLACE, at(0))
    later = MailboxPlace(validity=PLACE.validity, uid=9)
    store.inbound_mails.keep("other", [], later, at(0))
    store.inbound_mails.keep("mail", [arrived("a")], None, at(1))
    assert store.inbound_mails.place("mail") == PLACE, "a reading that has not ended moves nothing"
    store.inbound_mails.keep("mail", [], later, at(2))
    assert store.inbound_mails.place("mail") == later


def test_a_mail_is_kept_once_and_worked_off_in_its_order(store: Store) -> None:
    mails = store.inbound_mails
    assert mails.keep("mail", [arrived("b"), arrived("a"), arrived("b")], PLACE, at(0)) == 2
    assert mails.keep("mail", [arrived("a"), arrived("c")], PLACE, at(0)) == 1
    assert [one.opened() for one in mails.due(at(0), 10)] == [b"mail b", b"mail a", b"mail c"]
    first = mails.due(at(0), 1)[0]
    mails.settle(first.id, "joined", "t1", at(1))
    assert mails.keep("mail", [arrived("b")], PLACE, at(2)) == 0, "what was worked off does not come again"
    assert [one.opened() for one in mails.due(at(2), 10)] == [b"mail a", b"mail c"]
    assert mails.outcomes() == {"joined": 1, "": 2}


def test_what_waits_or_failed_is_due_at_its_time_and_what_was_given_up_never(store: Store) -> None:
    mails = store.inbound_mails
    mails.keep("mail", [arrived("a"), arrived("b"), arrived("c")], PLACE, at(0))
    a, b, c = mails.due(at(0), 10)
    mails.wait(a.id, at(5))
    mails.failed(b.id, "TypeError: it", at(3), at(0))
    mails.failed(c.id, "TypeError: it", None, at(0))
    assert mails.due(at(2), 10) == ()
    assert [(one.id, one.attempts) for one in mails.due(at(5), 10)] == [(b.id, 1), (a.id, 0)]
    assert mails.outcomes() == {"": 2, FAILED: 1}


def test_mails_are_counted_by_sender_and_by_ticket(store: Store) -> None:
    mails = store.inbound_mails
    mails.keep("mail", [arrived(str(k)) for k in range(4)] + [arrived("x", "bo@example.org")], PLACE, at(0))
    for k, one in enumerate(mails.due(at(0), 10)):
        mails.settle(one.id, "joined" if k else "note", "t1", at(k))
    assert mails.times_of_sender("ada@example.org", ["joined"], at(0), 10) == [at(3), at(2), at(1)]
    assert mails.times_of_sender("ada@example.org", ["joined"], at(2), 1) == [at(3)]
    assert mails.times_of_sender("bo@example.org", ["joined"], at(0), 10) == [at(4)]
    assert mails.count_of_ticket("t1", "joined", at(3) - timedelta(seconds=1)) == 2
    assert mails.count_of_ticket("t2", "joined", at(0)) == 0
