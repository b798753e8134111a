"""Publishes a page into a bucket of an S3-compatible object store.

An object is replaced whole or not at all. What is linked to is put before what links to it, each language's index.html
after all of them and the manifest last; what left the page is deleted after that, and only some time later. So whoever
reads meanwhile, and whoever reads after a kill, finds the old index or the new one, and all that it links to.

What is there already is known from the bucket itself: its list of objects and the manifest of the last publishing that
ended. An object whose tag is the MD5 of the new content is there; so is one that the manifest lists with the new
content's hash and that nobody replaced since the manifest. All others are put again.
"""

import hashlib
import json
import re
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from threading import Event
from typing import Any, NoReturn

from statuspage.manifest import MANIFEST, digest
from statuspage.publishers.headers import cache_control, content_type
from statuspage.publishers.order import in_order, place
from statuspage.publishers.publisher import KEEP_SECONDS, Published, PublishError, check_paths, is_safe

AT_ONCE = 8
"""Objects under way at a time, of those whose order does not matter."""

READ_AGAIN_SECONDS = 3600.0
"""After so long the bucket is read again: what somebody else spoilt in it is then mended."""

CONNECT, ANSWER = timedelta(seconds=5), timedelta(seconds=20)


class MissingExtra(ValueError):
    """The library that talks to object stores is not installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """The address of a bucket. prefix: "" or such as "status", without slashes at its ends.

    endpoint: of a store that is not Amazon's, "https://…" or "http://…"; "" = Amazon's. certificates: PEM of a private
    authority, b"" = the system's alone. access_key "" = the library's own ways: variables, the machine's role.
    """

    name: str
    prefix: str = ""
    region: str = "us-east-1"
    endpoint: str = ""
    access_key: str = ""
    secret_key: str = ""
    session_token: str = ""
    virtual_hosted: bool = False
    certificates: bytes = b""

    @property
    def place(self) -> str:
        """Such as "s3://exchange-status/page"; with the endpoint where it is somebody else's."""
        own = f"s3://{self.name}/{self.prefix}".rstrip("/")
        return f"{own} at {self.endpoint}" if self.endpoint else own


class S3Publisher:
    """Keeps a bucket's prefix in step with the page; at most one process may publish there.

    Objects that it did not put itself it never touches. clock: seconds that only grow. Raises MissingExtra.
    """

    def __init__(
        self, bucket: Bucket, *, keep_seconds: float = KEEP_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._bucket = bucket
        self._store, self._errors = _open(bucket)
        self._keep_seconds = keep_seconds
        self._clock = clock
        self._there: dict[str, bytes] = {}
        self._own: set[str] = set()
        self._read_at: float | None = None
        self._left_at: dict[str, float] = {}

    @property
    def name(self) -> str:
        """Such as "s3://exchange-status/page"."""
        return self._bucket.place

    def publish(self, files: Mapping[str, bytes]) -> Published:
        """Makes the bucket show `files`; what is there already is not put again. Raises PublishError."""
        check_paths(files)
        try:
            self._read_back(files)
        except self._errors as error:
            self._fail(error, "the page before it still stands")
        changed = in_order(path for path, content in files.items() if not self._shows(path, content))
        try:
            for _, some in groupby(changed, key=place):
                self._put_all(list(some), files)
            removed = self._remove(self._own - set(files))
        except self._errors as error:
            self._fail(error, "what was already put is new, the rest and the index old; publishing again completes it")
        self._own = (self._own - set(removed)) | set(files)
        return Published(written=tuple(changed), unchanged=len(files) - len(changed), removed=removed)

    def _shows(self, path: str, content: bytes) -> bool:
        there = self._there.get(path)
        return there is content or there == content

    def _read_back(self, files: Mapping[str, bytes]) -> None:
        """What the bucket holds, at the first publishing, after a failed one, and now and then."""
        if self._read_at is not None and self._clock() - self._read_at < READ_AGAIN_SECONDS:
            return
        objects = {one["path"]: one for chunk in self._store.list(chunk_size=1000) for one in chunk}
        listed, written_at = self._manifest()
        self._own |= {path for path in listed if is_safe(path)}
        self._there = {
            path: content
            for path, content in files.items()
            if path in objects and _holds(objects[path], content, listed.get(path), written_at)
        }
        self._read_at = self._clock()

    def _manifest(self) -> tuple[dict[str, str], datetime | None]:
        """Path to digest as of the last publishing that ended, and when that was."""
        try:
            found = self._store.get(MANIFEST)
            files = json.loads(bytes(found.bytes()))["files"]
            return {str(path): str(of) for path, of in files.items()}, found.meta["last_modified"]
        except FileNotFoundError:
            return {}, None
        except (ValueError, KeyError, TypeError, AttributeError):
            return {}, None  # not our manifest: then nothing here is ours to remove, and ours replaces it

    def _put_all(self, paths: list[str], files: Mapping[str, bytes]) -> None:
        """Several at once; after the first that fails no other is begun, and its error is raised."""
        failed = Event()

        def put(path: str) -> None:
            if failed.is_set():
                return
            self._there.pop(path, None)
            try:
                self._store.put(path, files[path], attributes=_attributes(path))
            except BaseException:
                failed.set()
                raise
            self._there[path] = files[path]

        if len(paths) == 1:
            return put(paths[0])
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for _ in pool.map(put, paths):
                pass
        return None

    def _remove(self, gone: set[str]) -> tuple[str, ...]:
        """Deletes what left the page long enough ago; a file that comes back starts anew."""
        now = self._clock()
        self._left_at = {path: self._left_at.get(path, now) for path in gone}
        due = sorted(path for path, left_at in self._left_at.items() if now - left_at >= self._keep_seconds)
        for path in due:
            with suppress(FileNotFoundError):
                self._store.delete(path)
            del self._left_at[path]
            self._there.pop(path, None)
        return tuple(due)

    def _fail(self, error: BaseException, state: str) -> NoReturn:
        self._read_at = None  # what arrived is known from the bucket alone
        message = f"publishing to {self._bucket.place} failed: {_words_of(error)}; {state}"
        raise PublishError(f"{message}. Check that the store answers and that the key may list, get, put and delete")


def _holds(found: Mapping[str, Any], content: bytes, listed: str | None, written_at: datetime | None) -> bool:
    """Whether an object is sure to hold that content."""
    if found["size"] != len(content):
        return False
    tag = str(found["e_tag"] or "").strip('"')
    if tag == hashlib.md5(content, usedforsecurity=False).hexdigest():
        return True
    is_untouched = written_at is not None and found["last_modified"] < written_at
    return is_untouched and listed is not None and listed == digest(content)


def _attributes(path: str) -> dict[str, str]:
    return {"Content-Type": content_type(path), "Cache-Control": cache_control(path)}


def _open(bucket: Bucket) -> tuple[Any, tuple[type[BaseException], ...]]:
    """The library's store, and its errors."""
    try:
        from obstore.exceptions import BaseError
        from obstore.store import S3Store
    except ImportError as error:
        message = f"page target {bucket.place} needs the extra s3, which is not installed: pip install 'tocsin[s3]'"
        raise MissingExtra(message) from error
    client: dict[str, Any] = {"connect_timeout": CONNECT, "timeout": ANSWER, "user_agent": "tocsin"}
    if bucket.certificates:
        client["root_certificate"] = bucket.certificates
    client["allow_http"] = bucket.endpoint.startswith("http://")
    named = {
        "endpoint": bucket.endpoint,
        "access_key_id": bucket.access_key,
        "secret_access_key": bucket.secret_key,
        "session_token": bucket.session_token,
    }
    store = S3Store(
        bucket.name,
        prefix=bucket.prefix or None,
        region=bucket.region,
        virtual_hosted_style_request=bucket.virtual_hosted,
        client_options=client,  # type: ignore[arg-type]  # built key by key
        retry_config={"max_retries": 1, "retry_timeout": ANSWER},
        **{key: value for key, value in named.items() if value},  # type: ignore[arg-type]
    )
    return store, (BaseError, OSError, ValueError)


def _words_of(error: BaseException) -> str:
    """The library's first sentence, without what it adds for its own developers and without a server's whole answer."""
    said = re.split(r"\n\s*\n|Debug source", str(error))[0]
    return re.sub(r"\s+", " ", said).strip()[:300]
