"""Sums of finitely many products: the values of a matrix, by Gram matrices or in Hermite polynomials."""

import math
from typing import Any

import numpy as np
from numpy.polynomial.hermite_e import poly2herme

from .._support.validation import real_array

LARGEST_POWER = 150
"""E|x|^(2 * 150) = 299!! is within the range of a double, and 301!! is not."""


def _cholesky(gram: Any, name: str) -> np.ndarray:
    array = real_array(gram, name)
    if array.ndim != 2 or array.shape[0] != array.shape[1] or not np.isfinite(array).all():
        raise ValueError(f"{name} must be a finite square matrix, got shape {array.shape}; pass E[a_i a_j]")
    try:
        if not np.allclose(array, array.T, rtol=1e-12, atol=0.0):
            raise np.linalg.LinAlgError
        return np.asarray(np.linalg.cholesky(array))
    except np.linalg.LinAlgError:
        raise ValueError(f"{name} must be symmetric and positive definite, as Gram matrices of independent functions "
                         f"are, got {array.tolist()}; drop the functions that depend on others") from None


def finite_rank(gram_left: Any, gram_right: Any) -> np.ndarray:
    r"""Spectrum of :math:`\sum_i a_i(x) b_i(y)` from the Gram matrices :math:`E[a_i a_j]` and :math:`E[b_i b_j]`.

    The values of :math:`L^T R`, with :math:`L L^T` and :math:`R R^T` the two Gram matrices: :math:`a = L f` and
    :math:`b = R g` with f and g orthonormal, so that :math:`a^T b = f^T L^T R\, g`. Any measures.

    Parameters
    ----------
    gram_left, gram_right : array_like, shape (r, r)
        Symmetric and positive definite: the a_i are linearly independent, and so are the b_i.

    Examples
    --------
    >>> from opsvd import exact
    >>> moments = [[1.0, 0.0], [0.0, 3.0]]    # of x and x^2: E[x^2], E[x^3], E[x^4]
    >>> print(exact.finite_rank(moments, moments))    # x y + x^2 y^2
    [3. 1.]
    """
    left, right = _cholesky(gram_left, "gram_left"), _cholesky(gram_right, "gram_right")
    if left.shape != right.shape:
        raise ValueError(f"gram_right must have the shape of gram_left, {left.shape}, got {right.shape}; "
                         f"pass one b_i for every a_i")
    return np.asarray(np.linalg.svd(left.T @ right, compute_uv=False))


def _monomials_in_hermite(size: int) -> np.ndarray:
    """Return M, shape (size, size), with x^p = sum_m M[p, m] psi_m(x)."""
    norms = np.sqrt([math.factorial(m) for m in range(size)], dtype=np.float64)
    matrix = np.zeros((size, size))
    for p in range(size):
        matrix[p, : p + 1] = poly2herme(np.eye(p + 1)[p]) * norms[: p + 1]
    return matrix


def polynomial_kernel(coefficients: Any) -> np.ndarray:
    r"""Spectrum of the polynomial :math:`\sum_{pq} A_{pq} x^p y^q`.

    The values of :math:`M^T A M`, where :math:`x^p = \sum_m M_{pm} \psi_m(x)` writes monomials in orthonormal Hermite
    polynomials. M is invertible, so the rank is that of A, found by ``numpy.linalg.matrix_rank``. Absolute accuracy is
    that of rounding, relative to the largest value; values far smaller have fewer digits.

    Parameters
    ----------
    coefficients : array_like, shape (P, Q)
        A, with A[p, q] the coefficient of x^p y^q; P, Q <= 151.

    References
    ----------
    NIST Digital Library of Mathematical Functions, 18.18.20: monomials in Hermite polynomials.

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.polynomial_kernel([[0, 0, 1], [0, 2, 0], [1, 0, 0]]))    # (x + y)^2
    [2.73205081 2.         0.73205081]
    """
    array = real_array(coefficients, "coefficients")
    if array.ndim != 2 or max(array.shape) > LARGEST_POWER + 1 or not np.isfinite(array).all():
        raise ValueError(f"coefficients must be a finite matrix of degrees at most {LARGEST_POWER}, got shape "
                         f"{array.shape}; pass A with A[p, q] the coefficient of x^p y^q")
    hermite = _monomials_in_hermite(max(array.shape, default=0))
    matrix = hermite[: array.shape[0]].T @ array @ hermite[: array.shape[1]]
    rank = int(np.linalg.matrix_rank(array)) if array.size else 0
    return np.asarray(np.linalg.svd(matrix, compute_uv=False)[:rank])
