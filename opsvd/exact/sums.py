"""Sums f(x) + g(y): rank at most two."""

import math

import numpy as np

from .._support.validation import finite_float, nonnegative_float


def sum_of_functions(f_mean: float, f_std: float, g_mean: float, g_std: float) -> np.ndarray:
    r"""Spectrum of f(x) + g(y), rank at most two, for any measures.

    :math:`s_1 = (\sqrt{m^2 + (\sigma + \tau)^2} + \sqrt{m^2 + (\sigma - \tau)^2}) / 2` and
    :math:`s_2 = \sigma \tau / s_1`, with m = E f + E g, and :math:`\sigma, \tau` the standard deviations of f(x), g(y):
    in the orthonormal functions 1, (f - E f)/:math:`\sigma` and 1, (g - E g)/:math:`\tau` the operator is the matrix
    [[m, :math:`\tau`], [:math:`\sigma`, 0]], whose squared values sum to :math:`m^2 + \sigma^2 + \tau^2`.

    Parameters
    ----------
    f_mean, f_std, g_mean, g_std : float
        Means and standard deviations of f(x) and g(y).

    Examples
    --------
    >>> import math
    >>> from opsvd import exact
    >>> s = exact.sum_of_functions(1.0, math.sqrt(2.0), 1.0, math.sqrt(2.0))    # x^2 + y^2: sqrt(3) + 1, sqrt(3) - 1
    >>> print(s)
    [2.73205081 0.73205081]
    """
    m = finite_float(f_mean, "f_mean") + finite_float(g_mean, "g_mean")
    sigma, tau = nonnegative_float(f_std, "f_std"), nonnegative_float(g_std, "g_std")
    first = 0.5 * (math.hypot(m, sigma + tau) + math.hypot(m, sigma - tau))
    values = [first, sigma * (tau / first)] if first > 0.0 else []
    return np.array([s for s in values if s > 0.0])


def linear_sum() -> np.ndarray:
    """Spectrum of x + y, rank two: 1, 1; :func:`sum_of_functions` with means zero and standard deviations one.

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.linear_sum())
    [1. 1.]
    """
    return sum_of_functions(0.0, 1.0, 0.0, 1.0)


def log_abs_product() -> np.ndarray:
    r"""Spectrum of log\|xy\|, rank two: :math:`\sqrt{m^2 + v} \mp m`.

    Here :math:`m = -(\gamma + \log 2)/2` and :math:`v = \pi^2/8`. It is :func:`sum_of_functions` of log\|x\| and
    log\|y\|: :math:`x^2 / 2` has the Gamma(1/2) law, so log\|x\| has the mean :math:`m = (\psi(1/2) + \log 2)/2` and
    the variance :math:`v = \psi'(1/2)/4`.

    References
    ----------
    NIST Digital Library of Mathematical Functions, 5.4.13 and 5.15.3: digamma and trigamma at 1/2.

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.log_abs_product())
    [1.91469539 0.64433254]
    """
    mean, std = -0.5 * (float(np.euler_gamma) + math.log(2.0)), math.pi / math.sqrt(8.0)
    return sum_of_functions(mean, std, mean, std)
