"""A small exchange's recorded past, with the faults that a test asks for, as files and a configuration beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from detectors.frame import Floats

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
WARM = timedelta(days=3)
START = BEGIN + WARM
LENGTH = timedelta(days=3, hours=12)
MINUTE = timedelta(minutes=1)
FILES = {
    "chain_delay": ("chain.csv", {"": 30.0}),
    "withdrawal_seconds": ("withdrawals.csv", {"a": 60.0, "b": 70.0}),
    "deposit_seconds": ("deposits.csv", {"": 40.0}),
}
"""By metric: the file, and of each pod the usual size; a sample a minute, larger by day."""
CONFIG = """\
site: {name: Northbridge}
data: ./data
sources:
  default:
    kind: replay
    warm: 3d
    speed: 600
    files: {chain_delay: chain.csv, withdrawal_seconds: withdrawals.csv, deposit_seconds: deposits.csv}
incidents: {cause_wait: 5s, recovery_hold: 2m, reopen_within: 30m}
components:
  - {name: chain/bitcoin, title: Bitcoin network, public: false, disclosure: {mode: never}}
  - name: withdrawals/BTC
    title: Bitcoin withdrawals
    group: Withdrawals
    depends_on: [chain/bitcoin]
    disclosure: {mode: auto, after: 0s}
  - {name: deposits/EUR, title: Euro deposits, group: Deposits, disclosure: {mode: approve, after: 5m}}
watches:
  - name: chain-delay
    title: Delay of the chain
    metric: chain_delay
    component: chain/bitcoin
    unit: s
    bad: above
    kind: delay
    every: 60s
    hold: 2m
    history: 3d
  - name: withdrawal-time
    title: Withdrawal time
    metric: withdrawal_seconds
    by: [pod]
    component: withdrawals/BTC
    unit: s
    bad: above
    kind: delay
    user_visible: true
    every: 60s
    hold: 2m
    recover: 3m
    history: 3d
  - name: deposit-time
    title: Time to credit a deposit
    metric: deposit_seconds
    component: deposits/EUR
    unit: s
    bad: above
    kind: delay
    user_visible: true
    every: 5m
    absent_after: 10m
    history: 3d
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """metric: whose samples, but for pod b's, are multiplied by `factor`, NaN = none come. after: the span's start."""

    metric: str
    after: timedelta
    lasts: timedelta
    factor: float


FAULTS = (
    # The chain slows, and with it the withdrawals a minute earlier: one incident, whose root moves to the chain.
    Fault(metric="chain_delay", after=timedelta(hours=2), lasts=timedelta(minutes=40), factor=6.0),
    Fault(metric="withdrawal_seconds", after=timedelta(hours=1, minutes=59), lasts=timedelta(minutes=45), factor=5.0),
    # The same withdrawals a quarter of an hour later, worse: the same incident, reopened.
    Fault(metric="withdrawal_seconds", after=timedelta(hours=3), lasts=timedelta(minutes=20), factor=20.0),
    # Deposits fall silent, and hours later take long.
    Fault(metric="deposit_seconds", after=timedelta(hours=6), lasts=timedelta(hours=1), factor=float("nan")),
    Fault(metric="deposit_seconds", after=timedelta(hours=9), lasts=timedelta(hours=1), factor=30.0),
)


def write(folder: Path, *, faults: Sequence[Fault] = FAULTS, length: timedelta = LENGTH, config: str = CONFIG) -> Path:
    """The files and `tocsin.yaml`; its path. length: of the files, the warm part included."""
    chance = np.random.default_rng(3)
    times = BEGIN.timestamp() + 60.0 * np.arange(1, length / MINUTE + 1)
    for metric, (name, means) in FILES.items():
        lines = ["time,pod,value\n"]
        for pod, mean in means.items():
            usual = mean * (1 + 0.3 * np.sin(2 * np.pi * times / 86_400)) * chance.lognormal(0, 0.05, len(times))
            values = usual if pod == "b" else _hurt(usual, times, [one for one in faults if one.metric == metric])
            known = ~np.isnan(values)
            rows = zip(times[known].tolist(), values[known].tolist(), strict=True)
            lines += [f"{at:.0f},{pod},{value:.3f}\n" for at, value in rows]
        (folder / name).write_text("".join(lines), encoding="utf-8")
    path = folder / "tocsin.yaml"
    path.write_text(config, encoding="utf-8")
    return path


def _hurt(usual: Floats, times: Floats, faults: Sequence[Fault]) -> Floats:
    values = usual.copy()
    for fault in faults:
        since = (START + fault.after).timestamp()
        values[(times >= since) & (times < since + fault.lasts.total_seconds())] *= fault.factor
    return values
