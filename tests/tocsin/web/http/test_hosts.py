import pytest

from tests.tocsin.web.running import PASSWORD, Running
from tocsin.storage.accounts import Role
from tocsin.web.http.hosts import is_loopback, is_ours

PUBLIC = "desk.example.com"


@pytest.mark.parametrize(
    ("host", "ours", "loopback"),
    [
        ("desk.example.com", True, False),
        ("DESK.example.com:443", True, False),
        ("127.0.0.1:8080", True, True),
        ("localhost", True, True),
        ("[::1]:8080", True, True),
        ("192.0.2.5", True, False),
        ("evil.example", False, False),
        ("desk.example.com.evil.example", False, False),
        ("desk.example.com@evil.example", False, False),
        ("tocsin_upstream", False, False),
        ("[::1", False, False),
        ("", False, False),
    ],
)
def test_a_host_is_ours_by_its_name_or_an_address(host: str, ours: bool, loopback: bool) -> None:
    assert (is_ours(host, PUBLIC), is_loopback(host)) == (ours, loopback)


@pytest.mark.parametrize("path", ["/static", "/status", "/console/", "/support/"])
def test_no_answer_leads_to_a_host_that_only_the_request_named(tocsin: Running, path: str) -> None:
    answer = tocsin.client(Role.ENGINEER).get(path, headers={"host": "evil.example"})
    assert "evil.example" not in answer.headers.get("location", "") + answer.text


def test_a_form_of_another_site_that_points_at_us_is_refused(tocsin: Running) -> None:
    tocsin.session(Role.ENGINEER)
    sent = {"name": Role.ENGINEER, "password": PASSWORD}
    theirs = {"host": "evil.example", "origin": "http://evil.example"}
    assert tocsin.client().post("/signin", data=sent, headers=theirs).status_code == 403


def test_behind_a_proxy_that_sends_its_own_name_people_still_work(tocsin: Running) -> None:
    tocsin.session(Role.ENGINEER)
    sent = {"name": Role.ENGINEER, "password": PASSWORD}
    ours = {"host": "tocsin_upstream", "origin": "http://testserver"}
    assert tocsin.client().post("/signin", data=sent, headers=ours).status_code == 303
