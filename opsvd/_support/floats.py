"""Numbers of double precision, and how many of them are worked on at once."""

from collections.abc import Callable, Iterator

import numpy as np

EPS = float(np.finfo(np.float64).eps)
"""The distance from one to the next number: 2.2e-16."""

TINY = float(np.finfo(np.float64).tiny)
"""The smallest normal number: 2.2e-308."""

CHUNK = 4_000_000
"""Numbers of an array that is worked on at once: 32 MB, so that memory stays bounded whatever a user asks for."""


def chunks(count: int, width: int, most: int = CHUNK, *, unit: int = 1) -> Iterator[slice]:
    """Slices of `count` rows of so many numbers each, that hold `most` numbers or one unit: rows that stay together."""
    step = max(1, most // max(width, 1)) * unit
    return (slice(start, start + step) for start in range(0, count, step))


def bisected(low: float, high: float, holds: Callable[[float], bool]) -> float:
    """Where a condition ends, to rounding, that holds at `low` and not at `high`."""
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if holds(middle) else (low, middle)
    return high
