"""Products f(x) g(y), of rank one, and homogeneous functions of xy, which are one such product or two."""

import math

import numpy as np

from .._support.validation import finite_float, nonnegative_float, positive_int
from ..errors import NotSquareIntegrableError
from .gram import LARGEST_POWER, finite_rank


def _require_double(power: float, name: str) -> None:
    """Refuse a power whose value overflows."""
    if power > LARGEST_POWER:
        raise ValueError(f"{name} must be at most {LARGEST_POWER}, for the value to be a double, got {power}; "
                         f"pass a smaller power")


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
    _require_double(a, "a")
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
    _require_double(p, "p")
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
