#!/usr/bin/env bash
# prometheus-api-client 0.7.2 with pandas 3.1.1 (and 2.2.3): a series that holds one NaN.
#
# Valid input: a range query's answer whose values are "3", "NaN" and "5", as Prometheus writes 0/0 of an idle instance,
#   and one with "+Inf", as it writes a division by 0.
# One would guess: `Metric` and `MetricsList` read both, as `MetricRangeDataFrame` does.
# What happens: "+Inf" is read; the series with "NaN" raises ValueError, and with it a `MetricsList` of all the others.
#   The cause is pandas.to_numeric, which reads "+Inf" and "" but no "NaN" (float("NaN") and read_csv do).
# Who is hurt: whoever loads many series by MetricsList: one idle instance, and none is there.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/look.py" <<'PYTHON'
import pandas
from prometheus_api_client import Metric, MetricRangeDataFrame, MetricsList

print("pandas", pandas.__version__)
def answer(name, *values):
    return {"metric": {"__name__": name}, "values": [[1700000000 + 60 * at, value] for at, value in enumerate(values)]}

def read(what, *answers):
    try:
        found = what(list(answers) if what is not Metric else answers[0])
        return "read" if what is not MetricsList else f"{len(found)} series"
    except ValueError as error:
        return f"ValueError: {error}"

seen = {
    "Metric, +Inf": read(Metric, answer("a", "3", "+Inf", "5")),
    "Metric, NaN": read(Metric, answer("a", "3", "NaN", "5")),
    "MetricsList, two sound and one with NaN": read(MetricsList, answer("a", "1"), answer("b", "2"), answer("c", "NaN")),
    "MetricRangeDataFrame, NaN": read(MetricRangeDataFrame, answer("a", "3", "NaN", "5")),
    "to_numeric of an empty string": str(pandas.to_numeric(pandas.Series(["3", ""])).tolist()),
}
for what, came in seen.items():
    print(f"{what}: {came}")
assert seen["Metric, +Inf"] == seen["MetricRangeDataFrame, NaN"] == "read"
assert seen["Metric, NaN"].startswith("ValueError")
assert seen["MetricsList, two sound and one with NaN"].startswith("ValueError")
assert seen["to_numeric of an empty string"] == "[3.0, nan]"
PYTHON
for pandas in 3.1.1 2.2.3; do
    python3 -m venv "$folder/$pandas"
    "$folder/$pandas/bin/pip" install -q "prometheus-api-client[all]==0.7.2" "pandas==$pandas" 2>/dev/null
    "$folder/$pandas/bin/python" "$folder/look.py"
done
echo "as described"
