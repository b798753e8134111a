"""Samples that others push: what a request holds, and bodies unpacked within bounds."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from detectors.frame import Labels
from detectors.sources.head import PageSample

PUSHED = "tocsin_pushed_samples"
"""Our own series, a sample for each request that was taken: it tells a sender's silence from a series' own."""
UNPACKED_MAX = 64 * 2**20
"""Bytes that a request may have once it is unpacked."""
NAME = "__name__"


class BadPush(ValueError):
    """A request of which nothing can be taken; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """What a request holds.

    samples: each with its instant. kinds: types of metrics, as the sender tells them. problems: what was not taken, a
    sentence each, with how many samples that were.
    """

    samples: tuple[PageSample, ...]
    kinds: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, int] = field(default_factory=dict)


def target_of(labels: Labels) -> str:
    """What a series belongs to, by its labels job and instance: whose series come together."""
    named = dict(labels)
    return f"{named.get('job', '')} {named.get('instance', '')}"


def unzipped(body: bytes) -> bytes:
    """A body that gzip packed. Raises BadPush where it is none, or too large."""
    reader = zlib.decompressobj(wbits=31)
    try:
        found = reader.decompress(body, UNPACKED_MAX + 1)
    except zlib.error as error:
        raise BadPush(f"the body is not gzip: {error}") from error
    if len(found) > UNPACKED_MAX:
        raise BadPush(f"the body has more than {UNPACKED_MAX} bytes once it is unpacked: send fewer samples at once")
    if not reader.eof:
        raise BadPush("the body is cut short: gzip expects more bytes")
    return found


class MissingPushExtra(ValueError):
    """The libraries that read pushed samples are not installed."""

    def __init__(self) -> None:
        super().__init__("pushed samples need the extra `push`: pip install 'tocsin[push]'")
