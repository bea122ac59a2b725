"""A kernel of vectors along one coordinate of x and one of y: a kernel of numbers."""

from collections.abc import Callable

import numpy as np

from .kernel import Kernel, untried


def of_coordinates(kernel: Kernel, place_x: Callable[[np.ndarray], np.ndarray],
                   place_y: Callable[[np.ndarray], np.ndarray], divisor: np.generic | float = 1.0,
                   less: np.generic | float = 0.0) -> Kernel:
    """The kernel (s, t) -> (h(x(s), y(t)) - less) / divisor, paid for by the same budget.

    `place_x` and `place_y` make points, shape (..., k), from numbers, shape (...).
    """
    def values(s: np.ndarray, t: np.ndarray) -> np.ndarray:
        return np.asarray(kernel._at_once(place_x(s), place_y(t)) - less) / divisor

    along = untried(values, (1, 1), kernel.dtype)
    along.budget, along.eps = kernel.budget, kernel.eps
    return along
