"""Measures in the coordinate log|x|, in which products are sums."""

from functools import lru_cache

import numpy as np

from .._support.floats import TINY
from ..quadrature import Rule
from .line import UNDERFLOW, LineMeasure


class LogarithmicLine:
    r"""A measure in :math:`u = \log(|x| / s)`: of positive numbers, or symmetric about zero.

    With m signs of x, one or two, the half-density of functions of u is

    .. math:: w(u)^2 = m\, \rho(t)\, |dt / du|, \qquad \int w^2\, du = 1,

    for functions of one parity, or of positive numbers.

    Attributes
    ----------
    measure : LineMeasure
    symmetric : bool
        Whether x has either sign.
    unit : float
        The length s, of the size of most points.
    """

    def __init__(self, measure: LineMeasure) -> None:
        self.measure = measure
        self.symmetric = measure.symmetry == 0.0
        middle = measure.center + (measure.scale if self.symmetric else 0.0)
        self.unit = abs(float(measure.points(np.array(middle))))

    def points(self, u: np.ndarray, sign: float = 1.0) -> np.ndarray:
        """The points x of one sign."""
        return np.asarray(sign * self.unit * np.exp(u))

    def rule(self, u: np.ndarray, weights: np.ndarray, sign: float = 1.0) -> Rule:
        """The rule in t of points u of one sign, with weights in u."""
        t = self.measure.coordinate(self.points(u, sign))
        return self.measure.rule(t, weights / self.measure.logarithmic_slope(t))

    def place(self, t: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Of coordinates t, (...): u, the sign of x, and du / dt, which is one at zero."""
        x = self.measure.points(t)
        with np.errstate(divide="ignore"):
            u = np.log(np.abs(x) / self.unit)
        return u, np.sign(x), np.where(x == 0.0, 1.0, self.measure.logarithmic_slope(np.where(x == 0.0, 1.0, t)))

    def weight(self, u: np.ndarray) -> np.ndarray:
        """The half-density w(u)."""
        t = self.measure.coordinate(self.points(u))
        slope = self.measure.logarithmic_slope(t) / (2.0 if self.symmetric else 1.0)
        return np.asarray(self.measure.sqrt_density(t) / np.sqrt(np.maximum(slope, TINY)))    # zero where points stand

    @property
    def strip(self) -> float:
        r"""Half the width, over pi, of the strip about the real line in which w is as good as analytic.

        The transform of w falls like :math:`e^{-\pi\, strip\, |\kappa|}`, or faster; zero where w is not smooth.
        """
        known = self.measure.logarithmic_strip
        return _measured(self.measure)[0] if known is None else known

    @property
    def finest_step(self) -> float:
        """The largest step of a trapezoid rule that resolves a dozen singular functions of kernels that jump."""
        known = self.measure.logarithmic_strip
        return _measured(self.measure)[1] if known is None else 0.28 * known


@lru_cache(maxsize=64)
def _measured(measure: LineMeasure) -> tuple[float, float]:
    """The strip and the finest step, from transforms; zeros if w is not smooth, or has much beyond the grid."""
    # From -82 to 82, with frequencies to 157.
    points, step = 8192, 0.02
    line, u = LogarithmicLine(measure), step * (np.arange(points) - 0.5 * points)
    x = line.points(u)
    low, high = np.abs(measure.points(np.array(measure.box(UNDERFLOW)))).tolist()
    inside = (x < high) & ((x > low) | line.symmetric)
    # Powers of x at either end are cut off by a factor that has no high frequencies.
    w = np.exp(-((u / (0.35 * points * step)) ** 8))
    w[inside] *= line.weight(u[inside])
    w[~inside] = 0.0
    below = np.cumsum(w * w) * step
    # The error of a function by the trapezoid rule is the product of two transforms, and that of a value its square. So
    # the strip is told where one has fallen to the fourth root of rounding. What an exponential decay needs for four
    # digits it needs for the next four: twice the frequency, and 2.4 times where the density has a power of x near -1.
    # Algebraic decay, of a density that ends like a power, needs at least 4.9 times for (1 - x^2)^10. Trapezoid rules
    # of less than two thousand nodes do not go beyond a frequency of 60 or so.
    fallen = 1e-4
    first, second = _frequencies(w, step, fallen, fallen**2)
    if not (below[-1] > 0.99 and first < 60.0 and second < 3.0 * first):
        return 0.0, 0.0
    # Under Gaussians the finest step for kernels that break is 0.07, where leading functions are known to 5e-16. The
    # sixth singular function of a jump, cos(5.5 pi F) with the distribution function F, has then fallen to 1e-7 at 0.63
    # of the highest frequency, and so it is to be under other measures.
    of_jump, = _frequencies(w * np.cos(5.5 * np.pi * below), step, 1e-7)
    return -np.log(fallen) / (np.pi * first), 0.63 * np.pi / of_jump


def _frequencies(values: np.ndarray, step: float, *parts: float) -> list[float]:
    """The frequencies beyond which the transform of values at distances of a step is below parts of its largest."""
    transform = np.abs(np.fft.rfft(values))
    beyond = np.maximum.accumulate(transform[::-1])[::-1]
    return [2.0 * np.pi / (len(values) * step) * np.count_nonzero(beyond > part * beyond[0]) for part in parts]


def has_logarithm(measure: LineMeasure) -> bool:
    """Whether the measure has positive numbers of all sizes, or is symmetric about zero, and is smooth in log|x|."""
    low, high = measure.support
    size = abs(float(measure.points(np.array(measure.center + measure.scale))))
    # Sizes that no product of two points exceeds to any float.
    if not (high > 1e20 * size and (measure.symmetry == 0.0 or 0.0 <= low < 1e-20 * size)):
        return False
    edges = measure.points(measure.edges)
    return not (np.abs(edges) > 1e-9 * size).any() and LogarithmicLine(measure).strip > 0.0
