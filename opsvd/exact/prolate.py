r"""Exponentials and waves of a product xy under the uniform law on [-1, 1], by prolate spheroidal wave functions.

The operator of :math:`e^{\kappa x y}` commutes with :math:`D f = ((1 - x^2) f')' + \kappa^2 x^2 f`, because
:math:`D_x e^{\kappa x y} = (\kappa^2 (x^2 + y^2 - x^2 y^2) - 2 \kappa x y)\, e^{\kappa x y}` does not change when x
and y change places. So both have the same eigenfunctions, and D is a tridiagonal matrix in Legendre polynomials of
either parity.
"""

import numpy as np
from scipy.linalg import eigh_tridiagonal
from scipy.special import spherical_in

from .._support.validation import affordable, finite_float

LARGEST_PRODUCT = 500.0
"""The largest c: the rounding of c^2 in the matrix, over gaps of size c, costs a relative 1e-16 c of large values."""


def _matrix(degrees: np.ndarray, square: float) -> tuple[np.ndarray, np.ndarray]:
    """Return diagonal and off-diagonal of -D in orthonormal Legendre polynomials of one parity, kappa^2 = -square."""
    k = degrees
    diagonal = k * (k + 1) + (2 * k * (k + 1) - 1) / ((2 * k + 3) * (2 * k - 1)) * square
    beside = (k + 2) * (k + 1) / ((2 * k + 3) * np.sqrt((2 * k + 1) * (2 * k + 5))) * square
    return diagonal, beside[:-1]


def _ratios(shifted: np.ndarray, beside: np.ndarray) -> np.ndarray:
    """Return u_{j+1} / u_j, shape (J - 1, m), for the solutions of a three-term recurrence from its first row on."""
    ratios = np.empty((len(beside), shifted.shape[1]))
    pivot = shifted[0]
    for j, entry in enumerate(beside):
        ratios[j] = np.where(pivot == 0.0, np.spacing(entry), pivot) / entry    # below its rounding, and not zero
        pivot = shifted[j + 1] - entry / ratios[j]
    return ratios


def _vectors(chi: np.ndarray, peak: np.ndarray, diagonal: np.ndarray, beside: np.ndarray) -> np.ndarray:
    """Return eigenvectors, shape (J, m), that are 1 in the rows `peak`, every entry to a few roundings.

    Towards the peak, from either end, the recurrence grows, and is stable.
    """
    shifted = chi - diagonal[:, None]
    below = 1.0 / _ratios(shifted, beside)
    above = 1.0 / _ratios(shifted[::-1], beside[::-1])[::-1]
    under = np.arange(len(beside))[:, None] < peak
    vectors = np.ones(shifted.shape)
    vectors[:-1] = np.cumprod(np.where(under, below, 1.0)[::-1], axis=0)[::-1]
    vectors[1:] *= np.cumprod(np.where(under, 1.0, above), axis=0)
    return vectors


def _eigenvectors(degrees: np.ndarray, square: float, count: int) -> np.ndarray:
    """Return the coefficients of the leading eigenfunctions of one parity, shape (J, count), not normalised."""
    diagonal, beside = _matrix(degrees, square)
    chi, rough = (array[..., :count] for array in eigh_tridiagonal(diagonal, beside))
    peak = np.argmax(np.abs(rough), axis=0)
    u = _vectors(chi, peak, diagonal, beside)
    # The solver's eigenvalues are good to the rounding of the largest, which is the square of the largest degree. The
    # recurrences from both ends fail to meet by the remainder in the row of the peak, which corrects them.
    remainder = (diagonal[:, None] - chi) * u
    remainder[:-1] += beside[:, None] * u[1:]
    remainder[1:] += beside[:, None] * u[:-1]
    chi = chi + np.take_along_axis(remainder, peak[None], axis=0)[0] / np.sum(u**2, axis=0)
    return _vectors(chi, peak, diagonal, beside)


def _of_parity(c: float, parity: int, count: int, growing: bool) -> np.ndarray:
    r"""Return the leading values of one parity of :math:`e^{c x y}`, or of :math:`e^{i c x y}`.

    At x = 0, :math:`T f = s f` or its derivative reads :math:`s f(0) = E[f]` or :math:`s f'(0) = c\, E[y f]`, which
    are the first coefficients. Where f is small at 0, and large at 1, it is read at x = 1 instead.
    """
    degrees = 2.0 * np.arange(count + int(0.5 * c) + 40) + parity    # from degree c on, coefficients fall like c^k / k!
    u = _eigenvectors(degrees, -(c**2) if growing else c**2, count)
    root, j = np.sqrt(2.0 * degrees + 1.0), np.arange(1, len(degrees))
    at_zero = root * np.cumprod([1.0, *((1 - 2 * j) / (2 * j))]) * (degrees if parity else 1.0)
    values = np.asarray(np.abs((c / np.sqrt(3.0) if parity else 1.0) * u[0] / (at_zero @ u)))
    if not growing:
        return values
    means = root * spherical_in(degrees.astype(int), c)    # of e^(cy) times each polynomial
    with np.errstate(divide="ignore", invalid="ignore"):    # means of high degrees are below the smallest double
        cancelled_at_zero = np.abs(at_zero) @ np.abs(u) / np.abs(at_zero @ u)
        cancelled_at_one = means @ np.abs(u) / np.abs(means @ u) + root @ np.abs(u) / np.abs(root @ u)
    return np.asarray(np.where(cancelled_at_one < cancelled_at_zero, np.abs((means @ u) / (root @ u)), values))


def _values(c: float, n: int, growing: bool) -> np.ndarray:
    """Return the leading values; those below the smallest double are zero."""
    c = abs(finite_float(c, "c"))
    if c > LARGEST_PRODUCT:
        raise ValueError(f"c must lie in [-{LARGEST_PRODUCT:g}, {LARGEST_PRODUCT:g}], where the values have 13 digits, "
                         f"got |c| = {c}; pass a smaller c")
    values = np.zeros(affordable(n, "n", 3.0))
    values[:2] = [1.0, c / 3.0][:n]
    if c < 1e-150:    # c^2 is no double: the next value is c^2 times 2/45
        return values
    count = min(n, int(1.5 * c) + 300)    # (e c / 4 i)^i is less than 1e-308 from there on
    for parity in (0, 1)[:count]:
        values[parity:count:2] = _of_parity(c, parity, (count + 1 - parity) // 2, growing)
    return np.sort(values)[::-1]    # those of a large c are equal up to rounding


def exp_i_product_uniform(c: float, n: int) -> np.ndarray:
    r"""Spectrum of :math:`e^{i c x y}` for x and y uniform on [-1, 1], \|c\| <= 500.

    The singular functions are prolate spheroidal wave functions, and :math:`s_i \approx \sqrt{\pi / (2 |c|)}` for
    :math:`i < 2 |c| / \pi`; beyond, values fall faster than geometrically. Squares sum to :math:`E|h|^2 = 1`. Every
    value, however small, has about 14 digits, or :math:`15 - \log_{10}|c|` where c is large.

    The even functions alone make the cosine and the odd ones the sine: see :func:`cos_product_uniform`.

    Other intervals: x in [-a, a] and y in [-b, b] have :math:`e^{i a b c x y}`, and a shift of either multiplies
    singular functions by phases.

    References
    ----------
    D. Slepian and H. O. Pollak, Prolate spheroidal wave functions, Fourier analysis and uncertainty I, Bell Syst.
    Tech. J. 40 (1961).
    H. Xiao, V. Rokhlin and N. Yarvin, Prolate spheroidal wavefunctions, quadrature and interpolation, Inverse Problems
    17 (2001): the tridiagonal matrix, after C. J. Bouwkamp (1947).

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.exp_i_product_uniform(1.0, 4))
    [0.94837195 0.3140578  0.04408886 0.00380169]
    """
    return _values(c, n, growing=False)


def cos_product_uniform(c: float, n: int) -> np.ndarray:
    r"""Spectrum of cos(c x y) for x and y uniform on [-1, 1]: the values of even i = 0, 2, ... of exp(i c x y).

    As in :func:`exp_i_product_uniform`, whose functions are even or odd in turn.

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.cos_product_uniform(1.0, 2))
    [0.94837195 0.04408886]
    """
    return _values(c, 2 * affordable(n, "n", 6.0), growing=False)[::2]


def sin_product_uniform(c: float, n: int) -> np.ndarray:
    r"""Spectrum of sin(c x y) for x and y uniform on [-1, 1]: the values of odd i = 1, 3, ... of exp(i c x y).

    As in :func:`exp_i_product_uniform`, whose functions are even or odd in turn.

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.sin_product_uniform(1.0, 2))
    [0.3140578  0.00380169]
    """
    return _values(c, 2 * affordable(n, "n", 6.0), growing=False)[1::2]


def sinc_difference_uniform(c: float, n: int) -> np.ndarray:
    r"""Spectrum of :math:`\sin(c (x - y)) / (c (x - y))` for x and y uniform on [-1, 1].

    The squares of the values of :func:`exp_i_product_uniform`: with T the operator of that kernel, :math:`T T^*` has
    the kernel :math:`E_t[e^{i c x t} e^{-i c y t}]`, which is this one.

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.sinc_difference_uniform(1.0, 3))
    [0.89940936 0.0986323  0.00194383]
    """
    return _values(c, n, growing=False) ** 2


def exp_product_uniform(c: float, n: int) -> np.ndarray:
    r"""Spectrum of exp(c x y) for x and y uniform on [-1, 1], \|c\| <= 500.

    :func:`exp_i_product_uniform`, continued to imaginary c. Values are correct to about 1e-15 of the largest; while
    \|c\| is at most 4, small ones have as many digits.

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.exp_product_uniform(1.0, 4))
    [1.05990741 0.35408658 0.04458799 0.00381499]
    """
    return _values(c, n, growing=True)
