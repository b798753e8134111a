"""How a route reaches what the application is made of."""

from typing import cast

from fastapi import Request

from tocsin.context.services import Services
from tocsin.page.publisher import PublishingRuntime


def services_of(request: Request) -> Services:
    """The services as of the last good configuration."""
    return cast(PublishingRuntime, request.app.state.runtime).services


def runtime_of(request: Request) -> PublishingRuntime:
    """The running application."""
    return cast(PublishingRuntime, request.app.state.runtime)


__all__ = ["Services", "runtime_of", "services_of"]
