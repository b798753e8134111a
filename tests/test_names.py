"""A class name means one thing in the whole project; where two packages share one, the reason is written here."""

import ast
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).parent.parent
PACKAGES = ("detectors", "incidents", "statuspage", "tickets", "dashboards", "tocsin")

APART = "the simulated exchange imports nothing of Tocsin, and nothing of it is imported"
SAME = "the same of an incident and of a ticket"
REASONS = {
    "Action": SAME,
    "TransitionError": SAME,
    "Ledger": APART,
    "Page": APART,
    "Sender": APART,
    "Stage": APART,
    "Transaction": APART,
    "AlertRule": "Prometheus calls its rules so, and the configuration its own for foreign alerts",
    "Reading": "what was read: of a query's samples, and of a request's alerts",
}


def classes() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for file in (f for package in PACKAGES for f in sorted((HERE / package).rglob("*.py"))):
        for node in ast.parse(file.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(file.relative_to(HERE).as_posix())
    return found


def test_no_two_classes_share_a_name_without_a_reason() -> None:
    shared = {name: files for name, files in classes().items() if len(files) > 1}
    wrong = [f"{name}: {', '.join(files)}" for name, files in shared.items() if name not in REASONS]
    assert not wrong, "say one of them better, or give a reason:\n" + "\n".join(wrong)
    assert REASONS.keys() <= shared.keys(), "these are unique: take them from the reasons"


def test_the_exchange_s_names_are_shared_with_the_exchange_alone() -> None:
    for name, files in classes().items():
        if REASONS.get(name) == APART:
            assert sum(not file.startswith("tocsin/demo/") for file in files) == 1, files
