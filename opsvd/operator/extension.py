"""Singular functions through the kernel: :math:`f_i = T g_i / s_i`, where sums in a basis have no digits."""

from dataclasses import dataclass, replace
from typing import Any, Protocol, Self

import numpy as np

from .._support.floats import chunks
from .._support.quad import product
from ..kernels import Kernel, operator_grid
from ..measures import LineMeasure, Measure
from ..probing.slice_splitter import slice_integrals
from ..quadrature import Rule


class SummedFunctions(Protocol):
    """What is used of `SingularFunctions`, which know their extension: functions that are summed in bases."""

    @property
    def measure(self) -> Measure:
        """Under which they are orthonormal."""
        ...

    @property
    def line(self) -> LineMeasure:
        """The same, of functions of numbers."""
        ...

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of their values."""
        ...

    @property
    def on_line(self) -> bool:
        """Whether they are functions of numbers."""
        ...

    @property
    def interval(self) -> tuple[float, float]:
        """Where they live, as coordinates."""
        ...

    @property
    def panels(self) -> np.ndarray:
        """Edges of panels on which they are smooth."""
        ...

    def __len__(self) -> int:
        """How many they are."""
        ...

    def __call__(self, x: Any) -> np.ndarray:
        """Their values at points."""
        ...

    def half_density(self, x: np.ndarray) -> np.ndarray:
        """Their values times the root of the density."""
        ...

    def truncated(self, distinct: int) -> Self:
        """The first of them."""
        ...


@dataclass(frozen=True, eq=False)
class Extension:
    r"""The formula :math:`f_i = T g_i / s_i`, evaluated by a rule in the other variable; on the right, that of T*.

    Attributes
    ----------
    kernel : Kernel
    left : bool
        Whether these are functions of x.
    nodes : ndarray
        Nodes in the other variable, m in all, as a kernel's grid takes them.
    matrix : ndarray, shape (m width, r)
        :math:`w_j g_i(y_j) / s_i`.
    rows : int
        How many rows a point has.
    """

    kernel: Kernel
    left: bool
    nodes: np.ndarray
    matrix: np.ndarray
    rows: int = 1

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """Evaluate at n points, giving (n width, r); in pieces, so that memory stays bounded."""
        parts = [np.zeros((0, self.matrix.shape[1]))]
        for some in chunks(len(points), len(self.nodes), unit=self.rows):
            values = (operator_grid(self.kernel, points[some], self.nodes) if self.left else
                      operator_grid(self.kernel, self.nodes, points[some]).conj().T)
            parts.append(product(values, self.matrix))
        return np.concatenate(parts)

    def leading(self, count: int) -> "Extension":
        """For the first `count` functions."""
        return without_zeros(replace(self, matrix=self.matrix[:, :count]))


@dataclass(frozen=True, eq=False)
class SliceExtension:
    r"""The formula :math:`f_i = T g_i / s_i` for kernels with breaks, by integrals along slices that are split there.

    Attributes
    ----------
    kernel : Kernel
        h for the left functions, that of the adjoint operator for the right ones.
    functions : SummedFunctions
        :math:`g_i`, summed in their bases.
    singular_values : ndarray, shape (r,)
    """

    kernel: Kernel
    functions: SummedFunctions
    singular_values: np.ndarray

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """Evaluate at points (n,), giving (n, r)."""
        parts, g, step = [np.zeros((0, len(self.singular_values)))], self.functions, 2000    # 0.4 million values
        for some in (points[start:start + step] for start in range(0, len(points), step)):
            plain = Rule(some, np.ones_like(some), np.ones_like(some))
            slices = slice_integrals(self.kernel.along(None, g.line), plain, g.line, g.panels, 1e-13, order=20)
            parts.append(np.asarray(slices.against_resolved(g.half_density) / self.singular_values))
        return np.concatenate(parts)

    def leading(self, count: int) -> "SliceExtension":
        """For the first `count` functions."""
        return SliceExtension(self.kernel, self.functions.truncated(count), self.singular_values[:count])


def without_zeros(extension: Extension) -> Extension:
    """The extension without nodes that no function uses, so that it is the same whatever else was truncated."""
    nodes, matrix = extension.nodes, extension.matrix
    if len(matrix) == len(nodes):    # else a node has several values, and is used
        used = np.flatnonzero(np.abs(matrix).max(axis=1, initial=0.0) > 0.0)
        nodes, matrix = nodes[used], matrix[used]
    return replace(extension, nodes=nodes, matrix=np.ascontiguousarray(matrix))
