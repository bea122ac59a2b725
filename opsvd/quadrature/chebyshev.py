"""Chebyshev polynomials, whose sums take the fewest operations: for functions that stand for others at many points."""

from functools import lru_cache

import numpy as np
from numpy.polynomial.chebyshev import chebvander

from .._support.arrays import read_only
from .gauss_legendre import gauss_legendre


@lru_cache(maxsize=8)
def chebyshev_analysis(order: int) -> np.ndarray:
    """The matrix from values at Gauss-Legendre nodes to the coefficients of polynomials through them."""
    nodes, _ = gauss_legendre(order)
    return read_only(np.linalg.inv(chebvander(nodes, order - 1)))


def chebyshev_sum(coefficients: np.ndarray, t: np.ndarray) -> np.ndarray:
    r"""Sums :math:`\sum_k c_k T_k(t)` by Clenshaw's recurrence: two or more c_k, (order, n), and points (n,)."""
    there = coefficients[-1].copy()
    twice, above, step = 2.0 * t, np.zeros_like(there), np.empty_like(there)
    for row in coefficients[-2:0:-1]:
        np.multiply(there, twice, out=step)
        step -= above
        step += row
        above, there, step = there, step, above
    return np.asarray(there * t - above + coefficients[0])
