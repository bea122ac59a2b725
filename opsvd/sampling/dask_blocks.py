"""Dask: the matrix-free engine on many cores or a cluster."""

import math
import os
from dataclasses import dataclass

import numpy as np

from .._support.optional import require
from .._support.validation import positive_float
from ..matrices import SampledMatrix
from .krylov import Pass, Product, block_products
from .matrix_free import MatrixFree, rows_at_a_time
from .thread_safety import differs, evenly, unsafe


@dataclass(frozen=True)
class DaskBlocks(MatrixFree):
    """The matrix-free engine with blocks as tasks of dask; its parameters are those of `MatrixFree`.

    Tasks run where dask runs them: in threads of this process, or on a cluster once a ``dask.distributed.Client()``
    exists. Each holds one block of `block` bytes, so that memory is that times the number of workers. Sums of blocks
    are taken in a fixed order: the answer does not depend on the number of workers. Needs dask (the extra ``dask``).
    Several threads call h at the same time, which must stand it: some values of every block are compared with what h
    gives afterwards, and a KernelError says where they differ.

    The iteration is that of `RowBlocks`. ``dask.array.linalg.svd_compressed`` is not used: its default power iteration
    loses small singular values, and it says nothing of errors (with ``iterator="QR"`` it is sound).
    """

    block: float = 6.4e7

    def __post_init__(self) -> None:
        """Check the options."""
        super().__post_init__()
        positive_float(self.block, "block")

    def one_pass(self, matrix: SampledMatrix, q: np.ndarray, product: Product) -> Pass:
        """See `MatrixFree.one_pass`."""
        dask = require("dask", "dask", "the engine 'dask'")
        n, step = matrix.shape[0], rows_at_a_time(matrix, self.block)
        shared, given = dask.delayed(matrix), dask.delayed(q)
        part, added = dask.delayed(_part, pure=False, nout=3), dask.delayed(_added, pure=False)
        starts = range(0, n, step)
        parts = [part(shared, (start, min(start + step, n)), self.dtype,
                      q[start : start + step] if product == "left" else given, product) for start in starts]
        sums = [one[1] for one in parts]
        while len(sums) > 1:
            sums = [added(*sums[i : i + 2]) if i + 1 < len(sums) else sums[i] for i in range(0, len(sums), 2)]
        y, (z, energy), seen = dask.compute([one[0] for one in parts], sums[0], [one[2] for one in parts])
        self._compare(matrix, starts, step, seen)
        return Pass(np.concatenate(y), z, energy)

    def block_memory(self, matrix: SampledMatrix, width: int) -> float:
        """See `MatrixFree.block_memory`: a block for each thread, and products that wait to be added in pairs."""
        dask, (n, m) = require("dask", "dask", "the engine 'dask'"), matrix.shape
        threads, rows = dask.config.get("num_workers", None) or os.cpu_count() or 1, rows_at_a_time(matrix, self.block)
        block = float(np.dtype(self.dtype).itemsize) * rows * m + matrix.tile_bytes()
        waiting = threads + math.log2(max(n / rows, 1.0))
        return float(threads * block + 8.0 * m * width * waiting)

    def _compare(self, matrix: SampledMatrix, starts: range, step: int, seen: list[np.ndarray]) -> None:
        """Ask for some values of every block again, now that no other thread runs; raise KernelError if they differ."""
        for start, first in zip(starts, seen, strict=True):
            rows = start + evenly(min(step, matrix.shape[0] - start))
            again = matrix.values(rows, evenly(matrix.shape[1]), np.dtype(self.dtype))
            if differs(first, again):
                raise unsafe(first, again, "engine='row-blocks'")


def _part(matrix: SampledMatrix, rows: tuple[int, int], dtype: str, q: np.ndarray, product: Product
          ) -> tuple[np.ndarray, tuple[np.ndarray, float], np.ndarray]:
    """The rows of A q, the sums of a pass, and the values to be compared, of a block of rows."""
    block = matrix.fill(np.empty((rows[1] - rows[0], matrix.shape[1]), dtype=dtype), rows[0])
    y, z, energy = block_products(block, q, product)
    return y, (z, energy), block[np.ix_(*map(evenly, block.shape))]


def _added(one: tuple[np.ndarray, float], other: tuple[np.ndarray, float]) -> tuple[np.ndarray, float]:
    return one[0] + other[0], one[1] + other[1]
