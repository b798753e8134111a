#!/usr/bin/env bash
# prometheus-api-client 0.7.2: an answer that says that it is a part.
#
# Valid input: an answer of Prometheus's HTTP API with status "success", data, and "warnings" beside it, as Thanos and a
#   Prometheus with remote read give where a store did not answer; VictoriaMetrics says "isPartial": true.
# One would guess: a caller can learn of it, as the API documents it for every endpoint.
# What happens: all_metrics, get_label_values, custom_query, custom_query_range and get_current_metric_value return the
#   data alone; nothing is raised, logged or kept on the object.
# Who is hurt: whoever concludes from what is missing: a list of names of one store of two is taken for all of them.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/look.py" <<'PYTHON'
import json
import logging
import threading
import warnings
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import version
from io import StringIO

from prometheus_api_client import PrometheusConnect

SERIES = {"metric": {"__name__": "up"}, "value": [1700000000, "1"], "values": [[1700000000, "1"]]}


class Part(BaseHTTPRequestHandler):
    def do_GET(self):
        data = {"resultType": "vector", "result": [SERIES]} if "query" in self.path else ["up"]
        said = {"status": "success", "data": data, "warnings": ["store 10.0.0.7 is away"], "isPartial": True}
        body = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Part)
threading.Thread(target=server.serve_forever, daemon=True).start()
logged = StringIO()
logging.basicConfig(stream=logged, level=logging.WARNING)
client = PrometheusConnect(url=f"http://127.0.0.1:{server.server_address[1]}", disable_ssl=True)
now = datetime.now()
asks = {
    "all_metrics": lambda: client.all_metrics(),
    "get_label_values": lambda: client.get_label_values("job"),
    "custom_query": lambda: client.custom_query("up"),
    "custom_query_range": lambda: client.custom_query_range("up", now - timedelta(minutes=5), now, "60"),
    "get_current_metric_value": lambda: client.get_current_metric_value("up"),
}
print("prometheus-api-client", version("prometheus-api-client"))
with warnings.catch_warnings(record=True) as warned:
    warnings.simplefilter("always")
    for name, ask in asks.items():
        found = ask()
        print(f"{name}: {found}")
        assert found in (["up"], [SERIES])
        assert "away" not in repr(found) + repr(vars(client))
assert "away" not in logged.getvalue() and not [one for one in warned if "away" in str(one.message)]
print("nothing raised, logged or kept")
PYTHON
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q "prometheus-api-client==0.7.2" 2>/dev/null
"$folder/venv/bin/python" "$folder/look.py"
echo "as described"
