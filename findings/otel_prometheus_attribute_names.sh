#!/usr/bin/env bash
# opentelemetry-exporter-prometheus 0.66b2 (SDK 1.45.2, Python): attributes whose names differ in a dot alone.
#
# Valid input: a counter whose code was moved to the semantic conventions by halves: some calls give the attribute
#   `asset_name`, others `asset.name`, one call gives both.
# One would guess: what OpenTelemetry's own rules for Prometheus say: values whose names become one name are joined
#   ("BTC;ETH"), and streams that become one series are added up.
# What happens: of one call's two values the last stands alone; two streams become two lines of one series, with two
#   values, in one page. Prometheus 2.42 keeps the first, and the other's count is gone without a sign: `up` is 1, and
#   `prometheus_target_scrapes_sample_duplicate_timestamp_total` stays 0. Which is first follows from who counted first,
#   so after a restart of the program the series may go on with the other's count.
# Who is hurt: whoever alerts on that counter: half of the deposits are not there, and a restart looks like a jump.
set -euo pipefail
folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq 'prometheus=2.42.0+ds-5+deb12u1' >/dev/null 2>&1
dpkg -x prometheus_*.deb .
python3 -m venv venv
venv/bin/pip install -q opentelemetry-sdk==1.45.2 opentelemetry-exporter-prometheus==0.66b2 prometheus-client==0.26.0 2>/dev/null
cat >look.py <<'PYTHON'
import json, subprocess, time, urllib.parse, urllib.request
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from prometheus_client import generate_latest, start_http_server

meter = MeterProvider([PrometheusMetricReader(disable_target_info=True)]).get_meter("exchange")
deposits = meter.create_counter("deposits")
deposits.add(3, {"asset.name": "BTC"})
deposits.add(40, {"asset_name": "BTC"})
deposits.add(500, {"asset.name": "ETH", "asset_name": "SOL"})
page = generate_latest().decode()
lines = [line for line in page.splitlines() if line.startswith("deposits_total{")]
print(*lines, sep="\n")
btc = [float(line.rpartition(" ")[2]) for line in lines if 'asset_name="BTC"' in line]
assert btc == [3.0, 40.0], btc
assert len({line.rpartition(" ")[0] for line in lines}) == 2
assert sum('asset_name="SOL"' in line for line in lines) == 1 and "ETH" not in page

server, _ = start_http_server(0, "127.0.0.1")
target = f"127.0.0.1:{server.server_port}"
with open("prometheus.yml", "w") as config:
    config.write(f"global: {{scrape_interval: 1s, scrape_timeout: 1s}}\n"
                 f"scrape_configs: [{{job_name: exchange, static_configs: [{{targets: ['{target}']}}]}}]\n")
import socket
with socket.create_server(("127.0.0.1", 0)) as free:
    own = f"127.0.0.1:{free.getsockname()[1]}"
process = subprocess.Popen(["./usr/bin/prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data",
                            f"--web.listen-address={own}", "--log.level=error"])
def ask(query):
    address = f"http://{own}/api/v1/query?" + urllib.parse.urlencode({"query": query})
    try:
        return [one["value"][1] for one in json.load(urllib.request.urlopen(address, timeout=10))["data"]["result"]]
    except OSError:
        return []
def dropped():
    body = urllib.request.urlopen(f"http://{own}/metrics", timeout=10).read().decode()
    (line,) = [one for one in body.splitlines() if one.startswith("prometheus_target_scrapes_sample_duplicate_timestamp_total ")]
    return float(line.split()[1])
try:
    for _ in range(600):
        if ask('deposits_total{asset_name="BTC"}'):
            break
        time.sleep(0.1)
    seen = {what: ask(what) for what in ('deposits_total{asset_name="BTC"}', "up")}
    print("Prometheus 2.42:", seen, "samples that it says were double:", dropped())
    assert seen == {'deposits_total{asset_name="BTC"}': ["3"], "up": ["1"]}
    assert dropped() == 0
finally:
    process.terminate()
    process.wait(30)
PYTHON
timeout 300 venv/bin/python look.py
echo "as described"
