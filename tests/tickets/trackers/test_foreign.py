"""What every foreign tracker's texts and answers have in common."""

from datetime import UTC, datetime

import pytest

from incidents.delivery import DeliveryError
from tickets.trackers.foreign import ForeignComment, ForeignTicket, cut, key_in, mark

AT = datetime(2026, 3, 2, 14, 3, tzinfo=UTC)

ENDINGS = {
    "HTML": ("text\n\n<!-- tocsin abc:4 -->", "abc:4"),
    "HTML and a line end": ("text\n<!-- tocsin abc-12 -->\r\n", "abc-12"),
    "plain": ("text\ntocsin abc:4", "abc:4"),
    "quoted, with words below": ("> text\n> tocsin abc:4\n\nI see it too", ""),
    "in the middle of a line of words": ("we use tocsin and like it", ""),
    "none": ("text", ""),
    "empty": ("", ""),
}


@pytest.mark.parametrize(("text", "key"), ENDINGS.values(), ids=ENDINGS)
def test_a_text_of_ours_is_known_by_its_end(text: str, key: str) -> None:
    assert key_in(text) == key


def test_a_mark_is_read_back() -> None:
    assert key_in(f"x\n{mark('k3v9x0a2m1qz:17')}") == "k3v9x0a2m1qz:17"


def test_a_long_text_ends_with_a_whole_line_and_says_that_there_is_more() -> None:
    text = "\n".join(f"line {n}" for n in range(1000))
    short = cut(text, 500)
    assert len(short) <= 500
    assert short.splitlines()[-1] == "… this ticket takes no more: the rest is in Tocsin's console."
    assert set(short.splitlines()[:-2]) <= set(text.splitlines())
    assert cut("short", 500) == "short"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "", "ftp://x", "https://a b"])
def test_an_address_that_no_page_may_link_to_is_refused(url: str) -> None:
    with pytest.raises(DeliveryError, match="expected https"):
        ForeignTicket(id="1", url=url, is_open=True)
    with pytest.raises(DeliveryError, match="expected https"):
        ForeignComment(url=url, author="ann", text="x", at=AT)
