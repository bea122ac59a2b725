"""Measures given by a density of x, in a coordinate that suits their ends and tails."""

from abc import abstractmethod
from functools import cached_property

import numpy as np
from scipy.special import ndtr

from .._support.validation import points
from .coordinates import Coordinate, Place, Plain
from .line import LineMeasure


class CoordinateMeasure(LineMeasure):
    """A measure whose coordinate is one of `opsvd.measures.coordinates`, which a subclass sets.

    Attributes
    ----------
    coordinates : Coordinate
    """

    coordinates: Coordinate

    @property
    def plain(self) -> bool:
        """Whether the coordinate is x itself."""
        return isinstance(self.coordinates, Plain)

    @property
    def span(self) -> tuple[float, float]:
        """That of the coordinate."""
        return self.coordinates.span

    def points(self, t: np.ndarray) -> np.ndarray:
        """The points x of coordinates t."""
        return self.coordinates.points(np.asarray(t, dtype=np.float64))

    def coordinate(self, x: np.ndarray) -> np.ndarray:
        """The coordinates t of points x."""
        return self.coordinates.inverse(x)

    def logarithmic_slope(self, t: np.ndarray) -> np.ndarray:
        """By the slope of the map."""
        return self.coordinates.logarithmic_slope(np.asarray(t, dtype=np.float64))


class PlacedMeasure(CoordinateMeasure):
    r"""A measure with a density of x, :math:`\rho(t) = \rho(x(t))\, x'(t)` in the coordinate t.

    A subclass gives `log_density` of places, and either `quantile` or `center` and `scale`.
    """

    @abstractmethod
    def log_density(self, place: Place) -> np.ndarray:
        """The logarithm of the density of x, (...); minus infinity where it is zero."""

    @cached_property
    def center(self) -> float:
        """The median of the coordinate."""
        return float(self.quantile(np.array(0.5)))

    @cached_property
    def scale(self) -> float:
        """Half of what two thirds of the mass take of the coordinate: the standard deviation, for a Gaussian."""
        return float(np.diff(self.quantile(ndtr(np.array([-1.0, 1.0]))))[0] / 2.0)

    def sqrt_density(self, t: np.ndarray) -> np.ndarray:
        """The square root of the density of t."""
        t = points(t, "t", 1)
        with np.errstate(invalid="ignore", over="ignore"):
            place = self.coordinates.place(t)
            root = np.exp(0.5 * (self.log_density(place) + place.log_slope))
        return np.where((t >= self.span[0]) & (t <= self.span[1]) & np.isfinite(root), root, 0.0)
