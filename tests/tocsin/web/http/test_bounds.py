"""Bodies of any size: what is too large is refused before anything is stored."""

from collections.abc import Iterator

import pytest

from tests.tocsin.web.running import Running
from tickets.forms import ATTACHMENT_BYTES_MAX
from tocsin.storage.accounts import Role
from tocsin.web.http.bounds import BODY_MAX, UPLOAD_MAX

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
FIELDS = {"form": "Other", "text": "hello", "email": "ada@example.com"}


def stored(tocsin: Running) -> int:
    return sum(tocsin.services.store.tickets.counts().values())


def chunks(size: int) -> Iterator[bytes]:
    """A body that does not say how long it is."""
    head = b'--b\r\nContent-Disposition: form-data; name="attachments"; filename="a.png"\r\n\r\n'
    yield head
    for _ in range(size // 65536 + 1):
        yield b"x" * 65536
    yield b"\r\n--b--\r\n"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/api/v1/tickets", "application/json"),
        ("/api/v1/incidents", "application/json"),
        ("/signin", "application/x-www-form-urlencoded"),
    ],
)
def test_a_large_body_is_refused_with_its_length(tocsin: Running, path: str, kind: str) -> None:
    client = tocsin.client(token=tocsin.token("incidents:write"))
    answer = client.post(path, content=b" " * (BODY_MAX + 1), headers={"content-type": kind})
    assert answer.status_code == 413
    assert stored(tocsin) == 0


@pytest.mark.parametrize("path", ["/api/v1/tickets", "/api/v1/incidents"])
def test_a_large_body_is_refused_without_its_length(tocsin: Running, path: str) -> None:
    client = tocsin.client(token=tocsin.token("incidents:write"))
    answer = client.post(path, content=chunks(BODY_MAX), headers={"content-type": "application/json"})
    assert answer.status_code == 413
    assert "too large" in answer.json()["error"]


@pytest.mark.parametrize("with_length", [True, False])
def test_an_upload_above_the_limit_stores_nothing(tocsin: Running, with_length: bool) -> None:
    headers = {"content-type": "multipart/form-data; boundary=b"}
    content = b"".join(chunks(UPLOAD_MAX)) if with_length else chunks(UPLOAD_MAX)
    answer = tocsin.client().post("/support", content=content, headers=headers)
    assert answer.status_code == 413
    assert "Too large" in answer.text
    assert stored(tocsin) == 0


def test_an_upload_above_the_limit_adds_nothing_to_a_ticket(tocsin: Running) -> None:
    ticket = tocsin.ticket()
    path = f"/support/t/{tocsin.services.store.tickets.make_token(ticket.id)}"
    headers = {"content-type": "multipart/form-data; boundary=b"}
    assert tocsin.client().post(path, content=chunks(UPLOAD_MAX), headers=headers).status_code == 413
    assert len(tocsin.services.store.tickets.thread(ticket.id)) == 1


def test_one_file_above_its_own_limit_is_reported_at_the_form(tocsin: Running) -> None:
    files = {"attachments": ("big.png", PNG + b"\0" * ATTACHMENT_BYTES_MAX, "image/png")}
    answer = tocsin.client().post("/support", data=FIELDS, files=files)
    assert answer.status_code == 422
    assert "big.png: at most 10 MiB." in answer.text
    assert stored(tocsin) == 0


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.png", b"<html><script>alert(1)</script></html>"),
        ("drawing.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
        ("empty.png", b""),
        ("program.pdf", b"MZ\x90\x00"),
    ],
)
def test_a_file_that_is_no_picture_is_refused(tocsin: Running, name: str, content: bytes) -> None:
    answer = tocsin.client().post("/support", data=FIELDS, files={"attachments": (name, content, "image/png")})
    assert answer.status_code == 422
    assert stored(tocsin) == 0


def test_too_many_files_are_refused(tocsin: Running) -> None:
    files = [("attachments", (f"{k}.png", PNG, "image/png")) for k in range(6)]
    answer = tocsin.client().post("/support", data=FIELDS, files=files)
    assert answer.status_code == 422
    assert "At most 5; these are 6." in answer.text


def test_a_broken_upload_is_a_clear_error(tocsin: Running) -> None:
    headers = {"content-type": "multipart/form-data; boundary=b"}
    answer = tocsin.client().post("/support", content=b"--c\r\nnot a form", headers=headers)
    assert answer.status_code in {400, 422}
    assert stored(tocsin) == 0


def test_a_form_of_the_staff_is_bounded_too(tocsin: Running) -> None:
    incident = tocsin.incident()
    data = {"form_token": tocsin.form_token(Role.ENGINEER), "action": "add note", "text": "x" * BODY_MAX}
    answer = tocsin.client(Role.ENGINEER).post(f"/console/incidents/{incident.id}", data=data)
    assert answer.status_code == 413
