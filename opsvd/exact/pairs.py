r"""Density ratios of pairs of dependent variables: two of a Gamma law, of the arcsine law, or of the semicircle.

Each is the joint density of a pair over the product of its marginals, and is
:math:`\sum_n r^n p_n(x) p_n(y)`, with r the correlation and p_n the polynomials orthonormal under the law. So its
values are powers of r, as in Mehler's formula for Gaussians, :func:`~opsvd.exact.mehler`. The kernel itself takes a
formula of its own, which the function whose name ends in ``_kernel`` returns.
"""

import math
from collections.abc import Callable

import numpy as np
from scipy.special import gammaln, ive

from .._support.validation import finite_float, positive_float
from ..errors import NotSquareIntegrableError
from .geometric import powers

Ratio = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""A density ratio h(x, y), vectorised: x and y broadcast against each other."""


def correlation(r: float) -> float:
    """Return a correlation in [0, 1), or raise naming r."""
    r = finite_float(r, "r")
    if r >= 1.0:
        raise NotSquareIntegrableError(f"r must be below 1, where E[h^2] = 1 / (1 - r^2) is finite, got {r}; pass a "
                                       f"smaller one")
    if r < 0.0:
        raise ValueError(f"r must not be negative, as a correlation of such a pair is not, got {r}; pass a number in "
                         f"[0, 1)")
    return r


def gamma_pair(r: float, n: int) -> np.ndarray:
    r"""Spectrum of the density ratio of two Gamma variables of correlation r: :math:`r^i`, 0 <= r < 1, i = 0, 1, ...

    For x and y of the law Gamma(shape), whatever the shape, and the kernel that :func:`gamma_pair_kernel` returns: by
    the formula of Hardy and Hille it is :math:`\sum r^i p_i(x) p_i(y)`, p_i the orthonormal Laguerre polynomials.

    Raises
    ------
    NotSquareIntegrableError
        If r >= 1.

    References
    ----------
    NIST Digital Library of Mathematical Functions, 18.18(vii): the Poisson kernel of Laguerre
    polynomials, which is the formula of Hardy and Hille.
    W. F. Kibble, A two-variate gamma type distribution, Sankhya 5 (1941).

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.gamma_pair(0.5, 4))
    [1.    0.5   0.25  0.125]
    """
    return powers(correlation(r), n)


def _log_bessel(shape: float, z: np.ndarray) -> np.ndarray:
    r"""Return the logarithm of :math:`\Gamma(a) (z/2)^{1 - a} I_{a-1}(z) e^{-z}` for z >= 0, which is 0 at zero."""
    quarter = 0.25 * np.minimum(z**2, 16.0 * shape)
    term = np.ones_like(z)
    series = np.ones_like(z)
    for k in range(1, 40):    # terms fall like 4^k / k!, as z^2 / 4 is at most 4 a
        term = term * (quarter / (k * (shape + k - 1.0)))
        series += term
    beyond = np.maximum(z, 4.0 * math.sqrt(shape))
    log_beyond = gammaln(shape) + (1.0 - shape) * np.log(0.5 * beyond) + np.log(ive(shape - 1.0, beyond))
    return np.asarray(np.where(z**2 <= 16.0 * shape, np.log(series) - z, log_beyond))


def gamma_pair_kernel(r: float, shape: float) -> Ratio:
    r"""Return the density ratio of two Gamma(shape) variables of scale one and correlation r, 0 <= r < 1.

    .. math:: h = (1 - r)^{-a}\, e^{-r (x + y) / (1 - r)}\; \Gamma(a)\, (z/2)^{1 - a} I_{a-1}(z),
              \qquad z = \frac{2 \sqrt{r x y}}{1 - r}

    for a = shape, and x, y >= 0. The density is that of Kibble, also known by the name of Downton at a = 1. At other
    scales it is ``h(x / scale, y / scale)``. Exponents are taken together, so that nothing overflows where h does not.
    The values have 13 digits up to a = 100; beyond a = 300 the Bessel function is below the smallest double.

    References
    ----------
    W. F. Kibble, A two-variate gamma type distribution, Sankhya 5 (1941).
    F. Downton, Bivariate exponential distributions in reliability theory, J. R. Stat. Soc. B 32 (1970).

    Examples
    --------
    >>> import numpy as np
    >>> from opsvd import exact
    >>> h = exact.gamma_pair_kernel(0.5, shape=1.0)
    >>> print(h(np.array([0.0, 1.0]), np.array([3.0, 1.0])))    # 2 exp(-3) at x = 0
    [0.09957414 1.15098622]
    """
    r, shape = correlation(r), positive_float(shape, "shape")
    if shape > 300.0:
        raise ValueError(f"shape must be at most 300, where the Bessel function is a double, got {shape}; pass a "
                         f"smaller one")
    root = math.sqrt(r)

    def ratio(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        x, y = np.sqrt(np.asarray(x, dtype=np.float64)), np.sqrt(np.asarray(y, dtype=np.float64))
        exponent = 2.0 * root / (1.0 + root) * x * y - r / (1.0 - r) * (x - y) ** 2 - shape * math.log1p(-r)
        return np.asarray(np.exp(exponent + _log_bessel(shape, 2.0 * root / (1.0 - r) * x * y)))

    return ratio


def arcsine_pair(r: float, n: int) -> np.ndarray:
    r"""Spectrum of the Poisson kernel :math:`1 + 2 \sum r^i T_i(x) T_i(y)`, \|r\| < 1: :math:`|r|^i`, i = 0, 1, ...

    For x and y of the arcsine law on [-1, 1], Beta(1/2, 1/2), and the kernel that :func:`arcsine_pair_kernel` returns.
    Chebyshev polynomials, :math:`1, \sqrt 2\, T_1, \sqrt 2\, T_2, \ldots`, are orthonormal under this law.

    Raises
    ------
    NotSquareIntegrableError
        If \|r\| >= 1.

    References
    ----------
    J. C. Mason and D. C. Handscomb, Chebyshev Polynomials (2003): orthogonality, and generating functions.

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.arcsine_pair(-0.5, 4))
    [1.    0.5   0.25  0.125]
    """
    return powers(correlation(abs(finite_float(r, "r"))), n)


def _chebyshev_denominator(r: float, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return (1 - 2 r cos(s + t) + r^2) (1 - 2 r cos(s - t) + r^2), x = cos s, y = cos t: a sum of positive terms."""
    square = (1.0 - r) ** 2
    return np.asarray(square * (square + 4.0 * r * (1.0 - x * y)) + 4.0 * r**2 * (x - y) ** 2)


def arcsine_pair_kernel(r: float) -> Ratio:
    r"""Return :math:`1 + 2 \sum r^i T_i(x) T_i(y)` on [-1, 1], \|r\| < 1.

    With :math:`x = \cos\theta` and :math:`y = \cos\varphi` it is the mean of the Poisson kernel
    :math:`(1 - r^2) / (1 - 2 r \cos t + r^2)` at :math:`t = \theta - \varphi` and :math:`t = \theta + \varphi`. Written
    in terms that are not negative for r >= 0, and as the kernel of \|r\| at x and -y for r < 0,

    .. math:: h = \frac{(1 - r^2)\, (d + 2 r (1 - x y))}{d\, (d + 4 r (1 - x y)) + 4 r^2 (x - y)^2}, \qquad
              d = (1 - r)^2

    Examples
    --------
    >>> import numpy as np
    >>> from opsvd import exact
    >>> h = exact.arcsine_pair_kernel(0.5)
    >>> print(h(np.array([1.0, 0.0]), np.array([1.0, 0.0])))    # (1 + r) / (1 - r), and (1 + r^2) / (1 - r^2)
    [3.         1.66666667]
    """
    sign = math.copysign(1.0, finite_float(r, "r"))
    r = correlation(abs(r))

    def ratio(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        x, y = np.asarray(x, dtype=np.float64), sign * np.asarray(y, dtype=np.float64)
        above = (1.0 - r**2) * ((1.0 - r) ** 2 + 2.0 * r * (1.0 - x * y))
        return np.asarray(above / _chebyshev_denominator(r, x, y))

    return ratio


def semicircle_pair(r: float, n: int) -> np.ndarray:
    r"""Spectrum of :math:`\sum r^i U_i(x) U_i(y)` under the law of the semicircle, \|r\| < 1: :math:`|r|^i`.

    For x and y of the density :math:`(2 / \pi) \sqrt{1 - x^2}` on [-1, 1], Beta(3/2, 3/2), under which the Chebyshev
    polynomials of the second kind are orthonormal, and the kernel that :func:`semicircle_pair_kernel` returns.

    Raises
    ------
    NotSquareIntegrableError
        If \|r\| >= 1.

    References
    ----------
    J. C. Mason and D. C. Handscomb, Chebyshev Polynomials (2003): orthogonality, and generating functions.

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.semicircle_pair(-0.5, 4))
    [1.    0.5   0.25  0.125]
    """
    return arcsine_pair(r, n)


def semicircle_pair_kernel(r: float) -> Ratio:
    r"""Return :math:`\sum r^i U_i(x) U_i(y)` on [-1, 1], \|r\| < 1.

    .. math:: h = \frac{1 - r^2}{d\, (d + 4 r (1 - x y)) + 4 r^2 (x - y)^2}, \qquad d = (1 - r)^2

    for r >= 0, and the kernel of \|r\| at x and -y for r < 0.

    Examples
    --------
    >>> import numpy as np
    >>> from opsvd import exact
    >>> h = exact.semicircle_pair_kernel(0.5)
    >>> print(h(np.array([1.0, 0.0]), np.array([1.0, 0.0])))    # (1 + r) / (1 - r)^3, and 1 / (1 - r^2)
    [12.          1.33333333]
    """
    sign = math.copysign(1.0, finite_float(r, "r"))
    r = correlation(abs(r))

    def ratio(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        x, y = np.asarray(x, dtype=np.float64), sign * np.asarray(y, dtype=np.float64)
        return np.asarray((1.0 - r**2) / _chebyshev_denominator(r, x, y))

    return ratio
