"""The points on either side of a kernel, in standard coordinates: numbers, vectors, or rows of a block."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .._support.arrays import squares
from .._support.floats import CHUNK
from .._support.quad import is_quad
from .._support.validation import finite_points
from ..measures import LineMeasure, Measure
from ..quadrature import unknown_by_sample
from .blocks import BlockKernel
from .kernel import Kernel
from .matrix_kernels import MatrixKernel


@dataclass(frozen=True, eq=False)
class Side:
    """Points of a measure, or blocks of b independent ones, and how many values a function has there.

    Standard coordinates are independent Gaussian numbers, of which every measure makes points. Those of `lines` are of
    laws of their own, and can be found from points.

    Attributes
    ----------
    measure : Measure
        Of a point, or of one row of a block.
    rows : int or None
        The number b of rows if a point is a block of rows.
    values : int or None
        The dimension of the values of functions; None for plain numbers.
    """

    measure: Measure
    rows: int | None = None
    values: int | None = None

    @property
    def rank(self) -> int:
        """The standard coordinates of one row."""
        return self.measure.rank

    @property
    def directions(self) -> int:
        """The standard coordinates of a point."""
        return self.rank * (self.rows or 1)

    @property
    def width(self) -> int:
        """The dimension of values, one for numbers."""
        return self.values or 1

    def points(self, z: np.ndarray) -> np.ndarray:
        """Points as a kernel's grid takes them, from standard coordinates (n, directions)."""
        return self.measure.unwhiten(z.reshape(-1, self.rank))

    @property
    def lines(self) -> tuple[LineMeasure, ...]:
        """The laws of the independent coordinates of a point; empty if there are none."""
        return self.measure.lines * (self.rows or 1)

    def placed(self, t: np.ndarray) -> np.ndarray:
        """Points as a kernel's grid takes them, from coordinates (n, d), as many as `lines`."""
        return self.measure.placed(t.reshape(-1, len(self.measure.lines)))

    def unplaced(self, points: np.ndarray) -> np.ndarray:
        """The inverse of `placed`."""
        return self.measure.unplaced(points).reshape(-1, len(self.lines))

    def flattened(self, x: Any, *, quad: bool = False) -> tuple[np.ndarray, tuple[int, ...]]:
        """What a user passes as points, as a kernel's grid takes them, and the shape of the axes that broadcast.

        Numbers of quadruple precision stay so if `quad` says that they are to, and are rounded if not.
        """
        k = self.measure.dim
        points = finite_points(x, "x", k)
        shape = (*(() if self.rows is None else (self.rows,)), *(() if k == 1 else (k,)))
        if points.shape[points.ndim - len(shape):] != shape or points.ndim < len(shape):
            what = f"vectors of R^{k}" if self.rows is None else f"{self.rows} rows"
            raise ValueError(f"x must hold {what}, shape (..., {', '.join(map(str, shape))}), got shape "
                             f"{points.shape}; pass an array of that shape")
        points = np.asarray(x) if quad and is_quad(x) and not shape else points
        return points.reshape(-1, *shape[-1:] if k > 1 else ()), points.shape[:points.ndim - len(shape)]

    def shaped(self, values: np.ndarray, leading: tuple[int, ...]) -> np.ndarray:
        """Values of functions, (n width, r), in the shape that a user gets."""
        return values.reshape(*leading, *(() if self.values is None else (self.values,)), values.shape[1])

    def moments(self, values: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        r"""E[|f_i . f_j|^2] and E[|f_i|^2 |f_j|^2], shape (r, r), from values at points drawn, (n, width, r).

        Means are sums with weights (n,). Where the points do not tell E[|f_i|^4], it is inf. A point of a block is b
        rows of a sampled matrix, so that what its moments exceed those of constants by, 1 where i = j, and for lengths
        always, counts b times.
        """
        lengths = squares(values).sum(axis=1)
        products = np.zeros((values.shape[2], values.shape[2]))
        for some in np.array_split(np.arange(len(values)), max(1, len(values) * values.shape[2] ** 2 // CHUNK)):
            inner = values[some].conj().transpose(0, 2, 1) @ values[some]
            products += np.einsum("n,nij->ij", weights[some], squares(inner))
        rows, constant = self.rows or 1, np.eye(values.shape[2])
        unknown = np.diag(np.where(unknown_by_sample(lengths, weights), np.inf, 0.0))
        return (constant + rows * (products - constant) + unknown,
                1.0 + rows * ((lengths * weights[:, None]).T @ lengths - 1.0) + unknown)

    def state(self, prefix: str) -> dict[str, Any]:
        """All but the measure, for saving; 0 stands for None."""
        return {f"{prefix}.side": np.array([self.rows or 0, self.values or 0])}

    @classmethod
    def from_state(cls, measure: Measure, arrays: Any, prefix: str) -> "Side":
        """Rebuild from what `state` gave."""
        rows, values = (int(number) or None for number in arrays[f"{prefix}.side"])
        return cls(measure, rows, values)


def sides(kernel: Kernel, mu_x: Measure, mu_y: Measure) -> tuple[Side, Side]:
    """The two sides of a kernel."""
    rows = kernel.b if isinstance(kernel, BlockKernel) else None
    p, q = (kernel.p, kernel.q) if isinstance(kernel, MatrixKernel) else (rows, rows)
    return Side(mu_x, rows, p), Side(mu_y, rows, q)


def operator_grid(kernel: Kernel, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The kernel of T on all pairs of points, shape (n width, m width), in chunks of rows.

    It is h itself, and for blocks Phi / b, so that T has the singular values of a matrix made of blocks over its size.
    """
    b = kernel.b if isinstance(kernel, BlockKernel) else 1
    step = max(1, CHUNK // (max(len(y), 1) * max(kernel.dims))) * b
    parts = [kernel.finite_grid(x[start:start + step], y) for start in range(0, len(x), step)]
    if not parts:
        return np.zeros((0, len(y)))
    return np.concatenate(parts) / b if len(parts) > 1 else parts[0] / b
