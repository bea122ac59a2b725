"""Probability measures: what a kernel's variables are drawn from."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from ._validation import finite_float, positive_float, positive_int
from .quadrature import Rule, gauss_hermite

__all__ = ["Gaussian", "Measure", "require_measure"]


class Measure(ABC):
    """A probability measure with a density: it samples, evaluates its density, and owns its Gauss rule.

    A new measure is a subclass with these methods; ``opsvd.testing.check_measure`` checks one. `center` and `scale`
    place the first panels, so that nothing else need know what the measure is.
    """

    @property
    @abstractmethod
    def dim(self) -> int:
        """The dimension k of a point."""

    @property
    @abstractmethod
    def center(self) -> float:
        """Where the mass is: the mean or median."""

    @property
    @abstractmethod
    def scale(self) -> float:
        """The length over which the density changes: the standard deviation."""

    @abstractmethod
    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n independent points: shape (n,) if `dim` is 1, else (n, dim)."""

    @abstractmethod
    def sqrt_density(self, x: np.ndarray) -> np.ndarray:
        """The square root of the density at x, shape (...); it may underflow to zero."""

    @abstractmethod
    def gauss_rule(self, n: int) -> Rule:
        """The rule of n nodes that is exact for polynomials of degree below 2n."""

    def rule(self, nodes: np.ndarray, lebesgue_weights: np.ndarray) -> Rule:
        """Turn nodes and weights for Lebesgue measure into a rule for this measure."""
        return Rule(nodes, np.sqrt(lebesgue_weights), self.sqrt_density(nodes))


@dataclass(frozen=True)
class Gaussian(Measure):
    r"""The Gaussian measure on the real line, with density :math:`e^{-(x - m)^2 / 2 s^2} / (s \sqrt{2\pi})`.

    Parameters
    ----------
    mean : float, default 0.0
        The mean m.
    std : float, default 1.0
        The standard deviation s, in the units of x.

    Raises
    ------
    TypeError, ValueError
        If a parameter is not a finite number, or `std` is not positive.

    Examples
    --------
    >>> from opsvd import Gaussian
    >>> rule = Gaussian(mean=1.0, std=2.0).gauss_rule(10)
    >>> print(round(float(rule.weights @ rule.nodes**2), 10))    # mean^2 + std^2
    5.0
    """

    mean: float = 0.0
    std: float = 1.0

    def __post_init__(self) -> None:
        """Validate the parameters and store them as floats."""
        object.__setattr__(self, "mean", finite_float(self.mean, "mean"))
        object.__setattr__(self, "std", positive_float(self.std, "std"))

    @property
    def dim(self) -> int:
        """One."""
        return 1

    @property
    def center(self) -> float:
        """The mean."""
        return self.mean

    @property
    def scale(self) -> float:
        """The standard deviation."""
        return self.std

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n independent points, shape (n,)."""
        return self.mean + self.std * rng.standard_normal(positive_int(n, "n"))

    def sqrt_density(self, x: np.ndarray) -> np.ndarray:
        """The square root of the density at x, shape (...); zero beyond 53 standard deviations, by underflow."""
        z = (np.asarray(x) - self.mean) / self.std
        return np.asarray(np.exp(-0.25 * z * z) / np.sqrt(self.std * np.sqrt(2.0 * np.pi)))

    def gauss_rule(self, n: int) -> Rule:
        """The n-point Gauss-Hermite rule, moved to this mean and standard deviation."""
        nodes, lebesgue = gauss_hermite(positive_int(n, "n"))
        return self.rule(self.mean + self.std * nodes, self.std * lebesgue)


def require_measure(measure: object, name: str) -> Measure:
    """Return `measure` if it is one, or raise naming `name`."""
    if not isinstance(measure, Measure):
        raise TypeError(f"{name} must be a Measure, got {measure!r} ({type(measure).__name__}); "
                        f"pass for example opsvd.Gaussian(mean=0.0, std=1.0)")
    return measure
