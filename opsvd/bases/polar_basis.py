"""Functions of linear forms: radial functions times harmonics of groups, for measures that are not round."""

import math
from functools import cached_property
from typing import Any

import numpy as np

from .._support.floats import chunks
from ..kernels import Side
from .harmonics import polar
from .multiplets import MultipletBasis
from .polyspherical import Polyspherical
from .radial import RadialBasis


class PolarBasis(MultipletBasis):
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
        super().__init__(side, turn, shift, angular.sizes, angular.degrees)
        self.radial, self.angular, self.table = radial, angular, table

    @property
    def size(self) -> int:
        """The number r of functions."""
        return int(self.table.shape[-1])

    def of_turned(self, a: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
        """Products of radial functions and harmonics."""
        span, table = self._compressed
        table = table.reshape(len(self.table) * span.shape[1], self.size) @ coefficients
        parts = [self._products(a[some], span) @ table for some in chunks(len(a), len(table))]
        return np.concatenate(parts or [np.zeros((0, coefficients.shape[1]))])

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

    def state(self) -> dict[str, Any]:
        """The arguments of all that it is made of."""
        return {**self.radial.state(), **self.angular.state(), "turn": self.turn, "shift": self.shift,
                "table": self.table}

    @classmethod
    def from_state(cls, side: Side, state: dict[str, Any]) -> "PolarBasis":
        """From what `state` gives."""
        radial = RadialBasis(state["k"], state["step"], state["last"], state["count"])
        return cls(side, turn=state["turn"], shift=state["shift"], radial=radial,
                   angular=Polyspherical.from_state(state), table=state["table"])
