"""Gauss-Lobatto rules on [-1, 1]: the ends are nodes."""

from functools import lru_cache

import numpy as np
from numpy.polynomial import Legendre

from .._support.arrays import read_only


@lru_cache(maxsize=8)
def gauss_lobatto(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the nodes and weights, shape (n,) each, of the n-point Gauss-Lobatto rule, exact to degree 2n - 3.

    The inner nodes are the zeros of P'_{n-1}; the weights are 2 / (n (n - 1) P_{n-1}(x)^2).
    """
    polynomial = Legendre.basis(n - 1)
    nodes = np.concatenate([[-1.0], np.sort(polynomial.deriv().roots().real), [1.0]])
    weights = 2.0 / (n * (n - 1) * polynomial(nodes) ** 2)
    return read_only(nodes), read_only(weights)
