"""The OpenAPI document, with the roles that may call each route."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from tocsin.web.http.access import PUBLIC, Allow, allowances

router = APIRouter(include_in_schema=False)

SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "description": "A machine's token, made with `tocsin keys add`."},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "tocsin_session",
        "description": "A signed-in user; whatever changes something needs the header X-Form-Token of a page too.",
    },
}
NEEDS = {"401": "Neither signed in nor a known token", "403": "Not for this role or this token's scopes"}


@router.get("/openapi.json", dependencies=[Depends(PUBLIC)])
def description(request: Request) -> JSONResponse:
    """OpenAPI 3.1."""
    schema: dict[str, Any] = request.app.openapi()
    schema.setdefault("components", {})["securitySchemes"] = SCHEMES
    for place, allowed in allowances(request.app):
        method, _, path = place.partition(" ")
        operation = schema["paths"].get(path, {}).get(method.lower())
        if operation is not None and not allowed[0].anybody:
            _restrict(operation, allowed[0])
    return JSONResponse(schema)


def _restrict(operation: dict[str, Any], allow: Allow) -> None:
    security: list[dict[str, list[str]]] = []
    if allow.scopes:
        security.append({"token": sorted(allow.scopes)})
    if allow.roles:
        security.append({"session": []})
    if allow.local:
        security.append({})
    operation["security"] = security
    for status, words in NEEDS.items():
        operation["responses"].setdefault(status, {"description": words})
