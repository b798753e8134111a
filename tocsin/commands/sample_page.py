"""Renders a configuration's page with incidents that never were, so that a template's mistake is found in time."""

import traceback
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from jinja2 import TemplateError

from detectors.watch import FailureKind
from incidents import lifecycle
from incidents.component import ComponentGraph
from incidents.disclosure import public_incident
from incidents.incident import EndReason, Incident, IncidentUpdate, Severity
from incidents.lifecycle import Opening
from incidents.public import DisclosureSettings
from statuspage import uptime
from statuspage.maintenance import PublicMaintenance, advance, plan
from statuspage.page import Page, build
from statuspage.render import Renderer
from statuspage.site import Site
from tocsin.config import Config

_WORDS = "We **look** into it. [Details](https://example.com/)"


def template_problems(config: Config, site: Site, now: datetime) -> Iterator[str]:
    """What goes wrong where the page shows each kind of incident, in each phase, and planned work, in each language.

    site: with `since` some days before `now`. Yields a sentence for the first template that fails, with its line.
    """
    try:
        first, *others = (_page(config, one, now) for one in site.trees)
        Renderer(site, overrides=config.page.templates).render(first, others)
    except (TemplateError, TypeError, ValueError, LookupError, AttributeError) as error:
        where = _where(error, config.page.templates)
        if where is None:
            raise
        yield f"page.templates: {where}: {error}; it fails for an incident as the page may have to show it"


def _where(error: Exception, folder: Path | None) -> str | None:
    """The template and its line where it failed; None where that is none of the folder's."""
    frames = [
        f for f in traceback.extract_tb(error.__traceback__) if folder and Path(f.filename).is_relative_to(folder)
    ]
    return f"{frames[-1].filename}, line {frames[-1].lineno}" if frames else None


def _page(config: Config, site: Site, now: datetime) -> Page:
    graph = ComponentGraph(config.components)
    public = [c.name for c in config.components if c.public]
    settings = DisclosureSettings(name=config.site.name)
    stories = list(_stories(graph, public, now))
    found = (public_incident(story, graph, site.language, settings) for story in stories)
    incidents = tuple(one for one in found if one is not None)
    stretches = [stretch for one in incidents for stretch in uptime.incident_stretches(one)]
    history = uptime.history(public, stretches, since=site.since, now=now, count=config.page.history_days)
    unverified = {public[-1]: now - timedelta(minutes=5)} if public else {}
    return build(incidents, config.components, _work(public, now), unverified, history, site=site, now=now)


def _stories(graph: ComponentGraph, public: list[str], now: datetime) -> Iterator[tuple[IncidentUpdate, ...]]:
    """Of each kind of failure an incident that lasts, and one of each way in which incidents end."""
    for number, kind in enumerate(FailureKind):
        if public:
            yield _story(graph, public[number % len(public)], kind, now, "open")
    for how in ("resolved", "retracted", "postmortem"):
        if public:
            yield _story(graph, public[0], FailureKind.DELAY, now - timedelta(days=1), how)


def _story(
    graph: ComponentGraph, component: str, kind: FailureKind, now: datetime, how: str
) -> tuple[IncidentUpdate, ...]:
    began = now - timedelta(hours=2)
    opening = Opening(
        key=f"{kind}-{how}", title="a sample", components=(component,), kind=kind, severity=Severity.MAJOR
    )
    lines = [lifecycle.open_by_hand(opening, graph, "sample", began)]

    def say(line: IncidentUpdate) -> Incident:
        lines.append(replace(line, seq=len(lines) + 1))
        return line.incident

    lines[0] = replace(lines[0], seq=1)
    i = say(lifecycle.approve(lines[0].incident, "sample", began + timedelta(minutes=5), _WORDS))
    i = say(lifecycle.identify(i, "sample", began + timedelta(minutes=20)))
    i = say(lifecycle.monitor(i, "sample", began + timedelta(minutes=40)))
    over = began + timedelta(hours=1)
    if how == "retracted":
        say(lifecycle.retract(i, "sample", over))
    elif how != "open":
        i = say(lifecycle.resolve(i, EndReason.FIXED, "sample", over, _WORDS))
    if how == "postmortem":
        say(lifecycle.postmortem(i, _WORDS, "sample", over + timedelta(minutes=30)))
    return tuple(lines)


def _work(public: list[str], now: datetime) -> tuple[PublicMaintenance, ...]:
    """Planned work that goes on, and some to come."""
    if not public:
        return ()
    spans = {"now": (now - timedelta(minutes=30), now - timedelta(hours=1)), "soon": (now + timedelta(days=1), now)}
    made = (
        plan(
            key=key, title="A sample", body=_WORDS, components=public[:2], start=start,
            end=max(start, now) + timedelta(hours=1), quiet=False, by="sample", now=said,
        )
        for key, (start, said) in spans.items()
    )  # fmt: skip
    return tuple(advance(work, now).public for work in made)
