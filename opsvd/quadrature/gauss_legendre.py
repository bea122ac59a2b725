"""Gauss-Legendre rules: on [-1, 1], and composed over panels."""

from functools import lru_cache

import numpy as np

__all__ = ["composite_gauss_legendre", "gauss_legendre"]


@lru_cache(maxsize=64)
def gauss_legendre(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the nodes and weights, shape (n,) each, of the n-point Gauss-Legendre rule on [-1, 1].

    Source: numpy.polynomial.legendre.leggauss, accurate to rounding at the orders used on panels.
    """
    nodes, weights = np.polynomial.legendre.leggauss(n)
    nodes.setflags(write=False)
    weights.setflags(write=False)
    return nodes, weights


def composite_gauss_legendre(edges: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return nodes and Lebesgue weights of the n-point rule on every panel [edges[p], edges[p + 1]].

    Nodes are placed from the nearer edge of their panel: on panels graded towards a point c, x - c keeps full
    relative accuracy when c = 0, and no node falls on an edge unless rounding leaves no number between.

    Parameters
    ----------
    edges : ndarray, shape (panels + 1,)
        Increasing.
    n : int
        Nodes on a panel.

    Returns
    -------
    nodes, weights : ndarray, shape (panels * n,)
        In increasing order.
    """
    t, w = gauss_legendre(n)
    left, right = edges[:-1, None], edges[1:, None]
    half = 0.5 * (right - left)
    nodes = np.where(t < 0.0, left + half * (1.0 + t), right - half * (1.0 - t))
    return nodes.ravel(), (half * w).ravel()
