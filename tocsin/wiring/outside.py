"""Makes the calls of foreign services visible in the metrics."""

from tickets.call_gate import CallOutcome
from tickets.rest import RestClient
from tocsin.context.metrics import Metrics


def counted(client: RestClient, metrics: Metrics) -> RestClient:
    """The same client; what becomes of its calls is counted under its name, and whether it is left alone."""
    calls = {outcome: metrics.outside_calls.labels(client.name, outcome) for outcome in CallOutcome}
    client.gate.report = lambda outcome: calls[outcome].inc()
    metrics.outside_open.labels(client.name).set_function(lambda: float(client.gate.again_at is not None))
    return client
