"""Builds what decides who is notified: schedules, policies and routes of a configuration."""

from datetime import datetime

from incidents.oncall.policy import EscalationPolicy, OncallRoute, Step
from incidents.oncall.rotation import Rotation
from incidents.oncall.schedule import Layer, OncallSchedule
from incidents.oncall.storm import StormLimits
from tocsin.config import OncallSettings
from tocsin.config.schema_oncall import LayerSettings, PolicySettings, RouteSettings, ScheduleSettings, StormSettings


def schedules_of(settings: OncallSettings) -> dict[str, OncallSchedule]:
    """The schedules by name."""
    return {one.name: _schedule(one) for one in settings.schedules}


def policies_of(settings: OncallSettings) -> dict[str, EscalationPolicy]:
    """The policies by name."""
    return {one.name: _policy(one) for one in settings.policies}


def routes_of(settings: OncallSettings) -> tuple[OncallRoute, ...]:
    """The routes in the file's order."""
    return tuple(map(_route, settings.routes))


def limits_of(settings: StormSettings) -> StormLimits:
    """What one person is sent in a storm."""
    return StormLimits(at_once=settings.at_once, window=settings.window)


def _schedule(settings: ScheduleSettings) -> OncallSchedule:
    return OncallSchedule(name=settings.name, layers=tuple(_layer(layer, settings.zone) for layer in settings.layers))


def _layer(settings: LayerSettings, zone: str) -> Layer:
    starts = datetime.fromisoformat(settings.starts)
    rotation = Rotation(
        people=settings.people, zone=zone, starts_on=starts.date(), hand_over=starts.time(), every=settings.every
    )
    return Layer(rotation=rotation, hours=settings.hours, priority=settings.priority)


def _policy(settings: PolicySettings) -> EscalationPolicy:
    steps = tuple(Step(after=one.after, schedules=one.schedules, people=one.people) for one in settings.steps)
    return EscalationPolicy(name=settings.name, steps=steps, repeat=settings.repeat, again_after=settings.again_after)


def _route(settings: RouteSettings) -> OncallRoute:
    return OncallRoute(
        policy=settings.policy,
        components=settings.components,
        assets=settings.assets,
        severities=settings.severities,
        labels=settings.labels,
        hours=settings.hours,
        zone=settings.zone,
        channels=settings.channels,
    )
