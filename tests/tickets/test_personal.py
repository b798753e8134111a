"""What tells of a person leaves no text; what engineers need of a text stays."""

import pytest

from tickets.personal import without_personal

PERSONAL = {
    "an e-mail address": "anna.schmidt+x@mail.example.com",
    "a transaction": "0x" + "9f" * 32,
    "a bitcoin address": "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
    "an old bitcoin address": "1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
    "a TRON address": "TLa2f6VPqDgRE67v1736s7bJ8Ray5wYjU7",
    "an IBAN": "DE89 3704 0044 0532 0130 00",
    "a card": "4111 1111 1111 1111",
    "a phone number": "+49 170 123 45 67",
    "an account number": "1234567890",
    "a network address": "203.0.114.9",
    "a network address of version 6": "2a00:1450:4001:830:0:0:0:200e",
}


@pytest.mark.parametrize("what", PERSONAL)
def test_what_tells_of_a_person_is_taken_out(what: str) -> None:
    text = without_personal(f"She wrote that {PERSONAL[what]} was hers.")
    assert PERSONAL[what] not in text
    assert not set(PERSONAL[what].split()) & set(text.split()), text
    assert text.startswith("She wrote that [")
    assert text.endswith("] was hers.")


@pytest.mark.parametrize(
    "text",
    [
        "withdrawals/BTC/bitcoin (deposit-time) deviates since 17:45:49: 12.5 s, expected 1.2 to 3.4 s",
        "2026-11-29 17:45 UTC; INC-17 and NBX-10262; 10,000.00 USD of 4,111 customers",
        "2026-11-29T17:45:49+00:00",
        "node-exporter at 10.0.0.7:9100 and 192.168.1.4",
        "",
    ],
)
def test_what_engineers_need_stays(text: str) -> None:
    assert without_personal(text) == text
