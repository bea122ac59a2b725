"""Gauss-Legendre rules: on [-1, 1], also with the ends as nodes (Gauss-Lobatto), and composed over panels."""

from functools import lru_cache

import numpy as np
from numpy.polynomial import Legendre

from .._support.arrays import read_only


@lru_cache(maxsize=64)
def gauss_legendre(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the nodes and weights, shape (n,) each, of the n-point Gauss-Legendre rule on [-1, 1].

    Source: numpy.polynomial.legendre.leggauss, accurate to rounding at the orders used on panels.
    """
    nodes, weights = np.polynomial.legendre.leggauss(n)
    return read_only(nodes), read_only(weights)


@lru_cache(maxsize=8)
def gauss_lobatto(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the nodes and weights, shape (n,) each, of the n-point Gauss-Lobatto rule, exact to degree 2n - 3.

    The inner nodes are the zeros of P'_{n-1}; the weights are 2 / (n (n - 1) P_{n-1}(x)^2).
    """
    polynomial = Legendre.basis(n - 1)
    nodes = np.concatenate([[-1.0], np.sort(polynomial.deriv().roots().real), [1.0]])
    weights = 2.0 / (n * (n - 1) * polynomial(nodes) ** 2)
    return read_only(nodes), read_only(weights)


def on_panels(left: np.ndarray, right: np.ndarray, t: np.ndarray, w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Move a rule with nodes t and weights w, shape (n,), from [-1, 1] to panels: ends (p, 1) give (p, n) each.

    Nodes are placed from the nearer end of their panel: on panels graded towards a point c, x - c keeps full
    relative accuracy when c = 0, and no inner node falls on an end unless rounding leaves no number between.
    """
    half = 0.5 * (right - left)
    return np.where(t < 0.0, left + half * (1.0 + t), right - half * (1.0 - t)), half * w


def place_between(left: np.ndarray, right: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Where points lie between two ends, from -1 to 1: the inverse of `on_panels`.

    From the nearer end, as nodes are placed: exact on panels graded towards zero.
    """
    below, above, half = x - left, right - x, 0.5 * (right - left)
    return np.asarray(np.where(below < above, below / half - 1.0, 1.0 - above / half))


def equal_panels(low: float, high: float, width: float) -> np.ndarray:
    """Edges of equal panels of at most this width; none of an empty interval."""
    return np.linspace(low, high, int(np.ceil((high - low) / width)) + 1) if high > low else np.zeros(0)


def divided(edges: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The edges of panels of which each is divided into so many equal ones, shape (panels,) of integers from one on."""
    parts = [np.linspace(low, high, count, endpoint=False)
             for low, high, count in zip(edges[:-1], edges[1:], counts.tolist(), strict=True)]
    return np.append(np.concatenate(parts), edges[-1])


def composite_gauss_legendre(edges: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return nodes and Lebesgue weights of the n-point rule on every panel [edges[p], edges[p + 1]].

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
    nodes, weights = on_panels(edges[:-1, None], edges[1:, None], *gauss_legendre(n))
    return nodes.ravel(), weights.ravel()
