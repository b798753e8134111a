"""The faults that the simulated exchange can have, and when each started and ended."""

from dataclasses import dataclass
from enum import StrEnum

from tocsin.demo.world import World

PAGES = ("core", "chain")
"""The exporters: `/metrics` of the exchange itself, `/metrics/chain` of its nodes."""


class FaultKind(StrEnum):
    """The faults on offer; the target is a network, a shard of the matching engine, or an exporter."""

    CONFIRMATIONS_SLOW = "confirmations-slow"
    WITHDRAWALS_STUCK = "withdrawals-stuck"
    DEPOSITS_UNCREDITED = "deposits-uncredited"
    MATCHING_SLOW = "matching-slow"
    EXPORTER_SILENT = "exporter-silent"


DEFAULTS: dict[FaultKind, tuple[str, float]] = {
    FaultKind.CONFIRMATIONS_SLOW: ("bitcoin", 6.0),
    FaultKind.WITHDRAWALS_STUCK: ("tron", 1.0),
    FaultKind.DEPOSITS_UNCREDITED: ("ethereum", 1.0),
    FaultKind.MATCHING_SLOW: ("all", 400.0),
    FaultKind.EXPORTER_SILENT: ("chain", 1.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultSpec:
    """A fault to make. factor: how many times slower, for the slow ones; above 1."""

    kind: FaultKind
    target: str
    factor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault that was made. Instants are epoch seconds; ended_at is None while it lasts."""

    id: str
    spec: FaultSpec
    started_at: float
    ended_at: float | None = None


def make_spec(world: World, fault: str, target: str = "", factor: float | None = None) -> FaultSpec:
    """The checked fault of these words; ValueError names what is wrong and what would be right."""
    try:
        kind = FaultKind(fault)
    except ValueError:
        raise ValueError(f"fault is {fault!r}, must be one of {', '.join(FaultKind)}") from None
    usual_target, usual_factor = DEFAULTS[kind]
    target = target or usual_target
    if target not in targets(world, kind):
        raise ValueError(f"target of {kind} is {target!r}, must be one of {', '.join(targets(world, kind))}")
    factor = usual_factor if factor is None else factor
    if not 1 <= factor <= 1e6:
        raise ValueError(f"factor of {kind} is {factor}, must be from 1 to 1000000")
    return FaultSpec(kind=kind, target=target, factor=factor)


def parse_spec(world: World, words: str) -> FaultSpec:
    """A fault from the command line: `withdrawals-stuck`, `withdrawals-stuck:tron`, `confirmations-slow:bitcoin:8`."""
    fault, _, rest = words.partition(":")
    target, _, factor = rest.partition(":")
    try:
        return make_spec(world, fault, target, float(factor) if factor else None)
    except ValueError as error:
        raise ValueError(f"--fault {words}: {error}") from None


def targets(world: World, kind: FaultKind) -> tuple[str, ...]:
    """What that kind of fault can hit."""
    if kind is FaultKind.MATCHING_SLOW:
        return ("all", *world.groups)
    if kind is FaultKind.EXPORTER_SILENT:
        return PAGES
    return tuple(network.name for network in world.networks)
