r"""Coordinates t of the line, in which the ends of a support are infinitely far away, or heavy tails become light.

With a density :math:`\rho(x)` the density of t is :math:`\rho(x(t))\, x'(t)`. All maps are analytic in a strip about
the real axis, so that functions that are analytic in x are so in t.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import expit


class Place(NamedTuple):
    """Points x with their distances from the lower and from the upper end of the support, computed by themselves.

    Distances are infinite where an end is. `sqrt_slope` is the root of dx/dt.
    """

    x: np.ndarray
    below: np.ndarray
    above: np.ndarray
    sqrt_slope: np.ndarray


class Coordinate(ABC):
    """A smooth increasing map x(t) onto the inside of an interval."""

    @property
    @abstractmethod
    def span(self) -> tuple[float, float]:
        """The interval of t."""

    @abstractmethod
    def place(self, t: np.ndarray) -> Place:
        """Where coordinates t, (...), are."""

    @abstractmethod
    def inverse(self, x: np.ndarray) -> np.ndarray:
        """The coordinates of points x, (...)."""


@dataclass(frozen=True)
class Plain(Coordinate):
    """x = t between two ends, at which the density is smooth, or which are infinite."""

    low: float
    high: float

    @property
    def span(self) -> tuple[float, float]:
        """The support."""
        return self.low, self.high

    def place(self, t: np.ndarray) -> Place:
        """Distances are subtracted, since nothing happens at the ends."""
        x = np.clip(t, self.low, self.high)
        return Place(x, x - self.low, self.high - x, np.ones_like(x))

    def inverse(self, x: np.ndarray) -> np.ndarray:
        """The same."""
        return np.asarray(x, dtype=np.float64)


class _Unbounded(Coordinate):
    """A coordinate that goes from minus to plus infinity."""

    @property
    def span(self) -> tuple[float, float]:
        """The line."""
        return -np.inf, np.inf


@dataclass(frozen=True)
class Logit(_Unbounded):
    r""":math:`x = a + (b - a) / (1 + e^{-t})`, for singular ends."""

    low: float
    high: float

    def place(self, t: np.ndarray) -> Place:
        """Either distance from its own logistic function."""
        width = self.high - self.low
        below, above = width * expit(t), width * expit(-t)
        x = _strictly_between(np.where(t < 0.0, self.low + below, self.high - above), self.low, self.high)
        return Place(x, below, above, np.sqrt(below * expit(-t)))

    def inverse(self, x: np.ndarray) -> np.ndarray:
        """The logarithm of the quotient of the distances."""
        x = _strictly_between(np.asarray(x, dtype=np.float64), self.low, self.high)
        return np.log(x - self.low) - np.log(self.high - x)


@dataclass(frozen=True)
class Softplus(_Unbounded):
    r""":math:`x = a + s \log(1 + e^t)`, for a singular lower end and a light upper tail."""

    low: float
    scale: float

    def place(self, t: np.ndarray) -> Place:
        """Of the distance from the end."""
        below = self.scale * np.logaddexp(0.0, t)
        x = _strictly_between(self.low + below, self.low, np.inf)
        return Place(x, below, np.full_like(x, np.inf), np.sqrt(self.scale * expit(t)))

    def inverse(self, x: np.ndarray) -> np.ndarray:
        """The logarithm of e^d - 1, d the distance over s."""
        distance = (_strictly_between(np.asarray(x, dtype=np.float64), self.low, np.inf) - self.low) / self.scale
        return distance + np.log(-np.expm1(-distance))


@dataclass(frozen=True)
class Logarithm(_Unbounded):
    r""":math:`x = a + s\, e^t`, for a lower end and a heavy upper tail."""

    low: float
    scale: float

    def place(self, t: np.ndarray) -> Place:
        """Of the distance from the end."""
        below = self.scale * np.exp(np.clip(t, -700.0, 340.0))    # beyond, squares overflow and numbers underflow
        x = _strictly_between(self.low + below, self.low, np.inf)
        return Place(x, below, np.full_like(x, np.inf), np.sqrt(below))

    def inverse(self, x: np.ndarray) -> np.ndarray:
        """The logarithm of the distance over s."""
        return np.log((_strictly_between(np.asarray(x, dtype=np.float64), self.low, np.inf) - self.low) / self.scale)


@dataclass(frozen=True)
class HyperbolicSine(_Unbounded):
    r""":math:`x = c + s \sinh t`, for heavy tails on both sides."""

    center: float
    scale: float

    def place(self, t: np.ndarray) -> Place:
        """Without ends."""
        t = np.clip(t, -340.0, 340.0)    # beyond, squares overflow
        infinite = np.full_like(t, np.inf, dtype=np.float64)
        return Place(self.center + self.scale * np.sinh(t), infinite, infinite, np.sqrt(self.scale * np.cosh(t)))

    def inverse(self, x: np.ndarray) -> np.ndarray:
        """The inverse hyperbolic sine."""
        return np.arcsinh((np.asarray(x, dtype=np.float64) - self.center) / self.scale)


@dataclass(frozen=True)
class Reflected(_Unbounded):
    """Another coordinate with x and t turned about zero, for singular upper ends."""

    other: Coordinate

    def place(self, t: np.ndarray) -> Place:
        """Exchanges the distances."""
        x, below, above, sqrt_slope = self.other.place(-t)
        return Place(-x, above, below, sqrt_slope)

    def inverse(self, x: np.ndarray) -> np.ndarray:
        """Turned."""
        return -self.other.inverse(-np.asarray(x, dtype=np.float64))


def _strictly_between(x: np.ndarray, low: float, high: float) -> np.ndarray:
    """Points moved from the ends, where densities may be infinite, to the floats next to them."""
    return np.asarray(np.clip(x, np.nextafter(low, np.inf), np.nextafter(high, -np.inf)))
