"""Matrices of b by b blocks, entry by entry as any other sampled matrix: an engine need not know of the blocks."""

from typing import Any

import numpy as np

from .._support.validation import instance
from ..kernels import BlockKernel
from .matrix import Index, SampledMatrix, orders, points_of_a_sample

__all__ = ["BlockMatrix"]


class BlockMatrix(SampledMatrix):
    r"""The matrix of all blocks :math:`\Phi(X_I Y_J^T)` over :math:`\sqrt{nm}`, for rows x and y.

    Entries are cut from whole blocks: what touches a block evaluates all of it.

    Parameters
    ----------
    kernel : BlockKernel
    x, y : ndarray, shape (n,) or (n, k), and (m,) or (m, k)
        Rows, of which b follow each other in a block.

    Raises
    ------
    ValueError
        If b does not divide n and m.
    """

    def __init__(self, kernel: BlockKernel, x: np.ndarray, y: np.ndarray) -> None:
        self.kernel = instance(kernel, "kernel", BlockKernel, "pass opsvd.blockwise(phi, b, k)")
        self.x, self.y = points_of_a_sample(kernel, x, y)
        self.shape = (len(self.x), len(self.y))
        kernel.require_whole(*self.shape)
        self.scale = 1.0 / float(np.sqrt(float(len(self.x)) * len(self.y)))

    def values(self, rows: Index, columns: Index, dtype: Any = np.float64) -> np.ndarray:
        """See `SampledMatrix.values`; phi is evaluated in double precision whatever `dtype` is."""
        b = self.kernel.b
        (x, row), (y, column) = (self._touched(index, axis) for axis, index in enumerate((rows, columns)))
        whole = self.kernel.blocks(x, y).transpose(0, 2, 1, 3).reshape(len(x) * b, len(y) * b)
        return np.asarray(whole[row][:, column].astype(dtype, copy=False))

    def pairs(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """See `SampledMatrix.pairs`."""
        b, (x, y) = self.kernel.b, self._rows
        found = self.kernel.beside(x[rows // b], y[columns // b])
        return np.asarray(found[np.arange(len(rows)), rows % b, columns % b])

    def order(self, axis: int) -> np.ndarray:
        """Rows by length."""
        return orders(self.x, self.y)[axis]

    @property
    def _rows(self) -> tuple[np.ndarray, np.ndarray]:
        shape = (-1, self.kernel.b, self.kernel.k)
        return self.x.reshape(shape), self.y.reshape(shape)

    def _touched(self, index: Index, axis: int) -> tuple[np.ndarray, Index]:
        """The blocks of rows that an index touches, (blocks, b, k), and where its rows are among theirs."""
        b, rows = self.kernel.b, self._rows[axis]
        if isinstance(index, slice):
            start, stop, _ = index.indices(self.shape[axis])
            first = start // b
            return rows[first : -(-stop // b)], slice(start - first * b, stop - first * b)
        blocks, where = np.unique(index // b, return_inverse=True)
        return rows[blocks], where * b + index % b
