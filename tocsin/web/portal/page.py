"""Renders a page of the portal in its reader's language."""

from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from tocsin.web.http.access import ANYBODY
from tocsin.web.http.pages import page
from tocsin.web.portal.phrases import languages_of, reader_words, remember_language


def portal_page(
    request: Request, template: str, *, status: int = 200, written_in: str = "", **values: Any
) -> HTMLResponse:
    """A page of the portal. written_in: the language of its ticket, for a reader who has chosen none."""
    words = reader_words(request, written_in)
    response = page(request, template, ANYBODY, status=status, w=words, languages=languages_of(request), **values)
    remember_language(request, response)
    return response
