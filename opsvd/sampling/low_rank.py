"""Low rank: cross approximation of a matrix that is never formed, with a certificate on entries it did not use."""

import math
from dataclasses import dataclass

import numpy as np

from .._support.floats import EPS
from .._support.validation import nonnegative_int, positive_int, tolerance
from .certificate import CERTIFIED_ENTRIES, Certificate, certify, pilot
from .engine import Cost, Engine, MatrixSpectrum, Remainder, Tick, checked, entry_seconds, silent
from .matrix import SampledMatrix

# Rows of a block in the QR factorisations: its three copies have 1.5 MB a term.
_QR_ROWS = 1 << 16
# Terms for which there is room at first: smooth kernels of tests/sampling/test_engines.py take up to 31 at n = 20,000.
_FIRST_TERMS = 32


class NotLowRankError(ValueError):
    """A matrix is not of low rank, or its approximation failed the certificate, which is then in `certificate`."""

    def __init__(self, message: str, certificate: Certificate | None = None) -> None:
        super().__init__(message)
        self.certificate = certificate


@dataclass(frozen=True)
class LowRank(Engine):
    r"""Adaptive cross approximation with partial pivoting, recompressed by QR, and certified.

    A row and a column of the residual give its next term :math:`u_k v_k^T`, the pivot being the largest entry of the
    row, and the next row that of the largest entry of the column. r terms take r rows and r columns of the matrix, and
    :math:`O((n + m) r^2)` operations. When the terms have become small, the residual is looked at at fresh random
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

    References
    ----------
    M. Bebendorf, Approximation of boundary element matrices, Numerische Mathematik 86 (2000), 565-589.
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
        cross = _Cross(matrix, self.max_rank, np.random.default_rng(self.seed))
        certificate = cross.approximate(self.rtol)
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
        factorised = 24.0 * min(_QR_ROWS, max(matrix.shape)) * r
        certified = (16.0 * r + matrix.entry_bytes()) * CERTIFIED_ENTRIES
        return Cost(seconds, 8.0 * size * (max(r, _FIRST_TERMS) + 6) + max(factorised, certified),
                    f"cross approximation of {matrix.shape[0]} x {matrix.shape[1]} in about {r} terms", evaluations)

    def pilot_rank(self, matrix: SampledMatrix) -> int | None:
        """The number of terms that some hundred rows and columns need, those of extreme points among them, or None."""
        part = pilot(matrix, np.random.default_rng(self.seed))
        cross = _Cross(part, self.max_rank, np.random.default_rng(self.seed))
        try:
            cross.approximate(self.rtol)
        except NotLowRankError:
            return None
        return cross.rank


class _Cross:
    """The terms found so far: values(i, j) is about sum_k u[k, i] v[k, j], before scaling."""

    def __init__(self, matrix: SampledMatrix, max_rank: int, rng: np.random.Generator) -> None:
        n, m = matrix.shape
        self.matrix, self.rng, self.limit = matrix, rng, min(max_rank, n, m)
        self.u, self.v = np.empty((_FIRST_TERMS, n)), np.empty((_FIRST_TERMS, m))
        self.rank, self.energy, self.sizes = 0, 0.0, 0.0
        self.used = np.zeros(n, dtype=bool)

    def __call__(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """The approximate values at pairs, shape (k,)."""
        return np.asarray(np.einsum("ki,ki->i", self.u[: self.rank, rows], self.v[: self.rank, columns]))

    def approximate(self, rtol: float) -> Certificate:
        """Add terms until the certificate shows a residual of rtol; or raise NotLowRankError."""
        row: int | None = int(self.rng.integers(self.matrix.shape[0]))
        while True:
            self._add_until_small(row, rtol)
            certificate = certify(self.matrix, self, self.rng)
            goal = max(rtol, 50.0 * EPS) * self.matrix.scale * math.sqrt(self.energy)
            if certificate.residual <= goal or self.rank == min(self.matrix.shape):
                return certificate
            row = certificate.where[0]
            if self.rank == self.limit or self.used[row]:
                raise NotLowRankError(
                    f"the matrix must be of rank at most {self.limit} for the low-rank engine, but after {self.rank} "
                    f"terms its certificate says: {certificate}; use engine='row-blocks', or LowRank(rtol=, "
                    f"max_rank=) with more of either", certificate)

    def _add_until_small(self, row: int | None, rtol: float) -> None:
        """Add terms, beginning in `row`, until three in a row are small or no rows are left.

        One is not enough, because h may vanish along a row. What three miss, the certificate finds.
        """
        small = 0
        while self.rank < self.limit and small < 3 and not self.used.all():
            # Where any row will do, a random one that was no pivot yet.
            size, row = self._add(int(self.rng.choice(np.flatnonzero(~self.used))) if row is None else row)
            small = small + 1 if size <= 0.1 * rtol * math.sqrt(self.energy) else 0

    def _add(self, i: int) -> tuple[float, int | None]:
        """Add the term with pivot in row i; return its size, and the next row, None if any will do."""
        k = self.rank
        if k == len(self.u):
            self.u, self.v = _longer(self.u), _longer(self.v)
        u, v = self.u, self.v
        self.used[i] = True
        v[k] = self.matrix.values(np.array([i]), slice(None))[0] - u[:k, i] @ v[:k]
        j = int(np.argmax(np.abs(v[k])))
        if v[k, j] == 0.0:
            return 0.0, None
        u[k] = (self.matrix.values(slice(None), np.array([j]))[:, 0] - v[:k, j] @ u[:k]) / v[k, j]
        size = float(np.linalg.norm(u[k])) * float(np.linalg.norm(v[k]))
        overlap = float((u[:k] @ u[k]) @ (v[:k] @ v[k]))
        self.energy = max(self.energy + size**2 + 2.0 * overlap, size**2)
        self.sizes += size
        self.rank += 1
        free = np.where(self.used, -1.0, np.abs(u[k]))
        return size, int(np.argmax(free))

    def singular_values(self) -> np.ndarray:
        """Those of the approximation, scaled, by way of the triangular factors of u and v."""
        if self.rank == 0:
            return np.zeros(1)
        product = _triangle(self.u[: self.rank]) @ _triangle(self.v[: self.rank]).T
        return np.asarray(np.linalg.svd(product, compute_uv=False)) * self.matrix.scale


def _longer(rows: np.ndarray) -> np.ndarray:
    """The same rows, with room for half as many more."""
    longer = np.empty((len(rows) + len(rows) // 2, rows.shape[1]))
    longer[: len(rows)] = rows
    return longer


def _triangle(rows: np.ndarray) -> np.ndarray:
    """The triangular factor of the (n, r) matrix rows.T, block by block."""
    r = np.zeros((0, len(rows)))
    for start in range(0, rows.shape[1], _QR_ROWS):
        r = np.asarray(np.linalg.qr(np.vstack([r, rows[:, start : start + _QR_ROWS].T]), mode="r"))
    return r
