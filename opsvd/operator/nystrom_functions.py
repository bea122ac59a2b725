"""Singular functions through the kernel: T applied to the other side's values at points."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from .._support.linalg import leading_columns
from ..kernels import Kernel, Side, operator_grid
from ..measures import Gaussian, GaussianVector

__all__ = ["NystromFunctions"]

_CHUNK = 4_000_000


@dataclass(frozen=True, eq=False)
class NystromFunctions:
    r"""The functions :math:`f_i(x) = \frac{1}{n s_i} \sum_j h(x, y_j)\, g_i(y_j)`, orthonormal as far as n points tell.

    Called with points it gives (..., r), or (..., p, r) for a kernel with matrices for values.

    Attributes
    ----------
    side : Side
    nodes : ndarray
        The points of the other side.
    matrix : ndarray, shape (nodes times their values, r)
        The other side's functions there, over :math:`n s_i`.
    own : ndarray, shape (n width, r)
        The values of these functions at points drawn from their measure.
    left : bool
        Whether these are functions of x.
    kernel : Kernel or None
        None after ``load(path)``: then they cannot be called.
    """

    side: Side
    nodes: np.ndarray
    matrix: np.ndarray
    own: np.ndarray
    left: bool
    kernel: Kernel | None

    def __repr__(self) -> str:
        """Say how many functions there are, and of what."""
        return f"NystromFunctions(rank {len(self)}, variable ~ {self.side.measure!r})"

    def __len__(self) -> int:
        """Return the number of functions."""
        return int(self.matrix.shape[1])

    @property
    def measure(self) -> Gaussian | GaussianVector:
        """The measure of a point, or of a row of a block."""
        return self.side.measure

    def __call__(self, x: Any) -> np.ndarray:
        """Evaluate at points, at the cost of a value of h for every node.

        Raises ValueError without a kernel.
        """
        if self.kernel is None:
            raise ValueError("functions of a saved result must have their kernel, which a file cannot hold; give it "
                             "back with opsvd.load(path, h=h)")
        points, leading = self.side.flattened(x)
        step = max(1, _CHUNK // len(self.nodes)) * (self.side.rows or 1)
        parts = [np.zeros((0, len(self)))]
        for start in range(0, len(points), step):
            some = points[start:start + step]
            values = (operator_grid(self.kernel, some, self.nodes) if self.left else
                      operator_grid(self.kernel, self.nodes, some).T)
            parts.append(values @ self.matrix)
        return self.side.shaped(np.concatenate(parts), leading)

    def of_scaled(self, factor: float) -> "NystromFunctions":
        """The same functions, by the kernel times a factor."""
        return replace(self, matrix=self.matrix / factor)

    def extend(self, x: Any) -> np.ndarray:
        """The same as a call."""
        return self(x)

    def truncated(self, rank: int) -> "NystromFunctions":
        """The first `rank` functions."""
        return replace(self, matrix=leading_columns(self.matrix, rank), own=leading_columns(self.own, rank))

    def extended(self, kernel: Kernel) -> "NystromFunctions":
        """These functions evaluated through a kernel."""
        return replace(self, kernel=kernel)

    @cached_property
    def fourth_moments(self) -> tuple[np.ndarray, np.ndarray]:
        """Fourth moments as means over the points; see `Side.moments`."""
        values = self.own.reshape(-1, self.side.width, len(self))
        return self.side.moments(values, np.full(len(values), 1.0 / len(values)))

    def state(self, prefix: str) -> dict[str, Any]:
        """Arrays for saving, under names that begin with `prefix`."""
        return {f"{prefix}.nodes": self.nodes, f"{prefix}.matrix": self.matrix, f"{prefix}.own": self.own,
                **self.side.state(prefix)}

    @classmethod
    def from_state(cls, measure: Gaussian | GaussianVector, arrays: Any, prefix: str) -> "NystromFunctions":
        """Rebuild from what `state` gave."""
        return cls(Side.from_state(measure, arrays, prefix), arrays[f"{prefix}.nodes"], arrays[f"{prefix}.matrix"],
                   arrays[f"{prefix}.own"], prefix == "left", None)
