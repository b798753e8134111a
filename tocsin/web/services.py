"""How a route reaches what the application is made of."""

from typing import cast

from fastapi import Request

from tocsin.services import Runtime, Services


def services_of(request: Request) -> Services:
    """The services as of the last good configuration."""
    return cast(Runtime, request.app.state.runtime).services


def runtime_of(request: Request) -> Runtime:
    """The running application."""
    return cast(Runtime, request.app.state.runtime)


__all__ = ["Services", "runtime_of", "services_of"]
