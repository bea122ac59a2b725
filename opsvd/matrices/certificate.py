"""A certificate for an approximation of a matrix: its residual at entries that it did not use."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .sampled import Part, SampledMatrix

# Ranges of ranks in the middle: sizes double from both ends up to a hundredth of all, so that what lies in a corner or
# along an edge has rows and columns of its own. `tests/sampling/test_engines.py` hides bumps there.
_STRATA = 100
CERTIFIED_ENTRIES = 40_000
"""How many entries a certificate looks at, half of them uniformly: a hundred rows and columns of strata give 10^4."""


@dataclass(frozen=True)
class Certificate:
    """The residual of an approximation at random entries.

    Half of the entries are drawn uniformly; the others from a grid of strata, ranges of rows and columns in the order
    of their points, which become ever narrower towards the ends: features in corners and along edges have rows and
    columns of their own there.

    Attributes
    ----------
    entries : int
        How many entries were compared.
    residual : float
        An estimate of the Frobenius norm of the residual: the larger of those of the two sets of entries.
    worst : float
        The largest residual of an entry.
    where : tuple of int
        The row and column of that entry.
    """

    entries: int
    residual: float
    worst: float
    where: tuple[int, int]

    @property
    def bound(self) -> float:
        """What is stated: four times the estimate.

        For the bumps of ``tests/sampling/test_engines.py``, each in 150 samples with n = 700, the residual was up to
        1.5 times the estimate.
        """
        return 4.0 * self.residual

    def __str__(self) -> str:
        """In a line."""
        return (f"residual {self.residual:.1e} (Frobenius norm, from {self.entries} random entries), "
                f"largest entry {self.worst:.1e} at row {self.where[0]}, column {self.where[1]}")


def strata(count: int) -> np.ndarray:
    """The edges of ranges of the ranks 0 to count - 1: of sizes 1, 1, 2, 2, 4, ... from both ends, then even."""
    widest = max(1, count // _STRATA)
    sizes: list[int] = []
    while (size := 1 << (len(sizes) // 2)) <= widest and 2 * (sum(sizes) + size) < count:
        sizes.append(size)
    left = np.cumsum([0, *sizes])
    middle = np.unique(np.linspace(left[-1], count - left[-1], _STRATA + 1).astype(int))
    return np.unique(np.concatenate([left, middle, count - left]))


def certify(matrix: SampledMatrix, approximation: Callable[[np.ndarray, np.ndarray], np.ndarray],
            rng: np.random.Generator) -> Certificate:
    """Compare an approximation with the matrix at random entries.

    Parameters
    ----------
    matrix : SampledMatrix
    approximation : callable
        (rows, columns) of shape (k,) each give the approximate values, shape (k,), before scaling.
    rng : Generator

    Returns
    -------
    Certificate
        Of the scaled matrix.
    """
    n, m = matrix.shape
    (down, heights), (across, widths) = (_pick(matrix.order(axis), rng) for axis in (0, 1))
    weights = np.outer(heights, widths).ravel()
    rows = np.concatenate([np.repeat(down, across.size), rng.integers(n, size=CERTIFIED_ENTRIES // 2)])
    columns = np.concatenate([np.tile(across, down.size), rng.integers(m, size=CERTIFIED_ENTRIES // 2)])
    residual = matrix.scale * np.abs(matrix.pairs(rows, columns) - approximation(rows, columns))
    stratified = float(np.sqrt(weights @ residual[: weights.size] ** 2))
    plain = float(np.sqrt(float(n) * m * (residual[weights.size :] ** 2).mean()))
    worst = int(np.argmax(residual))
    return Certificate(rows.size, max(stratified, plain), float(residual[worst]),
                       (int(rows[worst]), int(columns[worst])))


def _pick(order: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Pick one member of every stratum, with the sizes of the strata."""
    edges = strata(order.size)
    return order[rng.integers(edges[:-1], edges[1:])], np.diff(edges).astype(np.float64)


def pilot(matrix: SampledMatrix, rng: np.random.Generator) -> Part:
    """Some hundred rows and columns of a matrix, up to six of every stratum: small enough to be tried out."""
    rows, columns = (
        order[np.unique(np.concatenate([_pick(np.arange(order.size), rng)[0] for _ in range(6)]))]
        for order in (matrix.order(0), matrix.order(1)))
    return Part(matrix, rows, columns)
