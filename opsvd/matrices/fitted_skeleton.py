r"""A matrix whose entries are dear, from some of its rows and columns: :math:`A \approx C M R`, M fitted to a part."""

import math

import numpy as np

from .._support.arrays import squares
from .._support.floats import EPS, TINY
from .random_entries import Masses, drawn, even_and_near_ends
from .sampled import SampledMatrix
from .skeleton import Triplets, pivots_of


class FittedSkeleton:
    r"""Rows and columns of a matrix that are chosen on a small part of it, with what is between them fitted to it.

    Of the rows and columns of the part a quarter is drawn evenly and near the ends of their order, the others by their
    masses. Each counts with one over the root of how often it is to be expected, so that norms of the part are those of
    the matrix, and pivots are where its energy is. M makes :math:`C M R` as near to the part as it can be: between
    rows and columns that fit where they cross there are few values, and the part has many.

    Parameters
    ----------
    matrix : SampledMatrix
    masses : (ndarray, ndarray)
        The probabilities with which rows (n,) and columns (m,) are drawn.
    size : int
        The part has at most so many rows, and as many columns.
    rng : Generator

    References
    ----------
    M. W. Mahoney and P. Drineas, CUR matrix decompositions for improved data analysis, PNAS 106 (2009), 697-702.
    """

    def __init__(self, matrix: SampledMatrix, masses: Masses, size: int, rng: np.random.Generator) -> None:
        self.matrix = matrix
        even, by_mass = size // 4, size - size // 4
        self._index, self._weights = [], []
        for axis, mass in enumerate(masses):
            chances = even_and_near_ends(matrix.order(axis))
            some = rng.permutation(np.union1d(drawn(chances, even, rng), drawn(mass, by_mass, rng)))
            self._index.append(some)
            self._weights.append(1.0 / np.sqrt(np.minimum(even * chances[some] + by_mass * mass[some], 1.0)))
        self._part = matrix.values(self._index[0], self._index[1], matrix.dtype)
        self._rows: dict[int, np.ndarray] = {}
        self._columns: dict[int, np.ndarray] = {}

    def extend(self, rows: np.ndarray, columns: np.ndarray) -> None:
        """Let rows and columns join the part, each for itself alone."""
        rows, columns = np.setdiff1d(rows, self._index[0]), np.setdiff1d(columns, self._index[1])
        below = self.matrix.values(rows, self._index[1], self._part.dtype)
        self._index[0] = np.append(self._index[0], rows)
        beside = self.matrix.values(self._index[0], columns, self._part.dtype)
        self._part = np.hstack([np.vstack([self._part, below]), beside])
        self._index[1] = np.append(self._index[1], columns)
        self._weights = [np.append(weights, np.ones(len(new))) for weights, new in
                         zip(self._weights, (rows, columns), strict=True)]

    def pivots(self, rtol: float, most: int, first: tuple[np.ndarray, np.ndarray] | None = None) -> tuple[
            np.ndarray, np.ndarray]:
        """Places in the part of rows and columns, (r,) each: so many that they leave rtol of the norm.

        Those in `first` come first.
        """
        return pivots_of(self._weighted, rtol, most, first)

    def left(self, rows: np.ndarray, columns: np.ndarray) -> float:
        """What these rows and columns leave of the part, over its norm, as the mean over entries that fit nothing."""
        part = self._weighted
        across, down = np.linalg.qr(part[:, columns])[0], np.linalg.qr(part[rows].T)[0]
        left = part - across @ (across.conj().T @ part @ down.conj()) @ down.T
        spare = math.prod(1.0 - len(rows) / n for n in part.shape)
        return math.sqrt(float(squares(left).sum()) / max(spare * float(squares(part).sum()), TINY))

    def left_elsewhere(self, rtol: float, most: int) -> float:
        """What as many leave of rows and columns that took no part in their choice, over the norm of these.

        They are chosen on one half of the part and held against the other half, and the other way round. Of a kernel of
        low rank half of the part shows what all does. Of one with jumps each row shows something of its own.
        """
        part, left = self._weighted, 0.0
        for seen, others in ((0, 1), (1, 0)):
            half = part[seen::2, seen::2]
            i, j = pivots_of(half.copy(), rtol, most)
            middle = _fitted(half[:, j], half, half[i].T)
            rest = part[others::2, others::2] - part[others::2, seen::2][:, j] @ middle @ part[seen::2, others::2][i]
            left += float(squares(rest).sum())
        energy = sum(float(squares(part[k::2, k::2]).sum()) for k in (0, 1))
        return math.sqrt(left / max(energy, TINY))

    @property
    def _weighted(self) -> np.ndarray:
        return np.asarray(self._part * self._weights[0][:, None] * self._weights[1])

    def triplets(self, rows: np.ndarray, columns: np.ndarray) -> Triplets:
        """The singular triplets of the approximation, from these pivots; each row and column is asked for once."""
        every, dtype = slice(None), self.matrix.dtype
        across, down = self._index[1][columns], self._index[0][rows]
        new_columns, new_rows = ([int(i) for i in some if int(i) not in known] for some, known in
                                 ((across, self._columns), (down, self._rows)))
        self._columns.update(zip(new_columns, self.matrix.values(every, np.array(new_columns, dtype=np.intp), dtype).T,
                                 strict=True))
        self._rows.update(zip(new_rows, self.matrix.values(np.array(new_rows, dtype=np.intp), every, dtype),
                              strict=True))
        c, r = (np.linalg.qr(np.stack([known[int(i)] for i in some], axis=1))[0] for some, known in
                ((across, self._columns), (down, self._rows)))
        of_c, of_r = (basis[some] * weights[:, None] for basis, some, weights in
                      zip((c, r), self._index, self._weights, strict=True))
        w, s, zt = np.linalg.svd(_fitted(of_c, self._weighted, of_r))
        return c @ w, s, r.conj() @ zt.conj().T


def _fitted(columns: np.ndarray, part: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """M for which columns (n, r) times M times rows (m, r), transposed, is nearest to a part (n, m)."""
    left, right = (np.linalg.pinv(basis, rcond=100.0 * EPS) for basis in (columns, rows))
    return np.asarray(left @ part @ right.T)
