"""Gauss-Hermite rules for the standard Gaussian, and the orthonormal Hermite functions beneath them."""

from functools import lru_cache

import numpy as np
from scipy.special import roots_hermitenorm

from .._support.arrays import read_only

# The pair of the recurrence is scaled down when it grows past this: in eight steps, between two looks at its size, it
# grows by at most (1 + |x|)^8, which does not overflow from here for |x| below 1e26.
_LARGE = 1e100


def _recurrence(x: np.ndarray, size: int, log_factor: np.ndarray) -> np.ndarray:
    """Return psi_n(x) exp(log_factor) for n below size: x of shape (...) gives (..., size).

    The recurrence sqrt(n + 1) psi_{n+1} = x psi_n - sqrt(n) psi_{n-1} is stable, but its values pass through the
    whole range of a double when |x| is large; the pair is scaled down whenever it grows large, and the factor up.
    """
    values = np.empty((size, *x.shape))
    previous, current, root = np.zeros_like(x), np.ones_like(x), np.exp(0.5 * log_factor)
    for n in range(size):
        np.multiply(current * root, root, out=values[n])    # the factor itself may be subnormal, or infinite
        previous, current = current, (x * current - np.sqrt(n) * previous) / np.sqrt(n + 1.0)
        if n % 8 == 0 and (large := np.abs(current) > _LARGE).any():
            scale = np.where(large, 1.0 / _LARGE, 1.0)
            previous, current, log_factor = previous * scale, current * scale, log_factor - np.log(scale)
            root = np.exp(0.5 * log_factor)
    return np.moveaxis(values, 0, -1)


def hermite_functions(x: np.ndarray, size: int) -> np.ndarray:
    r"""Orthonormal Hermite functions :math:`\psi_n(x) \sqrt{\rho(x)}`, n = 0 ... size - 1.

    :math:`\psi_n = He_n / \sqrt{n!}` are the probabilists' Hermite polynomials, orthonormal under the standard
    Gaussian density :math:`\rho`; the functions are orthonormal in :math:`L^2(dx)`, and at most 0.7 in absolute
    value for any degree and any x.

    Parameters
    ----------
    x : ndarray, shape (...)
    size : int
        The number of degrees.

    Returns
    -------
    ndarray, shape (..., size)
    """
    x = np.asarray(x, dtype=np.float64)
    logarithm = -(0.25 * x * x + 0.25 * np.log(2.0 * np.pi))
    # Below e^-708 the first function is subnormal, and its rounding would be that of all others.
    if logarithm.min(initial=0.0) < -600.0:
        return _recurrence(x, size, logarithm)
    # The first function does not underflow, and so no other, nor does any overflow.
    values = np.empty((size, *x.shape))
    np.exp(logarithm, out=values[0])
    if size > 1:
        np.multiply(x, values[0], out=values[1])
    roots, last = np.sqrt(np.arange(size)).tolist(), np.empty_like(x)
    for n in range(1, size - 1):
        following = np.multiply(x, values[n], out=values[n + 1])
        following -= np.multiply(roots[n], values[n - 1], out=last)
        following /= roots[n + 1]
    return np.moveaxis(values, 0, -1)


def hermite_polynomials(x: np.ndarray, size: int, log_factor: np.ndarray | None = None) -> np.ndarray:
    r"""Orthonormal Hermite polynomials :math:`\psi_n(x) = He_n(x) / \sqrt{n!}`, n = 0 ... size - 1, times a factor.

    A value beyond the range of a double is infinite with the right sign, and never NaN; it stays below 1e308 to
    degree 1000 for \|x\| < 50.

    Parameters
    ----------
    x : ndarray, shape (...)
    size : int
        The number of degrees.
    log_factor : ndarray, shape (...), optional
        The logarithm of the factor, by default zero: neither the factor nor the polynomials need be in the range of a
        double if the products are.

    Returns
    -------
    ndarray, shape (..., size)
    """
    x = np.asarray(x, dtype=np.float64)
    with np.errstate(over="ignore"):
        return _recurrence(x, size, np.zeros_like(x) if log_factor is None else log_factor)


@lru_cache(maxsize=32)
def gauss_hermite(n: int) -> tuple[np.ndarray, np.ndarray]:
    r"""Nodes and Lebesgue weights of the n-point Gauss rule for the standard Gaussian measure.

    The nodes come from scipy, improved by one Newton step, :math:`\psi_n' = \sqrt n\, \psi_{n-1}`, which for n > 150 is
    worth two digits. The weights are :math:`\lambda_i = w_i / \rho(x_i) = 1 / (n \phi_{n-1}(x_i)^2)` with
    :math:`\phi` the Hermite functions: of the size of the distance between nodes, so that they are exact where
    :math:`w_i` itself (1e-860 at n = 1000) underflows.

    Returns
    -------
    nodes, lebesgue_weights : ndarray, shape (n,)
        Read-only.
    """
    nodes, _ = roots_hermitenorm(n)
    before_last, last = hermite_functions(nodes, n + 1)[:, -2:].T
    nodes = nodes - last / (np.sqrt(n) * before_last)
    lebesgue = 1.0 / (n * hermite_functions(nodes, n)[:, -1] ** 2)
    return read_only(nodes), read_only(lebesgue)
