"""Products of polynomials of some of the coordinates of a vector."""

from itertools import islice
from typing import Any

import numpy as np

from .._support.floats import chunks
from ..kernels import Side
from ..measures import Gaussian, LineMeasure
from ..quadrature import hermite_polynomials
from .base import Basis
from .digits import FARTHEST, SPARSE
from .polynomials import polynomials_of

Components = tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]


class PolynomialProducts(Basis):
    r"""The constant, and for each component the products of polynomials of its coordinates, but its constant.

    They are orthonormal under the laws of the coordinates: of Gaussian ones, Hermite polynomials. Where the density is
    so small that they have lost their digits (beyond 8.6 standard deviations of a Gaussian), a sum keeps the value that
    it has there.

    Parameters
    ----------
    side : Side
        Numbers or vectors, of independent coordinates.
    turn : ndarray, shape (d, d)
        The coordinates are those of the measure, times this.
    components : tuple of (tuple of int, tuple of int)
        For each component its coordinates, and the numbers of polynomials in their directions.
    """

    def __init__(self, side: Side, turn: np.ndarray, components: Components) -> None:
        self.side, self.turn, self.components = side, turn, components

    @property
    def size(self) -> int:
        """The constant, and the products of each component but its constant."""
        return 1 + sum(int(np.prod(sizes, dtype=int)) - 1 for _, sizes in self.components)

    def sums(self, points: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
        """Sums of products of polynomials."""
        with np.errstate(over="ignore"):
            z = self.side.unplaced(points)
        z = z @ self.turn
        values = [self._products(z[some]) @ coefficients for some in chunks(len(z), len(coefficients))]
        return np.concatenate(values or [np.zeros((0, coefficients.shape[1]))])

    def _products(self, z: np.ndarray) -> np.ndarray:
        columns = [np.ones((len(z), 1))]
        for axes, sizes in self.components:
            product = np.ones((len(z), 1))
            for axis, size in zip(axes, sizes, strict=True):
                values = _polynomials(self.side.lines[axis], z[:, axis], size)
                product = (product[:, :, None] * values[:, None]).reshape(len(z), -1)
            columns.append(product[:, 1:])
        return np.concatenate(columns, axis=1)

    def state(self) -> dict[str, Any]:
        """The turn, and for each component how many coordinates it has, these, and the numbers of polynomials."""
        flat = [number for axes, sizes in self.components for number in (len(axes), *axes, *sizes)]
        return {"turn": self.turn, "components": np.array(flat, dtype=int)}

    @classmethod
    def from_state(cls, side: Side, state: dict[str, Any]) -> "PolynomialProducts":
        """From a side and what `state` gives."""
        numbers = iter(state["components"].tolist())
        components = ((tuple(islice(numbers, d)), tuple(islice(numbers, d))) for d in numbers)
        return cls(side, state["turn"], tuple(components))


def _polynomials(law: LineMeasure, t: np.ndarray, size: int) -> np.ndarray:
    """The polynomials of degree below `size` at coordinates (n,), or where they still have digits: (n, size)."""
    if isinstance(law, Gaussian):
        return hermite_polynomials(np.clip(t, -FARTHEST, FARTHEST), size)
    t = np.clip(t, *law.box(SPARSE))
    return np.asarray(polynomials_of(law, size - 1).half_density(t) / law.sqrt_density(t)[:, None])
