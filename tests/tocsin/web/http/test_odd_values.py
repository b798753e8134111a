"""Odd values in every address and every form of every page are refused or taken, and are never a fault of ours."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.browser.conftest import ONCALL
from tests.tocsin.web.http.test_access import ROUTES
from tests.tocsin.web.running import CONFIG, Client, Running, running
from tocsin.storage.accounts import Role

ODD = ("\x00", "0001-01-01 00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9" * 400)
PAGES = [path for place in ROUTES for method, _, path in [place.partition(" ")] if method == "GET" and path != "/live"]


@dataclass(slots=True)
class Form:
    """A form of a page, with the values that it is sent with."""

    method: str
    action: str
    values: dict[str, str] = field(default_factory=dict)


class Forms(HTMLParser):
    """Collects the forms of a page."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.found: list[Form] = []
        self._choice = ""
        self._is_open_option = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(given.get("method", "get"), given.get("action") or self.address))
        elif tag == "select":
            self._choice = given.get("name", "")
        elif self.found and tag in {"input", "textarea", "button", "option"}:
            name = self._choice if tag == "option" else given.get("name", "")
            self._is_open_option = tag == "option" and "value" not in given
            if name and not self._is_open_option:
                self.found[-1].values.setdefault(name, given.get("value", ""))

    def handle_data(self, data: str) -> None:
        """An option without a value is its words."""
        if self._is_open_option and self._choice:
            self.found[-1].values.setdefault(self._choice, data)
        self._is_open_option = False


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Running]:
    """One with an incident, a ticket, and people on call."""
    made = running(tmp_path, CONFIG + ONCALL)
    yield made
    made.close()


def test_no_odd_value_is_a_fault_of_ours(busy: Running) -> None:
    """The client raises what the application does not answer."""
    known = {"incident_id": busy.incident().id, "number": busy.ticket().number}
    busy.settle()
    client = busy.client(Role.ADMINISTRATOR)
    sent = 0
    for page in PAGES:
        address = re.sub(r"\{(\w+)(?::path)?\}", lambda part: str(known.get(part[1], "none")), page)
        answers = [client.get(re.sub(r"\{[^}]+\}", quote(odd), page)) for odd in ODD if "{" in page]
        opened = client.get(address)
        assert {answer.status_code for answer in (*answers, opened)} <= set(range(200, 500)), page
        if "html" in opened.headers.get("content-type", ""):
            reader = Forms(address)
            reader.feed(opened.text)
            sent += sum(send_odd(busy, client, form) for form in reader.found)
    assert sent > 300


def send_odd(busy: Running, client: Client, form: Form) -> int:
    """Sends the form once for each field and odd value; how often."""
    if form.action == "/signout":
        return 0
    if "form_token" in form.values:
        form.values["form_token"] = busy.form_token(Role.ADMINISTRATOR)
    tried = [{**form.values, name: odd} for name in form.values if name != "form_token" for odd in ODD]
    for values in tried:
        if form.method == "get":
            answer = client.get(form.action, params=values)
        else:
            answer = client.post(form.action, data=values)
        assert answer.status_code < 500, (form.action, values)
    return len(tried)
