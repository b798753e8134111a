"""What subscribers hear of an incident: what the page shows, each once, in their language, in one thread."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from incidents import lifecycle
from incidents.incident import Incident, IncidentUpdate
from incidents.lifecycle import Action
from statuspage.maintenance import MaintenancePhase, PlannedWork, advance, move, plan, say
from statuspage.subscriptions.subscription import Choice, Stop, SubscriptionStatus
from tests.tickets.mail.test_smtp import Inbox, serving
from tests.tocsin.web.running import CONFIG, Running, running
from tests.tocsin.web.subscribing import (
    ADA,
    OPEN,
    SUBSCRIBED,
    component_id,
    mails,
    post,
    start,
    subscribed,
    taking_subscriptions,
    tell,
)
from tickets.mail.mailbox import DeliveredMail
from tocsin.page.publish import publish
from tocsin.storage.tables.installation import sink_cursors, sinks
from tocsin.subscriptions import signup
from tocsin.subscriptions.notify import BATCH, SINK

BO = "bo@example.com"
HOUR = timedelta(hours=1)


@pytest.fixture
def tocsin(tmp_path: Path) -> Iterator[Running]:
    with taking_subscriptions(tmp_path) as made:
        yield made


def news(tocsin: Running, to: str = ADA) -> list[DeliveredMail]:
    """What somebody notified of incidents, oldest first."""
    return [m for m in reversed(mails(tocsin, to)) if m.head.subject.startswith("[Example Exchange]")]


def subjects(tocsin: Running, to: str = ADA) -> list[str]:
    return [m.head.subject.removeprefix("[Example Exchange] ") for m in news(tocsin, to)]


def resolve(tocsin: Running, incident: Incident) -> None:
    tocsin.clock.pass_(minutes=10)
    tocsin.do(incident, Action.RESOLVE, end_reason="fixed")
    tocsin.clock.pass_(seconds=30)


def test_a_component_that_goes_down_and_its_incident_are_one_message(tocsin: Running) -> None:
    subscribed(tocsin)
    incident = tocsin.incident()
    assert tell(tocsin) == 0, "it gathers"
    tocsin.clock.pass_(seconds=20)
    tocsin.do(incident, Action.IDENTIFY)
    assert tell(tocsin) == 0
    tocsin.clock.pass_(seconds=30)
    assert tell(tocsin) == 1
    assert tell(tocsin) == 0
    (mail,) = news(tocsin)
    assert mail.head.subject == "[Example Exchange] Cause identified: Bitcoin withdrawals delayed"
    assert "We have found the cause" in mail.text
    assert "We are investigating." not in mail.text, "what was said within a minute is one entry"


def test_all_of_an_incident_is_one_thread(tocsin: Running) -> None:
    subscribed(tocsin)
    incident = tocsin.incident()
    tocsin.clock.pass_(seconds=30)
    tell(tocsin)
    tocsin.clock.pass_(minutes=5)
    tocsin.do(incident, Action.ADD_MESSAGE, text="We are **replaying** the queue.")
    tocsin.clock.pass_(seconds=30)
    tell(tocsin)
    resolve(tocsin, incident)
    tell(tocsin)
    first, second, third = news(tocsin)
    for later in (second, third):
        headers = dict(later.headers)
        assert headers["References"] == headers["In-Reply-To"] == first.head.message_id
    assert len({m.head.message_id for m in (first, second, third)}) == 3
    assert "replaying" in second.text
    assert "<strong>replaying</strong>" in second.html
    assert third.head.subject == "[Example Exchange] Resolved: Bitcoin withdrawals delayed"


@pytest.mark.parametrize(
    ("choice", "gets"),
    [("all", True), ("component", True), ("group", True), ("other component", False), ("other group", False)],
)
def test_each_learns_of_what_they_chose(tocsin: Running, choice: str, gets: bool) -> None:
    site = tocsin.services.site
    chosen: dict[str, dict[str, str | list[str]]] = {
        "all": {},
        "component": {"scope": "some", "component": [component_id(tocsin)]},
        "group": {"scope": "some", "group": [site.group_id("Withdrawals")]},
        "other component": {"scope": "some", "component": [component_id(tocsin, "trading")]},
        "other group": {"scope": "some", "group": [site.group_id("Trading")]},
    }
    subscribed(tocsin, ADA, **chosen[choice])
    tocsin.incident()
    tocsin.clock.pass_(seconds=30)
    assert tell(tocsin) == int(gets)


def test_nothing_is_notified_that_the_page_does_not_show(tocsin: Running) -> None:
    subscribed(tocsin)
    incident = tocsin.incident(disclosed=False)
    tocsin.do(incident, Action.ADD_NOTE, text="the hot wallet's signer hangs")
    tocsin.clock.pass_(minutes=5)
    assert tell(tocsin) == 0
    tocsin.do(incident, Action.APPROVE)
    tocsin.clock.pass_(seconds=30)
    assert tell(tocsin) == 1
    (mail,) = news(tocsin)
    everything = mail.text + mail.html + "".join(value for _, value in mail.headers)
    for internal in ("signer", "mara", "withdrawals/BTC", "chain/bitcoin", "Withdrawals are slow"):
        assert internal not in everything
    publish(tocsin.services.publisher, tocsin.clock())
    shown = (tocsin.services.publisher.directory / "incidents" / f"{incident.id}.html").read_text()
    assert "We are investigating." in shown
    assert "We are investigating." in mail.text


def test_shadow_is_notified_to_nobody(tmp_path: Path) -> None:
    made = running(tmp_path, SUBSCRIBED.replace("data:", "shadow: true\ndata:"))
    start(made)
    subscribed(made)
    made.incident(disclosed=False)
    made.clock.pass_(hours=1)
    assert tell(made) == 0
    made.close()


def test_a_false_alarm_is_corrected_at_once_to_who_notified_of_it(tocsin: Running) -> None:
    subscribed(tocsin)
    incident = tocsin.incident()
    tocsin.clock.pass_(seconds=30)
    tell(tocsin)
    subscribed(tocsin, BO)
    tocsin.clock.pass_(minutes=1)
    tocsin.do(incident, Action.RETRACT)
    assert tell(tocsin) == 1
    assert subjects(tocsin)[-1].startswith("Retracted: ")
    assert subjects(tocsin, BO) == []


def test_a_false_alarm_that_nobody_notified_of_is_notified_to_nobody(tocsin: Running) -> None:
    subscribed(tocsin)
    incident = tocsin.incident()
    tocsin.clock.pass_(seconds=10)
    tocsin.do(incident, Action.RETRACT)
    assert tell(tocsin) == 0
    tocsin.clock.pass_(minutes=10)
    assert tell(tocsin) == 0
    assert news(tocsin) == []


def test_who_subscribes_during_an_incident_gets_how_it_goes_on(tocsin: Running) -> None:
    incident = tocsin.incident()
    tocsin.clock.pass_(seconds=30)
    subscribed(tocsin)
    assert tell(tocsin) == 0
    resolve(tocsin, incident)
    assert tell(tocsin) == 1
    (mail,) = news(tocsin)
    assert "We are investigating." not in mail.text
    assert "Resolved" in mail.head.subject


def test_each_reads_it_in_their_language(tocsin: Running) -> None:
    subscribed(tocsin, language="de")
    subscribed(tocsin, BO)
    tocsin.incident()
    tocsin.clock.pass_(seconds=30)
    assert tell(tocsin) == 2
    (german,), (english,) = news(tocsin), news(tocsin, BO)
    assert "Wir untersuchen" in german.text
    assert "/status/de/incidents/" in german.text
    assert '<html lang="de"' in german.html
    assert "We are investigating." in english.text


def test_many_are_notified_in_batches_and_a_kill_between_two_tells_nobody_twice(tocsin: Running) -> None:
    addresses = [f"p{k}@example.com" for k in range(BATCH + 10)]
    for address in addresses:
        subscribe_directly(tocsin, address)
    incident = tocsin.incident()
    tocsin.clock.pass_(seconds=30)
    first = tocsin.services.store.subscribers.page("", BATCH)
    # Notified before a kill, whose cursor never moved: the whole telling runs again.
    assert tell(tocsin) == len(addresses)
    with tocsin.services.store._database.write() as connection:
        connection.execute(update(sinks).where(sinks.c.name == SINK).values(notified_through=0))
        connection.execute(update(sink_cursors).where(sink_cursors.c.sink == SINK).values(seq=0))
    assert tell(tocsin) == 0
    assert len(first) == BATCH
    assert set(tocsin.services.store.subscribers.last_notified(incident.id, [s.id for s in first]).values()) == {2}


def subscribe_directly(tocsin: Running, address: str) -> None:
    """As `subscribed`, past the forms and mails."""
    now = tocsin.clock()
    signup.ask(tocsin.subscriptions, signup.Wish(email=address, choice=Choice()), "192.0.2.1", now)
    (one,) = tocsin.services.store.subscriptions.of_address(address)
    signup.confirm(tocsin.subscriptions, one, now - timedelta(seconds=1))


def test_an_address_that_is_refused_for_good_is_given_up(tmp_path: Path) -> None:
    inbox = Inbox()
    with serving(inbox) as port:
        smtp = f"mail: {{smtp: {{host: 127.0.0.1, port: {port}, tls: none}}}}\n"
        made = running(tmp_path, CONFIG + OPEN.replace("gather: 30s", "gather: 0s, bounces: 2") + smtp)
        start(made)
        for address in ("gone@example.com", ADA):
            subscribe_directly(made, address)
        with_mail_forgotten(made)
        for k in range(3):
            made.incident(f"Withdrawals are slow {k}", components=("trading",) if k else ("withdrawals/BTC/bitcoin",))
            tell(made)
            post(made)
            made.clock.pass_(hours=1)
        gone = made.services.store.subscriptions.of_address("gone@example.com")[0]
        assert (gone.status, gone.stop) == (SubscriptionStatus.DISABLED, Stop.BOUNCED)
        assert [s.email for s in made.services.store.subscribers.page()] == [ADA]
        assert len([m for m in inbox.mails if m["To"] == ADA]) == 3
        assert len({m["Message-ID"] for m in inbox.mails}) == 3
        made.close()


def with_mail_forgotten(tocsin: Running) -> None:
    """The confirmations, which these tests did not wait for."""
    store = tocsin.services.store
    store.mail.sent([m.id for m in store.mail.due(tocsin.clock())], tocsin.clock())


def test_a_server_that_refuses_most_loses_no_subscriber(tmp_path: Path) -> None:
    inbox = Inbox()
    with serving(inbox) as port:
        smtp = f"mail: {{smtp: {{host: 127.0.0.1, port: {port}, tls: none}}}}\n"
        made = running(tmp_path, CONFIG + OPEN.replace("gather: 30s", "gather: 0s, bounces: 1") + smtp)
        start(made)
        for k in range(12):
            subscribe_directly(made, f"gone{k}@example.com")
        with_mail_forgotten(made)
        made.incident()
        assert tell(made) == 12
        post(made)
        assert len(made.services.store.subscribers.page()) == 12
        made.close()


def test_planned_work_is_announced_begins_and_ends_in_one_thread(tocsin: Running) -> None:
    subscribed(tocsin, scope="some", component=[component_id(tocsin, "trading")])
    subscribed(tocsin, BO, scope="some", component=[component_id(tocsin)])
    store = tocsin.services.store
    start_at = tocsin.clock() + timedelta(hours=2)
    work = plan(
        key="upgrade",
        title="Matching engine upgrade",
        body="Trading pauses for an hour.",
        components=["trading"],
        start=start_at,
        end=start_at + timedelta(hours=1),
        quiet=True,
        by="mara",
        now=tocsin.clock(),
    )
    store.maintenance.add(work, tocsin.clock())
    assert tell(tocsin) == 0, "it gathers"
    for hours in (0.01, 2, 1):
        tocsin.clock.pass_(hours=hours)
        store.maintenance.change(work.public.id, lambda one: advance(one, tocsin.clock()), tocsin.clock())
        assert tell(tocsin) == 1
        assert tell(tocsin) == 0
    assert subjects(tocsin) == [
        f"{phase}: Matching engine upgrade" for phase in ("Scheduled", "In progress", "Completed")
    ]
    first, *later = news(tocsin)
    assert {dict(m.headers)["References"] for m in later} == {first.head.message_id}
    assert "Trading pauses for an hour." in first.text
    assert f"/status/maintenance/{work.public.id}.html" in first.text
    assert news(tocsin, BO) == []


@pytest.mark.parametrize(
    ("minutes", "change", "subject", "times"),
    [
        pytest.param(5, lambda w, s, now: move(w, s + 3 * HOUR, s + 4 * HOUR, now), "Moved", (3, 4), id="later"),
        pytest.param(5, lambda w, s, now: move(w, s - HOUR, s, now), "Moved", (-1, 0), id="earlier"),
        pytest.param(130, lambda w, s, now: move(w, s, s + 2 * HOUR, now), "Moved", (0, 2), id="extended as it runs"),
        pytest.param(
            130, lambda w, s, now: move(w, s, s + HOUR / 2, now), "Moved", (0, 0.5), id="shortened as it runs"
        ),
        pytest.param(
            5, lambda w, _, now: say(w, "", now, phase=MaintenancePhase.CANCELLED), "Cancelled", (0, 1), id="called off"
        ),
        pytest.param(
            5,
            lambda w, s, now: say(move(w, s + HOUR, s + 2 * HOUR, now), "", now, phase=MaintenancePhase.CANCELLED),
            "Cancelled",
            (1, 2),
            id="moved, and called off before anybody was notified",
        ),
    ],
)
def test_a_change_of_planned_work_is_notified_once_with_its_time_and_a_later_revision(
    tocsin: Running,
    minutes: int,
    change: Callable[[PlannedWork, datetime, datetime], PlannedWork],
    subject: str,
    times: tuple[float, float],
) -> None:
    subscribed(tocsin)
    planned = tocsin.clock() + 2 * HOUR
    words = {"key": "k", "title": "Upgrade", "body": "Trading pauses.", "components": ["trading"]}
    work = plan(**words, start=planned, end=planned + HOUR, quiet=True, by="mara", now=tocsin.clock())  # type: ignore[arg-type]
    store = tocsin.services.store.maintenance
    store.add(work, tocsin.clock())
    tocsin.clock.pass_(minutes=minutes)
    running = store.change(work.public.id, lambda one: advance(one, tocsin.clock()), tocsin.clock())
    tell(tocsin)
    before = len(news(tocsin))
    changed = store.change(work.public.id, lambda one: change(one, planned, tocsin.clock()), tocsin.clock())
    tocsin.clock.pass_(seconds=30)
    assert (tell(tocsin), tell(tocsin)) == (1, 0)
    mail = news(tocsin)[-1]
    assert len(news(tocsin)) == before + 1
    assert mail.head.subject.endswith(f"{subject}: Upgrade")
    begins, ends = (planned + at * HOUR for at in times)
    assert (changed.public.scheduled_for, changed.public.scheduled_until) == (begins, ends)
    assert f"{begins:%H:%M}" in mail.text
    assert f"{ends:%H:%M}" in mail.text
    assert len(changed.public.updates) > len(running.public.updates)
    assert changed.public.updated_at > running.public.updated_at


def test_words_that_wait_reach_no_subscriber_and_keep_no_news_back(tocsin: Running) -> None:
    subscribed(tocsin)
    held, other = tocsin.incident(), tocsin.incident("Trading is slow", components=("trading",))
    tocsin.clock.pass_(seconds=1)

    def slipped(now: Incident) -> IncidentUpdate:
        return lifecycle.add_message(now, "chain/bitcoin is slow", "mara", tocsin.clock())

    tocsin.services.store.incidents.change(held.id, slipped, tocsin.clock())
    tocsin.do(other, Action.ADD_MESSAGE, text="A fix is on its way.")
    tocsin.clock.pass_(seconds=30)
    assert tell(tocsin) == 2
    texts = [m.text for m in news(tocsin)]
    assert sum("A fix is on its way." in text for text in texts) == 1
    assert not any("chain/bitcoin" in text for text in texts)
    assert sum("Bitcoin withdrawals delayed" in text for text in texts) == 1


def test_planned_work_with_words_that_wait_is_notified_with_its_time(tocsin: Running) -> None:
    subscribed(tocsin)
    tocsin.planned_work("chain/bitcoin is upgraded", "Ask mara@example.com at kafka-2.prod.internal.")
    tocsin.clock.pass_(seconds=30)
    assert tell(tocsin) == 1
    (mail,) = news(tocsin)
    assert mail.head.subject.endswith("Scheduled: Planned maintenance")
    assert "15:03" in mail.text
    assert "internal" not in mail.text
