"""The web application: all routes, with shared headers, limits, errors and access rules."""

from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from tocsin.web.api import after_incident as after_incident_api
from tocsin.web.api import (
    alert_list,
    alerts,
    changes,
    events,
    health,
    helpdesks,
    known,
    openapi,
    proposals,
    samples,
    trading,
)
from tocsin.web.api import incidents as incidents_api
from tocsin.web.api import postmortems as postmortems_api
from tocsin.web.api import silences as silences_api
from tocsin.web.api import subscriptions as subscriptions_api
from tocsin.web.api import tickets as tickets_api
from tocsin.web.api import watches as watches_api
from tocsin.web.console import after_incident as after_incident_console
from tocsin.web.console import audit, delivery, groupings, mailbox, maintenance, notification, oncall, silences, watches
from tocsin.web.console import incidents as console
from tocsin.web.console import proposals as console_proposals
from tocsin.web.dashboards import mails as dashboard_mails
from tocsin.web.dashboards import operations as operations_dashboard
from tocsin.web.dashboards import support as support_dashboard
from tocsin.web.desk import angry, guides, linking, presence, queue, suggested, views
from tocsin.web.desk import incident as desk_incident
from tocsin.web.desk import search as desk_search
from tocsin.web.desk import ticket as desk_ticket
from tocsin.web.http import live, sign_in
from tocsin.web.http.access import PUBLIC
from tocsin.web.http.bounds import Bounds
from tocsin.web.http.bulkheads import Bulkheads
from tocsin.web.http.failures import add_failures
from tocsin.web.http.headers import Headers
from tocsin.web.http.hosts import Hosts
from tocsin.web.http.methods import Methods
from tocsin.web.http.pages import environment
from tocsin.web.http.runtime import InUse, Runtime
from tocsin.web.portal import forms, subscribe
from tocsin.web.portal import ticket as portal_ticket
from tocsin.web.portal.status_page import PublishedFiles

SURFACES = (
    health,
    openapi,
    sign_in,
    live,
    tickets_api,
    helpdesks,
    incidents_api,
    after_incident_api,
    postmortems_api,
    silences_api,
    proposals,
    watches_api,
    alerts,
    alert_list,
    events,
    changes,
    samples,
    trading,
    forms,
    portal_ticket,
    subscribe,
    subscriptions_api,
    known,
    console,
    after_incident_console,
    watches,
    groupings,
    silences,
    console_proposals,
    oncall,
    notification,
    maintenance,
    delivery,
    audit,
    queue,
    desk_incident,
    linking,
    suggested,
    angry,
    guides,
    desk_search,
    desk_ticket,
    presence,
    views,
    support_dashboard,
    operations_dashboard,
    dashboard_mails,
    mailbox,
)


class Assets(StaticFiles):
    """The style sheets, the icon and the scripts."""

    allow = PUBLIC


def create_web(runtime: Runtime) -> FastAPI:
    """The ASGI application over a running Tocsin."""
    # The routes themselves: a router that is included has each of its routes made anew, at the first request.
    routes = [route for surface in SURFACES for route in surface.router.routes]
    web = FastAPI(title="Tocsin", routes=routes, docs_url=None, redoc_url=None, openapi_url=None)
    web.state.runtime = runtime
    web.state.environment = environment()
    web.mount("/static", Assets(directory=str(files("tocsin.web").joinpath("static"))), name="static")
    web.mount("/status", PublishedFiles(lambda: Path(runtime.services.publisher.directory)), name="status")
    add_failures(web)
    web.add_middleware(Bulkheads)
    web.add_middleware(Bounds)
    web.add_middleware(Headers)
    web.add_middleware(Hosts)
    web.add_middleware(InUse, runtime=runtime)
    web.add_middleware(Methods, routes=web.routes)
    return web
