"""Example values for keys with many parts: sources, components and watches of a small exchange.

The first of each list is in use in the file that `tocsin init` writes, the others stand there as comments.
"""

from typing import Any

SOURCES: list[Any] = [
    {
        "default": {
            "kind": "scrape",
            "keep": "30d",
            "targets": [{"url": "http://127.0.0.1:9100/metrics", "every": "15s", "labels": {"job": "exchange"}}],
        }
    },
    {
        "prod": {
            "kind": "prometheus",
            "url": "https://prometheus.internal",
            "timeout": "10s",
            "bearer_token_file": "/etc/tocsin/prometheus-token",
        },
        "past": {"kind": "replay", "files": {"exchange_orders": "past.csv"}, "warm": "7d", "speed": 60},
    },
]

COMPONENTS: list[Any] = [
    [
        {
            "name": "chain/bitcoin",
            "title": "Bitcoin network",
            "public": False,
            "team": "network-operations",
            "disclosure": {"mode": "never"},
        },
        {
            "name": "chain/ethereum",
            "title": "Ethereum network",
            "public": False,
            "team": "network-operations",
            "disclosure": {"mode": "never"},
        },
        {
            "for": [
                {"asset": "BTC", "network": "bitcoin", "coin": "Bitcoin"},
                {"asset": "ETH", "network": "ethereum", "coin": "Ether"},
            ],
            "name": "withdrawals/{asset}/{network}",
            "title": "{coin} withdrawals",
            "group": "Withdrawals",
            "asset": "{asset}",
            "network": "{network}",
            "direction": "withdrawal",
            "form": "Withdrawal",
            "depends_on": ["chain/{network}"],
            "disclosure": {"mode": "approve", "after": "5m"},
            "team": "payments",
            "words": [],
        },
        {
            "name": "trading",
            "title": "Spot trading",
            "group": "Trading",
            "direction": "trade",
            "form": "Trading issue",
            "disclosure": {"mode": "auto", "after": "30s"},
            "team": "matching-engine",
        },
    ]
]

WATCHES: list[Any] = [
    [
        {
            "name": "withdrawal-time",
            "title": "Withdrawal processing time, p95",
            "metric": "exchange_withdrawal_processing_seconds",
            "read": "quantile",
            "quantile": 0.95,
            "by": ["asset", "network"],
            "window": "5m",
            "component": "withdrawals/{asset}/{network}",
            "unit": "s",
            "bad": "above",
            "kind": "delay",
            "every": "15s",
            "recover": "2m",
            "min_change": 5,
            "budget": 1,
            "user_visible": True,
        },
        {
            "name": "api-errors",
            "title": "Share of failed API requests",
            "metric": "exchange_api_errors_total",
            "read": "ratio",
            "of": "exchange_api_requests_total",
            "component": "trading",
            "bad": "above",
            "kind": "errors",
            "every": "15s",
            "min_change": 0.01,
            "user_visible": True,
        },
    ],
    [
        {
            "name": "queue",
            "promql": "sum by (asset, network) (exchange_withdrawals_pending)",
            "component": "withdrawals/{asset}/{network}",
            "bad": "above",
            "kind": "backlog",
            "source": "prod",
        },
        {
            "name": "tickets-by-topic",
            "title": "Tickets written",
            "metric": "tocsin_tickets_total",
            "read": "rate",
            "by": ["topic"],
            "window": "15m",
            "component": "tickets/{topic}",
            "bad": "above",
            "min_change": 0.01,
            "source": "prod",
            "shadow": True,
        },
    ],
]
