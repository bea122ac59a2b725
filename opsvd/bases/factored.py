"""Products of functions of one coordinate each: some of all combinations of those of every coordinate."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .._support.floats import chunks
from ..kernels import Side
from .base import Basis, LineBasis, line_bases
from .digits import SPARSE


class FactoredBasis(Basis):
    r"""The products :math:`\prod_j a^{(j)}_{n(k, j)}(t_{c(j)})` of functions of coordinates of a vector, k = 1, ..., r.

    Where a coordinate lies where its functions have lost their digits, or closer to zero than they are known, they keep
    the values that they have at the end of that.

    Parameters
    ----------
    side : Side
        Vectors of independent coordinates.
    turn : ndarray, shape (d, d)
        The coordinates are those of the measure, times this.
    coordinates : sequence of int
        The numbers c(j) of the coordinates that functions depend on, one for each factor.
    lines : sequence of LineBasis
        For each factor, a basis under the law of its coordinate.
    coefficients : sequence of ndarray
        The functions :math:`a^{(j)}` of each factor in its basis: orthonormal columns, as many as it has functions.
    chosen : ndarray of int, shape (r, d)
        The numbers n(k, j), which differ from row to row; -1 is the constant one.
    means : sequence of ndarray, optional
        For each factor, numbers that its functions are lessened by; none if left out.
    """

    def __init__(self, side: Side, turn: np.ndarray, coordinates: Sequence[int],    # noqa: PLR0917 -- turn is of the side, the others of factors
                 lines: Sequence[LineBasis], coefficients: Sequence[np.ndarray], chosen: np.ndarray,
                 means: Sequence[np.ndarray] | None = None) -> None:
        self.side, self.turn, self.coordinates, self.lines = side, turn, tuple(coordinates), tuple(lines)
        self.coefficients, self.chosen = tuple(coefficients), chosen
        self.means = tuple(np.zeros(some.shape[1]) for some in coefficients) if means is None else tuple(means)

    @property
    def kind(self) -> tuple[type, ...]:
        """With those of the functions of each factor."""
        return (*super().kind, *map(type, self.lines))

    @property
    def size(self) -> int:
        """The number of products."""
        return len(self.chosen)

    def sums(self, points: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
        """Sums of products, in chunks."""
        t = self.side.unplaced(points) @ self.turn
        parts = [self._products(t[some]) @ coefficients for some in chunks(len(t), len(coefficients))]
        return np.concatenate(parts or [np.zeros((0, coefficients.shape[1]))])

    def _products(self, t: np.ndarray) -> np.ndarray:
        product: np.ndarray = np.ones((len(t), len(self.chosen)))
        for c, line, coefficients, means, number in zip(self.coordinates, self.lines, self.coefficients, self.means,
                                                        self.chosen.T, strict=True):
            known = _known(line, t[:, c])
            values = line.combine(known, coefficients) / line.measure.sqrt_density(known)[:, None] - means
            product = product * np.column_stack([values, np.ones(len(t))])[:, number]
        return product

    def state(self) -> dict[str, Any]:
        """The turn, the numbers, and for each factor its coordinate, the kind and state of its basis, its functions."""
        return {"turn": self.turn, "chosen": self.chosen, "coordinates": np.array(self.coordinates, dtype=int),
                "kinds": np.array([type(line).__name__ for line in self.lines]),
                **{f"{i}.coefficients": some for i, some in enumerate(self.coefficients)},
                **{f"{i}.means": some for i, some in enumerate(self.means)},
                **{f"{i}.state.{name}": value for i, line in enumerate(self.lines)
                   for name, value in line.state().items()}}

    @classmethod
    def from_state(cls, side: Side, state: dict[str, Any]) -> "FactoredBasis":
        """From a side and what `state` gives."""
        coordinates, lines, bases = state["coordinates"].tolist(), [], line_bases()
        for i, (c, kind) in enumerate(zip(coordinates, state["kinds"].tolist(), strict=True)):
            head = f"{i}.state."
            own = {name.removeprefix(head): value for name, value in state.items() if name.startswith(head)}
            lines.append(bases[kind].from_state(Side(side.measure.lines[c]), own))
        coefficients = [state[f"{i}.coefficients"] for i in range(len(lines))]
        means = [state[f"{i}.means"] for i in range(len(lines))] if "0.means" in state else None    # older files
        return cls(side, state["turn"], coordinates, lines, coefficients, state["chosen"], means)


def _known(line: LineBasis, t: np.ndarray) -> np.ndarray:
    """Coordinates (n,), or the nearest ones at which functions in a basis are known.

    Functions that live on a part of the mass, as those of a narrow bump, are next to nothing beyond it, as sums give
    them. They are kept at their end only where next to no mass is farther out.
    """
    (low, high), (least, most) = line.interval, line.measure.box(SPARSE)
    first, last = line.measure.box(100.0 * SPARSE)    # beyond which is 1e-12 of the mass
    low, high = max(low, least) if low < first else least, min(high, most) if high > last else most
    inside = np.clip(t, low, high)
    return np.asarray(np.where(np.abs(inside) < line.gap, np.copysign(line.gap, inside), inside))
