"""Singular functions through the kernel: :math:`f_i = T g_i / s_i`, where sums in a basis have no digits."""

from dataclasses import dataclass, replace

import numpy as np

from .._support.floats import chunks
from ..kernels import Kernel, operator_grid


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
            parts.append(values @ self.matrix)
        return np.concatenate(parts)

    def leading(self, count: int) -> "Extension":
        """For the first `count` functions."""
        return without_zeros(replace(self, matrix=self.matrix[:, :count]))


def without_zeros(extension: Extension) -> Extension:
    """The extension without nodes that no function uses, so that it is the same whatever else was truncated."""
    nodes, matrix = extension.nodes, extension.matrix
    if len(matrix) == len(nodes):    # else a node has several values, and is used
        used = np.flatnonzero(np.abs(matrix).max(axis=1, initial=0.0) > 0.0)
        nodes, matrix = nodes[used], matrix[used]
    return replace(extension, nodes=nodes, matrix=np.ascontiguousarray(matrix))
