"""The few points at which a callable is tried, before it is taken as a kernel."""

from __future__ import annotations

import numpy as np

from .._support.validation import pair
from ..measures import LineMeasure, MeasureLike, as_measure


def probe_grid(dims: tuple[int, int],
               measures: tuple[MeasureLike, MeasureLike] | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Three points x and four points y, numbers or vectors, so that they broadcast to a grid of 3 by 4.

    They are irregular, and numbers among them of the size of one: no zeros, no symmetry, no two equal. Of measures on
    the line, and of those that are not everywhere, they are points of the support.
    """
    numbers = [np.array([-1.37, 0.29, 0.83]), np.array([-0.61, 1.13, 0.47, -1.71])]
    x, y = (_probe_points(some, dim) for some, dim in zip(numbers, dims, strict=True))
    for side, measure in enumerate(pair(measures, "measures", as_measure, "two measures, of x and of y",
                                        "(opsvd.Gaussian(), opsvd.Uniform())") if measures is not None else ()):
        if measure.dim != dims[side]:
            raise ValueError(f"measures must be of points of the dimensions dims = {dims}, got {measure!r}, of "
                             f"dimension {measure.dim}; pass measures on R^{dims[side]}, or other dims")
        if isinstance(measure, LineMeasure) or not measure.everywhere:
            points = measure.unwhiten(_probe_points(numbers[side], measure.rank).reshape(-1, measure.rank))
            x, y = (points, y) if side == 0 else (x, points)
    return x[:, None], y[None, :]


def _probe_points(numbers: np.ndarray, dim: int) -> np.ndarray:
    """Irregular points, (n,) or (n, dim), from irregular numbers, (n,)."""
    if dim == 1:
        return numbers
    column = numbers[:, None]
    return np.asarray(column + np.sin(3.0 * column * (1.0 + np.sqrt(2.0) * np.arange(dim))) / np.sqrt(dim))
