"""Foreign alerts are followed from their first statement to their end, whoever says it and how often."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from detectors.watch import FailureKind
from incidents.intake.alerts import Alert, AlertRule, AlertRules, Followed, expire, follow, identity_of, unreachable
from incidents.signal import ENDED

T0 = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
LISTED = frozenset({"trading", "withdrawals/BTC/bitcoin"})
RULES = AlertRules(
    drop_labels=frozenset({"replica"}),
    rules=(
        AlertRule(match=(("alertname", "Watchdog"),), ignore=True),
        AlertRule(
            match=(("alertname", "Withdrawal*"),),
            component="withdrawals/{asset}/{network}",
            kind=FailureKind.DELAY,
            user_visible=True,
        ),
    ),
)


def at(minute: float) -> datetime:
    return T0 + timedelta(minutes=minute)


def alert(
    said: float = 0, *, begun: float = 0, lease: float | None = 4, ended: float | None = None, **labels: str
) -> Alert:
    """The alert DiskFull of host a, unless labels say otherwise; minutes since T0, the lease from `said` on."""
    own = {"alertname": "DiskFull", "instance": "a:9100", **labels}
    return Alert(
        labels=tuple(sorted(own.items())),
        started_at=at(begun),
        said_at=at(said),
        ended_at=None if ended is None else at(ended),
        lease_until=None if lease is None or ended is not None else at(said + lease),
    )


def reported(*said: Alert, rules: AlertRules = RULES) -> list[Followed | None]:
    """What is known after each statement about one alert."""
    known: list[Followed | None] = []
    for one in said:
        known.append(follow(one, known[-1] if known else None, rules, LISTED))
    return known


def signals(known: list[Followed | None]) -> list[tuple[str, datetime | None, bool]]:
    return [(one.signal.key, one.signal.ended_at, one.is_news) for one in known if one]


def test_an_alert_is_one_signal_from_its_start_to_its_end() -> None:
    first, ended = reported(alert(1), alert(3, ended=2.5))
    assert first is not None
    assert ended is not None
    assert (first.signal.started_at, first.signal.detected_at, first.signal.ended_at) == (at(0), at(1), None)
    assert ended.signal == replace(first.signal, seen_at=at(3), ended_at=at(2.5))
    assert ended.lease_until is None


def test_what_is_said_again_within_a_minute_only_prolongs_the_lease() -> None:
    _, soon, later = reported(alert(0), alert(0.5), alert(1.5))
    assert soon is not None
    assert later is not None
    assert (soon.is_news, soon.lease_until, soon.signal.seen_at) == (False, at(4.5), at(0))
    assert (later.is_news, later.lease_until, later.signal.seen_at) == (True, at(5.5), at(1.5))


def test_a_sender_that_restarts_says_the_same_alert_with_a_later_start() -> None:
    first, again = reported(alert(0), alert(2, begun=1.9))
    assert first is not None
    assert again is not None
    assert (again.signal.key, again.signal.started_at) == (first.signal.key, at(0))


def test_an_end_that_is_said_for_a_quarter_of_an_hour_is_news_once() -> None:
    known = reported(alert(0), alert(2, ended=1.5), *(alert(3 + m, ended=1.5) for m in range(15)))
    assert [is_news for _, _, is_news in signals(known)] == [True, True, *[False] * 15]


def test_what_fires_after_its_end_is_another_stretch_of_the_same_fault() -> None:
    first, ended, again = reported(alert(0), alert(2, ended=1.5), alert(10, begun=9.5))
    assert first is not None
    assert ended is not None
    assert again is not None
    assert again.signal.key != first.signal.key
    assert again.signal.fingerprint == first.signal.fingerprint


def test_a_replica_that_still_sees_it_continues_the_stretch_that_another_ended() -> None:
    first, _, again = reported(alert(0), alert(2, ended=1.5), alert(2.1, begun=0))
    assert first is not None
    assert again is not None
    assert (again.signal.key, again.signal.ended_at, again.is_news) == (first.signal.key, None, True)


def test_an_end_whose_beginning_was_never_received_is_nothing() -> None:
    assert reported(alert(2, ended=1)) == [None]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (alert(), alert(replica="b"), True),
        (alert(replica="a"), alert(5, begun=3, replica="b"), True),
        (alert(), alert(instance="b:9100"), False),
        (alert(), replace(alert(), annotations=(("summary", "other words"),)), True),
        (replace(alert(), dedup_key="k"), replace(alert(instance="b"), dedup_key="k"), True),
        (replace(alert(), dedup_key="k"), replace(alert(), dedup_key="l"), False),
    ],
    ids=["a dropped label", "two replicas", "another host", "other words", "one key", "two keys"],
)
def test_identity(one: Alert, other: Alert, same: bool) -> None:
    assert (identity_of(one, RULES) == identity_of(other, RULES)) is same


@pytest.mark.parametrize(
    ("labels", "component"),
    [
        ({"alertname": "WithdrawalSlow", "asset": "BTC", "network": "bitcoin"}, "withdrawals/BTC/bitcoin"),
        ({"alertname": "WithdrawalSlow", "asset": "BTC"}, "a:9100"),
        ({"pod": "web-7f9c-x2"}, "web-7f9c-x2"),
        ({"instance": "trading"}, "instance/trading"),
    ],
    ids=["mapped", "a label is missing", "its own name", "a name that the configuration knows"],
)
def test_component(labels: dict[str, str], component: str) -> None:
    given = {"alertname": "DiskFull", "instance": "a:9100", **labels}
    (found,) = reported(replace(alert(), labels=tuple(sorted(given.items()))))
    assert found is not None
    assert found.signal.component == component


def test_a_rule_says_how_it_fails_and_whether_customers_feel_it() -> None:
    (found,) = reported(alert(alertname="WithdrawalSlow", asset="BTC", network="bitcoin"))
    assert found is not None
    assert (found.signal.kind, found.signal.user_visible) == (FailureKind.DELAY, True)


def test_what_a_rule_ignores_is_not_followed() -> None:
    assert reported(alert(alertname="Watchdog"), alert(1, alertname="Watchdog")) == [None, None]


def test_the_signal_keeps_the_senders_words_and_links() -> None:
    words = (
        ("description", "5 % left"),
        ("runbook_url", "https://wiki/disk"),
        ("summary", "Disk is full"),
        ("zone", "b"),
    )
    (found,) = reported(replace(alert(), annotations=words, url="http://prometheus/graph"))
    assert found is not None
    assert found.signal.title == "Disk is full"
    assert dict(found.signal.facts) == {
        "description": "5 % left",
        "link rule": "http://prometheus/graph",
        "link runbook": "https://wiki/disk",
        "labels": "alertname=DiskFull, instance=a:9100",
        "annotation zone": "b",
    }


def test_a_summary_that_changes_with_each_value_leaves_the_title_as_it_was() -> None:
    first, later = (replace(alert(m), annotations=(("summary", f"{m} % left"),)) for m in (5, 3))
    _, found = reported(first, replace(later, said_at=at(7)))
    assert found is not None
    assert found.signal.title == "5 % left"
    assert dict(found.signal.facts)["summary"] == "3 % left"


LONG_AGO = at(-60)


@pytest.mark.parametrize(
    ("now", "listening_since", "ends"),
    [
        (3.9, LONG_AGO, False),
        (4, LONG_AGO, True),
        (10, at(9), False),
        (11, at(9), True),
    ],
    ids=["in its lease", "out of it", "we are back for a minute", "we are back for half a lease"],
)
def test_an_alert_that_nobody_says_again_ends_with_its_lease(now: float, listening_since: datetime, ends: bool) -> None:
    (held,) = reported(alert(0))
    assert held is not None
    found = expire(held, at(now), listening_since)
    if not ends:
        assert found is None
        return
    assert found is not None
    assert found.signal.ended_at == at(4)
    assert dict(found.signal.facts)[ENDED] == "its sender has not said it again since 14:00:00"


def test_an_alert_without_a_lease_lasts() -> None:
    (held,) = reported(alert(0, lease=None))
    assert held is not None
    assert expire(held, at(10_000), LONG_AGO) is None


def rule(component: str = "trading", *, ignore: bool = False, **match: str) -> AlertRule:
    return AlertRule(match=tuple(match.items()), component="" if ignore else component, ignore=ignore)


@pytest.mark.parametrize(
    ("earlier", "later", "is_reached"),
    [
        pytest.param(rule(a="x"), rule(a="x"), False, id="the same"),
        pytest.param(rule(a="x"), rule(a="y"), True, id="another value"),
        pytest.param(rule(a="x*"), rule(a="xy*"), False, id="a longer beginning"),
        pytest.param(rule(a="xy*"), rule(a="x*"), True, id="a shorter beginning"),
        pytest.param(rule(a="*y"), rule(a="xy"), False, id="a value that the pattern meets"),
        pytest.param(rule(a="*y"), rule(a="x*"), True, id="patterns that only overlap"),
        pytest.param(rule(a="x"), rule(a="x", b="y"), False, id="a label more"),
        pytest.param(rule(a="x", b="y"), rule(a="x"), True, id="a label less"),
        pytest.param(rule(), rule(a="x"), False, id="everything"),
        pytest.param(rule(a="*"), rule(b="x"), False, id="any value, a missing one too"),
        pytest.param(rule("pay/{b}", a="x"), rule(a="x"), True, id="a template that may lack its label"),
        pytest.param(rule("pay/{b}", a="x"), rule(a="x", b="?*"), False, id="a template that has its label"),
        pytest.param(rule(ignore=True, a="x*"), rule(a="xy"), False, id="what is ignored"),
    ],
)
def test_a_rule_is_unreachable_where_an_earlier_one_surely_fits(
    earlier: AlertRule, later: AlertRule, is_reached: bool
) -> None:
    assert unreachable(AlertRules(rules=(earlier, later))) == (() if is_reached else ((2, 1),))
