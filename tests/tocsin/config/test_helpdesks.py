"""Helpdesks in the configuration: each kind's keys, and what is wrong with them in words."""

from pathlib import Path
from textwrap import dedent

import pytest

from tests.tocsin.config.test_load import SMALL, loaded, problems
from tickets.ticket import Form
from tocsin.config import FreshdeskSettings, JiraServiceManagementSettings, ZammadSettings, ZendeskSettings

ZENDESK = "{kind: zendesk, name: a, url: 'https://a.example', user: t@example.com, token_env: T%s}"


def test_each_kind_of_helpdesk_becomes_its_settings(tmp_path: Path) -> None:
    text = SMALL + dedent("""\
        helpdesks:
          - kind: zendesk
            name: a
            url: https://a.example
            user: t@example.com
            token_env: T
            webhook_secret_env: S
            poll: 30s
            fields: {form: "1", asset: "2"}
            forms: {payouts: Withdrawal}
            proves: address
          - {kind: zammad, name: b, url: "https://b.example", token_env: T}
          - {kind: jira_service_management, name: c, url: "https://c.example", user: u, token_env: T, project: SUP}
          - {kind: freshdesk, name: d, url: "https://d.example", token_env: T, requester: incidents@example.com}
        """)
    config = loaded(tmp_path, text, T="token", S="secret")
    assert [type(one) for one in config.helpdesks] == [
        ZendeskSettings,
        ZammadSettings,
        JiraServiceManagementSettings,
        FreshdeskSettings,
    ]
    first = config.helpdesks[0]
    assert first.webhook_secret is not None
    assert (first.token.reveal({"T": "token"}), first.webhook_secret.reveal({"S": "secret"})) == ("token", "secret")
    assert (first.forms, first.fields, first.proves) == (
        {"payouts": Form.WITHDRAWAL},
        {"form": "1", "asset": "2"},
        "address",
    )
    assert config.helpdesks[1].webhook_secret is None


@pytest.mark.parametrize(
    ("helpdesk", "message"),
    [
        (ZENDESK.replace(", token_env: T", "") % "", "helpdesk a: token_env or token_file is missing"),
        (ZENDESK % ", waiting: open", "helpdesk a: waiting is"),
        (ZENDESK % ", fields: {coin: '1'}", "helpdesk a"),
        (ZENDESK % ", forms: {payouts: Payouts}", "helpdesk a"),
        (ZENDESK % ", proves: everything", "helpdesk a: proves is"),
        ("{kind: otrs, name: a, token_env: T}", "must be one of"),
        ("{kind: jira_service_management, name: a, url: 'https://a', user: u, token_env: T}", "project is missing"),
        (f"{ZENDESK % ''}, {ZENDESK % ''}", "helpdesk a: the name is taken by the one on line 8"),
    ],
)
def test_what_is_wrong_with_a_helpdesk_is_reported(helpdesk: str, message: str) -> None:
    found = problems(f"{SMALL}helpdesks: [{helpdesk}]\n")
    assert any(message in one for one in found), found
    assert len(found) == 1
