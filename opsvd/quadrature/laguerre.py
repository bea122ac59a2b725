r"""Radial parts of Hermite polynomials in R^k: :math:`r^l` times Laguerre polynomials of :math:`r^2 / 2`."""

import numpy as np
from scipy.linalg import eigvalsh_tridiagonal
from scipy.special import gammaln


def radial_hermite(lengths: np.ndarray, k: int, degree: int, size: int) -> np.ndarray:
    r"""The functions :math:`F_n(r) e^{-r^2/4}`, n < size, with :math:`F_n(|x|) Y(x/|x|)` orthonormal for Gaussian x.

    Y is a harmonic of the degree l with :math:`E[Y^2] = 1`, and :math:`F_n` is :math:`r^l L_n^{(l + k/2 - 1)}(r^2/2)`
    up to a factor: the products are Hermite polynomials of degree :math:`l + 2n`.

    Parameters
    ----------
    lengths : ndarray, shape (n,)
        Of standard Gaussian vectors.
    k, degree, size : int

    Returns
    -------
    ndarray, shape (size, n)
    """
    q, a = 0.5 * np.square(lengths), degree + 0.5 * k - 1.0
    values = np.empty((size, len(q)))
    with np.errstate(divide="ignore"):
        power = 0.5 * degree * np.log(q) if degree else 0.0
    before, last = np.zeros(len(q)), np.exp(0.5 * (gammaln(0.5 * k) - gammaln(a + 1.0)) + power - 0.5 * q)
    for n in range(size):
        values[n] = last
        following = ((2.0 * n + a + 1.0) - q) * last
        following -= np.sqrt(n * (n + a)) * before
        before, last = last, following / np.sqrt((n + 1.0) * (n + 1.0 + a))
    return values


def gauss_of_lengths(k: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    r"""Lengths and weights, (n,) each, with :math:`E[F(|x|)] = \sum_i w_i e^{-r_i^2/2} F(r_i)`, x standard in R^k.

    That holds for polynomials F of :math:`r^2` of degree below 2n. Weights without the exponential do not underflow.
    """
    order, a = np.arange(float(n)), 0.5 * k - 1.0
    q = eigvalsh_tridiagonal(2.0 * order + a + 1.0, np.sqrt(order[1:] * (order[1:] + a)))
    lengths = np.sqrt(2.0 * q)
    return lengths, 1.0 / np.square(radial_hermite(lengths, k, 0, n)).sum(axis=0)
