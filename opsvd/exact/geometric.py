"""Exponentials and oscillations of a product, and of a difference: spectra that are geometric sequences.

All of them follow from Mehler's formula, after a change of variables or an analytic continuation.
"""

import math

import numpy as np

from .._support.validation import affordable, finite_float, positive_float
from ..errors import NotSquareIntegrableError


def indices(n: int) -> np.ndarray:
    """Return 0, ..., n - 1, where memory holds the three arrays of n numbers that a formula makes at once."""
    return np.arange(affordable(n, "n", 3.0))


def powers(ratio: float, n: int) -> np.ndarray:
    """Return 1, ratio, ..., ratio^(n - 1)."""
    return np.asarray(ratio ** indices(n))


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
    return math.sqrt(2.0 / (1.0 + root)) * powers(2.0 * c / (1.0 + root), n)    # 1 + r^2 = r / c


def _oscillating(c: float, n: int, parity: int) -> np.ndarray:
    """Return the even or odd ones of the values sqrt(1 - r^2) r^i of exp(i c x y), whose phases are i^i."""
    c = abs(finite_float(c, "c"))
    root = math.hypot(1.0, 2.0 * c)
    r = 2.0 * c / (1.0 + root)
    return math.sqrt(2.0 / (1.0 + root)) * r**parity * powers(r * r, n)    # 1 - r^2 = r / c


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
    return _oscillating(c, n, parity=0)


def sin_product(c: float, n: int) -> np.ndarray:
    r"""Spectrum of sin(c x y): :math:`s_i = \sqrt{1 - r^2}\, r^{2 i + 1}`, i = 0, 1, ...

    Here :math:`r = (\sqrt{1 + 4 c^2} - 1) / (2 |c|)`, for every real c; derived in :func:`cos_product`.

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.sin_product(1.0, 3))
    [0.48586827 0.18558517 0.07088723]
    """
    return _oscillating(c, n, parity=1)


def not_zero(c: float) -> float:
    """The frequency c of a sine, which must not be zero."""
    c = finite_float(c, "c")
    if c == 0.0:
        raise ValueError("c must not be zero, got 0.0: the zero kernel has no effective rank; pass another c")
    return c


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
    return math.hypot(1.0, 2.0 * not_zero(c))


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
    return powers(abs(r), n)


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
    return (1.0 + root) / (1.0 + t + root) * powers(t / (1.0 + t + root), n)
