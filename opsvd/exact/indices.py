"""The argument n of an infinite spectrum."""

import numpy as np

from .._support.validation import affordable


def indices(n: int) -> np.ndarray:
    """Return 0, ..., n - 1, where memory holds the three arrays of n numbers that a formula makes at once."""
    return np.arange(affordable(n, "n", 3.0))
