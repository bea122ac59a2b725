r"""Functions of the inner product of two uniform points of the unit sphere of R^k: one value for every degree.

By the theorem of Funk and Hecke, :math:`\varphi(\langle x, y \rangle)` multiplies every spherical harmonic of a degree
l by :math:`\lambda_l = E[\varphi(t)\, P_l(t)]`. Here t is the inner product of two uniform points, of density
:math:`c_k (1 - t^2)^{(k-3)/2}` on [-1, 1], and P_l is the Gegenbauer polynomial of degree l with P_l(1) = 1.

Every function here but the last returns two arrays of shape (degrees,): the values :math:`|\lambda_l|` of the degrees
l = 0, 1, ..., zeros included, and the numbers of harmonics, which are the multiplicities. :func:`listed` puts them into
order and lists each as often as it stands.
"""

import math
from typing import Any

import numpy as np

from .._support.validation import affordable, described, finite_float, nonnegative_int, positive_int, real_array
from .._support.validation import counts as counted
from ..quadrature.angular import angle_density, harmonics
from ..spectrum.multiplets import as_counts, expanded


def _sphere(k: int, degrees: int) -> tuple[int, np.ndarray, np.ndarray]:
    """Return the dimension, the degrees, and how many harmonics there are of each, or raise naming what is wrong."""
    k = positive_int(k, "k")
    if k < 2:
        raise ValueError(f"k must be at least 2, the dimension of the space around a circle, got {k}; pass 2, 3, ...")
    degree = np.arange(affordable(degrees, "degrees", 6.0), dtype=np.float64)
    return k, degree, as_counts([harmonics(k, number) for number in range(degree.size)])


def exp_on_sphere(c: float, k: int, degrees: int) -> tuple[np.ndarray, np.ndarray]:
    r"""Values and multiplicities of :math:`e^{c \langle x, y \rangle}` on the unit sphere of R^k, \|c\| <= 700.

    .. math:: \lambda_l = \Gamma(k/2)\, (2 / c)^{k/2 - 1}\, I_{l + k/2 - 1}(c)

    On the sphere of R^3 these are the modified spherical Bessel functions. The values are computed by the power series,
    whose terms are positive, with the factors of the Gamma functions taken together: for any k.

    References
    ----------
    NIST Digital Library of Mathematical Functions, 10.25.2 and 10.32.2: series and integral of I.

    Examples
    --------
    >>> from opsvd import exact
    >>> values, multiplicities = exact.exp_on_sphere(1.0, 3, degrees=3)
    >>> print(values, multiplicities)
    [1.17520119 0.36787944 0.07156287] [1 3 5]
    """
    c = abs(finite_float(c, "c"))
    if c > 700.0:
        raise ValueError(f"c must lie in [-700, 700], where the values are doubles, got |c| = {c}; pass a smaller one, "
                         f"or divide the kernel by exp(c)")
    k, degree, counts = _sphere(k, degrees)
    order = degree + 0.5 * k
    term, series = np.ones_like(order), np.ones_like(order)
    for j in range(1, int(1.5 * c) + 30):    # terms fall at least like (c/2)^(2j) / j!^2
        term = term * (0.25 * c**2 / (j * (order + j - 1.0)))
        series += term
    return np.cumprod([1.0, *(0.5 * c / order[:-1])]) * series, counts


def _mean_cosine(k: int) -> float:
    r"""E\|t\| = :math:`2 c_k / (k - 1)`: the integral of the density of t times t."""
    return 2.0 * float(angle_density(np.zeros(()), k)) / (k - 1)


def rectified_power_on_sphere(power: int, k: int, degrees: int) -> tuple[np.ndarray, np.ndarray]:
    r"""Values and multiplicities of :math:`\langle x, y \rangle_+^p`, p = 0, 1, ..., on the unit sphere of R^k.

    A step for p = 0, which is 1 for t > 0 and 0 for t < 0, and the rectifier max(t, 0) for p = 1.

    .. math:: \lambda_0 = \tfrac12 E|t|^p, \qquad \lambda_1 = \tfrac12 E|t|^{p + 1}, \qquad
              \lambda_{l + 2} = \frac{p - l}{l + k + p}\, \lambda_l

    with :math:`E|t|^p = \frac{p - 1}{k + p - 2} E|t|^{p - 2}`. Of the degrees above p every second is zero.

    References
    ----------
    F. Bach, Breaking the curse of dimensionality with convex neural networks, J. Mach. Learn. Res. 18 (2017), appendix
    D: the values.

    Examples
    --------
    >>> from opsvd import exact
    >>> values, multiplicities = exact.rectified_power_on_sphere(1, 2, degrees=5)
    >>> print(values, multiplicities)    # on the circle 1/pi, 1/4, 1/(3 pi), 0, 1/(15 pi)
    [0.31830989 0.25       0.1061033  0.         0.02122066] [1 2 2 2 2]
    """
    p = nonnegative_int(power, "power", most=1000)    # beyond, a thousand harmonics have much the same value
    k, degree, counts = _sphere(k, degrees)
    values = np.zeros(degree.size)
    for parity in (0, 1)[:degree.size]:
        q = p + parity
        moments = [(j - 1.0) / (k + j - 2.0) for j in range(q, 1, -2)]
        start = 0.5 * math.prod(moments) * (_mean_cosine(k) if q % 2 else 1.0)
        steps = degree[parity:-2:2]
        values[parity::2] = np.cumprod([start, *(np.abs(p - steps) / (steps + k + p))])
    return values, counts


def relu_on_sphere(k: int, degrees: int) -> tuple[np.ndarray, np.ndarray]:
    r"""Values and multiplicities of :math:`\max(\langle x, y \rangle, 0)` on the unit sphere of R^k.

    :func:`rectified_power_on_sphere` with the power one. The values of :math:`|\langle x, y \rangle|` are twice those
    of even degrees.

    Examples
    --------
    >>> from opsvd import exact
    >>> values, multiplicities = exact.relu_on_sphere(3, degrees=5)
    >>> print(values, multiplicities)    # 1/4, 1/6, 1/16, 0, 1/96
    [0.25       0.16666667 0.0625     0.         0.01041667] [1 3 5 7 9]
    """
    return rectified_power_on_sphere(1, k, degrees)


def sign_on_sphere(k: int, degrees: int) -> tuple[np.ndarray, np.ndarray]:
    r"""Values and multiplicities of :math:`\mathrm{sign} \langle x, y \rangle` on the unit sphere of R^k.

    Twice those of the step, :func:`rectified_power_on_sphere` with the power zero, at odd degrees.

    Examples
    --------
    >>> from opsvd import exact
    >>> values, multiplicities = exact.sign_on_sphere(3, degrees=4)
    >>> print(values, multiplicities)    # 0, 1/2, 0, 1/8
    [0.    0.5   0.    0.125] [1 3 5 7]
    """
    values, counts = rectified_power_on_sphere(0, k, degrees)
    values = 2.0 * values
    values[::2] = 0.0
    return values, counts


def arc_cosine_on_sphere(order: int, k: int, degrees: int) -> tuple[np.ndarray, np.ndarray]:
    r"""Values and multiplicities of the arc-cosine kernel of an order p = 0, 1, ... on the unit sphere of R^k.

    With :math:`\theta = \arccos \langle x, y \rangle` it is :math:`1 - \theta / \pi` for p = 0 and
    :math:`(\sin\theta + (\pi - \theta) \cos\theta) / \pi` for p = 1; in general
    :math:`2 E_w[\langle w, x \rangle_+^p \langle w, y \rangle_+^p]` for a standard Gaussian w of R^k. That is
    :math:`2 T T^*` for the kernel :math:`\langle x, w \rangle_+^p`, so that

    .. math:: s_l = 2\, k (k + 2) \cdots (k + 2 p - 2)\, \lambda_l^2

    with the :math:`\lambda_l` of :func:`rectified_power_on_sphere`, and the product the mean of \|w\|^{2p}.

    References
    ----------
    Y. Cho and L. K. Saul, Kernel methods for deep learning, Advances in Neural Information Processing Systems 22
    (2009).

    Examples
    --------
    >>> from opsvd import exact
    >>> values, multiplicities = exact.arc_cosine_on_sphere(0, 3, degrees=4)
    >>> print(values, multiplicities)    # 1/2, 1/8, 0, 1/128
    [0.5       0.125     0.        0.0078125] [1 3 5 7]
    """
    p = nonnegative_int(order, "order", most=60)    # (k + 2 p)^p is a double for k up to 10^5
    values, counts = rectified_power_on_sphere(p, k, degrees)
    return 2.0 * math.prod(float(k + 2 * j) for j in range(p)) * values**2, counts


def poisson_on_sphere(r: float, k: int, degrees: int) -> tuple[np.ndarray, np.ndarray]:
    r"""Values and multiplicities of the Poisson kernel on the unit sphere of R^k: :math:`|r|^l`, \|r\| < 1.

    .. math:: h = \frac{1 - r^2}{(1 - 2 r \langle x, y \rangle + r^2)^{k/2}}

    References
    ----------
    E. M. Stein and G. Weiss, Introduction to Fourier Analysis on Euclidean Spaces (1971), section IV.2.

    Examples
    --------
    >>> from opsvd import exact
    >>> values, multiplicities = exact.poisson_on_sphere(0.5, 3, degrees=4)
    >>> print(values, multiplicities)
    [1.    0.5   0.25  0.125] [1 3 5 7]
    """
    r = abs(finite_float(r, "r"))
    if r >= 1.0:
        raise ValueError(f"r must lie in (-1, 1), where the kernel has no singularity, got |r| = {r}; pass a smaller "
                         f"one")
    _, degree, counts = _sphere(k, degrees)
    return r**degree, counts


def listed(values: Any, multiplicities: Any, n: int) -> np.ndarray:
    r"""List values in nonincreasing order, each as often as its multiplicity says, n at most; zeros are left out.

    Of an infinite spectrum these are the first only if the values of all degrees that were not computed are smaller.

    Parameters
    ----------
    values : array_like, shape (q,)
    multiplicities : array_like of int, shape (q,)
    n : int
        How many to list at most.

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.listed(*exact.sign_on_sphere(3, degrees=4), 5))
    [0.5   0.5   0.5   0.125 0.125]
    """
    array = real_array(values, "values")
    if array.ndim != 1 or not (np.isfinite(array) & (array >= 0.0)).all():
        raise ValueError(f"values must be finite numbers that are not negative, in one list, got {described(values)}; "
                         f"pass one value for every degree")
    if len(shape := np.asarray(multiplicities, dtype=object).shape) == 1 and shape != array.shape:
        raise ValueError(f"values and multiplicities must be of one length, got {array.size} and {shape[0]}; pass one "
                         f"of each for every degree")
    counts = counted(multiplicities, "multiplicities", array, 1.0)
    order = np.argsort(-array, kind="stable")
    order = order[array[order] > 0.0]
    return expanded(array[order], counts[order], affordable(n, "n"))
