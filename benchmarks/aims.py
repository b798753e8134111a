"""What a benchmark found, against what it is to be; `make bench` ends with the table of them all.

python -m benchmarks.aims FILE: the table of the findings in the file; ends with 1 where one missed its aim.
"""

import json
import os
import sys
from pathlib import Path

RESULTS = "TOCSIN_BENCH_RESULTS"


def found(what: str, value: float, unit: str, *, at_most: float | None = None, at_least: float | None = None) -> None:
    """Prints a figure with its aim, and keeps it for the table where the environment names a file."""
    met = (at_most is None or value <= at_most) and (at_least is None or value >= at_least)
    bounds = (("at most", at_most), ("at least", at_least))
    aim = " and ".join(f"{words} {bound:g}" for words, bound in bounds if bound is not None)
    print(_line(what, value, unit, aim, met), flush=True)
    if RESULTS in os.environ:
        with Path(os.environ[RESULTS]).open("a", encoding="utf-8") as file:
            file.write(json.dumps([what, value, unit, aim, met]) + "\n")


def _line(what: str, value: float, unit: str, aim: str, met: bool) -> str:
    verdict = "" if not aim else f"   aim: {aim}" if met else f"   aim: {aim}, MISSED"
    return f"  {what:<72} {value:>12,.4g} {unit:<9}{verdict}"


def main(path: Path) -> int:
    """The table; 1 where an aim was missed."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
    print(f"== {len(rows)} findings")
    for row in rows:
        print(_line(*row))
    missed = [row[0] for row in rows if not row[4]]
    print(f"{len(missed)} missed: {'; '.join(missed)}" if missed else "every aim is met")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
