r"""Functions of a difference of angles, under the uniform law of angles, and their images under the arcsine law.

:math:`\varphi(x - y) = \sum_n c_n e^{i n x} e^{-i n y}` has the singular values \|c_n\|, the Fourier coefficients. For
a real function they are :math:`|c_0|`, and :math:`|c_1|, |c_2|, \ldots` twice each. If it is even, its mean over both
signs of y is a function of cos x and cos y. That has each value once, under the arcsine law on [-1, 1]: the law of
cos x.
"""

import math
from typing import Any

import numpy as np
from scipy.special import iv

from .._support.validation import affordable, finite_float, positive_float, real_array
from .geometric import indices


def circle_difference(coefficients: Any) -> np.ndarray:
    r"""Spectrum of a real function of x - y, x and y uniform angles: :math:`|c_0|`, and every other \|c_n\| twice.

    Parameters
    ----------
    coefficients : array_like, shape (m,)
        :math:`c_n = E[\varphi(t) e^{-i n t}]`, n = 0, ..., m - 1, t uniform on the circle, or their absolute values.
        The others count as zero. Of an infinite series the first values come back, if the others are smaller.

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.circle_difference([0.0, 0.5, 0.0, 0.25]))    # cos t + cos(3 t) / 2
    [0.5  0.5  0.25 0.25]
    """
    c = np.abs(real_array(coefficients, "coefficients"))
    if c.ndim != 1 or not np.isfinite(c).all():
        raise ValueError(f"coefficients must be a list of finite numbers, got shape {c.shape}; pass c_0, c_1, ...")
    values = np.sort(np.concatenate([c[:1], np.repeat(c[1:], 2)]))[::-1]
    return values[values > 0.0]


def von_mises(kappa: float, n: int) -> np.ndarray:
    r"""Spectrum of :math:`e^{\kappa \cos(x - y)}` for uniform angles: :math:`I_0(\kappa)`, then each I_i twice.

    Here I_i is the modified Bessel function of order i, and \|kappa\| <= 700. Under the arcsine law on [-1, 1], the
    kernel :math:`e^{\kappa x y} \cosh(\kappa \sqrt{(1 - x^2)(1 - y^2)})` has the values I_0, I_1, I_2, ... once each:
    ``von_mises(kappa, 2 * n - 1)[::2]``.

    References
    ----------
    NIST Digital Library of Mathematical Functions, 10.35.2: the Fourier series.

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.von_mises(1.0, 4))
    [1.26606588 0.5651591  0.5651591  0.13574767]
    """
    kappa = abs(finite_float(kappa, "kappa"))
    if kappa > 700.0:
        raise ValueError(f"kappa must lie in [-700, 700], where the values are doubles, got |kappa| = {kappa}; pass a "
                         f"smaller one, or divide the kernel by exp(kappa)")
    return np.asarray(iv((indices(n) + 1) // 2, kappa))


def circle_poisson(r: float, n: int) -> np.ndarray:
    r"""Spectrum of the Poisson kernel on the circle, for uniform angles: 1, then each :math:`|r|^i` twice; \|r\| < 1.

    .. math:: h = \frac{1 - r^2}{1 - 2 r \cos(x - y) + r^2} = 1 + 2 \sum_i r^i \cos(i (x - y))

    References
    ----------
    L. V. Ahlfors, Complex Analysis (1979), section 4.6.3.

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.circle_poisson(0.5, 4))
    [1.   0.5  0.5  0.25]
    """
    r = abs(finite_float(r, "r"))
    if r >= 1.0:
        raise ValueError(f"r must lie in (-1, 1), where the kernel has no singularity, got |r| = {r}; pass a smaller "
                         f"one")
    return np.asarray(r ** ((indices(n) + 1) // 2))


def log_abs_difference_arcsine(n: int, width: float = 2.0) -> np.ndarray:
    r"""Spectrum of log\|x - y\| under the arcsine law on an interval of a width w: \|log(w / 4)\| and 1, 1/2, 1/3, ...

    They come in order of size. On [-1, 1], where w = 2,
    :math:`\log|x - y| = -\log 2 - \sum_i (2 / i)\, T_i(x) T_i(y)`, and the functions :math:`\sqrt 2\, T_i` are
    orthonormal. The arcsine law on [0, 1] is Beta(1/2, 1/2), with w = 1.

    References
    ----------
    J. C. Mason and D. C. Handscomb, Chebyshev Polynomials (2003), section 9.2: the logarithmic kernel.

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.log_abs_difference_arcsine(4))    # 1, log 2, 1/2, 1/3
    [1.         0.69314718 0.5        0.33333333]
    """
    n = affordable(n, "n", 3.0)
    constant = abs(math.log(0.25 * positive_float(width, "width")))
    values = np.sort(np.append(1.0 / (np.arange(n) + 1.0), constant))[::-1]
    return values[:n]
