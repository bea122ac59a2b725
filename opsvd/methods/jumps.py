"""Jumps on lines x = c: where they are, to the last bit."""

from collections.abc import Callable

import numpy as np

__all__ = ["find_jump"]

# The lines lie where the measure is anything from dense to tiny.
_FAINT = 1e-6
# The part of the change over the interval that a jump keeps; sign(0) = 0 makes two jumps of one half each.
_KEPT = 0.4


def find_jump(slices: Callable[[np.ndarray], np.ndarray], low: float, high: float) -> float | None:
    """Bisect an interval for a jump, and return the first float on its far side, or None if there is no jump.

    The interval is halved towards the larger change until its ends are neighbouring floats. A jump keeps its size;
    kinks, slopes and logarithms lose nearly all of theirs on the way, smooth functions at once. A jump that only one
    line shows is that of a curve which crosses the line there, and is not one.

    Parameters
    ----------
    slices : callable
        Points (n,) -> values (n, m), of the kernel on m lines.
    low, high : float
        The interval.

    Returns
    -------
    float or None
    """
    at_low, at_high = slices(np.array([low, high]))
    least = _KEPT * float(np.linalg.norm(at_high - at_low))
    while low < (middle := 0.5 * (low + high)) < high:
        at_middle = slices(np.array([middle]))[0]
        if np.linalg.norm(at_middle - at_low) > np.linalg.norm(at_high - at_middle):
            high, at_high = middle, at_middle
        else:
            low, at_low = middle, at_middle
        if np.linalg.norm(at_high - at_low) <= least:
            return None
    change = np.abs(at_high - at_low)
    return high if np.count_nonzero(change > _FAINT * change.max()) > 1 else None
