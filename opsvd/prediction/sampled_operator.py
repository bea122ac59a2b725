"""What predictions of finite samples start from: an operator, and the numbers of points at which it is sampled."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ..spectrum.multiplets import alike

LARGEST_RELATIVE_STD = 0.25
"""The largest standard deviation, relative to the mean, at which an expansion is said to hold.

Fourth moments are then at most 1 + n / 8, where those of f and g are alike and n = m.
"""

INFINITE_MOMENT = 1e100
"""Stands for an infinite moment: its square, times any number of values, is within the range of a double."""


class Unlisted(NamedTuple):
    """What values that are not given do to those that are, shape (r,) each: about how far, and with what variance."""

    shift: np.ndarray
    variance: np.ndarray


@dataclass(frozen=True, eq=False)
class SampledOperator:
    """An operator's values, the fourth moments of its singular functions, and the numbers of points.

    Attributes
    ----------
    s, counts : ndarray, shape (r,)
        Distinct values, nonincreasing, and how often each stands.
    moments : ndarray, shape (2, r, r)
        Means of E[f_i^2 f_j^2] over the members of two multiplets, and of E[g_i^2 g_j^2].
    points : ndarray, shape (2, 1, 1)
        n and m.
    """

    s: np.ndarray
    counts: np.ndarray
    moments: np.ndarray
    points: np.ndarray

    def restricted(self, kept: np.ndarray) -> "SampledOperator":
        """The same with the values of the given indices alone."""
        moments = self.moments[np.ix_(np.arange(2), kept, kept)]
        return SampledOperator(self.s[kept], self.counts[kept], moments, self.points)

    @cached_property
    def variances(self) -> np.ndarray:
        r"""Variances of sampled second moments, :math:`(E[f_i^2 f_j^2] - \delta_{ij}) / n`, and of g: (2, r, r)."""
        # A rounding error must not make the variance of a constant f_i^2 negative.
        return np.asarray(np.maximum((self.moments - np.eye(self.s.size)) / self.points, 0.0))

    @cached_property
    def covariances(self) -> np.ndarray:
        r"""Covariances of sampled squares, :math:`(E[f_i^2 f_j^2] - 1) / n` and those of g, added: (r, r)."""
        return np.asarray(((self.moments - 1.0) / self.points).sum(axis=0))

    @cached_property
    def within(self) -> np.ndarray:
        """Variances of sampled second moments of one member of a multiplet with all, of f and g added: (r,)."""
        diagonals = self.counts * np.diagonal(self.moments, axis1=1, axis2=2)
        return np.asarray(((diagonals - 1.0) / self.points[:, 0]).sum(axis=0))

    @cached_property
    def first_order(self) -> np.ndarray:
        """The variances of the values, or of means over multiplets, to first order, shape (r,)."""
        return np.asarray(self.s**2 * np.diag(self.variances.sum(axis=0)) / 4.0)

    @cached_property
    def scatter(self) -> np.ndarray:
        """The variances of single members of each value, shape (r,)."""
        return np.where(self.counts > 1.0, self.s**2 * np.maximum(self.within, 0.0), self.first_order)

    @cached_property
    def infinite(self) -> np.ndarray:
        """Whether one of the two fourth moments of a pair is infinite or unknown, shape (r, r)."""
        return np.asarray((self.moments >= INFINITE_MOMENT).any(axis=0))

    def moved_by_unlisted(self, energy: float) -> Unlisted:
        """What values that are not given, of this energy, do to those that are.

        Their functions are taken to have moments as those given have, and the first of them to follow the last two
        distinct values; but its square is no larger than the energy. Where that is nothing, nothing is moved.
        """
        s = self.s
        if energy == 0.0 or s.size == 0:
            return Unlisted(*np.zeros((2, s.size)))
        before = next((larger for larger in s[::-1] if not alike(larger, s[-1], math.inf)), 2.0 * s[-1])
        following = min(s[-1] * (s[-1] / before), math.sqrt(energy)) if s[-1] > 0.0 else 0.0
        a, b = np.where(self.infinite, 0.5, self.moments / self.points).mean(axis=-1)
        gap = (s - following) * (s + following)
        pull = s / np.where(gap > 0.0, gap, math.inf)
        variance = pull**2 * energy * (0.5 * energy * (a**2 + b**2) + s**2 * a * b) / self.counts
        return Unlisted(np.where((gap > 0.0) | (s == 0.0), 0.5 * pull * energy * (a + b), math.inf), variance)
