"""The uniform measure on an interval."""

import numpy as np

from .._support.validation import finite_float, points
from .line import LineMeasure
from .quad_law import QuadLaw, uniform_law


class Uniform(LineMeasure):
    r"""The uniform measure on [low, high], with density :math:`1 / (high - low)`.

    Its orthonormal polynomials are those of Legendre.

    Parameters
    ----------
    low, high : float, default 0.0 and 1.0
        The ends, low < high.

    Raises
    ------
    TypeError, ValueError
        If an end is not a finite number, or the interval is empty.

    Examples
    --------
    >>> from opsvd import Uniform
    >>> rule = Uniform(-1.0, 1.0).gauss_rule(10)
    >>> print(round(float(rule.weights @ rule.nodes**2), 10))
    0.3333333333
    """

    arguments: tuple[str, ...] = ("low", "high")

    def __init__(self, low: float = 0.0, high: float = 1.0) -> None:
        self.low, self.high = finite_float(low, "low"), finite_float(high, "high")
        if not 0.0 < self.high - self.low < np.inf:
            raise ValueError(f"high must be larger than low, by a finite number, got low={self.low!r} and "
                             f"high={self.high!r}; exchange them, or take another interval")
        self.symmetry = 0.5 * (self.low + self.high)

    @property
    def span(self) -> tuple[float, float]:
        """The interval itself."""
        return self.low, self.high

    @property
    def center(self) -> float:
        """The middle."""
        return 0.5 * (self.low + self.high)

    @property
    def scale(self) -> float:
        """The standard deviation, the length over the root of twelve."""
        return float((self.high - self.low) / np.sqrt(12.0))

    def sqrt_density(self, t: np.ndarray) -> np.ndarray:
        """The square root of the density, shape as t: zero outside of the interval."""
        t = points(t, "t", 1)
        return np.where((t >= self.low) & (t <= self.high), 1.0 / np.sqrt(self.high - self.low), 0.0)

    def box(self, tol: float) -> tuple[float, float]:    # noqa: ARG002 -- nothing is outside, whatever may be
        """The interval."""
        return self.span

    def quantile(self, p: np.ndarray) -> np.ndarray:
        """The points below which there is the part p of the mass."""
        p = np.asarray(p, dtype=np.float64)
        return np.where(p < 0.5, self.low + (self.high - self.low) * p, self.high - (self.high - self.low) * (1.0 - p))

    @property
    def quad_law(self) -> QuadLaw | None:
        """The measure in quadruple precision."""
        return uniform_law(self.low, self.high)

    def recurrence(self, n: int) -> tuple[np.ndarray, np.ndarray]:
        """That of Legendre polynomials, moved to the interval."""
        k, half = np.arange(1.0, n), 0.5 * (self.high - self.low)
        return np.full(n, self.center), np.append(1.0, half * k / np.sqrt(4.0 * k * k - 1.0))
