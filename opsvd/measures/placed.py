"""Measures given by a density of x, in a coordinate that suits their ends and tails."""

from abc import abstractmethod

import numpy as np

from .coordinates import Coordinate, Place, Plain
from .line import LineMeasure


class PlacedMeasure(LineMeasure):
    r"""A measure with a density of x, :math:`\rho(t) = \rho(x(t))\, x'(t)` in the coordinate t.

    A subclass sets `coordinates`, and gives `log_density` of places.

    Attributes
    ----------
    coordinates : Coordinate
    """

    coordinates: Coordinate

    @abstractmethod
    def log_density(self, place: Place) -> np.ndarray:
        """The logarithm of the density of x, (...); minus infinity where it is zero."""

    @property
    def plain(self) -> bool:
        """Whether the coordinate is x itself."""
        return isinstance(self.coordinates, Plain)

    @property
    def span(self) -> tuple[float, float]:
        """That of the coordinate."""
        return self.coordinates.span

    def sqrt_density(self, t: np.ndarray) -> np.ndarray:
        """The square root of the density of t."""
        t = np.asarray(t, dtype=np.float64)
        place = self.coordinates.place(t)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            root = np.exp(0.5 * self.log_density(place)) * place.sqrt_slope
        known = (t >= self.span[0]) & (t <= self.span[1]) & (place.sqrt_slope > 0.0)
        return np.where(known, root, 0.0)

    def points(self, t: np.ndarray) -> np.ndarray:
        """The points x of coordinates t."""
        return self.coordinates.place(np.asarray(t, dtype=np.float64)).x

    def coordinate(self, x: np.ndarray) -> np.ndarray:
        """The coordinates t of points x."""
        return self.coordinates.inverse(x)
