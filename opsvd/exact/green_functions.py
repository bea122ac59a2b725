r"""Covariances, distances, jumps and kinks that invert a differential operator: values from roots.

Where :math:`(T f)'' = q\, T f - p\, f` with simple p and q, the eigenfunctions are sines, cosines or Bessel functions,
and their conditions at the ends fix the eigenvalues. For kernels that are not symmetric, T T^* takes the place of T.
"""

import math

import numpy as np
from scipy.linalg import eigh_tridiagonal

from .._support.validation import affordable, positive_float
from .geometric import indices


def exponential_covariance(length: float, n: int, width: float = 1.0) -> np.ndarray:
    r"""Spectrum of :math:`e^{-|x - y| / l}` for x and y uniform on any interval of a width w.

    .. math:: s_i = \frac{2 \kappa}{\kappa^2 + u_i^2}, \qquad u_i = (i - 1) \pi + 2 \arctan(\kappa / u_i),
              \qquad \kappa = w / l, \quad i = 1, 2, \ldots

    Each u_i lies alone in :math:`((i - 1) \pi, i \pi)`. On [-1/2, 1/2], in units of w, the functions are
    :math:`\cos u_i x` and :math:`\sin u_i x` in turn, and :math:`l^2 (T f)'' = T f - 2 l f` gives the conditions
    :math:`l f' = \mp f` at the ends. All digits are right, for any l and i.

    Parameters
    ----------
    length : float
        The length l > 0, over which the correlation falls to 1/e.
    n : int
        How many values.
    width : float, default 1.0
        The width of the interval.

    References
    ----------
    R. G. Ghanem and P. D. Spanos, Stochastic Finite Elements: A Spectral Approach (1991), section 2.3.

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.exponential_covariance(1.0, 3))
    [0.73881081 0.13800378 0.04508849]
    """
    kappa = positive_float(width, "width") / positive_float(length, "length")
    if not 1e-150 < kappa < 1e150:
        raise ValueError(f"length must be within 1e-150 and 1e150 times width, got {length} for width = {width}; pass "
                         f"one nearer to it")
    from_left = np.pi * indices(n)
    # v - 2 arctan(kappa / (from_left + v)) is concave and rises, so Newton's method from below stays below its root.
    # The start is below: arctan(t) >= t / 2 up to t = 2.33.
    v = np.zeros(from_left.size)
    v[0] = min(math.sqrt(kappa), 2.33)
    for _ in range(12):    # digits double from the first step on
        u = np.maximum(from_left + v, 1e-300)
        v -= (v - 2.0 * np.arctan(kappa / u)) / (1.0 + 2.0 / (kappa + u * (u / kappa)))
    u = from_left + v
    return 2.0 / (kappa + u * (u / kappa))


def abs_difference_cdf(n: int) -> np.ndarray:
    r"""Spectrum of \|F(x) - F(y)\|, F the distribution function: \|x - y\| for the uniform law on [0, 1].

    .. math:: s_i = \frac{1}{2 t_i^2}, \qquad t_1 \tanh t_1 = 1, \qquad t_{2j} = (j - \tfrac12) \pi, \qquad
              t_{2j + 1} \tan t_{2j + 1} = -1, \quad j = 1, 2, \ldots

    Valid for x and y of any one continuous law. In u = F(x), :math:`(T f)'' = 2 f` with
    :math:`f'(0) = -f'(1)` and :math:`f(0) + f(1) = f'(1)`: about the middle, :math:`\cosh 2 t_1 u` has the one positive
    eigenvalue, and :math:`\sin 2 t u` and :math:`\cos 2 t u` the negative ones, whose sum is that of the first.

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.abs_difference_cdf(3))
    [0.34740827 0.20264237 0.0638491 ]
    """
    j = np.arange(affordable(n, "n", 3.0) // 2 + 1.0)
    t = np.empty((j.size, 2))
    t[:, 0], t[:, 1] = np.pi * j, np.pi * (j + 0.5)
    t[0, 0] = 1.2
    for _ in range(6):    # Newton's method, whose digits double from the first step on
        tanh = math.tanh(t[0, 0])
        t[0, 0] -= (t[0, 0] * tanh - 1.0) / (tanh + t[0, 0] * (1.0 - tanh**2))
        later = t[1:, 0]
        later -= (later - np.pi * j[1:] + np.arctan(1.0 / later)) * (1.0 + later**-2.0)
    return np.asarray(0.5 / t.ravel()[:n] ** 2)


def relu_difference_cdf(n: int) -> np.ndarray:
    r"""Spectrum of max(F(x) - F(y), 0), F the distribution function: max(x - y, 0) for the uniform law on [0, 1].

    .. math:: s_i = k_i^{-2}, \qquad \cos k_i \cosh k_i = -1, \quad i = 1, 2, \ldots

    Valid for x and y of any one continuous law. In u = F(x) the operator is V^2, with V that of
    :func:`heaviside_difference`. :math:`V^2 (V^2)^*` inverts the fourth derivative where f and its first derivative are
    zero at 0, and its second and third at 1: the conditions of a beam that is clamped at one end. With 1 - u for u,
    max(x + y - 1, 0) has the same values for the uniform law.

    References
    ----------
    S. P. Timoshenko, Vibration Problems in Engineering (1955): the frequencies of the beam.

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.relu_difference_cdf(3))
    [0.28441287 0.04538339 0.01620819]
    """
    k = np.pi * (indices(n) + 0.5)
    k[0] = 1.875    # its digits double from here on, those of the others from (i - 1/2) pi
    for _ in range(6):
        inverse = 2.0 * np.exp(-k) / (1.0 + np.exp(-2.0 * k))
        k += (np.cos(k) + inverse) / (np.sin(k) + inverse * np.tanh(k))
    return np.asarray(k**-2.0)


def _over_bessel_zeros(above: float, n: int) -> np.ndarray:
    r"""Return :math:`2 / j_{\nu, i}` for the leading zeros of the Bessel function of order :math:`\nu` = above - 1.

    At a zero z, :math:`(2/z)(\nu + m) J_{\nu + m} = J_{\nu + m - 1} + J_{\nu + m + 1}`, m = 1, 2, ..., is a symmetric
    tridiagonal matrix with the eigenvalue 2/z, and its entries fall fast once :math:`\nu + m > z`. The error is that of
    rounding, relative to the largest.

    References
    ----------
    Y. Ikebe, Y. Kikuchi and I. Fujishiro, Computing zeros and orders of Bessel functions, J. Comput. Appl. Math. 38
    (1991).
    """
    n = affordable(n, "n", 20.0)
    # The n-th zero is below nu + pi n for small nu, and near nu + 2.2 (n^2 nu)^(1/3) for large; beyond, functions fall
    # within a few nu^(1/3).
    size = 4 * n + int(4.0 * (n * n * above) ** (1 / 3) + 12.0 * above ** (1 / 3)) + 50
    order = above + np.arange(size - 1.0)
    beside = 1.0 / (np.sqrt(order) * np.sqrt(order + 1.0))
    leading = (size - n, size - 1)
    return eigh_tridiagonal(np.zeros(size), beside, eigvals_only=True, select="i", select_range=leading)[::-1]


def exponential_covariance_half_line(c: float, n: int) -> np.ndarray:
    r"""Spectrum of exp(-c \|x - y\|), 0 < c <= 10^6, for x and y of the law Exponential(1).

    .. math:: s_i = 8 c / j_i^2, \quad i = 1, 2, \ldots, \qquad J_{2c - 1}(j_i) = 0

    For another rate, pass c / rate. :math:`s (f'' - c^2 f) = -2 c\, e^{-x} f` is solved by
    :math:`f = J_{2c}(j e^{-x/2})` with :math:`j^2 = 8 c / s`, and f'(0) = c f(0) says :math:`J_{2c - 1}(j) = 0`. The
    values sum to the trace, which is one.

    References
    ----------
    NIST Digital Library of Mathematical Functions, 10.13: equations that Bessel functions solve.

    Examples
    --------
    >>> import numpy as np
    >>> from opsvd import exact
    >>> print(exact.exponential_covariance_half_line(0.75, 3) * np.pi**2 / 6)    # J_{1/2} is zero at i pi
    [1.         0.25       0.11111111]
    """
    c = positive_float(c, "c")
    if c > 1e6:
        raise ValueError(f"c must be at most 10^6, got {c}; pass a smaller one")
    return 2.0 * c * _over_bessel_zeros(2.0 * c, n) ** 2


def min_exponential(n: int, rate: float = 1.0) -> np.ndarray:
    r"""Spectrum of min(x, y) for x and y of the law Exponential(rate): :math:`s_i = 4 / (\mathrm{rate}\, j_{0,i}^2)`.

    Here :math:`j_{0,i}` are the zeros of the Bessel function J_0. For rate one, :math:`s f'' = -e^{-x} f`, f(0) = 0, is
    solved by :math:`f = J_0(j e^{-x/2})` with :math:`j^2 = 4 / s`. The values sum to E[x].

    References
    ----------
    NIST Digital Library of Mathematical Functions, 10.13: equations that Bessel functions solve.

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.min_exponential(3))
    [0.69166028 0.13127123 0.05341381]
    """
    return _over_bessel_zeros(1.0, n) ** 2 / positive_float(rate, "rate")


def min_power_law(a: float, n: int) -> np.ndarray:
    r"""Spectrum of min(x, y) for x and y of the law Beta(a, 1), whose density is :math:`a x^{a - 1}` on [0, 1].

    .. math:: s_i = a\, (2 \nu / j_i)^2, \quad i = 1, 2, \ldots, \qquad J_{\nu - 1}(j_i) = 0, \quad \nu = 1 / (a + 1)

    :math:`s f'' = -a x^{a - 1} f` with f(0) = f'(1) = 0 is solved by
    :math:`f = \sqrt x\, J_\nu(j\, x^{1/(2 \nu)})`, whose derivative is a multiple of
    :math:`J_{\nu - 1}(j\, x^{1/(2 \nu)})`. The values sum to E[x] = a / (a + 1).

    References
    ----------
    P. Deheuvels and G. Martynov, Karhunen-Loeve expansions for weighted Wiener processes and Brownian bridges via
    Bessel functions, High Dimensional Probability III (2003).

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.min_power_law(1.0, 3))    # the uniform law: 4 / ((2 i - 1) pi)^2
    [0.40528473 0.04503164 0.01621139]
    """
    return jump_power_law(a, n) ** 2


def jump_power_law(a: float, n: int) -> np.ndarray:
    r"""Spectrum of (x > y) for x of the law Beta(a, 1) and y uniform on [0, 1]: :math:`s_i = 2 \nu \sqrt a / j_i`.

    With the :math:`\nu` and :math:`j_i` of :func:`min_power_law`: :math:`T T^*` has the kernel
    :math:`E_y[(x > y)(x' > y)] = \min(x, x')`. For a < 1 the density of x is infinite where the jump begins.

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.jump_power_law(0.5, 3))
    [0.50516174 0.18902101 0.11604853]
    """
    a = positive_float(a, "a")
    nu = 1.0 / (a + 1.0)
    return nu * math.sqrt(a) * _over_bessel_zeros(nu, n)
