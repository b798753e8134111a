from datetime import timedelta

import pytest
from httpx2 import Response

from tests.tocsin.web.running import PASSWORD, Running
from tocsin.storage.accounts import Role
from tocsin.web.http.sign_in import GUESSES_HERE, GUESSES_NAME, GUESSES_PLACE, local

NAME = Role.ENGINEER


def sign_in(
    tocsin: Running, password: str = PASSWORD, name: str = NAME, *, wanted: str = "", host: str = "192.0.2.7"
) -> Response:
    return tocsin.client(host=host).post("/signin", data={"name": name, "password": password, "next": wanted})


@pytest.mark.parametrize(
    ("role", "home"),
    [(Role.ENGINEER, "/console"), (Role.ADMINISTRATOR, "/console"), (Role.AGENT, "/desk"), (Role.MANAGER, "/desk")],
)
def test_a_sign_in_leads_to_the_roles_own_surface(tocsin: Running, role: Role, home: str) -> None:
    tocsin.session(role)
    answer = sign_in(tocsin, name=role.upper())
    assert (answer.status_code, answer.headers["location"]) == (303, home)
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    client = tocsin.client()
    client.cookies.set("tocsin_session", answer.cookies["tocsin_session"])
    assert client.get(home).status_code == 200
    assert tocsin.audited(role) == ["sign in"]


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [
        ("/console/watches", "/console/watches"),
        ("", "/console"),
        ("https://evil.example/", "/console"),
        ("//evil.example/", "/console"),
        ("/\\evil.example/", "/console"),
        ("javascript:alert(1)", "/console"),
        ("/\t/evil.example/", "/console"),
        ("/\n/evil.example", "/console"),
        ("console", "/console"),
        ("/.//evil.example/", "/console"),
        ("/./console", "/console"),
        ("/x/..//evil.example", "/console"),
        ("/console/..", "/console"),
        ("/%09/evil.example", "/console"),
        ("/%2e//evil.example", "/console"),
        ("/desk?show=waiting", "/desk?show=waiting"),
    ],
)
def test_a_sign_in_never_leads_to_another_site(tocsin: Running, wanted: str, led_to: str) -> None:
    tocsin.session(NAME)
    assert sign_in(tocsin, wanted=wanted).headers["location"] == led_to
    assert local(wanted) in {"", wanted}


def test_whoever_was_sent_to_sign_in_comes_back(tocsin: Running) -> None:
    sent = tocsin.client().get("/console/watches")
    assert sent.headers["location"] == "/signin?next=/console/watches"
    assert 'value="/console/watches"' in tocsin.client().get(sent.headers["location"]).text


def test_a_wrong_name_and_a_wrong_password_are_reported_alike(tocsin: Running) -> None:
    tocsin.session(NAME)
    answers = [sign_in(tocsin, "wrong"), sign_in(tocsin, name="nobody")]
    assert {a.status_code for a in answers} == {401}
    assert all("The name or the password is wrong." in a.text for a in answers)
    assert not any("set-cookie" in a.headers for a in answers)


def test_a_disabled_user_is_kept_out_and_loses_their_sessions(tocsin: Running) -> None:
    client = tocsin.client(NAME)
    assert client.get("/console").status_code == 200
    tocsin.services.store.people.disable(NAME, tocsin.clock())
    assert client.get("/console").status_code == 303
    assert sign_in(tocsin).status_code == 401


def test_guessing_is_braked_where_it_happens_and_others_may_still_sign_in(tocsin: Running) -> None:
    tocsin.session(NAME)
    for _ in range(GUESSES_HERE):
        tocsin.services.store.people.record_attempt(f"{NAME} 192.0.2.66", tocsin.clock())
    braked = sign_in(tocsin, host="192.0.2.66")
    assert braked.status_code == 401
    assert "Too many wrong passwords" in braked.text
    assert sign_in(tocsin, host="192.0.2.7").status_code == 303
    tocsin.clock.at += timedelta(minutes=16)
    assert sign_in(tocsin, host="192.0.2.66").status_code == 303


def test_nobody_is_kept_out_of_a_browser_they_signed_in_with(tocsin: Running) -> None:
    tocsin.session(NAME)
    browser = tocsin.client(host="198.51.100.8")
    assert browser.post("/signin", data={"name": NAME, "password": PASSWORD}).status_code == 303
    kept = browser.cookies["tocsin_known"]
    for _ in range(GUESSES_NAME):
        for guessed in (NAME, "198.51.100.8", f"{NAME} 198.51.100.8"):
            tocsin.services.store.people.record_attempt(guessed, tocsin.clock())
    assert "Too many" in sign_in(tocsin).text
    again = browser.post("/signin", data={"name": NAME.upper(), "password": PASSWORD})
    assert (again.status_code, again.cookies.get("tocsin_known", kept)) == (303, kept)
    assert "Too many" in browser.post("/signin", data={"name": Role.AGENT, "password": PASSWORD}).text


def test_a_known_browser_may_guess_no_more_often_and_a_made_up_one_counts_for_nothing(tocsin: Running) -> None:
    tocsin.session(NAME)
    browser = tocsin.client()
    browser.post("/signin", data={"name": NAME, "password": PASSWORD})
    for _ in range(GUESSES_HERE):
        refused = browser.post("/signin", data={"name": NAME, "password": "x"})
        assert "The name or the password is wrong." in refused.text
    assert "Too many" in browser.post("/signin", data={"name": NAME, "password": PASSWORD}).text
    assert sign_in(tocsin).status_code == 303
    forger = tocsin.client()
    forger.cookies.set("tocsin_known", "mark.forged")
    forger.post("/signin", data={"name": NAME, "password": "x"})
    since = tocsin.clock() - timedelta(minutes=1)
    assert tocsin.services.store.people.attempts_since("192.0.2.7", since) == 1


def test_a_wrong_password_is_counted_for_name_and_place(tocsin: Running) -> None:
    tocsin.session(NAME)
    sign_in(tocsin, "wrong")
    since = tocsin.clock() - timedelta(minutes=1)
    counted = [tocsin.services.store.people.attempts_since(w, since) for w in (NAME, "192.0.2.7", f"{NAME} 192.0.2.7")]
    assert counted == [1, 1, 1]


def test_one_place_that_guesses_many_names_is_braked(tocsin: Running) -> None:
    tocsin.session(NAME)
    for _ in range(GUESSES_PLACE):
        tocsin.services.store.people.record_attempt("192.0.2.66", tocsin.clock())
    assert "Too many" in sign_in(tocsin, host="192.0.2.66").text


def test_signing_out_ends_the_session(tocsin: Running) -> None:
    session = tocsin.session(NAME)
    answer = tocsin.client(NAME).post("/signout", data={"form_token": tocsin.form_token(NAME)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/signin")
    client = tocsin.client()
    client.cookies.set("tocsin_session", session)
    assert client.get("/console").status_code == 303
    assert tocsin.audited(NAME) == ["sign out"]


def test_signing_out_everywhere_ends_every_session_of_that_user_alone(tocsin: Running) -> None:
    here, there, other = tocsin.client(NAME), tocsin.client(), tocsin.client(Role.AGENT)
    there.cookies.set("tocsin_session", sign_in(tocsin).cookies["tocsin_session"])
    here.post("/signout", data={"form_token": tocsin.form_token(NAME), "everywhere": "yes"})
    assert [c.get("/console").status_code for c in (here, there)] == [303, 303]
    assert other.get("/desk").status_code == 200
    assert tocsin.audited(NAME) == ["sign in", "sign out everywhere"]


def test_a_session_ends_by_itself(tocsin: Running) -> None:
    tocsin.session(NAME)
    client = tocsin.client()
    client.cookies.set("tocsin_session", sign_in(tocsin).cookies["tocsin_session"])
    assert client.get("/console").status_code == 200
    tocsin.clock.at += timedelta(hours=12, seconds=1)
    assert client.get("/console").status_code == 303


def test_another_site_cannot_sign_somebody_in(tocsin: Running) -> None:
    tocsin.session(NAME)
    data = {"name": NAME, "password": PASSWORD}
    answer = tocsin.client().post("/signin", data=data, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
