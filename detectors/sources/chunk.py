"""Packs runs of samples into few bytes without loss: the differences between neighbours, then deflate."""

import zlib

import numpy as np
from numpy.typing import NDArray

from detectors.frame import Floats
from detectors.sources.grid import Instants

_INTS: tuple[np.dtype[np.signedinteger], ...] = (np.dtype("<i1"), np.dtype("<i2"), np.dtype("<i4"), np.dtype("<i8"))
_EXACT = 2.0**53
_DECIMALS = 4
_BITS = 255
"""The first byte of a run of values: how many decimals its integers have, or this for any bits at all."""


def packed_times(times: Instants) -> bytes:
    """Ascending instants (n,) in ms; evenly spaced ones take next to nothing."""
    return _packed_integers(times)


def times_of(blob: bytes) -> Instants:
    """The instants of `packed_times`."""
    return _integers_of(blob)


def packed_values(values: Floats) -> bytes:
    """Values (n,), bit for bit, the payload of a NaN included."""
    decimals = _decimals(values)
    if decimals is None:
        return bytes([_BITS]) + _packed_bits(values)
    return bytes([decimals]) + _packed_integers(np.rint(values * 10.0**decimals).astype(np.int64))


def values_of(blob: bytes) -> Floats:
    """The values of `packed_values`."""
    if blob[0] == _BITS:
        return _bits_of(blob[1:])
    return np.asarray(_integers_of(blob[1:]) / 10.0 ** blob[0], dtype=np.float64)


def _decimals(values: Floats) -> int | None:
    """How many decimals make the values integers that divide back to the same bits; None when too many do not."""
    for decimals in range(_DECIMALS + 1):
        if _divides_back(values[:16], decimals) and _divides_back(values, decimals):
            return decimals
    return None


def _divides_back(values: Floats, decimals: int) -> bool:
    with np.errstate(invalid="ignore", over="ignore"):  # the end's marker is a signalling NaN
        scaled = np.rint(values * 10.0**decimals)
    if not (np.abs(scaled) < _EXACT).all():  # NaN and infinities included
        return False
    back = scaled.astype(np.int64) / 10.0**decimals
    return bool((back.view(np.uint64) == np.ascontiguousarray(values).view(np.uint64)).all())  # -0.0 is not 0.0


def _packed_integers(numbers: NDArray[np.int64]) -> bytes:
    """Twice differenced where that is smaller: a clock's ticks become zeros."""
    first = np.diff(numbers, prepend=np.int64(0))
    second = np.diff(first, prepend=np.int64(0))
    order, steps = min(((1, first), (2, second)), key=lambda pair: _spread(pair[1]))
    kind = next(at for at, dtype in enumerate(_INTS) if _fits(steps[2:], dtype))
    ends = steps[:2].astype("<i8").tobytes()
    return bytes([order, kind, len(steps[:2])]) + zlib.compress(ends + steps[2:].astype(_INTS[kind]).tobytes(), 1)


def _integers_of(blob: bytes) -> NDArray[np.int64]:
    order, kind, ends = blob[:3]
    raw = zlib.decompress(blob[3:])
    steps = np.frombuffer(raw[: ends * 8], "<i8"), np.frombuffer(raw[ends * 8 :], _INTS[kind])
    numbers = np.concatenate(steps, dtype=np.int64)
    for _ in range(order):
        numbers = np.cumsum(numbers)
    return numbers


def _spread(steps: NDArray[np.int64]) -> int:
    return int(np.abs(steps[2:]).max(initial=0))


def _fits(steps: NDArray[np.int64], dtype: np.dtype[np.signedinteger]) -> bool:
    limits = np.iinfo(dtype)
    return bool(steps.min(initial=0) >= limits.min and steps.max(initial=0) <= limits.max)


def _packed_bits(values: Floats) -> bytes:
    """What changed from value to value, first bytes first: neighbours share their sign, exponent and first digits."""
    bits = np.ascontiguousarray(values).view(np.uint64)
    changed = bits ^ np.concatenate([np.zeros(1, np.uint64), bits[:-1]])
    return zlib.compress(changed.astype("<u8").view(np.uint8).reshape(-1, 8).T.tobytes(), 1)


def _bits_of(blob: bytes) -> Floats:
    planes = np.frombuffer(zlib.decompress(blob), np.uint8).reshape(8, -1)
    changed = np.ascontiguousarray(planes.T).view("<u8")[:, 0]
    return np.bitwise_xor.accumulate(changed).view(np.float64)
