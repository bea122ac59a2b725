"""Dense LAPACK: every singular value of a stored matrix, to rounding."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import svdvals

from .._support.floats import EPS
from ..matrices import SampledMatrix
from .engine import Cost, Engine, MatrixSpectrum, Remainder, Tick, checked, entry_seconds, silent


@dataclass(frozen=True)
class Dense(Engine):
    """LAPACK's divide and conquer on the stored matrix: 16 n m bytes, and about 8/3 n^3 operations.

    Of complex matrices, which it takes as well, twice the bytes and four times the operations.
    """

    def spectrum(self, matrix: SampledMatrix, rank: int | None = None, tick: Tick = silent) -> MatrixSpectrum:
        """All singular values, whatever `rank` is; their error is rounding."""
        checked(matrix, rank, tick, real=False)
        values = np.asarray(svdvals(matrix.stored(), check_finite=False))
        tick(1.0)
        norm = float(np.linalg.norm(values))
        # Backward stable: the error is a modest multiple of eps ||A||; the measured constant is below 10.
        errors = np.full(values.shape, 10.0 * np.sqrt(max(matrix.shape)) * EPS * float(values[0]))
        return MatrixSpectrum(values, errors, norm, Remainder(), repr(self), "LAPACK, all singular values")

    def cost(self, matrix: SampledMatrix, rank: int | None = None) -> Cost:
        """See `Engine.cost`."""
        checked(matrix, rank, real=False)
        n, m = matrix.shape
        small, large = min(n, m), max(n, m)
        # Operations of LAPACK, of which one core does 8e9 a second: 9 s are said at n = 3000, where it took 10 s
        # (benchmarks/results/sampling_at_scale.txt).
        operations = (4.0 * large - 4.0 / 3.0 * small) * small**2 * (4.0 if matrix.dtype.kind == "c" else 1.0)
        seconds = entry_seconds(matrix) * n * m + operations / 8e9
        # The matrix and the copy that LAPACK works on.
        memory = 2.0 * matrix.dtype.itemsize * n * m + matrix.tile_bytes()
        return Cost(seconds, memory, f"LAPACK on {n} x {m}", float(n) * m)
