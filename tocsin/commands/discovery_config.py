"""Writes proposed watches as commented YAML: a new configuration, or additions to an existing one."""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from textwrap import wrap
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from detectors.discover import Proposal
from detectors.frame import Labels
from detectors.watch import Read
from tocsin.config import Config
from tocsin.config.scalars import NAME, filled, placeholders

PUBLIC = {"deposits": "deposit", "withdrawals": "withdrawal", "trading": "trade", "api": "", "accounts": ""}
"""Areas that customers see, each with its direction."""
FORMS = {"deposits": "Deposit", "withdrawals": "Withdrawal", "trading": "Trading issue"}
TITLES = {"api": "API", "chain": "network", "other": "other parts"}
WIDTH = 110


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundMetrics:
    """The metrics that deserve a watch. groups: by proposal, its sets of labels. passed: reason, how many.

    stopped: somebody stopped the looking before all were seen.
    """

    proposals: tuple[Proposal, ...]
    groups: Mapping[str, tuple[Labels, ...]]
    passed: Mapping[str, int]
    stopped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigRequest:
    """The configuration to write. url: of the Prometheus. source: its name. base, text: of the one to extend."""

    url: str
    source: str
    base: Config | None = None
    text: str = field(default="", repr=False)


def unwatched(found: FoundMetrics, base: Config) -> FoundMetrics:
    """Without what the configuration watches already; names that it has get a number."""
    watched = {(w.query.metric, w.query.read, w.query.match) for w in base.watches}
    names = {w.name for w in base.watches}
    proposals, groups = [], {}
    for each in found.proposals:
        if (each.query.metric, each.query.read, each.query.match) in watched:
            continue
        name = next(n for n in (each.name, *(f"{each.name}-{k}" for k in range(2, 1000))) if n not in names)
        names.add(name)
        proposals.append(replace(each, name=name))
        groups[name] = found.groups[each.name]
    if not proposals:
        raise ValueError(f"{base.path.name} watches all of it already: nothing is proposed")
    return replace(found, proposals=tuple(proposals), groups=groups)


def configuration(found: FoundMetrics, wanted: ConfigRequest, verdicts: Mapping[str, str]) -> str:
    """The text, with a reason above each watch; verdicts: how each went that was tried, by name, in words."""
    yaml = YAML()
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    document = yaml.load(wanted.text) if wanted.text else _fresh(wanted.url)
    components = document.setdefault("components", CommentedSeq())
    watches = document.setdefault("watches", CommentedSeq())
    have = {component.name for component in wanted.base.components} if wanted.base else set()
    for entry in _components(found, have):
        components.append(entry)
    for proposal in found.proposals:
        watches.append(_watch(proposal, _template(proposal, found), wanted.source))
        watches.yaml_set_comment_before_after_key(
            len(watches) - 1, before=_reason(proposal, verdicts.get(proposal.name)), indent=2
        )
    passed = "; ".join(f"{count} {why}" for why, count in sorted(found.passed.items()))
    if passed and not wanted.text:
        document.yaml_set_comment_before_after_key("watches", before="\n".join(wrap(f"Passed over: {passed}.", WIDTH)))
    out = io.StringIO()
    yaml.dump(document, out)
    return out.getvalue()


def _fresh(url: str) -> CommentedMap:
    document = CommentedMap()
    document["site"] = _flow(name="Example Exchange")
    document["data"] = "./tocsin-data"
    document["listen"] = "127.0.0.1:8080"
    document["sources"] = CommentedMap(default=_flow(kind="prometheus", url=url))
    document.yaml_set_start_comment(
        f"Proposed by `tocsin discover` from {url}. Read it, name the exchange, drop what nobody would get up for;\n"
        "then `tocsin check --online`, `tocsin user add NAME administrator` and `tocsin run`. Every watch is in the\n"
        "shadow: it judges and records, and tells nobody. Look at it in the console for some days, then take\n"
        "`shadow: true` away.\n"
        "`tocsin init` writes an example with every other key."
    )
    return document


def _components(found: FoundMetrics, have: set[str]) -> list[CommentedMap]:
    """An entry a template, with the rows that occur under any of its watches."""
    rows: dict[str, dict[Labels, None]] = {}
    areas: dict[str, str] = {}
    for proposal in found.proposals:
        template = _template(proposal, found)
        areas[template] = proposal.area
        kept = found.groups[proposal.name] if placeholders(template) else ((),)
        rows.setdefault(template, {}).update(dict.fromkeys(sorted(kept)))
    chains = {dict(row)["network"] for row in rows.get("chain/{network}", {})}
    entries = []
    for template, held in rows.items():
        fresh = [dict(row) for row in held if filled(template, dict(row)) not in have]
        if fresh:
            entries.append(_component(template, areas[template], fresh, chains))
    return entries


def _component(template: str, area: str, rows: Sequence[Mapping[str, str]], chains: set[str]) -> CommentedMap:
    labels = [label for label in rows[0] if f"{{{label}}}" in template]
    entry = CommentedMap()
    if labels:
        entry["for"] = CommentedSeq([_flow(**row) for row in rows])
    entry["name"] = template
    entry["title"] = " ".join([*(f"{{{label}}}" for label in labels), TITLES.get(area, area)])
    entry["group"] = area.capitalize() if area != "api" else "API"
    entry |= {label: f"{{{label}}}" for label in ("asset", "network") if label in labels}
    if area not in PUBLIC:
        entry["public"] = False
        entry["disclosure"] = _flow(mode="never")
    elif PUBLIC[area]:
        entry["direction"] = PUBLIC[area]
        entry["form"] = FORMS[area]
    if area in ("deposits", "withdrawals") and labels and chains and all(row.get("network") in chains for row in rows):
        entry["depends_on"] = _list("chain/{network}")
    return entry


def _watch(proposal: Proposal, template: str, source: str) -> CommentedMap:
    query = proposal.query
    entry = CommentedMap(name=proposal.name, title=proposal.title, metric=query.metric)
    if query.read is not Read.VALUE:
        entry["read"] = query.read.value
    entry |= {key: value for key, value in (("quantile", query.quantile), ("at_least", query.at_least)) if value}
    if query.match:
        entry["match"] = _flow(**dict(query.match))
    if query.of:
        entry["of"] = query.of
    if query.by:
        entry["by"] = _list(*query.by)
    entry["component"] = template
    entry |= {"unit": proposal.unit} if proposal.unit else {}
    entry["bad"] = proposal.bad.value
    entry["kind"] = proposal.failure.value
    if proposal.user_visible:
        entry["user_visible"] = True
    if source != "default":
        entry["source"] = source
    entry["shadow"] = True
    return entry


def _template(proposal: Proposal, found: FoundMetrics) -> str:
    """The component of a proposal: by its labels, as far as every value of them can be part of a component's name."""
    rows = found.groups[proposal.name]
    whole = all(re.fullmatch(NAME, f"a/{value}") for row in rows for _, value in row)
    return proposal.component if whole and rows else proposal.area


def _reason(proposal: Proposal, verdict: str | None) -> str:
    words = f"{proposal.reason[0].upper()}{proposal.reason[1:]}."
    if verdict is not None:
        words += f" Tried: {' '.join(verdict.split())}."
    return "\n".join(wrap(words, WIDTH))


def _flow(**pairs: Any) -> CommentedMap:
    made = CommentedMap(pairs)
    made.fa.set_flow_style()
    return made


def _list(*items: str) -> CommentedSeq:
    made = CommentedSeq(items)
    made.fa.set_flow_style()
    return made
