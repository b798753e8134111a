"""What the public page of one configuration is published with, and what it remembers between two editions."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from statuspage.render import Renderer
from tocsin.context.services import Runtime
from tocsin.delivery.channel import Channel
from tocsin.page.disclosed_incidents import DisclosedIncidents
from tocsin.page.leak_check import LeakCheck
from tocsin.page.target import PageTarget


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """The renderer, the places and the last gate of the page; a reload builds another.

    targets: where the page goes; the first is `directory`, which the service itself shows under /status/.
    disclosed: every disclosed incident, read once. leak_check: lets no internal word out.
    """

    renderer: Renderer
    targets: tuple[PageTarget, ...]
    directory: Path
    disclosed: DisclosedIncidents = field(default_factory=DisclosedIncidents)
    leak_check: LeakCheck = field(default_factory=LeakCheck)

    @property
    def problems(self) -> tuple[str, ...]:
        """Why the page, or one of its places, does not show what is known; () while all of them do."""
        return tuple(problem for problem in (self.leak_check.held, *(t.problem for t in self.targets)) if problem)


class PublishingRuntime(Runtime, Protocol):
    """The running application, as the page and the web see it."""

    publisher: Publisher

    def channels(self) -> tuple[Channel[Any], ...]:
        """Every way by which something leaves the house."""
