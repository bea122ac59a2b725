"""Low rank: cross approximation of a matrix that is never formed, with a certificate on entries it did not use."""

import math
from dataclasses import dataclass

import numpy as np

from .._support.floats import EPS
from .._support.validation import nonnegative_int, positive_int, tolerance
from ..matrices import (
    CERTIFIED_ENTRIES,
    FIRST_TERMS,
    QR_ROWS,
    Certificate,
    CrossApproximation,
    SampledMatrix,
    pilot,
)
from .engine import Cost, Engine, MatrixSpectrum, Remainder, Tick, checked, entry_seconds, silent


class NotLowRankError(ValueError):
    """A matrix is not of low rank, or its approximation failed the certificate, which is then in `certificate`."""

    def __init__(self, message: str, certificate: Certificate | None = None) -> None:
        super().__init__(message)
        self.certificate = certificate


@dataclass(frozen=True)
class LowRank(Engine):
    """Adaptive cross approximation, recompressed by QR, and certified; see `opsvd.matrices.CrossApproximation`.

    When the terms have become small, the residual is looked at at fresh random
    entries (`opsvd.sampling.Certificate`); where it is not small, the worst entry is the next pivot. A matrix that
    needs more than `max_rank` terms is refused.

    Parameters
    ----------
    rtol : float, default 1e-12
        The residual aimed at, relative to the Frobenius norm.
    max_rank : int, default 120
        At most so many terms.
    seed : int, default 0
        For the first row and the entries of the certificate.
    """

    rtol: float = 1e-12
    max_rank: int = 120
    seed: int = 0

    def __post_init__(self) -> None:
        """Check the options."""
        tolerance(self.rtol, "rtol")
        positive_int(self.max_rank, "max_rank")
        nonnegative_int(self.seed, "seed")

    def spectrum(self, matrix: SampledMatrix, rank: int | None = None, tick: Tick = silent) -> MatrixSpectrum:
        """All values above the residual; those beyond, if `rank` asks for them, are zero within their errors.

        Raises
        ------
        NotLowRankError
            If `max_rank` terms do not pass the certificate.
        """
        wanted = checked(matrix, rank, tick) or 1
        cross = CrossApproximation(matrix, self.max_rank, np.random.default_rng(self.seed))
        certificate = cross.approximate(self.rtol)
        if not cross.meets(certificate, self.rtol):
            raise NotLowRankError(
                f"the matrix must be of rank at most {cross.limit} for the low-rank engine, but after {cross.rank} "
                f"terms its certificate says: {certificate}; use engine='row-blocks', or LowRank(rtol=, max_rank=) "
                f"with more of either", certificate)
        tick(0.7)
        values = cross.singular_values()
        tick(1.0)
        norm, count = float(np.linalg.norm(values)), min(matrix.shape)
        error = certificate.bound + 20.0 * EPS * (norm + cross.sizes * matrix.scale)
        values = values[values > error]
        beyond = count - values.size
        shown = max(values.size, min(wanted, count))
        values = np.pad(values, (0, shown - values.size))
        high = math.sqrt(beyond) * error if beyond else 0.0
        return MatrixSpectrum(values, np.full(shown, error), norm, Remainder(0.0, 0.0, high), repr(self),
                              f"{cross.rank} terms; {certificate}", certificate)

    def cost(self, matrix: SampledMatrix, rank: int | None = None) -> Cost:
        """See `Engine.cost`; the number of terms is that of a pilot, some more for a larger matrix."""
        checked(matrix, rank)
        size, found = sum(matrix.shape), self.pilot_rank(matrix)
        r = self.max_rank if found is None else min(found + 8, self.max_rank)
        evaluations = float(r) * size + CERTIFIED_ENTRIES
        seconds = 0.05 + evaluations * entry_seconds(matrix) + 2.0 * size * r**2 / 1e9
        # The terms, the points in their orders, and blocks of rows in three copies while they are factorised; or the
        # pairs of the certificate, for each of which the terms are collected.
        factorised = 24.0 * min(QR_ROWS, max(matrix.shape)) * r
        certified = (16.0 * r + matrix.entry_bytes()) * CERTIFIED_ENTRIES
        return Cost(seconds, 8.0 * size * (max(r, FIRST_TERMS) + 6) + max(factorised, certified),
                    f"cross approximation of {matrix.shape[0]} x {matrix.shape[1]} in about {r} terms", evaluations)

    def pilot_rank(self, matrix: SampledMatrix) -> int | None:
        """The number of terms that some hundred rows and columns need, those of extreme points among them, or None."""
        part = pilot(matrix, np.random.default_rng(self.seed))
        cross = CrossApproximation(part, self.max_rank, np.random.default_rng(self.seed))
        return cross.rank if cross.meets(cross.approximate(self.rtol), self.rtol) else None


