r"""Legendre polynomials :math:`\hat P_k` orthonormal on [-1, 1]: their values, sums and integrals, by recurrence.

.. math:: \hat P_{k+1}(t) = a_k t \hat P_k(t) - b_k \hat P_{k-1}(t), \qquad
          a_k = \frac{\sqrt{(2k + 1)(2k + 3)}}{k + 1}, \quad b_k = \frac{a_k}{a_{k-1}} .

Panels and slices spend their time here: with the degree as the first axis a step of the recurrence is three passes over
contiguous memory, and takes a fifth of the time of numpy.polynomial.legendre.legvander.
"""

from functools import lru_cache

import numpy as np

from .._support.arrays import read_only
from .gauss_legendre import gauss_legendre

TRUNCATED = 3
"""Coefficients at the end that are taken for the truncation error: of an even or odd function every other is zero."""


@lru_cache(maxsize=64)
def _recurrence(order: int) -> tuple[list[float], list[float]]:
    """The numbers a_k and b_k for k < order; b_0 is zero."""
    k = np.arange(order)
    a = np.sqrt((2.0 * k + 1.0) * (2.0 * k + 3.0)) / (k + 1.0)
    return a.tolist(), np.append(0.0, a[1:] / a[:-1]).tolist()


@lru_cache(maxsize=64)
def _monic(order: int) -> tuple[np.ndarray, list[float]]:
    r"""For k < order the factors of monic polynomials, and the c_k of their recurrence; c_0 is zero.

    .. math:: p_{k+1}(t) = t p_k(t) - c_k p_{k-1}(t), \qquad \hat P_k = \kappa_k p_k .

    Sums over them take a pass less a step, and no digits: all are rounded relative to their sizes.
    """
    a, b = map(np.array, _recurrence(order))
    factors = np.sqrt(0.5) * np.cumprod(np.append(1.0, a[:-1]))
    return read_only(factors), np.append(0.0, b[1:] / (a[1:] * a[:-1])).tolist()


def orthonormal_legendre(t: np.ndarray, order: int) -> np.ndarray:
    """Legendre polynomials of degree below `order`, orthonormal on [-1, 1]: shape (..., order)."""
    a, b = _recurrence(order)
    rows = np.empty((order, *t.shape))
    rows[0] = np.sqrt(0.5)
    step = np.empty_like(rows[0])
    for k in range(order - 1):
        np.multiply(rows[k], t, out=rows[k + 1])
        rows[k + 1] *= a[k]
        if k > 0:
            rows[k + 1] -= np.multiply(rows[k - 1], b[k], out=step)
    return np.moveaxis(rows, 0, -1)


def legendre_moments(t: np.ndarray, values: np.ndarray, order: int) -> np.ndarray:
    r"""Sums :math:`\sum_i v_{pi} \hat P_k(t_{pi})`, shape (p, order), over points and values of shape (p, n)."""
    factors, c = _monic(order)
    moments, ones = np.empty((order, len(t)), values.dtype), np.ones(t.shape[1])
    before, step = np.zeros_like(t, dtype=values.dtype), np.empty_like(t, dtype=values.dtype)
    there = values.copy()
    for k in range(order):
        np.matmul(there, ones, out=moments[k])
        np.multiply(there, t, out=step)
        before *= -c[k]
        before += step
        before, there = there, before
    moments *= factors[:, None]
    return moments.T


def legendre_sum(coefficients: np.ndarray, t: np.ndarray) -> np.ndarray:
    r"""Sums :math:`\sum_k c_k \hat P_k(t)` by Clenshaw's recurrence: coefficients c_k, (order, ...), broadcast to t."""
    factors, c = _monic(len(coefficients) + 1)
    above, there, step = (np.zeros_like(t, dtype=np.result_type(coefficients, t)) for _ in range(3))
    for k in range(len(coefficients) - 1, -1, -1) if t.size else ():
        np.multiply(there, t, out=step)
        step += coefficients[k] * factors[k]
        above *= -c[k + 1]
        above += step
        above, there = there, above
    return np.asarray(there)


@lru_cache(maxsize=8)
def legendre_transform(order: int) -> np.ndarray:
    r"""The orthogonal matrix from weighted samples on one panel to orthonormal Legendre coefficients.

    :math:`L_{ki} = \sqrt{w_i} \hat P_k(t_i)` at the Gauss-Legendre nodes, shape (order, order).
    """
    nodes, weights = gauss_legendre(order)
    return read_only(np.sqrt(weights) * orthonormal_legendre(nodes, order).T)


@lru_cache(maxsize=8)
def legendre_analysis(order: int) -> np.ndarray:
    r"""The matrix from values at Gauss-Legendre nodes to the coefficients of :math:`P_k`, which is one at 1.

    :math:`\sqrt{k + 1/2}\, L_{ki} \sqrt{w_i}` with L that of `legendre_transform`, shape (order, order). It is not
    computed so: the roundings of four roots would show where functions are resolved to rounding.
    """
    nodes, weights = gauss_legendre(order)
    polynomials = np.polynomial.legendre.legvander(nodes, order - 1).T
    return read_only((np.arange(order) + 0.5)[:, None] * polynomials * weights)
