"""Evidence for a large matrix: what triplets leave of it, at random entries that cover all rows and all columns."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from .._support.arrays import squares
from .._support.floats import TINY
from .._support.linalg import corner_norms
from ..matrices import SampledMatrix, certify, entries_of, largest_entries
from ..operator.singular_functions import SingularSystem
from .images import Images
from .remainder import RemainderEvidence

COLUMNS_A_ROW = 16
"""At so many random columns each row is looked at, and at so many random rows each column."""
# Standard errors that are added to estimates from random entries.
_DEVIATIONS = 4.0


@dataclass(frozen=True, eq=False)
class _Seen:
    """What one way of sampling tells.

    Attributes
    ----------
    energy : float
        An estimate of the square of the Frobenius norm of the remainder, and some standard errors.
    coupling : ndarray, shape (q, q)
        Estimates of :math:`U^* R V` for the leading q triplets, in absolute value.
    error : ndarray, shape (q, q)
        Their standard errors.
    """

    energy: float
    coupling: np.ndarray
    error: np.ndarray


def sampled_evidence(matrix: SampledMatrix, masses: tuple[np.ndarray, np.ndarray],
                     suspects: tuple[np.ndarray, np.ndarray], system: SingularSystem) -> RemainderEvidence:
    r"""Hold the triplets of one block against a matrix :math:`\sqrt{p_i}\, h(x_i, y_j) \sqrt{q_j}`.

    Every row is looked at in some random columns, and every column in some random rows: a row that differs from all
    others is seen for certain, and the mean over all is known to a few per cent. Half of them are drawn with their
    probabilities, and half by the sizes of the triplets there; the entries where single triplets are largest are looked
    at as well. The larger of both, and of a certificate at entries near the corners, counts. What differs in a few
    single entries may not be seen, so that the bars are estimates, as those of kernels on a continuum are.

    Parameters
    ----------
    matrix : SampledMatrix
    masses : (ndarray, ndarray)
        The probabilities p, (n,), and q, (m,).
    suspects : (ndarray, ndarray)
        Rows and columns, (k,), of entries that are looked at besides, as where h may be singular.
    system : SingularSystem
    """
    rng, s = np.random.default_rng(len(masses[0])), system.values
    u, v = (side.parts[0].coefficients for side in (system.left, system.right))
    by_rows = _seen_at_entries(matrix, (u, v), s, _chances(masses[1], v), rng, axis=0)
    by_columns = _seen_at_entries(matrix, (v, u), s, _chances(masses[0], u), rng, axis=1)
    certificate = certify(matrix, partial(entries_of, (u, s, v)), rng)
    largest = float(np.sum(squares(largest_entries(matrix, (u, s, v))[2])))
    few = sum(float(np.sum(squares(matrix.pairs(*pairs) - entries_of((u, s, v), *pairs)))) for pairs in
              _in_parts(*suspects))
    remainder = math.sqrt(max(by_rows.energy, by_columns.energy, certificate.residual**2) + largest + few)
    coupling = np.maximum(*(seen.coupling + _DEVIATIONS * seen.error for seen in (by_rows, by_columns)))
    near = Images(np.full(len(coupling), remainder), np.minimum(corner_norms(coupling), remainder))
    return RemainderEvidence(values=s, size=float(np.linalg.norm(s)), remainder=remainder, operator_norm=remainder,
                             coupling=remainder, dimension=min(matrix.shape), images=near)


def _in_parts(rows: np.ndarray, columns: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pairs, each once, some thousand at a time: for each all triplets are collected."""
    i, j = np.unique(np.stack([rows, columns]), axis=1)
    for start in range(0, len(i), 5000):
        yield i[start:start + 5000], j[start:start + 5000]


def _chances(masses: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """The chances, (n,), with which rows are drawn, by their probabilities and by the sizes of vectors (n, r) there."""
    leverage = np.sum(squares(vectors), axis=1)
    return np.asarray(0.5 * (masses + leverage / max(float(leverage.sum()), TINY)))


def _seen_at_entries(matrix: SampledMatrix, sides: tuple[np.ndarray, np.ndarray], s: np.ndarray, chances: np.ndarray,
                     rng: np.random.Generator, *, axis: int) -> _Seen:
    """Look at every row (axis 0), or every column (1), at random entries drawn with these chances."""
    # Couplings of forty leading functions: an answer of a slow spectrum lists no more.
    (u, v), count = sides, min(len(s), 40)
    ends = np.cumsum(chances)
    # Rows that share their columns: with 256 by 16 entries a call of h costs little beside its values.
    groups = np.array_split(rng.permutation(len(u)), math.ceil(len(u) / 256))
    energies, couplings = [], []
    for rows in groups:
        # One in each of as many equal parts.
        drawn = (rng.permutation(COLUMNS_A_ROW) + rng.random(COLUMNS_A_ROW)) / COLUMNS_A_ROW
        columns = np.minimum(np.searchsorted(ends, drawn * ends[-1], side="right"), len(v) - 1)
        found = (matrix.values(rows, columns, matrix.dtype) if axis == 0 else
                 matrix.values(columns, rows, matrix.dtype).conj().T)
        rest = (found - (u[rows] * s) @ v[columns].conj().T) / np.sqrt(chances[columns])
        energies.append(squares(rest).sum(axis=0))
        couplings.append((u[rows, :count].conj().T @ rest) @ (v[columns, :count] / np.sqrt(chances[columns])[:, None])
                         / COLUMNS_A_ROW)
    each = np.array(energies)    # (groups, columns a row)
    noise = math.sqrt(float(np.sum(each.var(axis=1, ddof=1))) / COLUMNS_A_ROW)
    parts = np.array(couplings)
    total = np.abs(parts.sum(axis=0))
    error = np.sqrt(np.sum(squares(parts), axis=0))
    if axis == 1:
        total, error = total.T, error.T
    return _Seen(float(each.mean(axis=1).sum()) + _DEVIATIONS * noise, total, error)
