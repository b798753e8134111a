import pytest

from tests.tickets.make import NOON, minutes, stored
from tickets.still_broken import LEAST, says_broken, verdict
from tickets.ticket import Author, Message, Proof, Ticket

SAID = [
    ("Still pending!", True),
    ("It is still not credited", True),
    ("Any update?", True),
    ("noch immer nicht angekommen", True),
    ("sigue pendiente", True),
    ("まだ届きません", True),
    ("Thanks!", False),
    ("Vielen Dank für die Hilfe", False),
    ("great, it arrived", False),
    ("👍", False),
]


def message(text: str, *, at: float = 1, author: Author = Author.CUSTOMER) -> Message:
    return Message(id="m", ticket_id="t", author=author, name="", text=text, at=NOON + minutes(at))


@pytest.mark.parametrize(("text", "is_broken"), SAID)
def test_only_a_failure_said_again_denies_the_end(text: str, is_broken: bool) -> None:
    assert says_broken([message(text)], NOON) is is_broken


def test_what_was_written_before_the_end_or_by_others_says_nothing() -> None:
    before, agents = message("Still pending", at=-5), message("It is still pending", author=Author.AGENT)
    assert not says_broken([before, agents], NOON)


def customers(many: int, *, proof: Proof = Proof.MACHINE) -> list[Ticket]:
    return [
        stored(customer_id=f"C{k}", email=f"c{k}@example.com", proof=proof, is_address_proven=False)
        for k in range(many)
    ]


def test_it_takes_some_customers_and_a_tenth_of_all() -> None:
    assert verdict(customers(LEAST - 1), settled=5) == ""
    assert verdict(customers(LEAST), settled=10 * LEAST + 1) == ""
    assert verdict(customers(LEAST), settled=10 * LEAST) == "3 customers of 30 linked tickets say that it is not over"


def test_one_customer_counts_once_and_one_whom_nobody_knows_a_third() -> None:
    assert verdict(customers(1) * 9, settled=9) == ""
    assert verdict(customers(2 * LEAST, proof=Proof.NONE), settled=6) == ""
    assert verdict(customers(3 * LEAST, proof=Proof.NONE), settled=9) != ""
