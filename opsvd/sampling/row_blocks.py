"""Row blocks: the matrix-free engine in numpy, on one machine."""

from dataclasses import dataclass

import numpy as np

from ..matrices import SampledMatrix
from .krylov import Pass, Product, block_products
from .matrix_free import MatrixFree, rows_at_a_time


@dataclass(frozen=True)
class RowBlocks(MatrixFree):
    """The matrix-free engine in numpy: one block of rows at a time; its parameters are those of `MatrixFree`."""

    def one_pass(self, matrix: SampledMatrix, q: np.ndarray, product: Product) -> Pass:
        """See `MatrixFree.one_pass`."""
        (n, m), step = matrix.shape, rows_at_a_time(matrix)
        buffer = np.empty((step, m), dtype=self.dtype)
        parts, z, energy = [], np.zeros(()), 0.0
        for start in range(0, n, step):
            block = matrix.fill(buffer[: min(step, n - start)], start)
            part = block_products(block, q[start : start + step] if product == "left" else q, product)
            parts.append(part.y)
            z = z + part.z
            energy += part.energy
        return Pass(np.concatenate(parts), z, energy)
