"""Names, types and labels of metrics become proposals."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from detectors.discover import Proposal, area_of, labels_kept, propose, shortlist, why_not, why_not_their_shapes
from detectors.discover_metric import Metric, MetricKind, Sight, kinds_of
from detectors.discover_shape import MOST_WATCHES, HistogramShape
from detectors.watch import Direction, FailureKind, Query, Read

ROUTE = {"asset": 9, "network": 6}


def metric(name: str, kind: MetricKind = MetricKind.COUNTER, text: str = "") -> Metric:
    return Metric(name=name, kind=kind, help=text)


def sight(
    name: str,
    kind: MetricKind = MetricKind.COUNTER,
    labels: Mapping[str, int] | None = None,
    outcomes: Mapping[str, tuple[str, ...]] | None = None,
) -> Sight:
    return Sight(metric=metric(name, kind), series=10, labels=labels or {}, outcomes=outcomes or {})


def histogram(name: str, shape: HistogramShape, labels: Mapping[str, int] | None = None) -> Sight:
    return replace(sight(name, MetricKind.HISTOGRAM, labels), shape=shape)


def only(*sights: Sight) -> Proposal:
    (found,) = propose(sights)
    return found


@pytest.mark.parametrize(
    ("names", "reported", "expected"),
    [
        (["a_total"], {"a_total": ("counter", "As.")}, {"a_total": MetricKind.COUNTER}),
        (["a_total"], {"a": ("counter", "As.")}, {"a_total": MetricKind.COUNTER}),  # as OpenMetrics tells it
        (
            ["a_total", "b"],
            {},
            {"a_total": MetricKind.COUNTER, "b": MetricKind.GAUGE},
        ),  # as VictoriaMetrics tells nothing
        (["h_bucket", "h_count", "h_sum", "h_created"], {}, {"h": MetricKind.HISTOGRAM}),
        (["h_bucket", "h_count", "h_sum"], {"h": ("histogram", "H.")}, {"h": MetricKind.HISTOGRAM}),
        (["s", "s_count", "s_sum"], {"s": ("summary", "")}, {"s": MetricKind.OTHER}),
        (["s", "s_count", "s_sum"], {}, {"s": MetricKind.OTHER}),
        (["head_count"], {"head_count": ("gauge", "")}, {"head_count": MetricKind.GAUGE}),
        (["x"], {"x": ("unknown", "")}, {"x": MetricKind.GAUGE}),
        (["build_info"], {}, {"build_info": MetricKind.OTHER}),
    ],
)
def test_a_metric_is_what_it_was_reported_to_be_or_what_its_name_ends_with(
    names: list[str], reported: dict[str, tuple[str, str]], expected: dict[str, MetricKind]
) -> None:
    assert {each.name: each.kind for each in kinds_of(names, reported)} == expected


@pytest.mark.parametrize(
    ("name", "area"),
    [
        ("exchange_withdrawals_total", "withdrawals"),
        ("hotWalletWithdrawalSigned_total", "withdrawals"),
        ("hot_wallet_balance", "wallets"),
        ("deposit_credit_seconds", "deposits"),
        ("orders_total", "trading"),
        ("chain_confirmation_seconds", "chain"),
        ("http_requests_total", "api"),
        ("logins_total", "accounts"),
        ("node_network_receive_errs_total", "hosts"),
        ("tax_reports_pending", "other"),
    ],
)
def test_an_area_is_known_by_a_word(name: str, area: str) -> None:
    assert area_of(metric(name)) == area


@pytest.mark.parametrize(
    ("labels", "kept"),
    [
        ({"asset": 9, "network": 6, "instance": 3, "job": 1, "pod": 40}, ("asset", "network")),
        ({"pair": 400}, ()),
        ({"asset": 40, "pair": 50}, ("asset",)),
        ({"outcome": 2, "route": 12}, ("route",)),
        ({}, ()),
    ],
)
def test_labels_of_the_exchange_are_kept_and_those_of_machines_dropped(
    labels: dict[str, int], kept: tuple[str, ...]
) -> None:
    assert labels_kept(labels) == kept


BY = ("asset", "network")
ABOVE, BELOW = Direction.ABOVE, Direction.BELOW
RULES: dict[str, tuple[Sight, Query, Direction, FailureKind]] = {
    "a histogram of durations": (
        sight("withdrawal_processing_seconds", MetricKind.HISTOGRAM, ROUTE),
        Query(metric="withdrawal_processing_seconds", read=Read.QUANTILE, quantile=0.95, at_least=20, by=BY),
        ABOVE,
        FailureKind.DELAY,
    ),
    "what customers do": (
        sight("deposits_total", MetricKind.COUNTER, ROUTE),
        Query(metric="deposits_total", read=Read.RATE, by=BY),
        BELOW,
        FailureKind.HALT,
    ),
    "an age": (
        sight("oldest_pending_order_seconds", MetricKind.GAUGE, {"group": 3}),
        Query(metric="oldest_pending_order_seconds", by=("group",)),
        ABOVE,
        FailureKind.DELAY,
    ),
    "a queue": (
        sight("pending_withdrawals", MetricKind.GAUGE, ROUTE),
        Query(metric="pending_withdrawals", by=BY),
        ABOVE,
        FailureKind.BACKLOG,
    ),
    "a confirmation time": (
        sight("chain_confirmation_seconds", MetricKind.GAUGE, {"network": 8}),
        Query(metric="chain_confirmation_seconds", by=("network",)),
        ABOVE,
        FailureKind.DELAY,
    ),
    "a balance": (
        sight("hot_wallet_balance", MetricKind.GAUGE, ROUTE),
        Query(metric="hot_wallet_balance", by=BY),
        BELOW,
        FailureKind.OTHER,
    ),
    "errors of which the whole is not counted": (
        sight("signing_errors_total", MetricKind.COUNTER),
        Query(metric="signing_errors_total", read=Read.RATE),
        ABOVE,
        FailureKind.ERRORS,
    ),
}


@pytest.mark.parametrize("name", RULES)
def test_a_rule_says_how_a_metric_is_read_and_what_is_bad(name: str) -> None:
    seen, query, bad, failure = RULES[name]
    found = only(seen)
    assert (found.query, found.bad, found.failure) == (query, bad, failure)
    assert found.reason


def test_errors_are_a_share_of_the_counter_whose_name_says_the_same() -> None:
    metrics = [metric(name) for name in ("api_errors_total", "api_requests_total", "api_bytes_total", "orders_total")]
    assert metrics[1] in shortlist(metrics)
    errors = sight("api_errors_total", labels={"route": 4})
    whole = sight("api_requests_total", labels={"route": 4})
    found = {each.name: each.query for each in propose([errors, whole, sight("orders_total")])}
    assert found["api-errors-share"] == Query(
        metric="api_errors_total", read=Read.RATIO, of="api_requests_total", by=("route",), at_least=20
    )


def test_outcomes_become_a_rate_of_the_good_and_a_share_of_each_bad_one() -> None:
    seen = sight("orders_total", labels={"pair": 5, "outcome": 3}, outcomes={"outcome": ("filled", "open", "rejected")})
    rate, share = sorted((each.query for each in propose([seen])), key=lambda query: query.read)[::-1]
    assert {rate.read, share.read} == {Read.RATE, Read.RATIO}
    rate, share = (rate, share) if rate.read is Read.RATE else (share, rate)
    assert rate == Query(metric="orders_total", read=Read.RATE, match=(("outcome", "filled"),), by=("pair",))
    assert share == Query(
        metric="orders_total",
        read=Read.RATIO,
        match=(("outcome", "rejected"),),
        of="orders_total",
        by=("pair",),
        at_least=20,
    )


def test_of_status_codes_the_server_s_own_failures_are_watched() -> None:
    codes = {"code": ("200", "404", "500", "503")}
    found = propose([sight("http_requests_total", labels={"code": 4}, outcomes=codes)])
    assert [(each.query.read, each.query.match) for each in found] == [
        (Read.RATIO, (("code", "500"),)),
        (Read.RATIO, (("code", "503"),)),
        (Read.RATE, ()),
    ]


def test_a_histogram_worth_it_is_watched_as_a_whole_beside_its_percentile() -> None:
    shape = HistogramShape(series=10, buckets=14, events=80.0)
    percentile, whole = propose([histogram("withdrawal_processing_seconds", shape, ROUTE)])
    assert (percentile.name, whole.name) == ("withdrawal-processing-p95", "withdrawal-processing-shift")
    assert percentile.query.read is Read.QUANTILE
    assert whole.query == Query(metric="withdrawal_processing_seconds", read=Read.SHIFT, by=BY, at_least=50)
    assert (whole.bad, whole.failure, whole.unit) == (ABOVE, FailureKind.OTHER, "")
    assert "140 buckets" in whole.reason


@pytest.mark.parametrize(
    ("shape", "why"),
    [
        (HistogramShape(series=10, buckets=3, events=900.0), "too coarse"),
        (HistogramShape(series=10, buckets=0, events=900.0), "too coarse"),  # vmrange in place of le
        (HistogramShape(series=200, buckets=14, events=900.0), "too large"),
        (HistogramShape(series=10, buckets=14, events=49.0), "too rare"),
        (HistogramShape(series=10, buckets=14, events=float("nan")), "too rare"),
    ],
)
def test_a_histogram_too_coarse_too_large_or_too_rare_has_its_percentile_alone(shape: HistogramShape, why: str) -> None:
    seen = histogram("deposit_seconds", shape)
    assert only(seen).query.read is Read.QUANTILE
    assert why_not_their_shapes([seen])[seen.metric.name].startswith(why)


def test_of_many_histograms_the_shapes_that_customers_feel_first_are_watched() -> None:
    plenty = HistogramShape(series=1, buckets=14, events=900.0)
    seen = [histogram(f"http_{way}_seconds", replace(plenty, events=500.0 + at)) for at, way in enumerate("abcd")]
    seen += [histogram("orders_seconds", plenty), histogram("payouts_seconds", replace(plenty, events=60.0))]
    shapes = [each.query.metric for each in propose(seen) if each.query.read is Read.SHIFT]
    assert shapes == ["payouts_seconds", "orders_seconds", "http_c_seconds", "http_d_seconds"]
    assert len(shapes) == MOST_WATCHES
    assert why_not_their_shapes(seen)[seen[0].metric.name] == "after the first 4 whose shape is watched"
    assert sum(each.query.read is Read.QUANTILE for each in propose(seen)) == len(seen)


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        (metric("go_goroutines", MetricKind.GAUGE), "about a program, not the exchange"),
        (metric("up", MetricKind.GAUGE), "about a program, not the exchange"),
        (metric("rpc_duration_seconds", MetricKind.OTHER), "neither counter, gauge nor histogram"),
        (metric("node_memory_free_bytes", MetricKind.GAUGE), "its name says nothing that is known to be bad"),
        (metric("response_size_bytes", MetricKind.HISTOGRAM), "its name says nothing that is known to be bad"),
        (metric("coffee_total"), "its name says nothing that is known to be bad"),
    ],
)
def test_what_no_rule_knows_is_passed_over_with_the_reason(seen: Metric, why: str) -> None:
    assert why_not(seen) == why
    assert shortlist([seen]) == ()


def test_names_are_unique() -> None:
    found = propose([sight("exchange_orders_total"), sight("orders_total")])
    assert [each.name for each in found] == ["orders-rate", "orders-rate-2"]
