"""No loop and no page reads all of what grows: its cost would grow with the past."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import exists, select

from incidents.intake.alerts import Alert
from incidents.lifecycle import Action
from tests.tickets.mail.incoming_mails import answer as incoming
from tests.tocsin.storage.examples import mail
from tests.tocsin.storage.statements import (
    begin,
    full_scans,
    open_pages,
    recording,
    run_loops,
    send_forms,
    token_of_all,
)
from tests.tocsin.web.api.test_apis import TICKET
from tests.tocsin.web.running import CONFIG, READILY, Client, Running, running
from tests.tocsin.web.subscribing import subscribed
from tocsin.desk.bulk_actions import link_all
from tocsin.desk.mail_in import arrived
from tocsin.intake.intake import accept
from tocsin.process.work import start_sinks
from tocsin.storage.surveys import SurveyAnswer
from tocsin.storage.tables.columns import metadata

CONFIGURED = f"""{CONFIG}desk: {{{READILY}}}
mail: {{inbound: {{host: 127.0.0.1, port: 9, tls: none, user: a, password_env: DESK_TOKEN}}}}
subscriptions: {{webhooks: true, private_hooks: true, per_network: 1000}}
helpdesks: [{{kind: zendesk, name: there, url: "http://127.0.0.1:9", user: a@example.com, token_env: DESK_TOKEN}}]
trackers: [{{kind: github, name: ops, url: "http://127.0.0.1:9", repository: a/b, token_env: OPS_TOKEN, poll: 30s}}]
oncall:
  people: [{{name: ann, mail: ann@example.com}}]
  policies: [{{name: usual, steps: [{{people: [ann]}}]}}]
  routes: [{{policy: usual}}]
"""
STAYS = {
    "alembic_version": "one row",
    "key_check": "one row",
    "rollup_state": "one row",
    "audit_start": "one row",
    "retention_steps": "a row a kind of what is kept",
    "counters": "a row a counter",
    "sinks": "a row a receiver",
    "checkpoints": "a row a watch",
    "users": "people who work here",
    "reports": "mails that managers asked for",
    "desk_views": "lists that agents keep",
    "desk_mentions": "goes when who is called opens the ticket",
    "articles": "answers and guides that agents write",
    "search_due": "empty once it is worked off",
    "tokens": "machines that are known",
    "alert_inbox": "empty once it is worked off",
    "failed_alerts": "waits for people to mend what failed",
    "helpdesk_cursors": "a row a helpdesk",
    "inbox_places": "a row a mailbox",
    "helpdesk_calls": "empty once it is worked off",
    "trading_modes": "set by people; the page's history shows each",
    "maintenance": "planned by people; the page's history shows each",
}
"""Tables that do not grow with the past, or by what people plan alone."""
GROWING = frozenset(metadata.tables) - STAYS.keys()
READ_WHOLE = {
    "FROM audit WHERE audit.action =": "an administrator looks for all that was done of one kind; no loop does",
    "FROM subscriptions GROUP BY": "who subscribes now, every ten minutes: it does not grow with the past",
}
"""Statements that may read all of a growing table: a part of their text, and why."""


@pytest.fixture
def busy(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """Over either database."""
    for name in ("DESK_TOKEN", "OPS_TOKEN"):
        monkeypatch.setenv(name, "t-12345")
    made = running(tmp_path, f"{CONFIGURED}database: {url}\n")
    yield made
    made.close()


def fill(tocsin: Running, machine: Client) -> dict[str, str]:
    """Something in nearly every table that grows, through the doors that are there; what addresses of pages name."""
    subscribed(tocsin)
    start_sinks(tocsin.services)
    store, now = tocsin.services.store, tocsin.clock()
    ended = tocsin.incident("Deposits are slow", components=("trading",))
    tocsin.do(ended, Action.RESOLVE, end_reason="fixed", text="All is well.", anyway="yes")
    incident, ticket = tocsin.incident(), tocsin.ticket(customer_id="C-1")
    link_all(tocsin.services.desk, [ticket.id], incident.id, "mara", now)
    accept(tocsin.services.intake, [Alert(labels=(("alertname", "Slow"),), started_at=now, said_at=now)], now)
    store.mail.enqueue([mail("a", ticket_id=ticket.id), mail("b", bulk=True)], now)
    store.inbound_mails.keep("mail", [arrived(incoming("My withdrawal is late"))], None, now)
    silence = {"component": "trading", "minutes": 60, "reason": "backup"}
    proposal = {"incident": incident.reference, "action": "resolve", "why": "quick again", "end_reason": "fixed"}
    change = {"id": "deploy-1", "kind": "deploy", "title": "Wallet 2", "components": ["chain/*"], "author": "mara"}
    for path, body in (("tickets", TICKET), ("silences", silence), ("proposals", proposal), ("changes", change)):
        answer = machine.post(f"/api/v1/{path}", json=body, headers={"idempotency-key": path})
        assert answer.status_code < 300, (path, answer.text)
    store.surveys.answer(ticket.id, SurveyAnswer(csat=5), now)
    machine.post("/support/signin", data={"email": ticket.email})
    machine.post("/signin", data={"name": "nobody", "password": "wrong"})
    tocsin.settle()
    return {
        "incident_id": incident.id,
        "reference": incident.reference,
        "number": ticket.number,
        "name": "withdrawal-time",
        "rows": "open",
        "kind": "csv",
        "token": store.tickets.make_token(ticket.id),
    }


def test_no_statement_of_a_loop_or_a_page_reads_all_of_a_table_that_grows(busy: Running) -> None:
    database = busy.services.store._database
    with recording(database) as found:
        token = token_of_all(busy)
        known = fill(busy, busy.client(token=token))
        begin(busy, found)
        run_loops(busy, found)
        forms = open_pages(busy, found, known, token)
        assert send_forms(busy, found, forms) > 40
        busy.clock.pass_(minutes=11)
        run_loops(busy, found)
        open_pages(busy, found, known, token)
    assert len(found.statements) > 200
    with database.engine.connect() as connection:
        empty = {
            name
            for name in GROWING
            if not connection.execute(select(exists().select_from(metadata.tables[name]))).scalar()
        }
        refused = [
            f"{by}: {scans} {line}"
            for statement, (parameters, by) in found.statements.items()
            if not any(part in (line := " ".join(statement.split())) for part in READ_WHOLE)
            and (scans := full_scans(connection, statement, parameters, GROWING))
        ]
    assert not refused, "\n".join(refused)
    assert len(GROWING - empty) > 30, "pages and loops of an empty database ask for little"
