"""Gauss rules and orthonormal polynomials in quadruple precision, of measures that are symmetric about zero."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from scipy.linalg import eigh_tridiagonal

from .._support.arrays import read_only
from .._support.quad import as_quad, rounded

OffDiagonal = Callable[[np.ndarray], np.ndarray]
"""The numbers b_k of k = 1, 2, ..., in quadruple precision."""


def quad_polynomials(z: np.ndarray, off_diagonal: OffDiagonal, size: int) -> tuple[np.ndarray, np.ndarray]:
    r"""Orthonormal polynomials and their derivatives, of degrees below `size`: z of shape (n,) gives (size, n) each.

    .. math:: b_{k+1} p_{k+1}(z) = z\, p_k(z) - b_k p_{k-1}(z), \qquad p_0 = 1 .
    """
    b = off_diagonal(as_quad(np.arange(1, size + 1)))
    values, slopes = (as_quad(np.zeros((size, len(z)))) for _ in range(2))
    values[0] = 1.0
    for k in range(size - 1):
        values[k + 1], slopes[k + 1] = z * values[k], values[k] + z * slopes[k]
        if k > 0:
            values[k + 1] -= b[k - 1] * values[k - 1]
            slopes[k + 1] -= b[k - 1] * slopes[k - 1]
        values[k + 1] /= b[k]
        slopes[k + 1] /= b[k]
    return values, slopes


@lru_cache(maxsize=8)
def quad_gauss(off_diagonal: OffDiagonal, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    r"""The n-point Gauss rule: nodes and weights, (n,), and :math:`\sqrt{w_i}\, p_k(z_i)`, (n, n), orthogonal.

    Nodes of double precision are improved by three steps of Newton, each of which doubles the digits. The weights are
    :math:`1 / \sum_k p_k(z_i)^2`.
    """
    b = rounded(off_diagonal(as_quad(np.arange(1, n))))
    nodes = as_quad(eigh_tridiagonal(np.zeros(n), b, eigvals_only=True))
    for _ in range(3):
        values, slopes = quad_polynomials(nodes, off_diagonal, n + 1)
        nodes = nodes - values[n] / slopes[n]
        nodes = 0.5 * (nodes - nodes[::-1])    # symmetric to the last bit
    values = quad_polynomials(nodes, off_diagonal, n)[0]
    weights = 1.0 / (values * values).sum(axis=0)
    return read_only(nodes), read_only(weights), read_only(np.ascontiguousarray((values * np.sqrt(weights)).T))


def legendre_off_diagonal(k: np.ndarray) -> np.ndarray:
    """Of Legendre polynomials, on [-1, 1]."""
    return np.asarray(k / np.sqrt(4.0 * k * k - 1.0))


def hermite_off_diagonal(k: np.ndarray) -> np.ndarray:
    """Of Hermite polynomials, under the standard Gaussian."""
    return np.asarray(np.sqrt(k))


def composite_quad_gauss(edges: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and Lebesgue weights of the n-point Gauss-Legendre rule on every panel between edges: (panels n,) each."""
    nodes, weights, _ = quad_gauss(legendre_off_diagonal, n)
    middle, half = 0.5 * (edges[1:] + edges[:-1]), 0.5 * (edges[1:] - edges[:-1])
    # The weights of the measure of mass one add up to one, and those of Lebesgue measure to two.
    return (middle[:, None] + half[:, None] * nodes).ravel(), (2.0 * half[:, None] * weights).ravel()
