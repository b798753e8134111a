"""The public page as the service itself serves it."""

from pathlib import Path

import pytest
from starlette.types import Scope

from tocsin.web.portal.status_page import PublishedFiles


def scope(**headers: str) -> Scope:
    return {"type": "http", "method": "GET", "headers": [(k.encode(), v.encode()) for k, v in headers.items()]}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "summary.json"
    made.write_text('{"status": "a longer first version"}')
    return made


def test_a_file_that_is_replaced_after_it_was_found_is_served_whole(file: Path) -> None:
    found = file.stat()
    other = file.with_suffix(".new")
    other.write_text("{}")
    other.replace(file)
    response = PublishedFiles(lambda: file.parent).file_response(file, found, scope())
    assert response.body == b"{}"
    assert response.headers["content-length"] == "2"
    assert response.headers["content-type"] == "application/json"


def test_who_has_the_file_already_is_answered_so(file: Path) -> None:
    page = PublishedFiles(lambda: file.parent)
    first = page.file_response(file, file.stat(), scope())
    again = page.file_response(file, file.stat(), scope(**{"if-none-match": first.headers["etag"]}))
    assert (again.status_code, again.body) == (304, b"")
