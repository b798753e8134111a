#!/usr/bin/env bash
# prometheus-api-client 0.7.2: a label that is called `value` (or `timestamp`).
#
# Valid input: Prometheus 2.42 answers `count_values("value", build)`; the name of the new label is the caller's, and
#   `value` is what the function's examples are often given.
# One would guess: a column with the label, beside one with the sample.
# What happens: MetricRangeDataFrame and MetricSnapshotDataFrame write the sample and its time into columns of these two
#   names, over the labels, without a word: which build has three instances and which has one is gone.
# Who is hurt: whoever counts instances by version, or has an exporter with such a label.
set -euo pipefail
folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq 'prometheus=2.42.0+ds-5+deb12u1' >/dev/null 2>&1
dpkg -x prometheus_*.deb .
python3 -m venv venv
venv/bin/pip install -q "prometheus-api-client[all]==0.7.2" "pandas==3.1.1" 2>/dev/null
cat >rules.yml <<'RULES'
groups:
  - name: made
    interval: 1s
    rules:
      - {record: build, expr: "vector(12)", labels: {instance: a}}
      - {record: build, expr: "vector(12)", labels: {instance: b}}
      - {record: build, expr: "vector(12)", labels: {instance: c}}
      - {record: build, expr: "vector(13)", labels: {instance: d}}
RULES
echo 'rule_files: [rules.yml]' >prometheus.yml
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
timeout 300 ./usr/bin/prometheus --config.file=prometheus.yml --storage.tsdb.path=data --web.listen-address="127.0.0.1:$port" 2>prometheus.log &
venv/bin/python - "http://127.0.0.1:$port" <<'PYTHON'
import sys, time
from prometheus_api_client import MetricRangeDataFrame, MetricSnapshotDataFrame, PrometheusConnect
from datetime import datetime, timedelta

client = PrometheusConnect(sys.argv[1])
QUERY = 'count_values("value", build)'
for _ in range(600):
    try:
        found = client.custom_query(QUERY)
    except Exception:
        found = []
    if sum(int(one["value"][1]) for one in found) == 4:
        break
    time.sleep(0.1)
print("Prometheus 2.42 answers:", [(one["metric"], one["value"][1]) for one in found])
assert {one["metric"]["value"]: one["value"][1] for one in found} == {"12": "3", "13": "1"}
snapshot = MetricSnapshotDataFrame(found)
now = datetime.now()
series = MetricRangeDataFrame(client.custom_query_range(QUERY, now - timedelta(seconds=2), now, "1"))
print("prometheus-api-client 0.7.2, snapshot:", snapshot.drop(columns="timestamp").to_dict("records"))
print("prometheus-api-client 0.7.2, range, columns:", list(series.columns))
assert list(snapshot.columns) == ["value", "timestamp"] and sorted(snapshot["value"]) == [1.0, 3.0]
assert list(series.columns) == ["value"] and not series["value"].isin([12.0, 13.0]).any()
PYTHON
echo "as described"
