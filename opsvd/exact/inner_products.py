r"""Waves in the inner product of two standard Gaussian vectors of R^k: geometric values with multiplicities.

:math:`e^{i c \langle x, y \rangle}` is the product of k kernels :math:`e^{i c x_j y_j}`, whose values are
:math:`\sqrt{1 - r^2}\, r^i` (:func:`opsvd.exact.cos_product`). So a value :math:`(1 - r^2)^{k/2}\, r^l` stands for each
of the :math:`\binom{l + k - 1}{k - 1}` products of Hermite polynomials of the total degree l. The cosine has the even
degrees, and the sine the odd ones. With :math:`\theta = \operatorname{arsinh}(2 c)` the sums of the values are
:math:`e^{k \theta / 2}`, :math:`\cosh(k \theta / 2)` and :math:`\sinh(k \theta / 2)` for c > 0, and the energies of
cosine and sine are :math:`(1 \pm \cosh^{-k} \theta) / 2`.
"""

import math

import numpy as np

from .._support.validation import affordable, finite_float, positive_int
from ..spectrum.multiplets import as_counts
from .geometric import not_zero


def exp_i_inner_product(c: float, k: int, degrees: int) -> tuple[np.ndarray, np.ndarray]:
    r"""Values and multiplicities of :math:`e^{i c \langle x, y \rangle}` for standard Gaussian vectors of R^k.

    :math:`(1 - r^2)^{k/2}\, r^l`, with :math:`r = (\sqrt{1 + 4 c^2} - 1) / (2 |c|)`, stands
    :math:`\binom{l + k - 1}{k - 1}` times, for the degrees l = 0, 1, ...

    Returns
    -------
    tuple of ndarray
        Values and multiplicities, both of shape (degrees,); `listed` lists each value as often as it stands.

    Examples
    --------
    >>> from opsvd import exact
    >>> values, multiplicities = exact.exp_i_inner_product(1.0, 2, degrees=3)
    >>> print(values, multiplicities)    # r is the inverse golden ratio
    [0.61803399 0.38196601 0.23606798] [1 2 3]
    """
    c, k = abs(finite_float(c, "c")), positive_int(k, "k")
    degree, root = np.arange(affordable(degrees, "degrees", 6.0)), math.hypot(1.0, 2.0 * c)
    # 1 - r^2 = r / c = 2 / (1 + root), where c may be zero.
    values = (2.0 / (1.0 + root)) ** (0.5 * k) * (2.0 * (c / (1.0 + root))) ** degree
    return values, as_counts([math.comb(j + k - 1, k - 1) for j in range(degree.size)])


def cos_inner_product(c: float, k: int, degrees: int) -> tuple[np.ndarray, np.ndarray]:
    r"""Values and multiplicities of :math:`\cos(c \langle x, y \rangle)`: those of even degrees; odd ones are zero.

    See :func:`exp_i_inner_product`.

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.listed(*exact.cos_inner_product(1.0, 2, degrees=3), 4))
    [0.61803399 0.23606798 0.23606798 0.23606798]
    """
    values, counts = exp_i_inner_product(c, k, degrees)
    values[1::2] = 0.0
    return values, counts


def sin_inner_product(c: float, k: int, degrees: int) -> tuple[np.ndarray, np.ndarray]:
    r"""Values and multiplicities of :math:`\sin(c \langle x, y \rangle)`: those of odd degrees; even ones are zero.

    See :func:`exp_i_inner_product`.

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.listed(*exact.sin_inner_product(1.0, 2, degrees=3), 4))
    [0.38196601 0.38196601]
    """
    values, counts = exp_i_inner_product(c, k, degrees)
    values[0::2] = 0.0
    return values, counts


def effective_rank_cos_inner_product(c: float, k: int) -> float:
    r"""Effective rank :math:`(\sum s)^2 / \sum s^2` of :math:`\cos(c \langle x, y \rangle)` in R^k.

    :math:`2 \cosh^2(k \theta / 2) / (1 + \cosh^{-k} \theta)` with :math:`\theta = \operatorname{arsinh}(2 c)`; for
    k = 1 it is :math:`\sqrt{1 + 4 c^2}`. Infinite where it is too large for a double.

    Examples
    --------
    >>> from opsvd import exact
    >>> round(exact.effective_rank_cos_inner_product(1.0, 2), 9)    # cosh(theta) is the square root of 5
    8.333333333
    """
    c, k = abs(finite_float(c, "c")), positive_int(k, "k")
    with np.errstate(over="ignore"):
        return float(2.0 * np.cosh(0.5 * k * math.asinh(2.0 * c)) ** 2 / (1.0 + math.hypot(1.0, 2.0 * c) ** -k))


def effective_rank_sin_inner_product(c: float, k: int) -> float:
    r"""Effective rank :math:`(\sum s)^2 / \sum s^2` of :math:`\sin(c \langle x, y \rangle)` in R^k; c not zero.

    :math:`2 \sinh^2(k \theta / 2) / (1 - \cosh^{-k} \theta)` with :math:`\theta = \operatorname{arsinh}(2 c)`; for
    k = 1 it is :math:`\sqrt{1 + 4 c^2}`, and k as c tends to zero. Infinite where it is too large for a double.

    Raises
    ------
    ValueError
        If c is zero: sin(0) is the zero kernel, which has no effective rank.

    Examples
    --------
    >>> from opsvd import exact
    >>> round(exact.effective_rank_sin_inner_product(1e-3, 2), 4)
    2.0
    """
    c, k = abs(not_zero(c)), positive_int(k, "k")
    c = max(c, 1e-150)    # its square is a number; from 1e-8 on nothing changes
    log_cosh = 0.5 * math.log1p(4.0 * c**2) if c < 1.0 else math.log(math.hypot(1.0, 2.0 * c))
    with np.errstate(over="ignore"):
        return float(2.0 * np.sinh(0.5 * k * math.asinh(2.0 * c)) ** 2 / -np.expm1(-k * log_cosh))
