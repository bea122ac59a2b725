r"""Singular values in closed form.

Every function named after a kernel h(x, y) returns its singular values as an ndarray, nonincreasing and counted with
multiplicity, for independent standard Gaussians x and y unless it says otherwise. Infinite spectra take `n`, how many
values to return, shape (n,); of finite ones the nonzero values come back, shape (rank,). A parameter outside the
stated range raises a ValueError that names it.

An affine change of the measures moves into the kernel: under Gaussian(mean, std) the kernel h(x, y) has the spectrum
of h(m_x + s_x x, m_y + s_y y) under standard Gaussians. For means zero, exp(c x y) therefore has that of
``exp_product(c * s_x * s_y, n)``.
"""

import math
from typing import Any

import numpy as np
from numpy.polynomial.hermite_e import poly2herme

from .._support.validation import (
    affordable,
    finite_float,
    nonnegative_float,
    positive_float,
    positive_int,
    real_array,
)
from ..errors import NotSquareIntegrableError

__all__ = [
    "abs_power_product",
    "cos_product",
    "effective_rank_sin_product",
    "exp_product",
    "finite_rank",
    "heaviside_difference",
    "linear_sum",
    "log_abs_product",
    "mehler",
    "min_cdf",
    "monomial_product",
    "polynomial_kernel",
    "relu_product",
    "separable",
    "sign_difference",
    "sign_product",
    "sin_product",
    "squared_exponential",
    "sum_of_functions",
]

# E|x|^(2 * 150) is the last of its kind within the range of a double.
_LARGEST_POWER = 150
# Arrays of n numbers that a formula makes at once.
_ARRAYS = 3


def _powers(ratio: float, n: int) -> np.ndarray:
    """Return 1, ratio, ..., ratio^(n - 1)."""
    return np.asarray(ratio ** np.arange(affordable(n, "n", _ARRAYS)))


def exp_product(c: float, n: int) -> np.ndarray:
    r"""Spectrum of exp(c x y), \|c\| < 1/2: :math:`s_i = \sqrt{1 + r^2}\, |r|^i`, i = 0, 1, ...

    Here :math:`r = (1 - \sqrt{1 - 4 c^2}) / (2 c)`, so that :math:`c = r / (1 + r^2)`.

    The functions :math:`f_i(x) = \sqrt{a}\, e^{(1 - a^2) x^2 / 4} \psi_i(a x)`, :math:`a^2 = (1 - r^2) / (1 + r^2)`,
    are orthonormal, and the expansion of :func:`mehler` sums :math:`\sum r^i f_i(x) f_i(y)` to
    :math:`(1 + r^2)^{-1/2} e^{c x y}`.

    Raises
    ------
    NotSquareIntegrableError
        If \|c\| >= 1/2: :math:`E[e^{2 c x y}] = (1 - 4 c^2)^{-1/2}` is infinite there.

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.exp_product(0.4, 3))    # r = 1/2
    [1.11803399 0.55901699 0.2795085 ]
    """
    c = abs(finite_float(c, "c"))
    if c >= 0.5:
        raise NotSquareIntegrableError(f"c must lie in (-1/2, 1/2), where E[exp(2 c x y)] is finite, got |c| = {c}; "
                                       f"pass a smaller c, or measures with a smaller std")
    root = math.sqrt((1.0 - 2.0 * c) * (1.0 + 2.0 * c))
    return math.sqrt(2.0 / (1.0 + root)) * _powers(2.0 * c / (1.0 + root), n)    # 1 + r^2 = r / c


def _oscillating(c: float) -> tuple[float, float]:
    """Return sqrt(1 - r^2) and r of exp(i c x y): the values sqrt(1 - r^2) r^i, and i^i the phases."""
    c = abs(finite_float(c, "c"))
    root = math.hypot(1.0, 2.0 * c)
    return math.sqrt(2.0 / (1.0 + root)), 2.0 * c / (1.0 + root)    # 1 - r^2 = r / c


def cos_product(c: float, n: int) -> np.ndarray:
    r"""Spectrum of cos(c x y): :math:`s_i = \sqrt{1 - r^2}\, r^{2 i}`, i = 0, 1, ...

    Here :math:`r = (\sqrt{1 + 4 c^2} - 1) / (2 |c|)`, for every real c.

    The expansion of :func:`exp_product` continues analytically to i c, where its ratio becomes i r: the even terms
    are real and make the cosine, the odd ones are imaginary and make the sine.

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.cos_product(1.0, 3))    # r is the inverse golden ratio
    [0.78615138 0.30028311 0.11469794]
    """
    first, r = _oscillating(c)
    return first * _powers(r * r, n)


def sin_product(c: float, n: int) -> np.ndarray:
    r"""Spectrum of sin(c x y): :math:`s_i = \sqrt{1 - r^2}\, r^{2 i + 1}`, i = 0, 1, ...

    Here :math:`r = (\sqrt{1 + 4 c^2} - 1) / (2 |c|)`, for every real c; derived in :func:`cos_product`.

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.sin_product(1.0, 3))
    [0.48586827 0.18558517 0.07088723]
    """
    first, r = _oscillating(c)
    return first * r * _powers(r * r, n)


def effective_rank_sin_product(c: float) -> float:
    r"""Effective rank :math:`(\sum s)^2 / \sum s^2 = \sqrt{1 + 4 c^2}` of sin(c x y), and of cos(c x y); c not zero.

    Both spectra are geometric of ratio :math:`r^2`, so it is :math:`(1 + r^2) / (1 - r^2)`, and
    :math:`c = r / (1 - r^2)` gives :math:`1 + 4 c^2 = ((1 + r^2) / (1 - r^2))^2`.

    Raises
    ------
    ValueError
        If c is zero: sin(0) is the zero kernel, which has no effective rank.

    Examples
    --------
    >>> from opsvd import exact
    >>> round(exact.effective_rank_sin_product(1.0) ** 2, 12)
    5.0
    """
    c = finite_float(c, "c")
    if c == 0.0:
        raise ValueError("c must not be zero, got 0.0: the zero kernel has no effective rank; pass another c")
    return math.hypot(1.0, 2.0 * c)


def mehler(r: float, n: int) -> np.ndarray:
    r"""Spectrum of the density ratio of two correlated Gaussians, \|r\| < 1: :math:`s_i = |r|^i`, i = 0, 1, ...

    The kernel is the joint density of a pair of standard Gaussians of correlation r, over the product of its
    marginals: :math:`h = (1 - r^2)^{-1/2} \exp(-(r^2 (x^2 + y^2) - 2 r x y) / (2 (1 - r^2)))`, which
    Mehler's formula expands as :math:`\sum r^i \psi_i(x) \psi_i(y)`.

    Raises
    ------
    NotSquareIntegrableError
        If \|r\| >= 1: :math:`E[h^2] = 1 / (1 - r^2)`.

    References
    ----------
    F. G. Mehler, J. reine angew. Math. 66 (1866) 161-176.

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.mehler(-0.5, 4))
    [1.    0.5   0.25  0.125]
    """
    r = finite_float(r, "r")
    if abs(r) >= 1.0:
        raise NotSquareIntegrableError(f"r must be a correlation in (-1, 1), where E[h^2] is finite, got {r}; "
                                       f"pass a number nearer to zero")
    return _powers(abs(r), n)


def squared_exponential(length: float, n: int, std: float = 1.0) -> np.ndarray:
    r"""Spectrum of :math:`e^{-(x - y)^2 / 2 l^2}` when x and y have standard deviation `std` and equal means.

    :math:`s_i = (1 - r)\, r^i`, i = 0, 1, ..., with :math:`r = t / (1 + t + \sqrt{1 + 2 t})` and
    :math:`t = 2\, \mathrm{std}^2 / l^2`. In the notation of the reference t = b/a and r = B; its factor
    :math:`\sqrt{2 a / A}` is 1 - r, since the trace is E[h(x, x)] = 1.

    Parameters
    ----------
    length : float
        The length l > 0.
    n : int
        How many values.
    std : float, default 1.0
        The standard deviation of both measures; their common mean does not matter.

    References
    ----------
    C. E. Rasmussen and C. K. I. Williams, Gaussian Processes for Machine Learning (2006), section 4.3.1.

    Examples
    --------
    >>> import math
    >>> from opsvd import exact
    >>> print(exact.squared_exponential(math.sqrt(0.5), 3))    # t = 4
    [0.5   0.25  0.125]
    """
    ratio = positive_float(std, "std") / positive_float(length, "length")
    if ratio > 1e150:    # its square is no double
        raise ValueError(f"length must be at least 1e-150 of std, got {length} for std = {std}; pass a larger one")
    t = 2.0 * ratio**2
    root = math.sqrt(1.0 + 2.0 * t)
    return (1.0 + root) / (1.0 + t + root) * _powers(t / (1.0 + t + root), n)


def heaviside_difference(n: int) -> np.ndarray:
    r"""Spectrum of the jump (x > y), 1 where x > y and 0 elsewhere: :math:`s_i = 2 / ((2 i - 1) \pi)`, i = 1, 2, ...

    Valid for x and y of any one continuous law: its distribution function maps both to the uniform law, and the
    operator to that of Volterra, :math:`(V g)(u) = \int_0^u g`. Then :math:`V V^*` has the kernel min(u, u'), the
    inverse of :math:`-d^2/du^2` with f(0) = f'(1) = 0, whose eigenvalues are :math:`((i - 1/2) \pi)^2`.

    References
    ----------
    P. R. Halmos, A Hilbert Space Problem Book (1982): the Volterra integration operator.

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.heaviside_difference(3))
    [0.63661977 0.21220659 0.12732395]
    """
    return 1.0 / ((np.arange(affordable(n, "n", _ARRAYS)) + 0.5) * np.pi)


def min_cdf(n: int) -> np.ndarray:
    r"""Spectrum of min(F(x), F(y)), F the distribution function: :math:`s_i = ((i - 1/2) \pi)^{-2}`, i = 1, 2, ...

    Valid for x and y of any one continuous law; F is :math:`\Phi` for the standard Gaussian. In u = F(x) it is the
    covariance min(u, v) of Brownian motion, and V V* for the operator V of :func:`heaviside_difference`.

    References
    ----------
    M. Loeve, Probability Theory II (1978), the orthogonal expansion of Brownian motion.

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.min_cdf(3))
    [0.40528473 0.04503164 0.01621139]
    """
    return heaviside_difference(n) ** 2


def sign_difference(n: int) -> np.ndarray:
    r"""Spectrum of sign(x - y): each of :math:`2 / ((2 j - 1) \pi)`, j = 1, 2, ..., twice.

    Valid for x and y of any one continuous law. In u = F(x), f = T g means f' = 2 g with f(0) + f(1) = 0: T is
    antisymmetric, with the eigenfunctions :math:`e^{i \omega u}`, :math:`\omega` an odd multiple of :math:`\pi`, and
    the eigenvalues :math:`2 / (i \omega)`.

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.sign_difference(3))
    [0.63661977 0.63661977 0.21220659]
    """
    n = affordable(n, "n", _ARRAYS)
    return np.repeat(heaviside_difference((n + 1) // 2), 2)[:n]


def separable(f_second_moment: float, g_second_moment: float) -> np.ndarray:
    r"""Spectrum of f(x) g(y): the one value :math:`\sqrt{E[f^2]\, E[g^2]}`; none if it is zero. Any measures.

    By the definition of the decomposition: f and g, normalised, are its singular functions.

    Parameters
    ----------
    f_second_moment, g_second_moment : float
        :math:`E[f(x)^2]` and :math:`E[g(y)^2]`, finite and not negative.

    Examples
    --------
    >>> import math
    >>> from opsvd import exact
    >>> print(exact.separable(math.exp(2.0), 1.0))    # exp(x) |y|
    [2.71828183]
    """
    value = (math.sqrt(nonnegative_float(f_second_moment, "f_second_moment"))
             * math.sqrt(nonnegative_float(g_second_moment, "g_second_moment")))
    return np.array([value] if value > 0.0 else [])


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


def abs_power_product(a: float) -> np.ndarray:
    r"""Spectrum of \|xy\|^a, rank one: :math:`E|x|^{2a} = 2^a\, \Gamma(a + 1/2) / \sqrt\pi`, for -1/2 < a <= 150.

    Beyond, the value is infinite, or not a double. :func:`separable`, and the absolute moments of a Gaussian:
    substitute :math:`t = x^2 / 2` in the integral.

    Raises
    ------
    NotSquareIntegrableError
        If a <= -1/2, where the moment is infinite.

    Examples
    --------
    >>> import math
    >>> from opsvd import exact
    >>> print(exact.abs_power_product(0.5) ** 2 * math.pi / 2)
    [1.]
    """
    a = finite_float(a, "a")
    if a <= -0.5:
        raise NotSquareIntegrableError(f"a must be above -1/2, where E|x|^(2a) is finite, got {a}; pass a larger power")
    if a > _LARGEST_POWER:
        raise ValueError(f"a must be at most {_LARGEST_POWER}, for the value to be a double, got {a}; "
                         f"pass a smaller power")
    return np.array([2.0**a * (math.gamma(a + 0.5) / math.sqrt(math.pi))])


def monomial_product(p: int) -> np.ndarray:
    r"""Spectrum of (xy)^p, rank one: :math:`E[x^{2p}] = (2p - 1)!! = 1 \cdot 3 \cdots (2p - 1)`, for p = 1 ... 150.

    Beyond, the value is not a double. :func:`separable`, and integration by parts:
    :math:`E[x^{2p}] = (2p - 1) E[x^{2p - 2}]`.

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.monomial_product(3))
    [15.]
    """
    p = positive_int(p, "p")
    if p > _LARGEST_POWER:
        raise ValueError(f"p must be at most {_LARGEST_POWER}, for the value to be a double, got {p}; "
                         f"pass a smaller power")
    return np.array([float(math.prod(range(1, 2 * p, 2)))])


def sign_product() -> np.ndarray:
    """Spectrum of sign(xy), rank one: 1; :func:`separable`, as sign(x) sign(y) with E[sign^2] = 1.

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.sign_product())
    [1.]
    """
    return separable(1.0, 1.0)


def relu_product() -> np.ndarray:
    r"""Spectrum of max(xy, 0), rank two: 1/2, 1/2.

    It is :math:`x_+ y_+ + x_- y_-` with :math:`x_\pm = \max(\pm x, 0)`: orthogonal, and each of second moment 1/2.

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.relu_product())
    [0.5 0.5]
    """
    return finite_rank(np.diag([0.5, 0.5]), np.diag([0.5, 0.5]))


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
    if array.ndim != 2 or max(array.shape) > _LARGEST_POWER + 1 or not np.isfinite(array).all():
        raise ValueError(f"coefficients must be a finite matrix of degrees at most {_LARGEST_POWER}, got shape "
                         f"{array.shape}; pass A with A[p, q] the coefficient of x^p y^q")
    hermite = _monomials_in_hermite(max(array.shape, default=0))
    matrix = hermite[: array.shape[0]].T @ array @ hermite[: array.shape[1]]
    rank = int(np.linalg.matrix_rank(array)) if array.size else 0
    return np.asarray(np.linalg.svd(matrix, compute_uv=False)[:rank])
