r"""A large matrix from some of its rows and columns, chosen on a small part of it: :math:`A \approx C\, G^{-1} R`."""

from functools import partial

import numpy as np
from scipy.linalg import solve_triangular

from .._support.arrays import squares
from .._support.floats import EPS, TINY
from .certificate import certify, pilot
from .random_entries import drawn
from .sampled import SampledMatrix

Triplets = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Left vectors (n, r), singular values (r,) and right vectors (m, r)."""


class Skeleton:
    r"""Rows I and columns J of a matrix, and the approximation :math:`A \approx A_{:J}\, A_{IJ}^{-1} A_{I:}`.

    The pivots are those of an LU factorisation with complete pivoting of a part of the matrix: of rows and columns
    drawn with given probabilities, and of some of every stratum of their order, so that corners and edges are there.
    The triangular factors are applied to whole columns and rows, which is as stable as the elimination.

    Parameters
    ----------
    matrix : SampledMatrix
    masses : (ndarray, ndarray)
        The probabilities with which rows (n,) and columns (m,) are drawn.
    rng : Generator

    References
    ----------
    S. A. Goreinov, E. E. Tyrtyshnikov and N. L. Zamarashkin, A theory of pseudoskeleton approximations, Linear Algebra
    Appl. 261 (1997).
    """

    def __init__(self, matrix: SampledMatrix, masses: tuple[np.ndarray, np.ndarray], rng: np.random.Generator) -> None:
        self.matrix, self.rng = matrix, rng
        part = pilot(matrix, rng)
        count = 600    # of a jump every sixth becomes a pivot, where there are a hundred
        self.rows, self.columns = (np.union1d(strata, drawn(mass, count, rng)) for strata, mass in
                                   zip((part.rows, part.columns), masses, strict=True))

    def pivots(self, rtol: float, most: int) -> tuple[np.ndarray, np.ndarray]:
        """Rows and columns, (r,) each: so many that they leave rtol of the norm of the part, at most `most`."""
        # In random order, as the first of equal entries is taken: of a jump they would all lie side by side.
        every_row, every_column = (self.rng.permutation(some) for some in (self.rows, self.columns))
        left = self.matrix.values(every_row, every_column, self.matrix.dtype).copy()
        rows, columns = pivots_of(left, rtol, most)
        return every_row[rows], every_column[columns]

    def repaired(self, approximation: Triplets) -> tuple[float, float]:
        """What triplets leave at random entries, and where they are large themselves, as norms relative to theirs.

        The row and column of the worst of either join the part, for the next approximation.
        """
        certificate = certify(self.matrix, partial(entries_of, approximation), self.rng)
        rows, columns, left = largest_entries(self.matrix, approximation)
        worst = int(np.argmax(np.abs(left)))
        self.rows = np.union1d(self.rows, [certificate.where[0], rows[worst]])
        self.columns = np.union1d(self.columns, [certificate.where[1], columns[worst]])
        norm = max(float(np.linalg.norm(approximation[1])), TINY)
        return certificate.residual / norm, float(np.linalg.norm(left)) / norm

    def triplets(self, rows: np.ndarray, columns: np.ndarray) -> Triplets:
        """The singular triplets of the approximation, from these pivots in their order."""
        every = slice(None)
        dtype = self.matrix.dtype
        upper, lower = _eliminated(self.matrix.values(rows, columns, dtype))
        left = solve_triangular(upper.T, self.matrix.values(every, columns, dtype).T, lower=True, overwrite_b=True,
                                check_finite=False).T
        left, of_left = np.linalg.qr(left)
        right = solve_triangular(lower, self.matrix.values(rows, every, dtype), lower=True, overwrite_b=True,
                                 unit_diagonal=True, check_finite=False).T
        right, of_right = np.linalg.qr(right)
        w, s, zt = np.linalg.svd(of_left @ of_right.T)
        return left @ w, s, right.conj() @ zt.conj().T


def entries_of(triplets: Triplets, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """What triplets give at pairs of rows and columns, (k,)."""
    u, s, v = triplets
    return np.asarray(np.einsum("kr,r,kr->k", u[rows], s, v[columns].conj()))


def largest_entries(matrix: SampledMatrix, triplets: Triplets) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows and columns where single triplets are largest, and what all of them leave of the matrix there, (k,) each.

    An approximation that is wrong in a few entries, as where a pivot is tiny beside what it stands for, has vectors
    that are large there, and nowhere else.
    """
    u, _, v = triplets
    # Four rows and columns for each.
    rows, columns = (np.argpartition(-np.abs(one), min(4, len(one)) - 1, axis=0)[:4] for one in (u, v))
    pairs = np.stack([np.repeat(rows, len(columns), axis=0), np.tile(columns, (len(rows), 1))]).reshape(2, -1)
    i, j = np.unique(pairs, axis=1)
    return i, j, matrix.pairs(i, j) - entries_of(triplets, i, j)


def pivots_of(left: np.ndarray, rtol: float, most: int,
              first: tuple[np.ndarray, np.ndarray] | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns, (r,) each, by complete pivoting: so many that they leave rtol of the norm, at most `most`.

    Those in `first` come first. What they leave comes to stand in the matrix.
    """
    # Below some roundings of the norm there is nothing to be found.
    goal = max(rtol, 50.0 * EPS) ** 2 * float(squares(left).sum())
    known = [] if first is None else [(int(i), int(j)) for i, j in zip(*first, strict=True)]
    found: list[tuple[int, int]] = []
    while len(found) < min(most, *left.shape) and (known[len(found):] or float(squares(left).sum()) > goal):
        i, j = known[len(found)] if known[len(found):] else np.unravel_index(np.argmax(np.abs(left)), left.shape)
        found.append((int(i), int(j)))
        left -= np.outer(left[:, j], left[i] / left[i, j])
        left[i], left[:, j] = 0.0, 0.0
    rows, columns = np.array(found, dtype=np.intp).reshape(-1, 2).T
    return rows, columns


def _eliminated(core: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The factors U and L, with ones on its diagonal, of a matrix whose pivots are in order: A = L U."""
    left, size = core.copy(), len(core)
    lower = np.eye(size, dtype=core.dtype)
    for k in range(size - 1):
        lower[k + 1:, k] = left[k + 1:, k] / left[k, k]
        left[k + 1:, k:] -= np.outer(lower[k + 1:, k], left[k, k:])
        left[k + 1:, k] = 0.0
    return left, lower
