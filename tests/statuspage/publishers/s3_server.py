"""A real S3 server on loopback, which checks signatures and keeps each object's headers; it can be stopped."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from statuspage.publishers.s3 import Bucket
from tests.require import require

BUCKET = "page"
KEY = "S3RVER"
"""The one key pair that the server knows."""


@dataclass(slots=True, kw_only=True)
class Server:
    """port: 0 until it first listened, the same ever after."""

    folder: Path
    port: int = 0
    process: subprocess.Popen[str] | None = field(default=None)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def bucket(self, **changes: object) -> Bucket:
        values = {"name": BUCKET, "endpoint": self.url, "access_key": KEY, "secret_key": KEY, **changes}
        return Bucket(**values)  # type: ignore[arg-type]

    def start(self) -> None:
        command = [require("node"), require("npm:s3rver/bin/s3rver.js"), "-d", str(self.folder), "-a", "127.0.0.1"]
        command += ["-p", str(self.port), "--configure-bucket", BUCKET, "--silent"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if found := re.search(r"listening on \S+:(\d+)", line):
                self.port = int(found[1])
                return
        raise AssertionError(f"the S3 server ended with {self.process.wait()} before it listened")

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None


@contextmanager
def s3_server(folder: Path) -> Iterator[Server]:
    """A server that keeps its objects in the folder, with one empty bucket; it ends with the block."""
    server = Server(folder=folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()
