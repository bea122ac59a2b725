"""A few values of a kernel, by which it is told from another one when a result is loaded."""

import numpy as np

from ..measures import Measure
from .kernel import PROBED, Kernel
from .sides import sides


def kernel_values(kernel: Kernel, mu_x: Measure, mu_y: Measure) -> np.ndarray:
    """Values at 16 by 16 pairs of irregular points, blocks or vectors of the measures; they need not be finite.

    For each value of T, shape (16 p, 16 q); kernels of numbers have p = q = 1.
    """
    return np.asarray(kernel.grid(*_points(kernel, mu_x, mu_y)))


def require_same_kernel(kernel: Kernel, mu_x: Measure, mu_y: Measure, saved: np.ndarray) -> None:
    """Raise ValueError if a kernel does not have the values that were saved."""
    x, y = _points(kernel, mu_x, mu_y)
    given = kernel.grid(x, y)
    if given.shape != saved.shape:
        raise ValueError("h must be the kernel of the saved result, but its values are of another shape; pass that "
                         "kernel, or leave h out")
    typical = float(np.median(np.abs(saved[np.isfinite(saved)]))) if np.isfinite(saved).any() else 0.0
    alike = 1e-8    # rounding differs from one machine to the next, and grows where kernels oscillate
    same = np.isclose(given, saved, rtol=alike, atol=alike * typical, equal_nan=True)
    if same.all():
        return
    i, j = np.argwhere(~same)[0]
    where = f" at x = {x[i]:.6g}, y = {y[j]:.6g}" if x.ndim == y.ndim == 1 and given.shape == (len(x), len(y)) else ""
    raise ValueError(f"h must be the kernel of the saved result, but{where} it returned {given[i, j]:.10g}, and there "
                     f"it was {saved[i, j]:.10g}; pass that kernel, or leave h out")


def _points(kernel: Kernel, mu_x: Measure, mu_y: Measure) -> tuple[np.ndarray, np.ndarray]:
    """Points as the kernel's grid takes them, from standard coordinates of mean 0 and variance 1."""
    # Sixteen points a side tell x > y from x > y + 0.1; fewer are taken where a point takes much memory. Their
    # coordinates are made of raw bits of a fixed seed, which numpy promises never to change.
    bits, count = np.random.PCG64(20261), 16 if max(kernel.dims) <= PROBED else 4
    x, y = (side.points(np.sqrt(12.0) * (bits.random_raw(count * side.directions) / 2.0**64 - 0.5)
                        .reshape(count, side.directions)) for side in sides(kernel, mu_x, mu_y))
    return x, y
