"""Who vouches for the page, checked without asking anybody."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from statuspage.manifest import MANIFEST, verify
from statuspage.publishers.directory import DirectoryPublisher
from statuspage.render import render
from tests.statuspage.examples import NOW, SITE, incident, page

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    DirectoryPublisher(tmp_path).publish(render(page([incident()]), key=KEY))
    return tmp_path


def test_an_untouched_page_is_sound(folder: Path) -> None:
    found = verify(folder, KEY.public_key())
    assert found.problems == ()
    assert (found.made_at, found.next_due) == (NOW, NOW + SITE.heartbeat)
    assert found.files > 10


def test_a_changed_file_is_named(folder: Path) -> None:
    (folder / "index.html").write_text("All is well, send coins here")
    assert [p.split(":")[0] for p in verify(folder, KEY.public_key()).problems] == ["index.html was changed"]


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "feed.atom").unlink()
    assert verify(folder, KEY.public_key()).problems == ("feed.atom cannot be read: No such file or directory",)


def test_another_key_did_not_sign_it(folder: Path) -> None:
    problems = verify(folder, OTHER.public_key()).problems
    assert problems == (f"{MANIFEST} is not signed by the given key, or was changed after signing",)


@pytest.mark.parametrize("name", ["made_at", "next_due", "files"])
def test_a_changed_manifest_is_noticed(folder: Path, name: str) -> None:
    body = json.loads((folder / MANIFEST).read_bytes())
    body[name] = {} if name == "files" else "2099-01-01T00:00:00+00:00"
    (folder / MANIFEST).write_text(json.dumps(body))
    assert verify(folder, KEY.public_key()).problems


def test_an_unsigned_page_is_not_vouched_for(tmp_path: Path) -> None:
    DirectoryPublisher(tmp_path).publish(render(page()))
    assert verify(tmp_path, KEY.public_key()).problems == (f"{MANIFEST} is not signed",)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b'{"files":{},"made_at":1,"next_due":2}'])
def test_nonsense_is_not_a_manifest(folder: Path, content: bytes) -> None:
    (folder / MANIFEST).write_bytes(content)
    assert "cannot be read as a manifest" in verify(folder, KEY.public_key()).problems[0]


def test_a_manifest_cannot_make_us_read_elsewhere(folder: Path) -> None:
    body = json.loads((folder / MANIFEST).read_bytes())
    body["files"]["../../etc/passwd"] = "0" * 64
    (folder / MANIFEST).write_text(json.dumps(body))
    assert "../../etc/passwd lies outside the folder" in verify(folder, KEY.public_key()).problems
