"""The error function in quadruple precision, which numpy-quaddtype does not have."""

import math
from functools import lru_cache
from typing import Any

import numpy as np
from scipy import special

from .quad import as_quad, is_quad, quad_pi
from .validation import real_array


@np.errstate(all="ignore")    # numpy-quaddtype raises flags of invalid numbers where there are none
def erf(x: Any) -> np.ndarray:
    r"""The error function :math:`\frac{2}{\sqrt\pi} \int_0^x e^{-t^2} dt`, in the precision of its argument.

    For kernels in quadruple precision, ``decompose(h, precision="quad")``: numpy-quaddtype has no error function.
    Arrays of other types go to `scipy.special.erf`. The Gaussian error linear unit is
    ``0.5 * z * (1.0 + erf(z / np.sqrt(0.0 * z + 2.0)))``, where the root of two has the precision of z.

    Parameters
    ----------
    x : array_like
        Real numbers.

    Returns
    -------
    ndarray, shape as x
        Of the dtype of numpy-quaddtype if x is of it, and of float64 if not.

    Raises
    ------
    TypeError
        If x is no array of real numbers.

    Notes
    -----
    Twenty-two terms of the Taylor series about the nearest multiple of 1/16. Errors are some roundings of the value.

    Examples
    --------
    >>> import opsvd
    >>> opsvd.erf([0.0, 0.5]).round(9).tolist()
    [0.0, 0.520499878]
    """
    plain = real_array(x, "x")
    if not is_quad(x):
        return np.asarray(special.erf(plain))
    values = np.asarray(x)
    size = np.minimum(np.abs(values), 9.0)    # from where on 1 - erf is below 1e-36
    place = np.rint(16.0 * np.where(np.isnan(plain), 0.0, np.minimum(np.abs(plain), 9.0))).astype(int)
    moved, series = size - place / 16.0, _series()
    total = series[-1][place]
    for coefficients in series[-2::-1]:
        total = total * moved + coefficients[place]
    return np.asarray(np.where(np.isnan(plain), as_quad(np.nan), np.copysign(total, values)))


@lru_cache(maxsize=1)
def _series() -> np.ndarray:
    r"""Taylor coefficients about :math:`k / 16`, k = 0, ..., 144, in rows of one degree, (23, 145).

    The function itself is :math:`\frac{2}{\sqrt\pi} e^{-x^2} \sum_n 2^n x^{2n+1} / (2n + 1)!!`, of positive terms, and
    its derivatives are those of :math:`e^{-x^2}`, by the recurrence of Hermite polynomials.
    """
    x = as_quad(np.arange(145.0)) / 16.0
    factor = 2.0 / np.sqrt(quad_pi()) * np.exp(-x * x)
    term, total = x, x
    for n in range(1, 420):    # at x = 9 terms grow until n = 81, and are below rounding from n = 400
        term = term * (2.0 * x * x) / (2.0 * n + 1.0)
        total = total + term
    rows = [factor * total, factor]
    before, hermite = 0.0 * x, 0.0 * x + 1.0
    for n in range(1, 22):
        before, hermite = hermite, 2.0 * x * hermite - 2.0 * (n - 1.0) * before
        rows.append((-1.0) ** n * factor * hermite / float(math.factorial(n + 1)))    # which doubles hold up to 22!
    return np.array(rows)
