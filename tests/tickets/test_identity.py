"""What proves who a customer is, and what does not."""

from dataclasses import replace

import pytest

from tests.tickets.make import NOON, minutes, new
from tests.tickets.tokens import KEY, encoded, signed
from tickets.identity import (
    NOBODY,
    Identity,
    UnprovenIdentity,
    customer_of,
    identified,
    is_proven,
    proven_id,
    signed_identity,
)
from tickets.ticket import NewTicket, Proof

SOON = (NOON + minutes(5)).timestamp()
CLAIMS = {"sub": "C-7", "email": "ada@example.com", "exp": SOON}
PLAIN = replace(new(), proof=Proof.NONE, is_address_proven=False, customer_id="")


def test_a_token_that_the_exchange_signed_says_who_it_is() -> None:
    found = signed_identity(signed(CLAIMS), KEY, NOON)
    assert found == Identity(proof=Proof.SIGNED, customer_id="C-7", email="ada@example.com")


@pytest.mark.parametrize(
    ("token", "why"),
    [
        pytest.param("", "not a JSON Web Token", id="nothing"),
        pytest.param("a.b", "not a JSON Web Token", id="two parts"),
        pytest.param("a.b.c.d", "not a JSON Web Token", id="four parts"),
        pytest.param("é.é.é", "not a JSON Web Token", id="no ASCII"),
        pytest.param(signed([1]), "not a JSON Web Token.*json object", id="claims that are a list"),
        pytest.param(signed(CLAIMS, key=b"another key, as long as it must be"), "not signed", id="another key"),
        pytest.param(signed(CLAIMS, head={"alg": "none"}), "not signed", id="no algorithm"),
        pytest.param(signed(CLAIMS, head={"alg": "HS512"}), "not signed", id="another algorithm"),
        pytest.param(signed(CLAIMS).rpartition(".")[0] + ".", "not signed", id="no signature"),
        pytest.param(signed(CLAIMS) + "A" * 5000, "not signed", id="much too long"),
        pytest.param(signed({**CLAIMS, "sub": ""}), "names no customer", id="nobody"),
        pytest.param(signed({**CLAIMS, "sub": 7}), "names no customer", id="a number"),
        pytest.param(signed({**CLAIMS, "email": None}), "names no customer", id="no address but a null"),
        pytest.param(signed({"sub": "C-7"}), "has no end", id="for ever"),
        pytest.param(signed({**CLAIMS, "exp": True}), "has no end", id="until true"),
        pytest.param(
            signed({**CLAIMS, "exp": (NOON - minutes(2)).timestamp()}), "ended at 2026-03-02 11:58:00 UTC", id="over"
        ),
        pytest.param(signed({**CLAIMS, "exp": -1e300}), "ended at", id="over before all time"),
    ],
)
def test_anything_else_is_none_and_says_why(token: str, why: str) -> None:
    with pytest.raises(UnprovenIdentity, match=why):
        signed_identity(token, KEY, NOON)


def test_a_changed_claim_breaks_the_signature() -> None:
    head, _, signature = signed(CLAIMS).split(".")
    claims = encoded(b'{"sub": "C-8", "exp": 9999999999}')
    forged = f"{head}.{claims}.{signature}"
    with pytest.raises(UnprovenIdentity, match="not signed"):
        signed_identity(forged, KEY, NOON)


@pytest.mark.parametrize(
    ("sent", "identity", "customer", "account", "address"),
    [
        pytest.param(PLAIN, NOBODY, "unproven:ada@example.com", "", False, id="nothing claimed"),
        pytest.param(
            replace(PLAIN, customer_id="C-7"), NOBODY, "unproven:ada@example.com", "", False, id="an ID claimed"
        ),
        pytest.param(
            PLAIN,
            Identity(proof=Proof.SIGNED, customer_id="C-7", email="Ada@example.com"),
            "id:C-7",
            "C-7",
            True,
            id="signed, with the address",
        ),
        pytest.param(
            PLAIN, Identity(proof=Proof.SESSION, customer_id="C-7"), "id:C-7", "C-7", False, id="without an address"
        ),
        pytest.param(
            PLAIN,
            Identity(proof=Proof.SIGNED, customer_id="C-7", email="bob@example.com"),
            "id:C-7",
            "C-7",
            False,
            id="answers wanted elsewhere",
        ),
        pytest.param(
            replace(PLAIN, customer_id="C-7"),
            Identity(proof=Proof.MAIL, email="ADA@example.com"),
            "address:ada@example.com",
            "",
            True,
            id="a mailed link proves no ID",
        ),
        pytest.param(
            PLAIN,
            Identity(proof=Proof.MAIL, email="bob@example.com"),
            "unproven:ada@example.com",
            "",
            False,
            id="a mailed link of another address",
        ),
        pytest.param(
            replace(PLAIN, customer_id="C-7"),
            Identity(proof=Proof.MACHINE, vouches=True),
            "id:C-7",
            "C-7",
            True,
            id="a machine",
        ),
        pytest.param(
            PLAIN,
            Identity(proof=Proof.MACHINE, vouches=True),
            "address:ada@example.com",
            "",
            True,
            id="a machine that names no ID",
        ),
    ],
)
def test_whose_a_ticket_is(sent: NewTicket, identity: Identity, customer: str, account: str, address: bool) -> None:
    found = identified(sent, identity)
    assert (customer_of(found), proven_id(found), found.is_address_proven) == (customer, account, address)
    assert is_proven(found) == (not customer.startswith("unproven:"))


def test_a_proof_is_not_for_another_customer() -> None:
    with pytest.raises(UnprovenIdentity, match="customer_id is 'C-8'"):
        identified(replace(PLAIN, customer_id="C-8"), Identity(proof=Proof.SIGNED, customer_id="C-7"))


def test_the_address_of_the_proof_fills_in_what_was_left_out() -> None:
    found = identified(replace(PLAIN, email=""), Identity(proof=Proof.SIGNED, customer_id="C-7", email="a@example.com"))
    assert (found.email, found.customer_id, found.is_address_proven) == ("a@example.com", "C-7", True)


def test_claims_and_proofs_never_share_a_name() -> None:
    claimed = replace(PLAIN, email="x@example.com", customer_id="C-7")
    tricky = replace(claimed, customer_id="unproven:x@example.com", proof=Proof.SIGNED)
    assert len({customer_of(claimed), customer_of(tricky), customer_of(replace(claimed, proof=Proof.SIGNED))}) == 3
