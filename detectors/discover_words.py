"""The words by which metrics of an exchange are known, in the singular and the plural."""

OF_PROGRAMS = (
    "go_", "process_", "python_", "promhttp_", "prometheus_", "scrape_", "net_conntrack_", "jvm_", "nodejs_", "vm_",
    "flag", "alertmanager_", "grafana_", "tocsin_", "node_scrape_", "node_textfile_", "node_timex_", "node_arp_",
    "node_time_", "node_exporter_", "node_softnet_", "node_netstat_", "node_nf_",
)  # fmt: skip
"""Beginnings of names that tell how a program does, not what it does for customers."""

AREAS: dict[str, frozenset[str]] = {
    "withdrawals": frozenset({"withdrawal", "withdrawals", "withdraw", "payout", "payouts"}),
    "deposits": frozenset({"deposit", "deposits", "credited", "uncredited"}),
    "trading": frozenset(
        {
            "trade",
            "trades",
            "trading",
            "order",
            "orders",
            "orderbook",
            "matching",
            "match",
            "fills",
            "fill",
            "execution",
        }
    ),
    "chain": frozenset(
        {"chain", "chains", "block", "blocks", "blockchain", "mempool", "confirmation", "confirmations", "rpc"}
    ),
    "wallets": frozenset({"wallet", "wallets", "balance", "balances", "signer", "signing", "reserve", "reserves"}),
    "accounts": frozenset(
        {
            "login",
            "logins",
            "auth",
            "session",
            "sessions",
            "signup",
            "signups",
            "kyc",
            "password",
            "otp",
            "user",
            "users",
        }
    ),
    "api": frozenset({"api", "http", "grpc", "request", "requests", "gateway", "websocket", "ws", "response", "rest"}),
}
"""In this order: a wallet's withdrawals are withdrawals."""

LABELS_KEPT = (
    "asset", "currency", "coin", "token", "network", "chain", "pair", "market", "symbol", "group", "service", "route",
    "direction",
)  # fmt: skip
"""Labels that name a part of an exchange; others (job, instance, pod, code, …) tell machines or outcomes apart."""

OUTCOME_LABELS = ("outcome", "result", "status", "state", "code", "status_code")
GOOD_OUTCOMES = frozenset(
    {"ok", "success", "succeeded", "successful", "completed", "complete", "credited", "filled", "confirmed", "done"}
)
BAD_OUTCOMES = frozenset(
    {"error", "errors", "fail", "failed", "failure", "rejected", "refused", "declined", "timeout", "timed_out",
     "expired", "aborted", "dropped", "invalid"}
)  # fmt: skip

TIMES = frozenset({"seconds", "milliseconds", "microseconds", "ms", "minutes", "hours"})
LATENCIES = frozenset({"latency", "duration", "durations", "delay", "confirmation", "processing", "response", "wait"})
AGES = frozenset({"oldest", "age", "lag", "behind"})
BACKLOGS = frozenset(
    {"queue", "queued", "queues", "pending", "backlog", "waiting", "unsigned", "uncredited", "unconfirmed",
     "unprocessed", "outstanding", "stuck", "lag"}
)  # fmt: skip
BALANCES = frozenset({"balance", "balances", "liquidity"})
ERRORS = frozenset(
    {"error", "errors", "errs", "fail", "failed", "failure", "failures", "rejected", "rejections", "declined",
     "timeouts", "timeout", "exceptions", "dropped", "drop", "drops", "aborted"}
)  # fmt: skip
ACTIVITY = frozenset(
    {"deposit", "deposits", "withdrawal", "withdrawals", "trade", "trades", "order", "orders", "fills", "request",
     "requests", "block", "blocks", "login", "logins", "signups", "payment", "payments", "payouts", "transaction",
     "transactions", "confirmations", "packets", "executions", "messages"}
)  # fmt: skip
