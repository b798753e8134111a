"""The web application: every surface behind one set of headers, limits, errors and access rules."""

from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from tocsin.services import Runtime
from tocsin.web import (
    audit,
    console,
    delivery,
    desk,
    desk_incident,
    desk_ticket,
    health,
    incidents_api,
    mailbox,
    notices,
    openapi,
    portal,
    portal_ticket,
    signin,
    silences,
    subscribe,
    subscriptions_api,
    tickets_api,
    trading_api,
    watches,
)
from tocsin.web.access import PUBLIC
from tocsin.web.bounds import Bounds
from tocsin.web.failures import add_failures
from tocsin.web.headers import Headers
from tocsin.web.pages import environment
from tocsin.web.published import Published

SURFACES = (
    health,
    openapi,
    signin,
    tickets_api,
    incidents_api,
    trading_api,
    portal,
    portal_ticket,
    subscribe,
    subscriptions_api,
    console,
    watches,
    silences,
    notices,
    delivery,
    audit,
    desk,
    desk_incident,
    desk_ticket,
    mailbox,
)


class Assets(StaticFiles):
    """The style sheet, the icon and the one script."""

    allow = PUBLIC


def create_web(runtime: Runtime) -> FastAPI:
    """The ASGI application over a running Tocsin."""
    web = FastAPI(title="Tocsin", docs_url=None, redoc_url=None, openapi_url=None)
    web.state.runtime = runtime
    web.state.environment = environment()
    for surface in SURFACES:
        web.include_router(surface.router)
    web.mount("/static", Assets(directory=str(files("tocsin.web").joinpath("static"))), name="static")
    web.mount("/status", Published(lambda: Path(runtime.services.page_directory)), name="status")
    add_failures(web)
    web.add_middleware(Bounds)
    web.add_middleware(Headers)
    return web
