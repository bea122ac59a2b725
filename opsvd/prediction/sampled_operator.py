"""What predictions of finite samples start from: an operator, and the numbers of points at which it is sampled."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

LARGEST_RELATIVE_STD = 0.25
"""The largest standard deviation, relative to the mean, at which an expansion is said to hold.

Fourth moments are then at most 1 + n / 8, where those of f and g are alike and n = m.
"""

INFINITE_MOMENT = 1e100
"""Stands for an infinite moment: its square, times any number of values, is within the range of a double."""


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
