"""The automatic choice of an engine."""

from dataclasses import dataclass, replace

from ..matrices import SampledMatrix
from .dense import Dense
from .engine import Cost, Engine, MatrixSpectrum, Tick, checked, silent
from .low_rank import LowRank, NotLowRankError
from .row_blocks import RowBlocks

# LAPACK takes 10 s of one core at n = 3000 (benchmarks/results/sampling_at_scale.txt), and so about 24 s here.
_DENSE_SIDE = 4000


@dataclass(frozen=True)
class Auto(Engine):
    """LAPACK up to n = 4000; above, cross approximation where the matrix is of low rank, and row blocks where not.

    Complex matrices go to LAPACK whatever their size.

    Whether it is of low rank is tried out on some hundred rows and columns, those of extreme points among them. Should
    the whole matrix fail the certificate all the same, row blocks take over, and the note says so.
    """

    def choose(self, matrix: SampledMatrix) -> Engine:
        """Return the engine for a matrix."""
        n, m = matrix.shape
        if matrix.dtype.kind == "c" or (min(n, m) <= _DENSE_SIDE and n * m <= 4 * _DENSE_SIDE**2):
            return Dense()
        return RowBlocks() if LowRank().pilot_rank(matrix) is None else LowRank()

    def spectrum(self, matrix: SampledMatrix, rank: int | None = None, tick: Tick = silent) -> MatrixSpectrum:
        """See `Engine.spectrum`."""
        checked(matrix, rank, tick, real=False)
        chosen = self.choose(matrix)
        try:
            return chosen.spectrum(matrix, rank, tick)
        except NotLowRankError as error:
            found = RowBlocks().spectrum(matrix, rank, tick)
            return replace(found, note=f"{found.note}; not of low rank: {error.certificate}")

    def cost(self, matrix: SampledMatrix, rank: int | None = None) -> Cost:
        """See `Engine.cost`."""
        checked(matrix, rank, real=False)
        return self.choose(matrix).cost(matrix, rank)
