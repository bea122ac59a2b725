"""Random entries of a matrix, with what each of them stands for in sums over all."""

from dataclasses import dataclass

import numpy as np

from .._support.arrays import squares
from .sampled import SampledMatrix

Masses = tuple[np.ndarray, np.ndarray]
"""The chances of rows (n,) and columns (m,), each of sum one."""


def drawn(masses: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Indices drawn with these chances, one in each of so many equal parts of them, in order; some may be equal."""
    ends = np.cumsum(masses)
    places = (np.arange(count) + rng.random(count)) / count
    return np.asarray(np.minimum(np.searchsorted(ends, places * ends[-1], side="right"), len(masses) - 1))


def even_and_near_ends(order: np.ndarray) -> np.ndarray:
    """Chances (n,), half of them alike, and half falling like one over the distance in rank from the nearer end.

    So rows of little mass are seen, and ranges near ends as often as wider ones.

    Parameters
    ----------
    order : ndarray, shape (n,)
        The rows in the order of their points.
    """
    rank = np.arange(len(order))
    near = np.empty(len(order))
    near[order] = 1.0 / (1.0 + np.minimum(rank, rank[::-1]))
    return np.asarray(0.5 * near / near.sum() + 0.5 / len(order))


@dataclass(frozen=True)
class Draws:
    """How entries (i, j) are drawn: so many with the chances p_i q_j."""

    rows: np.ndarray
    columns: np.ndarray
    count: int

    def pairs(self, rng: np.random.Generator) -> np.ndarray:
        """Rows and columns, (2, count)."""
        return np.stack([drawn(self.rows, self.count, rng), rng.permutation(drawn(self.columns, self.count, rng))])


def draws(matrix: SampledMatrix, masses: Masses, vectors: tuple[np.ndarray, np.ndarray], count: int) -> list[Draws]:
    """Three ways to draw about so many entries each, which see each what others may miss.

    By the masses of rows and columns; evenly, and near the ends of both, where features of corners and edges are; and
    by the products :math:`|u_{il}|^2 |v_{jl}|^2` of singular vectors, (n, r) and (m, r), which are large where an
    approximation is wrong in a few entries.
    """
    even = even_and_near_ends(matrix.order(0)), even_and_near_ends(matrix.order(1))
    of_each = max(count // vectors[0].shape[1], 1)
    return [Draws(masses[0], masses[1], count), Draws(even[0], even[1], count),
            *(Draws(squares(u), squares(v), of_each) for u, v in zip(vectors[0].T, vectors[1].T, strict=True))]


class RandomEntries:
    r"""Entries (i, j) of a matrix that are drawn in several ways, each asked for once.

    If :math:`n_k` are drawn with the chances :math:`p_k(i, j)`, weights :math:`1 / \sum_k n_k p_k` give sums over all
    entries without bias.

    Parameters
    ----------
    matrix : SampledMatrix
    ways : list of Draws
    suspects : (ndarray, ndarray)
        Rows and columns, (k,), of entries at which a kernel may have something of its own: as many of these as are
        drawn in the first way.
    rng : Generator

    Attributes
    ----------
    rows, columns : ndarray, shape (k,)
    values : ndarray, shape (k,)
    weights : ndarray, shape (k,)
    """

    def __init__(self, matrix: SampledMatrix, ways: list[Draws], suspects: tuple[np.ndarray, np.ndarray],
                 rng: np.random.Generator) -> None:
        width = matrix.shape[1]
        near = np.unique(suspects[0] * width + suspects[1])
        of_near = rng.choice(near, min(ways[0].count, len(near)), replace=False)
        places, times = np.unique(np.concatenate([of_near, *(i * width + j for i, j in (
            way.pairs(rng) for way in ways))]), return_counts=True)
        self.rows, self.columns = places // width, places % width
        self.values = matrix.pairs(self.rows, self.columns)
        expected = np.isin(places, near) * (len(of_near) / max(len(near), 1))
        for way in ways:
            expected += way.count * way.rows[self.rows] * way.columns[self.columns]
        self.weights = times / expected
