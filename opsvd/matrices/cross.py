"""Cross approximation: a matrix of low rank from some of its rows and columns."""

import math

import numpy as np

from .._support.floats import EPS
from .certificate import Certificate, certify
from .sampled import SampledMatrix

QR_ROWS = 1 << 16
"""Rows of a block in the QR factorisations: its three copies have 1.5 MB a term."""
FIRST_TERMS = 32
"""Terms for which there is room at first: smooth kernels of tests/sampling/test_engines.py take up to 31 at n = 20,000.
"""


class CrossApproximation:
    r"""Adaptive cross approximation with partial pivoting: the terms of :math:`\sum_k u_k v_k^T` found so far.

    A row and a column of the residual give its next term, the pivot being the largest entry of the row, and the next
    row that of the largest entry of the column. r terms take r rows and r columns of the matrix, and
    :math:`O((n + m) r^2)` operations. The matrix is real.

    Parameters
    ----------
    matrix : SampledMatrix
    max_rank : int
        At most so many terms.
    rng : Generator
        For the first row, and the entries of certificates.

    References
    ----------
    M. Bebendorf, Approximation of boundary element matrices, Numerische Mathematik 86 (2000), 565-589.
    """

    def __init__(self, matrix: SampledMatrix, max_rank: int, rng: np.random.Generator) -> None:
        n, m = matrix.shape
        self.matrix, self.rng, self.limit = matrix, rng, min(max_rank, n, m)
        self.u, self.v = np.empty((FIRST_TERMS, n)), np.empty((FIRST_TERMS, m))
        self.rank, self.energy, self.sizes = 0, 0.0, 0.0
        self.used = np.zeros(n, dtype=bool)

    def __call__(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """The approximate values at pairs, shape (k,)."""
        return np.asarray(np.einsum("ki,ki->i", self.u[: self.rank, rows], self.v[: self.rank, columns]))

    def approximate(self, rtol: float) -> Certificate:
        """Add terms until the certificate shows a residual of rtol relative to the norm, or no more help."""
        row: int | None = int(self.rng.integers(self.matrix.shape[0]))
        while True:
            self._add_until_small(row, rtol)
            certificate = certify(self.matrix, self, self.rng)
            row = certificate.where[0]
            if self.meets(certificate, rtol) or self.rank == self.limit or self.used[row]:
                return certificate

    def meets(self, certificate: Certificate, rtol: float) -> bool:
        """Whether a certificate shows a residual of rtol relative to the norm, or none is left."""
        goal = max(rtol, 50.0 * EPS) * self.matrix.scale * math.sqrt(self.energy)
        return certificate.residual <= goal or self.rank == min(self.matrix.shape)

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
    for start in range(0, rows.shape[1], QR_ROWS):
        r = np.asarray(np.linalg.qr(np.vstack([r, rows[:, start : start + QR_ROWS].T]), mode="r"))
    return r
