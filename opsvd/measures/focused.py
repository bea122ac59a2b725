"""A coordinate that is fine where a density has narrow peaks."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .coordinates import Coordinate, Place


@dataclass(frozen=True)
class Focused(Coordinate):
    r""":math:`t = u / s + \sum_i \operatorname{arsinh}((u - c_i) / w_i)`, u another coordinate.

    A peak at c of a width w, however narrow, has the length one in t, or so; in between t is like logarithms of the
    distances from the peaks. Like all coordinates the map is analytic in a strip.

    Attributes
    ----------
    base : Coordinate
        That of u.
    unit : float
        The length s over which the density changes where there is no peak.
    places, widths : tuple of float
        The numbers :math:`c_i` and :math:`w_i`, as coordinates u.
    """

    base: Coordinate
    unit: float
    places: tuple[float, ...]
    widths: tuple[float, ...]

    @property
    def step(self) -> float:
        """That of t in the table of the inverse: cubic polynomials are good to the fourth power of it, over 384."""
        return 1.0 / 32.0

    @property
    def span(self) -> tuple[float, float]:
        """That of the other coordinate, mapped."""
        low, high = self.outer(np.array(self.base.span)).tolist()
        return low, high

    def slope(self, u: np.ndarray) -> np.ndarray:
        """The derivative dt / du at u, (...)."""
        total = np.full(np.shape(u), 1.0 / self.unit)
        for place, width in zip(self.places, self.widths, strict=True):
            total += 1.0 / np.hypot(u - place, width)
        return total

    def outer(self, u: np.ndarray) -> np.ndarray:
        """The coordinates t of u."""
        total = np.asarray(u / self.unit)
        with np.errstate(over="ignore"):    # at the ends of the floats
            for place, width in zip(self.places, self.widths, strict=True):
                total = total + np.arcsinh((u - place) / width)
        return total

    @cached_property
    def _table(self) -> tuple[float, np.ndarray, np.ndarray]:
        """The first t of equal steps, from a thousand units on either side; u at all, and the steps times du / dt."""
        ends = self.outer(np.clip(np.array([min(self.places), max(self.places)])
                                  + 1e3 * self.unit * np.array([-1.0, 1.0]), *self.base.span))
        t = ends[0] + self.step * np.arange(np.ceil((ends[1] - ends[0]) / self.step) + 1.0)
        u = self._searched(t)
        return float(t[0]), u, self.step / self.slope(u)

    def _searched(self, t: np.ndarray) -> np.ndarray:
        """The coordinates u of t by Newton steps that stay between two knots, however far away."""
        steps = np.arange(0.0, 370.0, 0.5)    # up to 1e160 widths, whose squares are no floats
        away = [place + sign * size * np.sinh(steps) for place, size in
                zip([*self.places, 0.0], [*self.widths, self.unit], strict=True) for sign in (-1.0, 1.0)]
        knots = np.unique(np.clip(np.concatenate(away), *self.base.span))
        images = self.outer(knots)
        i = np.clip(np.searchsorted(images, t, side="right") - 1, 0, len(knots) - 2)
        low, high = knots[i], knots[i + 1]
        with np.errstate(invalid="ignore"):
            u = low + (high - low) * np.clip((t - images[i]) / (images[i + 1] - images[i]), 0.0, 1.0)
        for _ in range(8):    # the third is good to rounding, but for knots far away
            u = np.clip(u + (t - self.outer(u)) / self.slope(u), low, high)
        return np.asarray(u)

    def inner(self, t: np.ndarray) -> np.ndarray:
        """The coordinates u of t, (...): the inverse of the map."""
        t = np.clip(np.asarray(t, dtype=np.float64), *self.span)
        first, u, slopes = self._table
        steps = (t - first) / self.step
        i = np.clip(steps, 0.0, len(u) - 2.0).astype(np.int64)
        p = np.clip(steps - i, 0.0, 1.0)
        q = 1.0 - p
        # Hermite's cubic polynomial is good to 1e-8 or better, and a Newton step squares that.
        guess = (q * q * ((1.0 + 2.0 * p) * u[i] + p * slopes[i])
                 + p * p * ((1.0 + 2.0 * q) * u[i + 1] - q * slopes[i + 1]))
        found = guess + (t - self.outer(guess)) / self.slope(guess)
        beyond = (steps < 0.0) | (steps > len(u) - 2.0)    # the last u may be the end of the span, and nearer
        if beyond.any():
            found[beyond] = self._searched(t[beyond])
        return np.asarray(np.clip(found, *self.base.span))

    def place(self, t: np.ndarray) -> Place:
        """That of u, with the slope of both maps."""
        u = self.inner(t)
        x, below, above, log_slope = self.base.place(u)
        return Place(x, below, above, log_slope - np.log(self.slope(u)))

    def points(self, t: np.ndarray) -> np.ndarray:
        """Those of u; no slope is needed."""
        return self.base.points(self.inner(t))

    def inverse(self, x: np.ndarray) -> np.ndarray:
        """Through u."""
        return self.outer(self.base.inverse(x))

    def rounding(self, t: np.ndarray) -> np.ndarray:
        """What a relative rounding of u does to t: in a narrow peak far away u has few digits of the place in it."""
        u = self.inner(t)
        return np.asarray(np.maximum(np.abs(t), np.abs(u) * self.slope(u)))
