"""Which policy an incident gets."""

from datetime import UTC, datetime, time

import pytest

from incidents.incident import Severity
from incidents.oncall.policy import OncallRoute, Subject, route_of
from incidents.oncall.schedule import Hours

AT = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)  # a Wednesday
SUBJECT = Subject(
    components=("withdrawals/BTC/bitcoin", "chain/bitcoin"),
    assets=frozenset({"BTC"}),
    severity=Severity.MAJOR,
    labels=((("region", "eu-1"), ("service", "wallet")), (("region", "us-1"),)),
)
NOON = Hours(days=frozenset({2}), starts=time(12), ends=time(13))


@pytest.mark.parametrize(
    ("route", "fits"),
    [
        pytest.param(OncallRoute(policy="p"), True, id="all"),
        pytest.param(OncallRoute(policy="p", components=("deposits/*", "chain/*")), True, id="a component"),
        pytest.param(OncallRoute(policy="p", components=("deposits/*",)), False, id="no component"),
        pytest.param(OncallRoute(policy="p", assets=("BTC", "ETH")), True, id="an asset"),
        pytest.param(OncallRoute(policy="p", assets=("ETH",)), False, id="no asset"),
        pytest.param(OncallRoute(policy="p", severities=(Severity.MAJOR,)), True, id="its severity"),
        pytest.param(OncallRoute(policy="p", severities=(Severity.CRITICAL,)), False, id="another severity"),
        pytest.param(OncallRoute(policy="p", labels=(("region", "eu-*"), ("service", "wallet"))), True, id="labels"),
        pytest.param(
            OncallRoute(policy="p", labels=(("region", "us-*"), ("service", "wallet"))), False, id="of two signals"
        ),
        pytest.param(OncallRoute(policy="p", hours=(NOON,)), True, id="its hours"),
        pytest.param(OncallRoute(policy="p", hours=(NOON,), zone="Europe/Zurich"), False, id="of another zone"),
    ],
)
def test_a_route_fits(route: OncallRoute, fits: bool) -> None:
    assert (route_of([route], SUBJECT, AT) is route) is fits


def test_the_first_route_that_fits_counts() -> None:
    routes = [OncallRoute(policy="none", assets=("ETH",)), OncallRoute(policy="one"), OncallRoute(policy="two")]
    assert route_of(routes, SUBJECT, AT) is routes[1]


def test_a_pending_severity_is_none_of_those_named() -> None:
    named = OncallRoute(policy="p", severities=tuple(Severity))
    assert route_of([named], Subject(components=("a",)), AT) is None
