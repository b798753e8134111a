"""The objects that placing signals and acting on incidents, planned work and markets need."""

from collections.abc import Callable
from dataclasses import dataclass

from incidents.component import ComponentGraph
from incidents.public import DisclosureSettings
from incidents.settings import Settings
from tocsin.context.loops import Wake
from tocsin.context.metrics import Metrics
from tocsin.context.word_check import WordCheck
from tocsin.storage import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """The incidents of one configuration.

    site, language: in what words the public would read them. words: which of a person's words readers may not see.
    may_decide: whether this process holds the lease, asked
    again before every commit of a decision.
    """

    store: Store
    graph: ComponentGraph
    settings: Settings
    site: DisclosureSettings
    language: str
    words: WordCheck
    metrics: Metrics
    wake: Wake
    may_decide: Callable[[], bool]
