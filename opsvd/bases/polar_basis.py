"""Functions of linear forms: radial functions times harmonics of groups, for measures that are not round."""

import math
from functools import cached_property
from typing import Any

import numpy as np

from .._support.floats import chunks
from .._support.linalg import canonical_signs
from ..kernels import Side
from ..quadrature import gegenbauer, harmonics
from .base import Basis
from .harmonics import polar, spherical_harmonics
from .polyspherical import Polyspherical
from .radial import RadialBasis


class PolarBasis(Basis):
    r"""r functions :math:`\sum_Y \sum_i q_{Yi}\, F_i(|a|)\, Y(a / |a|)` of :math:`a = W x + c`, orthonormal.

    x are the points, as vectors, F_i the functions of a radial basis, and Y the harmonics of given
    degrees in each group of coordinates. The sums are orthonormal under the measure of the points; the products are
    not. At lengths that the radial basis does not reach, sums keep the value that they have where it ends.

    Parameters
    ----------
    side : Side
    turn : ndarray, shape (k, p)
        The matrix W.
    shift : ndarray, shape (k,)
        The vector c.
    radial : RadialBasis
    angular : Polyspherical
    table : ndarray, shape (harmonics, radial.count, r)
        The coefficients q.
    """

    def __init__(self, side: Side, *, turn: np.ndarray, shift: np.ndarray, radial: RadialBasis, angular: Polyspherical,
                 table: np.ndarray) -> None:
        self.side, self.turn, self.shift, self.table = side, turn, shift, table
        self.radial, self.angular = radial, angular
        self.multiplicity = math.prod(map(harmonics, angular.sizes, np.maximum(angular.degrees, 0).tolist()))

    @property
    def size(self) -> int:
        """The number r of functions."""
        return int(self.table.shape[-1])

    def sums(self, points: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
        """Sums of the functions; with all products of harmonics of the groups, where there are several."""
        a, sums = self._turned(points), self.distinct(points, coefficients)
        return sums if self.multiplicity == 1 else np.asarray(sums[:, :, None] * self._members(a)[:, None])

    def distinct(self, points: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
        """Sums of the functions, (n, r), but for harmonics of groups of several coordinates."""
        a, (span, table) = self._turned(points), self._compressed
        table = table.reshape(len(self.table) * span.shape[1], self.size) @ coefficients
        parts = [self._products(a[some], span) @ table for some in chunks(len(a), len(table))]
        return np.concatenate(parts or [np.zeros((0, coefficients.shape[1]))])

    def over_members(self, other: "PolarBasis", points: np.ndarray, others: np.ndarray) -> np.ndarray:
        r"""Sums of products of the harmonics of groups of several coordinates, at n points of each side: (n,).

        By the addition theorem they are :math:`\sqrt{N} p_m(t)`, t the cosine between the parts of both points.
        """
        total = np.ones(len(points))
        ends = np.cumsum(self.angular.sizes)[:-1]
        for left, right, size, degree in zip(np.split(self._turned(points), ends, axis=1), np.split(
                other._turned(others), ends, axis=1), self.angular.sizes, self.angular.degrees, strict=True):
            if size > 1:
                t = np.clip(np.sum(polar(left)[1] * polar(right)[1], axis=1), -1.0, 1.0)
                total *= gegenbauer(t, size, degree + 1)[-1] * math.exp(0.5 * math.log(harmonics(size, degree)))
        return total

    def _turned(self, points: np.ndarray) -> np.ndarray:
        """The vectors a of points; of points so far out that these may overflow, shorter ones of the same direction.

        Sums are constant along directions there.
        """
        points = points.reshape(-1, self.turn.shape[1])
        over = np.maximum(np.abs(points).max(axis=1, initial=0.0, keepdims=True) / 1e150, 1.0)
        return np.asarray((points / over) @ self.turn.T + self.shift / over)

    @cached_property
    def _compressed(self) -> tuple[np.ndarray, np.ndarray]:
        """An orthonormal basis of all radial functions, (radial.count, q), and the coefficients in it."""
        stacked = np.moveaxis(self.table, 1, 0).reshape(self.radial.count, len(self.table) * self.size)
        # A triangle has the same left vectors, and takes a quarter of the time.
        triangle = np.asarray(np.linalg.qr(stacked.T, mode="r"))
        u, s, _ = np.linalg.svd(triangle.T, full_matrices=False)
        span = u[:, s > 1e-14 * s.max(initial=0.0)]    # others are rounding
        return span, np.asarray(np.matmul(span.T, self.table))

    def _products(self, a: np.ndarray, span: np.ndarray) -> np.ndarray:
        """The products of combinations of radial functions and harmonics, (n, harmonics * q)."""
        length, direction = polar(a)
        with np.errstate(divide="ignore"):
            delta = np.clip(np.log(length / math.sqrt(self.radial.k)), *self.radial.trusted)
        functions = self.radial.functions(delta, span)
        angular = self.angular.at(direction).reshape(len(a), -1)
        return np.asarray((angular[:, :, None] * functions[:, None]).reshape(len(a), angular.shape[1] * span.shape[1]))

    def _members(self, a: np.ndarray) -> np.ndarray:
        """The products of harmonics of the groups of several coordinates, (n, multiplicity)."""
        members = np.ones((len(a), 1))
        for group, size, degree in zip(np.split(a, np.cumsum(self.angular.sizes)[:-1], axis=1), self.angular.sizes,
                                       self.angular.degrees, strict=True):
            if size > 1:
                products = members[:, :, None] * spherical_harmonics(group, degree)[:, None]
                members = products.reshape(len(a), products.shape[1] * products.shape[2])
        return members

    def signs(self, coefficients: np.ndarray) -> np.ndarray:
        """Those that make the functions positive at the last of some fixed points where they are large."""
        z = np.random.default_rng(64).standard_normal((64, self.side.directions))    # always the same
        values = self.sums(self.side.points(z), coefficients)
        return canonical_signs(values if self.multiplicity == 1 else values[:, :, 0])

    def state(self) -> dict[str, Any]:
        """The arguments of all that it is made of."""
        return {**self.radial.state(), "turn": self.turn, "shift": self.shift, "sizes": np.array(self.angular.sizes),
                "degrees": np.array(self.angular.degrees), "tops": np.array(self.angular.tops), "table": self.table}

    @classmethod
    def from_state(cls, side: Side, state: dict[str, Any]) -> "PolarBasis":
        """From what `state` gives."""
        radial = RadialBasis(state["k"], state["step"], state["last"], state["count"])
        sizes, degrees, tops = (tuple(state[name].tolist()) for name in ("sizes", "degrees", "tops"))
        return cls(side, turn=state["turn"], shift=state["shift"], radial=radial,
                   angular=Polyspherical(sizes, degrees, tops), table=state["table"])
