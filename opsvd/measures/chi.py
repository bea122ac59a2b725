r"""The length of a standard Gaussian vector, by its logarithm."""

import math
from functools import lru_cache

import numpy as np

from .._support.floats import bisected
from .._support.validation import positive_float, positive_int
from ..quadrature import log_gamma_excess
from .incomplete import gamma_quantile
from .line import LineMeasure


def _excess(a: np.ndarray) -> np.ndarray:
    """exp(a) - 1 - a, without cancellation."""
    small = np.where(np.abs(a) < 0.5, a, 0.0)
    series = np.zeros_like(small)
    for n in range(16, 1, -1):    # the next term, relative to the first, is 2 / (2^15 17!), below eps
        series = (series + 1.0) * small / n    # ends as a^2/2! + a^3/3! + ... divided by a
    with np.errstate(over="ignore"):
        return np.asarray(np.where(np.abs(a) < 0.5, series * small, np.expm1(a) - a))


def radial_half_density(delta: np.ndarray, k: int) -> np.ndarray:
    r"""The square root of the density of :math:`\delta = \log(|x| / \sqrt k)`, x standard in R^k: (...) gives (...).

    .. math:: w(\delta)^2 = \frac{2}{\Gamma(k/2)}\, q^{k/2} e^{-q}, \qquad q = \frac{|x|^2}{2} = \frac k2 e^{2 \delta},

    to rounding for every k: the large terms of the exponent cancel on paper.
    """
    half = 0.5 * k
    front = 0.5 * math.log(0.5 * half / math.pi) + math.log(2.0) - log_gamma_excess(half)
    with np.errstate(over="ignore"):    # far out the density is zero
        return np.asarray(np.exp(0.5 * front - 0.5 * half * _excess(2.0 * np.asarray(delta, dtype=np.float64))))


@lru_cache(maxsize=64)
def radial_reach(level: float, k: int) -> tuple[float, float]:
    r"""The interval of :math:`\delta` outside of which :math:`w^2` is below :math:`e^{-level}` of its maximum."""
    def inside(delta: float) -> bool:
        return 0.5 * k * float(_excess(np.array(2.0 * delta))) < level

    farthest = 1.0 + 2.0 * level / k
    return bisected(0.0, -farthest, inside), bisected(0.0, farthest, inside)


class Chi(LineMeasure):
    r"""The law of \|x\|, x Gaussian in R^k, with coordinates independent, of mean zero and a standard deviation s.

    The coordinate is :math:`\log(|x| / (s \sqrt k))`.

    Parameters
    ----------
    k : int
    std : float
    """

    arguments: tuple[str, ...] = ("k", "std")
    span, center = (-np.inf, np.inf), 0.0

    def __init__(self, k: int, std: float) -> None:
        self.k, self.std = positive_int(k, "k"), positive_float(std, "std")

    @property
    def scale(self) -> float:
        """The standard deviation of the coordinate, for large k."""
        return 1.0 / math.sqrt(2.0 * self.k)

    def sqrt_density(self, t: np.ndarray) -> np.ndarray:
        """The root of the density of the logarithm of the length."""
        return radial_half_density(t, self.k)

    def points(self, t: np.ndarray) -> np.ndarray:
        """The lengths of coordinates t."""
        with np.errstate(over="ignore"):
            return np.asarray(self.std * math.sqrt(self.k) * np.exp(np.minimum(t, 300.0)))

    def coordinate(self, x: np.ndarray) -> np.ndarray:
        """The coordinates of lengths x."""
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(np.asarray(x, dtype=np.float64) / (self.std * math.sqrt(self.k))))

    def quantile(self, p: np.ndarray) -> np.ndarray:
        """The coordinates t below which there is the part p of the mass."""
        return np.asarray(0.5 * (gamma_quantile(0.5 * self.k, p)[1] + math.log(2.0 / self.k)))
