"""Checks of kernels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..kernels import Kernel, paired
from ..measures import Gaussian, MeasureLike
from .requiring import require


def check_kernel(h: Callable[..., Any] | Kernel, mu_x: MeasureLike = Gaussian(),  # noqa: B008
                 mu_y: MeasureLike = Gaussian()) -> None:  # noqa: B008
    """Check that h is a kernel: pure, broadcasting, and the same on a grid as point by point.

    Parameters
    ----------
    h : callable or Kernel
    mu_x, mu_y : Measure, default Gaussian()
        Where the points for trying it come from.

    Raises
    ------
    KernelError
        If h is not vectorised, gives no numbers, or of the wrong shape.
    NonFiniteKernelError
        If h is not finite at one of the points.
    AssertionError
        If two evaluations at the same points differ.

    Examples
    --------
    >>> import numpy as np
    >>> from opsvd.testing import check_kernel
    >>> check_kernel(lambda x, y: np.tanh(x * y))
    """
    (kernel, mu_x, mu_y), rng = paired(h, mu_x, mu_y), np.random.default_rng(0)
    x, y = mu_x.sample(7, rng), mu_y.sample(5, rng)
    grid = kernel.finite_grid(x, y)
    require(np.array_equal(grid, kernel.finite_grid(x, y)), "h must be a pure function: two calls at the same points "
                                                           "gave different values")
    pairs = kernel(x[:5], y)
    close = np.allclose(pairs, np.diagonal(grid), rtol=1e-12, atol=1e-12 * float(np.abs(grid).max()))
    require(close, "h must act on each pair (x, y) alone: a grid and a list of the same pairs gave different values")
