"""Personal fields at rest."""

import base64
from pathlib import Path

import pytest

from tests.tocsin.storage.examples import KEY
from tocsin.storage import Cipher, WrongKey, load_cipher, new_key


@pytest.mark.parametrize("text", ["", "Ada", "där 出金 🙂", "\x00", "\ud800", "x" * 100_000])
def test_what_is_sealed_opens_again(text: str) -> None:
    cipher = Cipher(KEY)
    sealed = cipher.seal(text, "ticket:1")
    assert cipher.open(sealed, "ticket:1") == text
    assert cipher.seal(text, "ticket:1") != sealed


@pytest.mark.parametrize(
    ("change", "context"),
    [
        (lambda sealed: sealed, "ticket:2"),
        (lambda sealed: sealed[:-1] + bytes([sealed[-1] ^ 1]), "ticket:1"),
        (lambda sealed: sealed[:5], "ticket:1"),
        (lambda sealed: b"", "ticket:1"),
    ],
    ids=["in another row", "changed", "cut", "empty"],
)
def test_what_was_moved_or_changed_does_not_open(change: object, context: str) -> None:
    cipher = Cipher(KEY, "TOCSIN_KEY")
    with pytest.raises(WrongKey, match=f"TOCSIN_KEY does not open {context}"):
        cipher.open(change(cipher.seal("Ada", "ticket:1")), context)  # type: ignore[operator]


def test_the_blind_index_needs_the_key() -> None:
    assert Cipher(KEY).blind_index("ada") == Cipher(KEY).blind_index("ada")
    assert Cipher(KEY).blind_index("ada") != Cipher(KEY).blind_index("bob")
    assert Cipher(KEY).blind_index("ada") != Cipher(KEY[::-1]).blind_index("ada")


def test_the_first_start_makes_a_key_file_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "tocsin.key"
    sealed = load_cipher(path, {}).seal("Ada", "x")
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_cipher(path, {}).open(sealed, "x") == "Ada"
    assert [one.name for one in path.parent.iterdir()] == ["tocsin.key"]


def test_the_environment_comes_before_the_file(tmp_path: Path) -> None:
    path = tmp_path / "tocsin.key"
    cipher = load_cipher(path, {"TOCSIN_KEY": base64.b64encode(KEY).decode()})
    assert Cipher(KEY).open(cipher.seal("Ada", "x"), "x") == "Ada"
    assert not path.exists()
    assert len(base64.b64decode(new_key())) == 32


@pytest.mark.parametrize(
    ("given", "said"), [("no base64!", "is not base64"), ("c2hvcnQ=", "has 5 bytes, must have 32")]
)
def test_a_key_that_is_none_is_refused(tmp_path: Path, given: str, said: str) -> None:
    with pytest.raises(WrongKey, match=f"the key in TOCSIN_KEY {said}"):
        load_cipher(tmp_path / "k", {"TOCSIN_KEY": given})
