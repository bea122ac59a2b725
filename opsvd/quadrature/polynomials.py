r"""Polynomials orthonormal under any measure, from the three numbers of their recurrence.

.. math:: b_{k+1} p_{k+1}(x) = (x - a_k)\, p_k(x) - b_k\, p_{k-1}(x), \qquad p_0 = 1 .
"""

import numpy as np
import scipy.linalg


def orthonormal_polynomials(x: np.ndarray, factor: np.ndarray | float, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    r"""The products :math:`p_k(x)\, c(x)` for k < n: points (...) give (..., n).

    Parameters
    ----------
    x : ndarray, shape (...)
    factor : ndarray, shape (...), or float
        The numbers c(x): roots of a density, with which the products stay bounded where :math:`p_k` does not.
    a, b : ndarray, shape (n,)
        The numbers :math:`a_k` and :math:`b_k`; b_0 is not used.
    """
    x = np.asarray(x, dtype=np.float64)
    rows = np.empty((len(a), *x.shape))
    rows[0] = factor
    for k in range(len(a) - 1):
        rows[k + 1] = ((x - a[k]) * rows[k] - (b[k] * rows[k - 1] if k else 0.0)) / b[k + 1]
    return np.moveaxis(rows, 0, -1)


def gauss_nodes(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The zeros of p_n, shape (n,), increasing: the eigenvalues of the Jacobi matrix (Golub and Welsch 1969)."""
    return np.asarray(scipy.linalg.eigh_tridiagonal(a, b[1:], eigvals_only=True))


def improved_nodes(x: np.ndarray, factor: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Zeros of p_n after one Newton step: eigenvalues are known to rounding of the largest, not of their own size.

    `factor` is as in `orthonormal_polynomials`; a and b have shape (n,).
    """
    before, there = np.zeros_like(x), np.array(np.broadcast_to(factor, x.shape), dtype=np.float64)
    slope_before, slope = np.zeros_like(x), np.zeros_like(x)
    for k, (shift, following) in enumerate(zip(a, [*b[1:], 1.0], strict=True)):
        back = b[k] if k else 0.0
        slope_before, slope = slope, (there + (x - shift) * slope - back * slope_before) / following
        before, there = there, ((x - shift) * there - back * before) / following
    known = np.isfinite(slope) & (slope != 0.0)
    return np.asarray(x - np.where(known, there / np.where(known, slope, 1.0), 0.0))
