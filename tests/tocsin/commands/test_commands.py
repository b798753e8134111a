"""The commands for people, tokens, incidents and pages, as a shell calls them."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from typer.testing import CliRunner

from tests.tocsin.web.running import Running
from tocsin.cli import app
from tocsin.wiring.page import _signing_key


def call(tocsin: Running, *words: str, typed: str = "") -> str:
    config = str(tocsin.services.config.path)
    done = CliRunner().invoke(app, [*words, "--config", config], input=typed, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return str(done.output)


def test_somebody_is_added_listed_given_another_password_and_disabled(tocsin: Running) -> None:
    call(tocsin, "user", "add", "ada", "engineer", typed="long enough\n")
    first = tocsin.services.store.people.user_by_name("ada")
    assert first
    assert "ada  engineer" in call(tocsin, "user", "list")
    call(tocsin, "user", "password", "ada", typed="another word\n")
    second = tocsin.services.store.people.user_by_name("ada")
    assert second
    assert second.password_hash != first.password_hash
    assert "another word" not in second.password_hash
    call(tocsin, "user", "disable", "ada")
    assert "ada  engineer  disabled" in call(tocsin, "user", "list")
    assert "ada may sign in again." in call(tocsin, "user", "enable", "ada")
    assert "ada may sign in as administrator." in call(tocsin, "user", "role", "ada", "administrator")
    assert "ada  administrator\n" in call(tocsin, "user", "list")


def test_a_short_password_is_refused(tocsin: Running) -> None:
    with pytest.raises(ValueError, match="has 5 characters, must have at least 8"):
        call(tocsin, "user", "add", "ada", "agent", typed="short\n")
    assert tocsin.services.store.people.user_by_name("ada") is None


def test_a_token_opens_what_its_scope_names_until_it_is_revoked(tocsin: Running) -> None:
    secret = call(tocsin, "keys", "add", "deployer", "--scope", "reload").strip()
    token = tocsin.services.store.people.token(secret, tocsin.clock())
    assert token
    assert token.scopes == ("reload",)
    call(tocsin, "keys", "revoke", "deployer")
    assert tocsin.services.store.people.token(secret, tocsin.clock()) is None


def test_open_incidents_are_listed(tocsin: Running) -> None:
    assert "No open incidents." in call(tocsin, "incidents")
    incident = tocsin.incident("Withdrawals are slow")
    assert f"{incident.reference}  major" in call(tocsin, "incidents")
    assert '"Withdrawals are slow"' in call(tocsin, "incidents", "--json")


def test_migrating_a_current_database_changes_nothing(tocsin: Running) -> None:
    assert "this release's schema" in call(tocsin, "migrate")
    assert tocsin.services.store.began_at(tocsin.clock()) == tocsin.clock()


def test_a_copy_of_the_page_is_verified_and_a_changed_one_is_not(tocsin: Running) -> None:
    tocsin.incident()
    tocsin.settle()
    folder: Path = tocsin.services.publisher.directory
    public = _signing_key(tocsin.runtime.kept.cipher).public_key()
    key = public.public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    done = CliRunner().invoke(app, ["verify", str(folder), key])
    assert (done.exit_code, "whole" in done.output) == (0, True), done.output
    index = folder / "index.html"
    index.write_text(index.read_text(encoding="utf-8").replace("Withdrawals", "Deposits"), encoding="utf-8")
    done = CliRunner().invoke(app, ["verify", str(folder), key])
    assert (done.exit_code, "index.html" in done.output) == (1, True), done.output
