"""Serves the public page's folder under /status/."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

from statuspage.publishers.headers import SECURITY, cache_control, content_type
from tocsin.web.http.access import PUBLIC


class PublishedFiles(StaticFiles):
    """Static files of a folder that may not be there yet; the folder may change at a reload."""

    allow = PUBLIC

    def __init__(self, folder: Callable[[], Path]) -> None:
        super().__init__(directory=str(folder()), html=True, check_dir=False, follow_symlink=True)
        self._folder = folder

    async def check_config(self) -> None:
        """The folder may not be there yet: then nothing is found in it."""

    def lookup_path(self, path: str) -> tuple[str, Any]:
        """The file below today's folder."""
        self.all_directories = [str(self._folder())]
        return super().lookup_path(path)

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,  # noqa: ARG002 - the base class's; too old to be used
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """The file read whole at once: it may be replaced after `stat_result`, and nobody gets the half of one."""
        with Path(full_path).open("rb") as file:
            response = FileResponse(full_path, status_code=status_code, stat_result=os.fstat(file.fileno()))
            content = file.read()
        if self.is_not_modified(response.headers, Headers(scope=scope)):
            return NotModifiedResponse(response.headers)
        return Response(
            content, status_code, headers={**response.headers, "content-type": content_type(str(full_path))}
        )

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file with the page's headers; a 404 of the API has no body."""
        if any(part.startswith(".") for part in Path(path).parts):
            raise HTTPException(404)  # the folder in which the next edition is being written
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code == 404 and path.startswith("api/"):
                return Response(status_code=404, headers=dict(_headers(path)))
            raise
        if response.status_code == 404 and path.startswith("api/"):
            response = Response(status_code=404)
        for name, value in _headers(path).items():
            response.headers[name] = value
        return response


def _headers(path: str) -> Mapping[str, str]:
    """As the shipped server configurations send them: read by bots, so CORS is open; stale while we are away."""
    return {"Cache-Control": cache_control(path), "Access-Control-Allow-Origin": "*", **SECURITY}
