"""What is done to arrays in many places."""

import numpy as np


def leading_true(mask: np.ndarray) -> int:
    """The number of entries before the first that is false: two of (True, True, False, True)."""
    return int(np.argmin(np.append(mask, False)))


def leading_part(array: np.ndarray, fixed: int) -> np.ndarray:
    """A view of an array without its last `fixed` axes: its shape is that of the axes before."""
    for _ in range(fixed):
        array = array[..., 0]
    return array


def squares(values: np.ndarray) -> np.ndarray:
    """The squares of the absolute values of numbers, real or complex: shape as they have."""
    return np.asarray(values.real**2 + values.imag**2 if values.dtype.kind == "c" else values**2)


def read_only(array: np.ndarray) -> np.ndarray:
    """The array itself, locked: what a cache hands out is the same for all."""
    array.setflags(write=False)
    return array
