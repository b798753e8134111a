#!/usr/bin/env bash
# vmalert 1.79.5 (Debian 12's victoria-metrics) as a sender of alerts to an Alertmanager.
#
# Valid input: a rule file of two alerting rules, one with a label whose value is empty, and a datasource that answers.
# One would guess: what Prometheus sends: one POST with all alerts of the evaluation, each key of `labels` once, labels
#   without a value left out, `endsAt` some minutes ahead, the same alert again after a minute.
# What happens: each alert is a POST of its own; `labels` holds the key `alertname` twice; the empty label is sent as
#   ""; `endsAt` lies four evaluation intervals ahead, and the alert is sent again at every evaluation.
# Who is hurt: a receiver whose JSON reader refuses a key that stands twice loses every alert; one that counts labels or
#   makes a fingerprint from the text takes the same alert of Prometheus and of vmalert for two; one that expects leases
#   of minutes ends an alert of a rule evaluated every 15 s after 60 s of silence.
set -euo pipefail
folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq 'victoria-metrics=1.79.5+ds1-2+b5' >/dev/null
dpkg -x victoria-metrics_*.deb .

cat >rules.yml <<'RULES'
groups:
  - name: exchange
    interval: 2s
    rules:
      - {alert: Stuck, expr: "queue > 5", labels: {blank: ""}}
      - {alert: Long, expr: "queue > 8"}
RULES
cat >both.py <<'PYTHON'
"""The datasource, and the receiver; it keeps the first five alerts as they came."""
import http.server, json, sys, time
ANSWER = {"status": "success", "data": {"resultType": "vector", "result": [{"metric": {"__name__": "queue", "chain": "eth"}, "value": [0, "9"]}]}}
class Both(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        if self.path.endswith("/alerts"):
            with open("came.jsonl", "a") as came:
                came.write(json.dumps([time.time(), body]) + "\n")
            answer = {}
        else:
            ANSWER["data"]["result"][0]["value"][0] = time.time()
            answer = ANSWER
        text = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
    do_GET = do_POST
    def log_message(self, *_): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Both)
print(server.server_address[1], file=open("port", "w"), flush=True)
server.serve_forever()
PYTHON
python3 both.py &
for _ in $(seq 100); do [ -s port ] && break; sleep 0.1; done
here="http://127.0.0.1:$(cat port)"
touch came.jsonl
timeout 120 ./usr/bin/vmalert -rule=rules.yml -datasource.url="$here" -notifier.url="$here" -httpListenAddr=127.0.0.1:0 2>vmalert.log &
for _ in $(seq 600); do [ "$(wc -l <came.jsonl)" -ge 5 ] && break; sleep 0.1; done

python3 - <<'PYTHON'
import json
from datetime import datetime
came = [json.loads(line) for line in open("came.jsonl")][:5]
bodies = [json.loads(body, object_pairs_hook=list) for _, body in came]
print("vmalert 1.79.5; the first POST:", came[0][1])
assert len(came) == 5, "fewer than five POSTs came"
assert [len(alerts) for alerts in bodies] == [1] * 5, "several alerts in a POST"
labels = [dict(alerts[0])["labels"] for alerts in bodies]
keys = [[key for key, _ in pairs] for pairs in labels]
assert all(one.count("alertname") == 2 for one in keys), keys
assert any(("blank", "") in map(tuple, pairs) for pairs in labels), labels
read = [json.loads(body)[0] for _, body in came]
stuck = [(at, one) for (at, _), one in zip(came, read) if one["labels"]["alertname"] == "Stuck"]
when = lambda text: datetime.fromisoformat(text[:26].rstrip("Z") + "+00:00").timestamp()
leases = [round(when(one["endsAt"]) - at) for at, one in stuck]
print("seconds from a POST to its endsAt, evaluated every 2 s:", leases)
print("the same alert was sent", len(stuck), "times within", round(stuck[-1][0] - stuck[0][0], 1), "s")
assert len(stuck) >= 2 and all(5 <= lease <= 8 for lease in leases)
PYTHON
echo "as described"
