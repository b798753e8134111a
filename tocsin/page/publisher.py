"""Holds the renderer, the targets and the leak check of the page, and its last edition."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from incidents.component import ComponentGraph
from incidents.public import DisclosureSettings
from statuspage.render import Renderer
from statuspage.site import Site
from tocsin.config import Config
from tocsin.context.metrics import Metrics
from tocsin.context.watch_memory import WatchMemory
from tocsin.context.word_check import WordCheck
from tocsin.page.disclosed_incidents import DisclosedIncidents
from tocsin.page.leak_check import LeakCheck
from tocsin.page.sparklines import Sparklines
from tocsin.page.target import PageTarget
from tocsin.storage import Store

Shows = tuple[int, int, frozenset[str], bool]
"""What an edition depends on: the newest change of incidents and of planned work, who can't be seen, and whether a
suspicion begins or ends."""


@dataclass(slots=True)
class LastEdition:
    """The content of the newest edition, and when it was made; None before the first. waiting: words that it lacks."""

    shows: Shows | None = None
    at: datetime | None = None
    waiting: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePublisher:
    """The page of one configuration: its input, its renderer, its leak check and its targets.

    targets: where the page goes; the first is `directory`, which the service itself shows under /status/.
    disclosure, site: how incidents become public, and the page around them. config: its words are internal.
    disclosed: every disclosed incident, read once. words: which messages wait because they hold an internal word.
    leak_check: lets no internal word out that is in no message.
    """

    store: Store
    graph: ComponentGraph
    disclosure: DisclosureSettings
    site: Site
    config: Config
    memory: WatchMemory
    sparklines: Sparklines
    metrics: Metrics
    renderer: Renderer
    targets: tuple[PageTarget, ...]
    directory: Path
    words: WordCheck
    leak_check: LeakCheck
    disclosed: DisclosedIncidents = field(default_factory=DisclosedIncidents)
    last: LastEdition = field(default_factory=LastEdition)

    @property
    def problems(self) -> tuple[str, ...]:
        """Why the page, a message on it, or one of its targets, is not up to date; () while all are."""
        of_targets = (target.problem for target in self.targets)
        return tuple(one for one in (self.leak_check.blocked, *self.last.waiting, *of_targets) if one)
