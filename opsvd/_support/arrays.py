"""What is done to arrays in many places."""

import numpy as np


def leading_true(mask: np.ndarray) -> int:
    """The number of entries before the first that is false: two of (True, True, False, True)."""
    return int(np.argmin(np.append(mask, False)))


def read_only(array: np.ndarray) -> np.ndarray:
    """The array itself, locked: what a cache hands out is the same for all."""
    array.setflags(write=False)
    return array
