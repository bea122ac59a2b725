r"""The angle between two vectors of R^k: its density, the polynomials orthonormal under it, and numbers of harmonics.

For u, v on the unit sphere of R^k, v uniform, :math:`t = \langle u, v \rangle` has the density
:math:`c_k (1 - t^2)^{(k-3)/2}` on [-1, 1]. With :math:`t = \sin\theta` it is :math:`c_k \cos^{k-2} \theta\, d\theta`,
which is bounded at k = 2 and a Gaussian of width :math:`k^{-1/2}` at large k.
"""

import math
from functools import lru_cache

import numpy as np
from scipy.linalg import eigh_tridiagonal
from scipy.special import gammaln

from .._support.arrays import read_only

# Coefficients of x^-1, x^-3, ... in Stirling's series: B_2n / (2n (2n - 1)).
_STIRLING = (1.0 / 12.0, -1.0 / 360.0, 1.0 / 1260.0, -1.0 / 1680.0, 1.0 / 1188.0, -691.0 / 360360.0)


def harmonics(k: int, degree: int) -> int:
    r"""The number of independent spherical harmonics of a degree l in R^k, exactly, however large.

    .. math:: N(k, l) = \binom{l + k - 1}{k - 1} - \binom{l + k - 3}{k - 1}

    Examples
    --------
    >>> [harmonics(3, l) for l in range(4)], harmonics(2, 5), harmonics(1, 2)
    ([1, 3, 5, 7], 2, 0)
    >>> harmonics(10**6, 3)
    166667166666000000
    """
    return math.comb(degree + k - 1, k - 1) - (math.comb(degree + k - 3, k - 1) if degree >= 2 else 0)


def recurrence(k: int, size: int) -> np.ndarray:
    r"""The coefficients a_1, ..., a_size of :math:`t\, p_l = a_{l+1} p_{l+1} + a_l p_{l-1}`, shape (size,)."""
    degree = np.arange(1, size + 1, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        squares = degree * (degree + k - 3.0) / ((2.0 * degree + k - 2.0) * (2.0 * degree + k - 4.0))
    squares[:1] = 1.0 / k    # at k = 2 the formula is 0 / 0
    return np.sqrt(squares)


def gegenbauer(t: np.ndarray, k: int, size: int) -> np.ndarray:
    r"""The polynomials :math:`p_l(t)` of degree l < size that are orthonormal under the angle's density.

    They are Gegenbauer polynomials, with :math:`p_l(1) = \sqrt{N(k, l)}`. The normalised recurrence is stable for
    every k; values at large \|t\| and l may be huge, as at 1 they are meant to be.

    Parameters
    ----------
    t : ndarray, shape (...)
        Within [-1, 1].
    k : int
        The dimension, at least 2.
    size : int

    Returns
    -------
    ndarray, shape (size, ...)
    """
    a = recurrence(k, size)
    values = np.empty((size, *np.shape(t)))
    values[0] = 1.0
    if size > 1:
        values[1] = t / a[0]
    for degree in range(1, size - 1):
        np.multiply(t, values[degree], out=values[degree + 1, ...])
        values[degree + 1] -= a[degree - 1] * values[degree - 1]
        values[degree + 1] *= 1.0 / a[degree]
    return values


def log_gamma_excess(x: float) -> float:
    r"""What Stirling's formula misses: :math:`\log\Gamma(x) - (x - \tfrac12) \log x + x - \tfrac12 \log 2\pi`.

    As a number by itself, because in differences of log-gamma functions of large arguments ten digits are lost.
    """
    if x < 16.0:    # from there on the first term that is left out, 1 / (156 x^13), is below 2e-18
        return float(gammaln(x) - (x - 0.5) * math.log(x) + x - 0.5 * math.log(2.0 * math.pi))
    if x > 1e20:    # where it is below 1e-21, and powers of x overflow
        return 0.0
    return math.fsum(c / x ** (2 * i + 1) for i, c in enumerate(_STIRLING))


@lru_cache(maxsize=64)
def _constant(k: int) -> float:
    r"""The constant :math:`c_k = \Gamma(k/2) / (\sqrt\pi\, \Gamma((k-1)/2))`, to rounding for every k."""
    if k <= 60:
        return math.gamma(0.5 * k) / (math.sqrt(math.pi) * math.gamma(0.5 * (k - 1)))
    x = 0.5 * (k - 1)
    # log Gamma(x + 1/2) - log Gamma(x), with the large terms taken together.
    ratio = x * math.log1p(0.5 / x) - 0.5 + 0.5 * math.log(x) + log_gamma_excess(x + 0.5) - log_gamma_excess(x)
    return math.exp(ratio) / math.sqrt(math.pi)


def angle_density(theta: np.ndarray, k: int) -> np.ndarray:
    r"""The density :math:`c_k \cos^{k-2}\theta` of the angle on :math:`[-\pi/2, \pi/2]`, shape (...)."""
    if k == 2:
        return np.full(np.shape(theta), 1.0 / np.pi)
    sine = np.sin(theta)
    with np.errstate(divide="ignore"):
        # cos by its distance from 1: a rounding of cos itself would be raised to the power k. Not where cos is small,
        # for there the distance is rounded.
        log_cosine = np.where(np.abs(sine) < 0.7, 0.5 * np.log1p(-sine**2), np.log(np.abs(np.cos(theta))))
    return np.asarray(_constant(k) * np.exp((k - 2.0) * log_cosine))


@lru_cache(maxsize=128)
def gauss_gegenbauer(k: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    r"""The n-point Gauss rule for the density of t: nodes and probabilities, shape (n,) each, read-only.

    By eigenvalues of the matrix of the recurrence (Golub and Welsch), and weights
    :math:`1 / \sum_{l < n} p_l(t_i)^2`: good for every k, where library nodes fail for large parameters.

    References
    ----------
    G. H. Golub and J. H. Welsch, Calculation of Gauss quadrature rules, Math. Comp. 23 (1969).
    """
    nodes = eigh_tridiagonal(np.zeros(n), recurrence(k, n)[:-1], eigvals_only=True)
    # One Newton step: at a node a_n p_n' p_{n-1} is the sum of squares (Christoffel and Darboux).
    p = gegenbauer(nodes, k, n + 1)
    nodes = nodes - p[n] * recurrence(k, n)[-1] * p[n - 1] / np.sum(p[:n] ** 2, axis=0)
    nodes = 0.5 * (nodes - nodes[::-1])
    weights = 1.0 / np.sum(gegenbauer(nodes, k, n) ** 2, axis=0)
    return read_only(nodes), read_only(weights)
