"""Gives a route access to the running application."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol, cast

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from detectors.sources.source import Source
from incidents.component import ComponentGraph
from incidents.delivery import Sink
from statuspage.site import Site
from tickets.mail.mailbox import Mailbox
from tickets.mail.message import Mailer
from tocsin.config import Config
from tocsin.context.clock_jumps import ClockJump
from tocsin.context.loops import Loop
from tocsin.context.metrics import Metrics
from tocsin.context.scrape_memory import LastScrape
from tocsin.context.watch_memory import WatchMemory
from tocsin.delivery.channel import DeliveryChannel
from tocsin.desk.desk import Desk
from tocsin.desk.helpdesk_intake import HelpdeskIntake
from tocsin.intake.intake import Intake
from tocsin.intake.samples import SampleIntake
from tocsin.oncall.oncall import Oncall
from tocsin.page.publisher import PagePublisher
from tocsin.response.response import Response
from tocsin.storage import Store
from tocsin.subscriptions.subscriptions import SubscriptionServices


class WebServices(Protocol):
    """The services that the web surfaces use."""

    @property
    def config(self) -> Config:
        """The configuration as it is in use."""

    @property
    def store(self) -> Store:
        """The installation's database."""

    @property
    def metrics(self) -> Metrics:
        """Our own metrics."""

    @property
    def graph(self) -> ComponentGraph:
        """The components and what depends on what."""

    @property
    def memory(self) -> WatchMemory:
        """What is remembered of each watch."""

    @property
    def targets(self) -> tuple[LastScrape, ...]:
        """How the last scrape of each configured target went."""

    @property
    def sources(self) -> Mapping[str, Source]:
        """The sources of samples, by name."""

    @property
    def intake(self) -> Intake:
        """What alerts of other systems are accepted with."""

    @property
    def sample_intake(self) -> SampleIntake | None:
        """What pushed samples are taken with; None = no source takes them."""

    @property
    def response(self) -> Response:
        """What incidents, planned work and markets are acted on with."""

    @property
    def desk(self) -> Desk:
        """What customers' tickets are acted on with."""

    @property
    def helpdesks(self) -> tuple[HelpdeskIntake, ...]:
        """What takes the webhooks of each helpdesk where tickets live."""

    @property
    def oncall(self) -> Oncall | None:
        """Who is notified until somebody acknowledges; None = nobody is."""

    @property
    def channels(self) -> tuple[DeliveryChannel[Any], ...]:
        """All that leaves the house."""

    @property
    def mailer(self) -> Mailer:
        """Sends mail."""

    @property
    def sinks(self) -> tuple[Sink, ...]:
        """The receivers of incidents' updates."""

    @property
    def subscriptions(self) -> SubscriptionServices | None:
        """What the page's subscribers are signed up with; None = nobody may subscribe."""

    @property
    def publisher(self) -> PagePublisher:
        """What the public page is made with."""

    @property
    def mailbox(self) -> Mailbox | None:
        """The local mailbox; None where mail leaves over SMTP."""

    @property
    def site(self) -> Site:
        """The public page, in its first language."""

    @property
    def secret(self) -> bytes:
        """What signs forms."""

    @property
    def now(self) -> Callable[[], datetime]:
        """The clock of all decisions."""


class Runtime(Protocol):
    """The running application, as the web sees it."""

    @property
    def services(self) -> WebServices:
        """The services as of the last good configuration."""

    def using(self) -> AbstractContextManager[WebServices]:
        """The same, open until the context ends: a reload meanwhile closes nothing that is in use."""

    def wake(self, *loops: Loop) -> None:
        """Asks loops for a run as soon as possible."""

    def not_ready(self) -> str:
        """What is not ready yet, in words; "" when all is."""

    @property
    def stands_by(self) -> bool:
        """Whether another process leads: this one answers the web, and takes over when that one is gone."""

    @property
    def clock_jump(self) -> ClockJump | None:
        """How the computer's clock was set in the last hour; None where it was not."""

    @property
    def is_stopping(self) -> bool:
        """Whether the process ends: what lasts as long as its reader likes must end now."""

    def reload(self) -> tuple[str, ...]:
        """Reads the configuration again; the problems where it was refused."""


class InUse:
    """ASGI middleware: a request has the same services from its beginning to its end, and they stay open."""

    def __init__(self, app: ASGIApp, runtime: Runtime) -> None:
        self._app = app
        self._runtime = runtime

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything on, with the services in the request's state."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with self._runtime.using() as services:
            scope.setdefault("state", {})["services"] = services
            await self._app(scope, receive, send)


def services_of(request: Request) -> WebServices:
    """The services as of the last good configuration when the request came."""
    return cast(WebServices, request.state.services)


def runtime_of(request: Request) -> Runtime:
    """The running application."""
    return cast(Runtime, request.app.state.runtime)
