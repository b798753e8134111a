"""Waits until a process of the story answers."""

import subprocess
import time
from pathlib import Path

import httpx2

PATIENCE_S = 300.0


class StageError(Exception):
    """A part of the demo did not come up; the message says which and why."""


def wait_until_ready(name: str, url: str, process: "subprocess.Popen[str]", log: Path) -> None:
    """Returns when the URL answers 200. Raises StageError where the process ended, or did not answer in time."""
    deadline = time.monotonic() + PATIENCE_S
    said = ""
    with httpx2.Client(timeout=2) as client:
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise StageError(f"{name} ended with status {process.returncode}; its last words are in {log}")
            try:
                answer = client.get(url)
                if answer.status_code == 200:
                    return
                said = answer.text.strip()
            except httpx2.HTTPError as error:
                said = type(error).__name__
            time.sleep(0.1)
    raise StageError(f"{name} was not ready within {PATIENCE_S:g} s ({said}); see {log}")
