"""What a kill -9, a receiver that closes after the body and a re-send cost: Tocsin, and an Alertmanager beside it.

Run: python -m benchmarks.bench_loss [--many 200]. The story is told in tests/faults/loss.py; of each kind of alert as
many as `many`, each with a cause of its own. Both run the same story, one after the other.
"""

import argparse
import tempfile
from dataclasses import asdict
from pathlib import Path

from benchmarks.aims import found
from tests.faults.loss import Peer, alertmanager, fairly, suffered, tocsin
from tests.patience import until

WORDS = {
    "lost": "alerts answered with 200 and lost at kill -9",
    "never_notified": "alerts of which the webhook never had word",
    "notified_twice": "alerts of which the webhook had word twice",
    "ends_never_said": "ends during the absence that were never announced",
    "silences_lost": "silences lost, of 5",
    "extra": "requests beyond the repeats that the webhook asked for",
}


def told(peer: Peer, many: int) -> None:
    """Prints what it suffered; of Tocsin nothing may be."""
    is_ours = peer.name == "Tocsin"
    for name, count in asdict(suffered(peer, many, until if is_ours else fairly)).items():
        found(f"{peer.name}: {WORDS[name]}", count, "", at_most=0 if is_ours else None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--many", type=int, default=200)
    many = parser.parse_args().many
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        with alertmanager(Path(folder) / "alertmanager") as theirs:
            told(theirs, many)
        with tocsin(Path(folder) / "tocsin", many) as ours:
            told(ours, many)


if __name__ == "__main__":
    main()
