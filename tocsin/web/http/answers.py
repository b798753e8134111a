"""Answers that several surfaces share: an incident by its id, a form sent twice, a file to save."""

import secrets
from collections.abc import Mapping
from urllib.parse import quote

from fastapi import HTTPException, Request
from fastapi.responses import Response

from incidents.incident import ENDED, Incident, Status
from tickets.ticket import Attachment
from tocsin.storage import NotFound
from tocsin.web.http.runtime import WebServices

ACTIVE = tuple(s for s in Status if s not in ENDED)


def form_key(values: Mapping[str, str]) -> str:
    """The idempotency key of a form: the one that it came with, or a new one."""
    return values.get("key", "")[:64] or secrets.token_urlsafe(12)


def incident_of(services: WebServices, incident_id: str) -> Incident:
    """The incident; raises NotFound."""
    incident = services.store.incidents.get(incident_id)
    if incident is None:
        raise NotFound("incident", incident_id)
    return incident


def is_https(services: WebServices) -> bool:
    """Whether browsers reach Tocsin by HTTPS, so that a cookie need never travel without it."""
    return services.config.site.public_url.startswith("https://")


def saved(found: Attachment | None, file_id: str) -> Response:
    """A file as a download that no browser runs; 404 where there is none."""
    if found is None:
        raise HTTPException(404, f"there is no file {file_id!r} in this ticket")
    disposition = f"attachment; filename*=UTF-8''{quote(found.name, safe='')}"
    return Response(found.content, media_type=found.media_type, headers={"Content-Disposition": disposition})


def place_of(request: Request) -> str:
    """The network address that a request comes from."""
    return request.client.host if request.client else "unknown"
