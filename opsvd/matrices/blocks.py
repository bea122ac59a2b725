"""Matrices that consist of p by q blocks, entry by entry as any other sampled matrix: engines need not know."""

from typing import Any

import numpy as np

from .._support.validation import instance
from ..kernels import BlockKernel, MatrixKernel
from .sampled import Index, MatrixOfKernel, SampledMatrix


class _MatrixOfBlocks(MatrixOfKernel):
    """Entries are cut from p by q blocks, in double precision whatever `dtype` is.

    What touches a block evaluates all of it. `places` holds the points of the blocks: block (I, J) belongs to
    places[0][I] and places[1][J].
    """

    block: tuple[int, int]
    places: tuple[np.ndarray, np.ndarray]

    def _block_grid(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """The blocks of all pairs of places x (a) and y (c), as one matrix (a p, c q)."""
        return self.kernel.finite_grid(x, y)

    def _block_pairs(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """The blocks of places x and y, pair by pair, shape (k, p, q)."""
        return self.kernel.finite_beside(x, y)

    def values(self, rows: Index, columns: Index, dtype: Any = np.float64) -> np.ndarray:
        """See `SampledMatrix.values`."""
        (x, row), (y, column) = (self._touched(index, axis) for axis, index in enumerate((rows, columns)))
        return np.asarray(self._block_grid(x, y)[row][:, column].astype(dtype, copy=False))

    def pairs(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """See `SampledMatrix.pairs`."""
        (p, q), (x, y) = self.block, self.places
        found = self._block_pairs(x[rows // p], y[columns // q])
        return np.asarray(found[np.arange(len(rows)), rows % p, columns % q])

    def _touched(self, index: Index, axis: int) -> tuple[np.ndarray, Index]:
        """The places of the blocks that an index touches, and where its rows are among those of these blocks."""
        size, places = self.block[axis], self.places[axis]
        if isinstance(index, slice):
            start, stop, _ = index.indices(self.shape[axis])
            first = start // size
            return places[first : -(-stop // size)], slice(start - first * size, stop - first * size)
        blocks, where = np.unique(index // size, return_inverse=True)
        return places[blocks], where * size + index % size


class BlockMatrix(_MatrixOfBlocks):
    r"""The matrix of all blocks :math:`\Phi(X_I Y_J^T)` over :math:`\sqrt{nm}`, for rows x and y.

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

    kernel: BlockKernel

    def __init__(self, kernel: BlockKernel, x: np.ndarray, y: np.ndarray) -> None:
        super().__init__(instance(kernel, "kernel", BlockKernel, "pass opsvd.blockwise(phi, b, k)"), x, y)
        kernel.require_whole(*self.shape)
        self.block, rows = (kernel.b, kernel.b), (-1, kernel.b, kernel.k)
        self.places = self.x.reshape(rows), self.y.reshape(rows)

    def _block_grid(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        n, m = len(x) * self.kernel.b, len(y) * self.kernel.b
        return self.kernel.blocks(x, y).transpose(0, 2, 1, 3).reshape(n, m)

    def _block_pairs(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return self.kernel.beside(x, y)


class ValuedMatrix(_MatrixOfBlocks):
    r"""The (n p, m q) matrix of all values :math:`h(x_i, y_j) / \sqrt{nm}`, p by q each.

    Parameters
    ----------
    kernel : MatrixKernel
    x, y : ndarray, shape (n,) or (n, k), and (m,) or (m, k)
    """

    def __init__(self, kernel: MatrixKernel, x: np.ndarray, y: np.ndarray) -> None:
        super().__init__(kernel, x, y)
        self.block, self.places = (kernel.p, kernel.q), (self.x, self.y)
        self.shape = (len(x) * kernel.p, len(y) * kernel.q)

    def order(self, axis: int) -> np.ndarray:
        """Their own: the rows of a point differ in more than its size."""
        return SampledMatrix.order(self, axis)
