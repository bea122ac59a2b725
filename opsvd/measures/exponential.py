"""The exponential measure on the half-line."""

import numpy as np

from .._support.validation import affordable, generator, points, positive_float
from .line import LineMeasure


class Exponential(LineMeasure):
    r"""The exponential measure on :math:`[0, \infty)`, of density :math:`\lambda e^{-\lambda x}`.

    Its orthonormal polynomials are those of Laguerre. Its mean is :math:`1 / \lambda`.

    Parameters
    ----------
    rate : float, default 1.0
        The rate :math:`\lambda`, positive.

    Raises
    ------
    TypeError, ValueError
        If the rate is not a positive number.

    Examples
    --------
    >>> from opsvd import Exponential
    >>> rule = Exponential(rate=2.0).gauss_rule(10)
    >>> print(round(float(rule.weights @ rule.nodes**2), 10))    # 2 / rate^2
    0.5
    """

    arguments = ("rate",)

    def __init__(self, rate: float = 1.0) -> None:
        self.rate = positive_float(rate, "rate")

    @property
    def span(self) -> tuple[float, float]:
        """The half-line."""
        return 0.0, np.inf

    @property
    def center(self) -> float:
        """The mean."""
        return 1.0 / self.rate

    @property
    def scale(self) -> float:
        """The standard deviation."""
        return 1.0 / self.rate

    def sqrt_density(self, t: np.ndarray) -> np.ndarray:
        """The square root of the density, shape as t: zero below zero, and by underflow above 1400 means."""
        t = points(t, "t", 1)
        return np.where(t >= 0.0, np.sqrt(self.rate) * np.exp(-0.5 * self.rate * np.maximum(t, 0.0)), 0.0)

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n independent points, shape (n,)."""
        return generator(rng).standard_exponential(affordable(n, "n")) / self.rate

    def quantile(self, p: np.ndarray) -> np.ndarray:
        """The points below which there is the part p of the mass."""
        with np.errstate(divide="ignore"):
            return -np.log1p(-np.asarray(p, dtype=np.float64)) / self.rate

    def recurrence(self, n: int) -> tuple[np.ndarray, np.ndarray]:
        """That of Laguerre polynomials, at this rate."""
        k = np.arange(float(n))
        return (2.0 * k + 1.0) / self.rate, np.append(1.0, k[1:] / self.rate)
