"""The simulated exchange's HTTP addresses."""

from fastapi import APIRouter, FastAPI, HTTPException, Response
from pydantic import BaseModel, ConfigDict

from tocsin.demo.accounts import fault_json, truth
from tocsin.demo.faults import PAGES, make_spec
from tocsin.demo.live import Exchange
from tocsin.demo.metrics import Page
from tocsin.demo.world import components

TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8"


class NewFault(BaseModel):
    """The body of `POST /faults`."""

    model_config = ConfigDict(extra="forbid")

    fault: str
    target: str = ""
    factor: float | None = None


def make_app(exchange: Exchange) -> FastAPI:
    """All addresses. Every handler runs on the event loop, so none meets a half-made step of the simulation."""
    app = FastAPI(title="Simulated exchange", openapi_url=None)
    app.include_router(_exporters(exchange))
    app.include_router(_faults(exchange))
    app.include_router(_accounts(exchange))
    return app


def _exporters(exchange: Exchange) -> APIRouter:
    router = APIRouter()
    pages = {name: Page(exchange.simulation.ledger, name) for name in PAGES}

    def page(name: str) -> Response:
        exchange.catch_up()
        if exchange.simulation.is_silent(name):
            return Response(status_code=503, content=f"exporter {name} is down\n", media_type="text/plain")
        exchange.simulation.measure()
        return Response(pages[name].render(), media_type=TEXT_FORMAT)

    @router.get("/metrics")
    async def metrics() -> Response:
        return page("core")

    @router.get("/metrics/chain")
    async def chain_metrics() -> Response:
        return page("chain")

    @router.get("/-/healthy")
    async def healthy() -> Response:
        return Response("ok\n", media_type="text/plain")

    return router


def _faults(exchange: Exchange) -> APIRouter:
    router = APIRouter()

    @router.get("/faults")
    async def faults() -> list[dict[str, object]]:
        return [fault_json(fault) for fault in exchange.simulation.faults.values()]

    @router.post("/faults", status_code=201)
    async def start_fault(new: NewFault) -> dict[str, object]:
        exchange.catch_up()
        try:
            spec = make_spec(exchange.world, new.fault, new.target, new.factor)
        except ValueError as error:
            raise HTTPException(422, str(error)) from error
        try:
            return fault_json(exchange.simulation.start_fault(spec))
        except ValueError as error:
            raise HTTPException(409, str(error)) from error

    @router.delete("/faults/{fault_id}")
    async def stop_fault(fault_id: str) -> dict[str, object]:
        exchange.catch_up()
        try:
            return fault_json(exchange.simulation.stop_fault(fault_id))
        except KeyError:
            raise HTTPException(404, f"there is no fault {fault_id}; GET /faults lists those there were") from None

    return router


def _accounts(exchange: Exchange) -> APIRouter:
    router = APIRouter()

    @router.get("/accounts/{customer_id}")
    async def account(customer_id: str) -> dict[str, object]:
        exchange.catch_up()
        try:
            return exchange.accounts.account(customer_id, exchange.simulation.now)
        except KeyError:
            raise HTTPException(404, f"there is no customer {customer_id}; ids are C-100000 to C-119999") from None

    @router.get("/components")
    async def graph() -> dict[str, tuple[str, ...]]:
        return components(exchange.world)

    @router.get("/truth")
    async def the_truth() -> dict[str, object]:
        exchange.catch_up()
        return truth(exchange.simulation, exchange.sent, exchange.letters_under_way)

    return router
