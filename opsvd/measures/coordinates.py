r"""Coordinates t of the line, in which the ends of a support are infinitely far away, or heavy tails become light.

With a density :math:`\rho(x)` the density of t is :math:`\rho(x(t))\, x'(t)`. All maps are analytic in a strip about
the real axis, so that functions that are analytic in x are so in t.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.special import expit, log_expit

from .._support.floats import TINY


class Place(NamedTuple):
    """Points x, the logarithms of their distances from the lower and the upper end of the support, and of dx/dt.

    Distances are computed by themselves, and not as differences; they are infinite where an end is. Their logarithms
    are known where they are too small for floats.
    """

    x: np.ndarray
    log_below: np.ndarray
    log_above: np.ndarray
    log_slope: np.ndarray


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

    def points(self, t: np.ndarray) -> np.ndarray:
        """The points x of coordinates t, (...)."""
        return self.place(t).x

    def rounding(self, t: np.ndarray) -> np.ndarray:
        """The sizes, (...), of which coordinates t have relative roundings."""
        return np.asarray(np.abs(t))

    def logarithmic_slope(self, t: np.ndarray) -> np.ndarray:
        """The size of d log|x| / dt at coordinates t, (...), of points that are not zero."""
        place = self.place(t)
        return np.asarray(np.exp(place.log_slope - np.log(np.abs(place.x))))


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
        x = strictly_between(t, self.low, self.high)
        with np.errstate(divide="ignore", invalid="ignore"):
            return Place(x, np.log(x - self.low), np.log(self.high - x), np.zeros_like(x))

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
        below, above = (np.log(width) + log_expit(sign * t) for sign in (1.0, -1.0))
        return Place(self.points(t), below, above, below + above - np.log(width))

    def points(self, t: np.ndarray) -> np.ndarray:
        """From the nearer end."""
        share = (self.high - self.low) * expit(-np.abs(t))
        return strictly_between(np.where(t < 0.0, self.low + share, self.high - share), self.low, self.high)

    def inverse(self, x: np.ndarray) -> np.ndarray:
        """The logarithm of the quotient of the distances."""
        x = strictly_between(np.asarray(x, dtype=np.float64), self.low, self.high)
        return np.log(x - self.low) - np.log(self.high - x)


@dataclass(frozen=True)
class Softplus(_Unbounded):
    r""":math:`x = a + s \log(1 + e^t)`, for a singular lower end and a light upper tail."""

    low: float
    scale: float

    def place(self, t: np.ndarray) -> Place:
        """Of the distance from the end."""
        below = np.logaddexp(0.0, t)
        x = self._above(below)
        # log(1 + e^t) is e^t to rounding for t below -37.
        log_below = np.where(t < -37.0, t, np.log(np.where(t < -37.0, 1.0, below)))
        return Place(x, np.log(self.scale) + log_below, np.full_like(x, np.inf), np.log(self.scale) + log_expit(t))

    def points(self, t: np.ndarray) -> np.ndarray:
        """By the distance alone."""
        return self._above(np.logaddexp(0.0, t))

    def _above(self, distance: np.ndarray) -> np.ndarray:
        return strictly_between(self.low + self.scale * distance, self.low, np.inf)

    def inverse(self, x: np.ndarray) -> np.ndarray:
        """The logarithm of e^d - 1, d the distance over s."""
        distance = (strictly_between(np.asarray(x, dtype=np.float64), self.low, np.inf) - self.low) / self.scale
        return distance + np.log(-np.expm1(-distance))


@dataclass(frozen=True)
class Logarithm(_Unbounded):
    r""":math:`x = a + s\, e^t`, for a lower end and a heavy upper tail."""

    low: float
    scale: float

    def place(self, t: np.ndarray) -> Place:
        """Of the distance from the end."""
        x = self.points(t)
        return Place(x, np.log(self.scale) + t, np.full_like(x, np.inf), np.log(self.scale) + t)

    def points(self, t: np.ndarray) -> np.ndarray:
        """By the distance alone."""
        below = self.scale * np.exp(np.clip(t, -700.0, 340.0))    # beyond, squares overflow and numbers underflow
        return strictly_between(self.low + below, self.low, np.inf)

    def inverse(self, x: np.ndarray) -> np.ndarray:
        """The logarithm of the distance over s."""
        return np.log((strictly_between(np.asarray(x, dtype=np.float64), self.low, np.inf) - self.low) / self.scale)


@dataclass(frozen=True)
class HyperbolicSine(Coordinate):
    r""":math:`x = c + s \sinh t`, for heavy tails on both sides, or, with t > 0, above an end c of smooth density."""

    center: float
    scale: float
    above: bool = False

    @property
    def span(self) -> tuple[float, float]:
        """The line, or its upper half."""
        return (0.0 if self.above else -np.inf), np.inf

    def place(self, t: np.ndarray) -> Place:
        """Distances from an end are those from c."""
        t = np.maximum(t, self.span[0])
        sine = np.sinh(np.clip(t, -340.0, 340.0))    # beyond, squares overflow
        infinite = np.full_like(sine, np.inf)
        with np.errstate(divide="ignore"):
            below = np.log(self.scale) + np.where(t > 340.0, t - np.log(2.0), np.log(sine)) if self.above else infinite
        return Place(self.center + self.scale * sine, below, infinite, np.log(0.5 * self.scale) + np.logaddexp(t, -t))

    def points(self, t: np.ndarray) -> np.ndarray:
        """By the distance alone."""
        return np.asarray(self.center + self.scale * np.sinh(np.clip(t, max(self.span[0], -340.0), 340.0)))

    def inverse(self, x: np.ndarray) -> np.ndarray:
        """The inverse hyperbolic sine."""
        return np.maximum(np.arcsinh((np.asarray(x, dtype=np.float64) - self.center) / self.scale), self.span[0])


@dataclass(frozen=True)
class Reflected(Coordinate):
    """Another coordinate with x and t turned about zero, for upper ends."""

    other: Coordinate

    @property
    def span(self) -> tuple[float, float]:
        """Turned."""
        low, high = self.other.span
        return -high, -low

    def place(self, t: np.ndarray) -> Place:
        """Exchanges the distances."""
        x, below, above, slope = self.other.place(-t)
        return Place(-x, above, below, slope)

    def points(self, t: np.ndarray) -> np.ndarray:
        """Turned."""
        return -self.other.points(-t)

    def inverse(self, x: np.ndarray) -> np.ndarray:
        """Turned."""
        return -self.other.inverse(-np.asarray(x, dtype=np.float64))


def strictly_between(x: np.ndarray, low: float, high: float) -> np.ndarray:
    """Points moved from the ends, where densities may be infinite, to the normal floats next to them."""
    first, last = _next_to(low, high)
    return np.asarray(np.minimum(np.maximum(x, first), last))


@lru_cache(maxsize=256)
def _next_to(low: float, high: float) -> tuple[float, float]:
    """The floats next to two ends, inside; an infinite end is its own."""
    first = TINY if low == 0.0 else low if np.isinf(low) else float(np.nextafter(low, np.inf))
    last = -TINY if high == 0.0 else high if np.isinf(high) else float(np.nextafter(high, -np.inf))
    return first, last
