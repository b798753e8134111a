"""A busy hour at the desk: every kind of page has something on it."""

from dataclasses import dataclass

from incidents.action_item import ItemState
from incidents.incident import Incident
from incidents.lifecycle import Action
from incidents.oncall.notice import message_of
from incidents.review import ReviewStep
from incidents.silence import Silence
from tests.browser.served import Served
from tests.tocsin.web.running import Running
from tests.tocsin.web.watching import GROWS, SILENT, evaluate, series_of
from tickets.ticket import Priority, Routing, Team, TicketStatus
from tocsin.desk.ticket_link import mailed_path
from tocsin.oncall.escalations import work_escalations
from tocsin.oncall.links import acknowledge_url
from tocsin.oncall.overview import add_override
from tocsin.response.after_actions import add_item, review_postmortem, settle_item, write_postmortem
from tocsin.response.maintenance import plan_work, set_mode
from tocsin.response.proposals import propose, reject
from tocsin.storage import EngineeringTicketRow
from tocsin.storage.accounts import Role

PLOT = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 240"><rect width="640" height="240" fill="#fff"/>'
    b'<path d="M20 200L300 190L400 60L620 50" stroke="#0b5c8a" stroke-width="2" fill="none"/></svg>'
)
BODY = """Since 13:58 UTC, withdrawals of BTC take 412 s, expected 60 to 95 s.

## Queries

histogram_quantile(0.95, sum by (le, asset, network) (rate(exchange_withdrawal_processing_seconds_bucket[5m])))
"""

NAMES = [
    "signin",
    "portal",
    "portal-other",
    "ticket",
    "history",
    "missing",
    "public",
    "console",
    "console-over",
    "incident",
    "incident-pending",
    "incident-new",
    "first-notice",
    "postmortem",
    "postmortem-reviewed",
    "action-items",
    "proposals",
    "watches",
    "watch",
    "watch-without-data",
    "series",
    "series-silent",
    "silences",
    "oncall",
    "notification",
    "notices",
    "maintenance",
    "market",
    "delivery",
    "audit",
    "desk",
    "desk-incident",
    "desk-answer",
    "desk-ticket",
    "mailbox",
    "mail",
]
"""Of every page of the scene."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Where its pages are, by name, and who may open each; "" = anybody."""

    pages: dict[str, tuple[Role | None, str]]


def review(t: Running, over: Incident) -> None:
    """A postmortem that waits for its reader, one action item that is overdue, one that is done."""
    response, now = t.services.response, t.clock()
    text = "## Why it happened\n\nThe bank's certificate had expired.\n\n## What changes\n\nIt is watched."
    write_postmortem(response, over, text, based_on=0, by="mara", now=now)
    review_postmortem(response, over, ReviewStep.ASK, version=1, by="mara", now=now)
    for title, due in (("Watch the bank's certificate", "2026-02-27"), ("Ask the bank for its calendar", "")):
        said = {"title": title, "owner": "Ann", "due_on": due, "text": "Thirty days before it expires."}
        item = add_item(response, over, said, trackers=(), key=title, by="mara", now=now)
    settle_item(response, item.id, ItemState.DONE, "mara", now)


def ask(t: Running, incident: Incident) -> None:
    """A machine asks for two actions: one waits for a person, the other was turned down."""
    words = {"text": "We restart our Bitcoin node. Withdrawals *wait* until then."}
    why = "The node's log says that it restarts; customers ask what happens."
    response, now, by = t.services.response, t.clock(), "token:assistant"
    propose(response, incident, Action.ADD_MESSAGE, words, why=why, by=by, key="w", now=now)
    other = propose(response, incident, Action.IDENTIFY, {}, why="The cause is in the log.", by=by, key="i", now=now)
    reject(response, other.id, "mara", now)


def build(served: Served) -> Scene:
    """Fills the store once."""
    t = served.tocsin
    over = t.incident("Deposits in EUR wait", components=("trading",))
    t.do(over, Action.RESOLVE, end_reason="fixed", text="The bank answers again.")
    review(t, over)
    incident = t.incident("withdrawals/BTC/bitcoin: withdrawal time is far above its band")
    pending = t.incident("Matching is slow", disclosed=False, components=("trading",), severity=None)
    row = EngineeringTicketRow(
        incident_id=incident.id, title="Bitcoin withdrawals: p95 412 s, expected 60 to 95 s", body=BODY, digest="d",
        plots={"plot-1.svg": PLOT},
    )  # fmt: skip
    t.clock.pass_(minutes=7)
    evaluate(t)
    ask(t, incident)
    for k in range(4):
        t.ticket(incident_id=incident.id, status=TicketStatus.AWAITING_INCIDENT, probability=0.93, linked_by="tocsin",
                 link_reasons=("same asset and network", "says that it is late"), customer_id=f"C-{k}",
                 email=f"c{k}@example.com")  # fmt: skip
    human = Routing(priority=Priority.CRITICAL, team=Team.SECURITY_FINANCE, tier=3, department="Financial",
                    reasons=("suspected unauthorised access: critical, Security & Finance, tier 3",))  # fmt: skip
    t.ticket(subject="Somebody emptied my account!", human_reason="speaks of theft", routing=human, customer_id="C-9")
    ticket = t.ticket(subject="Where is my Bitcoin withdrawal? " + "x" * 60, customer_id="C-1")
    sent = {"form": "Withdrawal", "asset": "BTC", "text": "My withdrawal is late", "email": "ada@example.com"}
    assert t.client().post("/support", data=sent).status_code == 303
    at = t.clock()
    silence = Silence(
        id="s1", component="trading", starts_at=at, ends_at=at.replace(hour=20), author="mara", reason="planned work"
    )
    t.services.store.silences.add(silence, at)
    said = {"title": "Database upgrade", "text": "Trading pauses.", "start": f"{at:%Y-%m-%dT23:00}",
            "end": f"{at:%Y-%m-%dT23:30}"}  # fmt: skip
    work = plan_work(t.services.response, "w", ["trading"], said, by="mara", now=at)
    set_mode(t.services.response, "trading", "post_only", "mara", at)
    t.settle()
    t.services.store.engineering_tickets.save(row, t.clock())
    assert t.services.mailbox is not None
    mail = t.services.mailbox.list().mails[0]
    notification = notified(t, t.services.store.incidents.active()[0])
    override(t)
    own = mailed_path(t.services.desk, ticket.id)
    x = Role.ADMINISTRATOR
    scene = Scene(
        pages={
            "signin": (None, "/signin"),
            "portal": (None, "/support?form=Withdrawal"),
            "portal-other": (None, "/support?form=Trading+issue"),
            "ticket": (None, own),
            "history": (None, own.replace("?", "/history?")),
            "missing": (None, "/support/t/nothing"),
            "public": (None, "/status/"),
            "console": (x, "/console"),
            "console-over": (x, "/console?show=over"),
            "incident": (x, f"/console/incidents/{incident.id}"),
            "incident-pending": (x, f"/console/incidents/{pending.id}"),
            "incident-new": (x, "/console/incidents/new"),
            "first-notice": (x, f"/console/incidents/{incident.id}/dora"),
            "postmortem": (x, f"/console/incidents/{incident.id}/postmortem"),
            "postmortem-reviewed": (x, f"/console/incidents/{over.id}/postmortem"),
            "action-items": (x, "/console/actions"),
            "proposals": (x, "/console/proposals"),
            "watches": (x, "/console/watches"),
            "watch": (x, "/console/watches/deposits/waiting"),
            "watch-without-data": (x, "/console/watches/withdrawal-time"),
            "series": (x, f"/console/watches/deposits/waiting?series={series_of(GROWS)}&span=24h"),
            "series-silent": (x, f"/console/watches/deposits/waiting?series={series_of(SILENT)}&span=1h"),
            "silences": (x, "/console/silences"),
            "oncall": (x, "/console/oncall"),
            "notification": (None, notification),
            "notices": (x, "/console/notices"),
            "maintenance": (None, f"/status/maintenance/{work.public.id}.html"),
            "market": (None, f"/status/components/{t.services.site.component_id('trading')}.html"),
            "delivery": (x, "/console/delivery"),
            "audit": (x, "/console/audit?check=1"),
            "desk": (x, "/desk"),
            "desk-incident": (x, f"/desk/incidents/{incident.id}"),
            "desk-answer": (x, f"/desk/incidents/{incident.id}/answer"),
            "desk-ticket": (x, f"/desk/tickets/{ticket.number}"),
            "mailbox": (x, "/mailbox"),
            "mail": (x, f"/mailbox/{mail.id}"),
        }
    )
    assert list(scene.pages) == NAMES
    return scene


def notified(t: Running, incident: Incident) -> str:
    """The path of the link in the first notification of an incident."""
    assert t.services.oncall is not None
    work_escalations(t.services.oncall, t.clock())
    t.deliver("oncall:mail")
    (notice, *_) = t.services.store.oncall.notified(incident.id)
    message = message_of((notice.notice,), notice.notice.at)
    return acknowledge_url(t.services.oncall, message).removeprefix(t.services.oncall.public_url)


def override(t: Running) -> None:
    """Bob is on call in place of everybody of the first schedule."""
    assert t.services.oncall is not None
    said = {"schedule": "primary", "person": "bob", "starts": "", "ends": f"{t.clock():%Y-%m-%d} 23:00"}
    add_override(t.services.oncall, **said, reason="a wedding", key="o", by="mara", now=t.clock())
