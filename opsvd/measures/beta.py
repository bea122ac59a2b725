"""The beta measures on an interval."""

import numpy as np
from scipy.special import betaincinv, polygamma, psi

from .._support.validation import affordable, finite_float, generator, positive_float
from ..quadrature import jacobi_recurrence
from .coordinates import Coordinate, Logit, Place, Plain
from .incomplete import log_beta, logit_of_beta_quantile
from .placed import PlacedMeasure


class Beta(PlacedMeasure):
    r"""The beta measure on [l, h], of density :math:`(x - l)^{a - 1} (h - x)^{b - 1} / ((h - l)^{a + b - 1} B(a, b))`.

    Beta(1/2, 1/2) is the arcsine law, and Beta(1, 1) the uniform one. Its orthonormal polynomials are those of Jacobi.
    The coordinate is the logit of x, unless the root of the density is smooth at both ends.

    Parameters
    ----------
    a, b : float
        The powers of the distances from the lower and the upper end, plus one; positive.
    low, high : float, default 0.0 and 1.0
        The ends l < h.

    Raises
    ------
    TypeError, ValueError
        If a or b is not positive, or the ends are not finite numbers in order.

    Examples
    --------
    >>> from opsvd import Beta
    >>> rule = Beta(2.0, 3.0).gauss_rule(10)
    >>> print(round(float(rule.weights.sum()), 12))
    1.0
    """

    arguments = ("a", "b", "low", "high")

    def __init__(self, a: float, b: float, low: float = 0.0, high: float = 1.0) -> None:
        self.a, self.b = positive_float(a, "a"), positive_float(b, "b")
        self.low, self.high = finite_float(low, "low"), finite_float(high, "high")
        if not 0.0 < self.high - self.low < np.inf:
            raise ValueError(f"high must be larger than low, by a finite number, got low={self.low!r} and "
                             f"high={self.high!r}; exchange them, or take another interval")
        self._log_beta = log_beta(self.a, self.b)
        # Roots of the density are polynomials where both powers are even.
        smooth = all(power % 2.0 == 1.0 for power in (self.a, self.b))
        self.coordinates: Coordinate = (Plain if smooth else Logit)(self.low, self.high)
        self.symmetry = 0.5 * (self.low + self.high) if self.a == self.b else None

    @property
    def center(self) -> float:
        """The mean of the coordinate."""
        if self.plain:
            return self.low + (self.high - self.low) * self.a / (self.a + self.b)
        return float(psi(self.a) - psi(self.b))

    @property
    def scale(self) -> float:
        """The standard deviation of the coordinate."""
        total = self.a + self.b
        if self.plain:
            return float((self.high - self.low) * np.sqrt(self.a * self.b / (total + 1.0)) / total)
        return float(np.sqrt(polygamma(1, self.a) + polygamma(1, self.b)))

    def log_density(self, place: Place) -> np.ndarray:
        """From the distances, each computed by itself."""
        width = np.log(self.high - self.low)
        powers = (power * (distance - width) if power else 0.0 for power, distance in
                  ((self.a - 1.0, place.log_below), (self.b - 1.0, place.log_above)))
        return np.asarray(sum(powers) - self._log_beta - width + np.zeros_like(place.x))

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n independent points, shape (n,)."""
        x = self.low + (self.high - self.low) * generator(rng).beta(self.a, self.b, affordable(n, "n"))
        return np.asarray(np.clip(x, *self.support))

    def quantile(self, p: np.ndarray) -> np.ndarray:
        """The coordinates t below which there is the part p of the mass."""
        if not self.plain:
            return logit_of_beta_quantile(self.a, self.b, p)
        p, width = np.asarray(p, dtype=np.float64), self.high - self.low
        below, above = betaincinv(self.a, self.b, p), betaincinv(self.b, self.a, 1.0 - p)
        return np.where(below < 0.5, self.low + width * below, self.high - width * above)

    def recurrence(self, n: int) -> tuple[np.ndarray, np.ndarray]:
        """That of Jacobi polynomials, moved to the interval."""
        shifts, roots = jacobi_recurrence(self.b - 1.0, self.a - 1.0, n)
        half = 0.5 * (self.high - self.low)
        return self.low + half * (1.0 + shifts), np.append(1.0, half * roots[1:])
