r"""How much a function can raise the rank: a bound from its Fourier measure.

For standard Gaussian vectors x and y of R^k, and :math:`\theta(c) = \operatorname{arsinh}(2 |c|)`, the nuclear norm of
:math:`\cos(c \langle x, y \rangle)` is :math:`\cosh(k \theta / 2)`, and that of the sine is
:math:`\sinh(k \theta / 2)`. Sums of waves have at most the sum of the nuclear norms.
"""

import math
from typing import Any

import numpy as np

from .._support.floats import EPS
from .._support.validation import described, positive_float, positive_int, real_array


def rank_bound(frequencies: Any, cosines: Any, sines: Any = 0.0, *, k: int = 1, norm: float | None = None) -> float:
    r"""Bound the effective rank of :math:`\varphi(\langle x, y \rangle)` by the frequencies of :math:`\varphi`.

    .. math:: \varphi(z) = \sum_j a_j \cos(c_j z) + b_j \sin(c_j z), \qquad
        \frac{(\sum_i s_i)^2}{\sum_i s_i^2} \le \frac{1}{E[\varphi^2]} \Big( \sum_j
        |a_j| \cosh \frac{k \theta_j}{2} + |b_j| \sinh \frac{k \theta_j}{2} \Big)^2,
        \qquad \theta_j = \operatorname{arsinh}(2 |c_j|)

    Here x and y are standard Gaussian vectors of R^k, or numbers for k = 1, where the bound of a single wave is its
    effective rank, :math:`\sqrt{1 + 4 c^2}`.

    Parameters
    ----------
    frequencies : array_like, shape (m,)
        The frequencies :math:`c_j`. For :math:`\varphi(\langle x, y \rangle / \sqrt k)` pass :math:`c_j / \sqrt k`.
    cosines, sines : array_like, shape (m,), or float
        The amplitudes :math:`a_j` and :math:`b_j`.
    k : int, default 1
    norm : float, optional
        The root of :math:`E[\varphi^2]`, if it is known better than from the waves, as by `OperatorSVD.norm`. By
        default it is computed from them in closed form.

    Returns
    -------
    float
        The bound of the effective rank of kind ``"nuclear"``; the stable rank is never larger than that. Infinite where
        it is too large for a double, or where :math:`E[\varphi^2]` is not told from zero by its rounding.

    Notes
    -----
    It is a bound for the operator, and so for the limit of large samples. In samples of any size the mean of the
    nuclear norm of :math:`\varphi(\langle x_i, y_j \rangle) / n` is no larger than the operator's. The bound is not
    sharp where waves cancel: sign(xy) has rank one, and its waves, :math:`2 / (\pi c)` for all c > 0, give no finite
    bound. A density of frequencies is taken at the nodes of a rule, with the weights times the density: the bound is
    then as good as the rule.

    Raises
    ------
    ValueError
        If the arrays do not match, or hold what is no finite number.

    Examples
    --------
    >>> import numpy as np
    >>> import opsvd
    >>> round(opsvd.rank_bound([1.0], [0.0], [1.0]) ** 2, 9)    # sin(xy): its effective rank
    5.0
    >>> svd = opsvd.decompose(lambda x, y: np.sin(x * y) + 0.3 * np.sin(4.0 * x * y))
    >>> bound = opsvd.rank_bound([1.0, 4.0], cosines=0.0, sines=[1.0, 0.3])
    >>> round(float(svd.effective_rank()), 3), round(bound, 3)
    (3.245, 5.179)
    """
    c = np.abs(_waves(frequencies, "frequencies"))
    a, b = (np.abs(_waves(amplitudes, name, c)) for amplitudes, name in ((cosines, "cosines"), (sines, "sines")))
    k = positive_int(k, "k")
    half = 0.5 * k * np.arcsinh(2.0 * c)
    with np.errstate(over="ignore"):
        # Where there is no wave its norm may be infinite.
        total = float(np.sum(a * np.where(a > 0.0, np.cosh(half), 0.0) + b * np.where(b > 0.0, np.sinh(half), 0.0)))
        if norm is not None:
            return float(np.square(total / positive_float(norm, "norm")))
        signed_sines = _waves(sines, "sines", c) * np.sign(_waves(frequencies, "frequencies"))
        least, unit = _least_energy(c, _waves(cosines, "cosines", c), signed_sines, k)
        return float(np.square(total / unit) / least) if least > 0.0 else math.inf


def _waves(values: Any, name: str, like: np.ndarray | None = None) -> np.ndarray:
    """The numbers of an argument, one for each wave, or raise naming it."""
    array = real_array(values, name)
    array = np.full(like.shape, array) if like is not None and array.ndim == 0 else array
    if array.ndim != 1 or not np.isfinite(array).all() or (like is not None and array.shape != like.shape):
        shape = "(m,)" if like is None else like.shape
        raise ValueError(f"{name} must be a list of finite numbers of shape {shape}, got {described(values)}; pass one "
                         f"for each frequency")
    return array


def _least_energy(c: np.ndarray, a: np.ndarray, b: np.ndarray, k: int) -> tuple[float, float]:
    r"""A lower bound of :math:`E[\varphi^2]` in units of the square of the largest amplitude, and that amplitude.

    :math:`E[\cos(d \langle x, y \rangle)] = (1 + d^2)^{-k/2}`, at the sums and the differences of two frequencies. What
    rounding may have added is subtracted.
    """
    unit = float(max(np.abs(a).max(initial=0.0), np.abs(b).max(initial=0.0)))
    if unit == 0.0:
        return 0.0, 1.0
    a, b, energy, terms = a / unit, b / unit, 0.0, 0.0
    for frequency, cosine, sine in zip(c, a, b, strict=True):    # a row at a time: m^2 numbers may be too many
        # log(1 + d^2) at the difference and at the sum, whose difference is known to all digits.
        apart = 2.0 * np.log(np.hypot(1.0, c - frequency))
        ratio = np.log1p(2.0 * (frequency / np.hypot(1.0, c - frequency)) * 2.0 * (c / np.hypot(1.0, c - frequency)))
        common = 0.5 * np.exp(-0.5 * k * apart)
        both = cosine * a * (2.0 + np.expm1(-0.5 * k * ratio)), -sine * b * np.expm1(-0.5 * k * ratio)
        energy += float(common @ (both[0] + both[1]))
        terms += float(common @ (np.abs(both[0]) + np.abs(both[1])))
    # Exponents of size k log(1 + d^2), and two sums of m terms, are rounded.
    slack = EPS * (8.0 + 2.0 * c.size + 4.0 * k * math.log1p(2.0 * float(c.max())))
    return energy - slack * terms, unit
