"""The simulated exchange's HTTP addresses."""

from fastapi import FastAPI, HTTPException, Response
from pydantic import BaseModel, ConfigDict

from tocsin.demo.accounts import fault_told, truth
from tocsin.demo.live import Exchange
from tocsin.demo.faults import make_spec
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
    pages = {name: Page(exchange.simulation.ledger, name) for name in ("core", "chain")}

    def page(name: str) -> Response:
        exchange.catch_up()
        if exchange.simulation.is_silent(name):
            return Response(status_code=503, content=f"exporter {name} is down\n", media_type="text/plain")
        exchange.simulation.measure()
        return Response(pages[name].render(), media_type=TEXT_FORMAT)

    @app.get("/metrics")
    async def metrics() -> Response:
        return page("core")

    @app.get("/metrics/chain")
    async def chain_metrics() -> Response:
        return page("chain")

    @app.get("/faults")
    async def faults() -> list[dict[str, object]]:
        return [fault_told(fault) for fault in exchange.simulation.faults.values()]

    @app.post("/faults", status_code=201)
    async def start_fault(new: NewFault) -> dict[str, object]:
        exchange.catch_up()
        try:
            spec = make_spec(exchange.world, new.fault, new.target, new.factor)
        except ValueError as error:
            raise HTTPException(422, str(error)) from error
        try:
            return fault_told(exchange.simulation.start_fault(spec))
        except ValueError as error:
            raise HTTPException(409, str(error)) from error

    @app.delete("/faults/{fault_id}")
    async def stop_fault(fault_id: str) -> dict[str, object]:
        exchange.catch_up()
        try:
            return fault_told(exchange.simulation.stop_fault(fault_id))
        except KeyError:
            raise HTTPException(404, f"there is no fault {fault_id}; GET /faults lists those there were") from None

    @app.get("/accounts/{customer_id}")
    async def account(customer_id: str) -> dict[str, object]:
        exchange.catch_up()
        try:
            return exchange.accounts.account(customer_id, exchange.simulation.now)
        except KeyError:
            raise HTTPException(404, f"there is no customer {customer_id}; ids are C-100000 to C-119999") from None

    @app.get("/components")
    async def graph() -> dict[str, tuple[str, ...]]:
        return components(exchange.world)

    @app.get("/truth")
    async def the_truth() -> dict[str, object]:
        exchange.catch_up()
        return truth(exchange.simulation, exchange.sent)

    @app.get("/-/healthy")
    async def healthy() -> Response:
        return Response("ok\n", media_type="text/plain")

    return app
