"""Dask: the matrix-free engine on many cores or a cluster."""

from dataclasses import dataclass

import numpy as np

from .._optional import require
from .krylov import Pass
from .matrix import SampledMatrix
from .matrix_free import MatrixFree, rows_at_a_time
from .row_blocks import block_products

__all__ = ["DaskBlocks"]


@dataclass(frozen=True)
class DaskBlocks(MatrixFree):
    """The matrix-free engine with blocks as tasks of dask; its parameters are those of `MatrixFree`.

    Tasks run where dask runs them: in threads of this process, or on a cluster once a ``dask.distributed.Client()``
    exists. Each holds one block of `block` bytes, so that memory is that times the number of workers. Sums of blocks
    are taken in a fixed order: the answer does not depend on the number of workers. Needs dask (the extra ``dask``).

    The iteration is that of `RowBlocks`. ``dask.array.linalg.svd_compressed`` is not used: its default power iteration
    loses small singular values, and it says nothing of errors (with ``iterator="QR"`` it is sound).
    """

    block: float = 6.4e7

    def one_pass(
        self, matrix: SampledMatrix, right: np.ndarray | None, left: np.ndarray | None, *, fused: bool
    ) -> Pass:
        """See `MatrixFree.one_pass`."""
        dask = require("dask", "dask", "the engine 'dask'")
        n, step = matrix.shape[0], rows_at_a_time(matrix, self.block)
        shared, given = dask.delayed(matrix), dask.delayed(right)
        part, added = dask.delayed(_part, pure=False), dask.delayed(_added, pure=False)
        parts = [part(shared, (start, min(start + step, n)), self.dtype, given,
                      None if left is None else left[start : start + step], fused=fused)
                 for start in range(0, n, step)]
        rows = [dask.delayed(_rows, pure=False)(one) for one in parts]
        while len(parts) > 1:
            parts = [added(*parts[i : i + 2]) if i + 1 < len(parts) else parts[i] for i in range(0, len(parts), 2)]
        y, (z, energy) = dask.compute(rows, dask.delayed(_sums, pure=False)(parts[0]))
        return Pass(np.concatenate(y), z, energy)


def _part(
    matrix: SampledMatrix, rows: tuple[int, int], dtype: str, right: np.ndarray | None, left: np.ndarray | None, *,
    fused: bool,
) -> Pass:
    block = matrix.fill(np.empty((rows[1] - rows[0], matrix.shape[1]), dtype=dtype), rows[0])
    return block_products(block, right, left, fused=fused)


def _rows(part: Pass) -> np.ndarray:
    return part.y


def _sums(part: Pass) -> tuple[np.ndarray, float]:
    return part.z, part.energy


def _added(one: Pass, other: Pass) -> Pass:
    return Pass(one.y[:0], one.z + other.z, one.energy + other.energy)
