"""kill -9 at named points of a short story: after the restart it ends as it should, with nothing lost or twice."""

import pytest

from incidents.incident import Status, UpdateKind
from tests.faults.killed import POINTS
from tests.faults.stage import Stage, letter
from tickets.ticket import TicketStatus
from tocsin.storage import TicketFilter

AFFECTED = {
    "ada": "My USDT withdrawal over TRON has been pending for half an hour, it does not arrive.",
    "bo": "USDT TRC20 withdrawal stuck in processing, where is it?",
    "cy": "I sent USDT from my account over the TRON network and it is still pending.",
}
OTHER = {"dee": "How do I change the phone number of my account? I have a new one."}


@pytest.mark.parametrize("point", POINTS)
def test_killed_at(point: str, stage: Stage) -> None:
    stage.on_death = lambda: page_is_whole(stage)
    if point == "during the migration":
        stage.database.unlink()
    stage.start(at=point)
    numbers = tell_story(stage)
    assert stage.kills == 1, f"the service never came to the point {point!r}"
    assert_it_ended_well(stage, numbers)


def tell_story(stage: Stage) -> dict[str, str]:
    """Fault, page, tickets, recovery, all settled; the numbers that customers were given by their keys."""
    stage.exchange.stuck.add("tron")
    stage.until(lambda: stage.summary().get("incidents"), "the page shows the incident")
    numbers = {}
    for name, text in AFFECTED.items():
        numbers[name] = stage.post(letter(name, text, asset="USDT", network="tron"), name)["number"]
    numbers["ada again"] = stage.post(
        letter("ada", "Any news about my USDT?", asset="USDT", network="tron"), "ada again"
    )["number"]
    for name, text in OTHER.items():
        numbers[name] = stage.post({**letter(name, text), "form": "Other", "subject": "Phone"}, name)["number"]
    stage.until(lambda: len(stage.inbox.counts) >= len(AFFECTED) + len(OTHER), "everybody is acknowledged")
    stage.exchange.stuck.clear()
    stage.until(lambda: is_settled(stage), "everything is settled")
    return numbers


def is_settled(stage: Stage) -> bool:
    """No open incidents, nothing waits: incidents, tickets, mails, every sink, the page."""
    if stage.summary().get("incidents") != [] or not stage.is_ready():
        return False
    with stage.store() as store:
        sinks = [store.sinks.state(name) for name in ("tracker", "customers", "ops")]
        return (
            not store.incidents.active()
            and bool(store.incidents.page().items)
            and all(state is not None and state.waiting == 0 for state in sinks)
            and not store.tickets.page(TicketFilter(status=(TicketStatus.AWAITING_INCIDENT,))).items
            and store.mail.counts().waiting == 0
        )


def assert_it_ended_well(stage: Stage, numbers: dict[str, str]) -> None:
    with stage.store() as store:
        (incident,) = store.incidents.page().items
        assert incident.status is Status.RESOLVED
        assert incident.components == ("withdrawals/USDT/tron",)
        timeline = store.incidents.timeline(incident.id)
        kinds = [line.kind for line in timeline]
        assert [line.seq for line in timeline] == list(range(1, len(timeline) + 1))
        for once in (UpdateKind.OPENED, UpdateKind.DISCLOSED, UpdateKind.RESOLVED):
            assert kinds.count(once) == 1, kinds
        engineering = store.engineering_tickets.get(incident.id)
        assert engineering is not None
        assert engineering.plots
        assert "resolved" in engineering.body.lower()
        kept = {t.number: t for t in store.tickets.page(TicketFilter(), None, 500).items}
        assert sorted(kept) == sorted(numbers.values()), "each accepted ticket, once"
        for key, number in numbers.items():
            linked = key.split()[0] in AFFECTED
            assert kept[number].incident_id == (incident.id if linked else None), key
            assert kept[number].status is (TicketStatus.RESOLVED if linked else TicketStatus.NEW), key
        assert store.audit.first_break() is None
    assert_mails(stage)
    assert_webhook(stage, [line.key for line in timeline])
    assert stage.page_status() == "operational"
    assert "Resolved" in (stage.page / "incidents" / f"{incident.id}.html").read_text(encoding="utf-8")
    page_is_whole(stage)


def assert_mails(stage: Stage) -> None:
    for name in AFFECTED:
        notified = stage.inbox.subjects_of(f"{name}@example.com")
        assert sum("We have received" in subject for subject in notified) == 1, notified
        assert sum("Solved" in subject for subject in notified) == 1, notified
        assert len(notified) == 2, notified
    for name in OTHER:
        assert len(stage.inbox.subjects_of(f"{name}@example.com")) == 1
    for message_id, count in stage.inbox.counts.items():
        assert count == (2 if message_id in stage.in_flight else 1), "only the batch in flight is repeated"


def assert_webhook(stage: Stage, keys: list[str]) -> None:
    """Every line of the timeline in order; at most the one in flight at the kill again."""
    assert stage.receiver
    came = [key for key, _ in stage.receiver.accepted]
    assert list(dict.fromkeys(came)) == keys
    assert len(came) <= len(keys) + 1


def page_is_whole(stage: Stage) -> None:
    if (stage.page / "index.html").exists():
        assert stage.missing_links() == set()
