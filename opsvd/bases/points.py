"""Functions known at points that were drawn, and elsewhere through the kernel."""

import math

import numpy as np

from ..kernels import Side
from .base import Basis, MeanRule


class PointBasis(Basis):
    r"""The functions :math:`\sqrt n` at one point and zero at the others: orthonormal as far as n points tell.

    Parameters
    ----------
    side : Side
    points : ndarray
        As a kernel's grid takes them, n in all.
    """

    arguments = ("points",)

    def __init__(self, side: Side, points: np.ndarray) -> None:
        self.side, self.points = side, points
        self.count = len(points) // (side.rows or 1)

    @property
    def size(self) -> int:
        """The number of points, times that of values at each."""
        return self.count * self.side.width

    def sums(self, points: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
        """At the points themselves; NaN at others, where sums are not trusted."""
        if points is self.points:
            return np.asarray(math.sqrt(self.count) * coefficients)
        return np.full((len(points) // (self.side.rows or 1) * self.side.width, coefficients.shape[1]), np.nan)

    def trusted(self, points: np.ndarray) -> np.ndarray:
        """Nowhere but at the points themselves."""
        return np.full(len(points) // (self.side.rows or 1), points is self.points)

    def mean_rule(self) -> MeanRule:
        """The points, with equal weights."""
        return MeanRule(self.points, np.full(self.count, 1.0 / self.count), drawn=True)

    def weighted_values(self, coefficients: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Values at the points over their number."""
        return self.points, coefficients / math.sqrt(self.count)
