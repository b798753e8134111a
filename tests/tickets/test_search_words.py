import pytest

from tickets.search_words import LONGEST, MOST, search_words


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Where is my Withdrawal?", ("where", "is", "my", "withdrawal")),
        ("TOC-78342", ("toc", "78342")),
        ("Write to Ada.L+x@Example.COM.", ("ada.l+x@example.com", "write", "to", "ada", "example", "com")),
        ("0xDEADbeef01", ("0xdeadbeef01",)),
        ("Señor Müller, café", ("senor", "muller", "cafe")),
        ("Straße STRASSE", ("strasse",)),
        ("السَّحب", ("السحب",)),
        ("提现没有到账", ("提现", "现没", "没有", "有到", "到账")),
        ("BTC出金が遅い", ("btc", "出金", "金が", "が遅", "遅い")),
        ("मेरी निकासी कहाँ", ("मेरी", "निकासी", "कहाँ")),
        ("a 7 I", ("7",)),
        ("ＢＴＣ", ("btc",)),
        ("x" * 500, ("x" * LONGEST,)),
        ("?! ...", ()),
    ],
)
def test_words_are_found_whatever_the_script(text: str, wanted: tuple[str, ...]) -> None:
    assert search_words(text) == wanted


def test_a_text_of_any_length_has_so_many_words_at_the_most() -> None:
    assert len(search_words(" ".join(f"w{n}" for n in range(10 * MOST)))) == MOST
    assert len(search_words("提现没有到账" + "".join(chr(0x4E00 + n) for n in range(5000)))) == MOST
