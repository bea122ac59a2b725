"""Functions of linear forms that stand for several each: their products with harmonics of groups of coordinates."""

import math
from abc import abstractmethod

import numpy as np

from .._support.linalg import canonical_signs
from ..kernels import Side
from ..quadrature import gegenbauer, harmonics
from .base import Basis
from .harmonics import polar, spherical_harmonics


class MultipletBasis(Basis):
    r"""Functions of :math:`a = W x + c`, whose coordinates are in groups, times harmonics of the groups.

    Of a group of one coordinate the sign is in the functions. Of a larger group these have its length alone, and each
    stands for its products with all harmonics of one degree.

    Parameters
    ----------
    side : Side
    turn : ndarray, shape (k, p)
        The matrix W.
    shift : ndarray, shape (k,)
        The vector c.
    sizes : tuple of int
        The numbers of coordinates of the groups.
    degrees : tuple of int
        The degree of the harmonics of each.
    """

    def __init__(self, side: Side, turn: np.ndarray, shift: np.ndarray, sizes: tuple[int, ...],
                 degrees: tuple[int, ...]) -> None:
        self.side, self.turn, self.shift, self.sizes, self.degrees = side, turn, shift, sizes, degrees
        self.multiplicity = math.prod(map(harmonics, sizes, np.maximum(degrees, 0).tolist()))

    @abstractmethod
    def of_turned(self, a: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
        """Sums of the functions at vectors a, (n, k), but for harmonics of groups of several coordinates: (n, r)."""

    def distinct(self, points: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
        """The same at points."""
        return self.of_turned(self._turned(points), coefficients)

    def sums(self, points: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
        """Sums of the functions; with all products of harmonics of the groups, where there are several."""
        a = self._turned(points)
        sums = self.of_turned(a, coefficients)
        return sums if self.multiplicity == 1 else np.asarray(sums[:, :, None] * self._members(a)[:, None])

    def over_members(self, other: "MultipletBasis", points: np.ndarray, others: np.ndarray) -> np.ndarray:
        r"""Sums of products of the harmonics of groups of several coordinates, at n points of each side: (n,).

        By the addition theorem they are :math:`\sqrt{N} p_m(t)`, t the cosine between the parts of both points.
        """
        total = np.ones(len(points))
        for left, right, size, degree in zip(self._groups(self._turned(points)), other._groups(other._turned(others)),
                                             self.sizes, self.degrees, strict=True):
            if size > 1:
                t = np.clip(np.sum(polar(left)[1] * polar(right)[1], axis=1), -1.0, 1.0)
                total *= gegenbauer(t, size, degree + 1)[-1] * math.exp(0.5 * math.log(harmonics(size, degree)))
        return total

    def signs(self, coefficients: np.ndarray) -> np.ndarray:
        """Those that make the functions positive at the last of some fixed points where they are large."""
        z = np.random.default_rng(64).standard_normal((64, self.side.directions))    # always the same
        values = self.sums(self.side.points(z), coefficients)
        return canonical_signs(values if self.multiplicity == 1 else values[:, :, 0])

    def _turned(self, points: np.ndarray) -> np.ndarray:
        """The vectors a of points; of points so far out that these may overflow, shorter ones of the same direction.

        Sums are constant along directions there.
        """
        points = points.reshape(-1, self.turn.shape[1])
        over = np.maximum(np.abs(points).max(axis=1, initial=0.0, keepdims=True) / 1e150, 1.0)
        return np.asarray((points / over) @ self.turn.T + self.shift / over)

    def _groups(self, a: np.ndarray) -> list[np.ndarray]:
        return np.split(a, np.cumsum(self.sizes)[:-1], axis=1)

    def _members(self, a: np.ndarray) -> np.ndarray:
        """The products of harmonics of the groups of several coordinates, (n, multiplicity)."""
        members = np.ones((len(a), 1))
        for group, size, degree in zip(self._groups(a), self.sizes, self.degrees, strict=True):
            if size > 1:
                products = members[:, :, None] * spherical_harmonics(group, degree)[:, None]
                members = products.reshape(len(a), products.shape[1] * products.shape[2])
        return members
