r"""Nystrom at quasi-random points, for kernels that take too many coordinates together for any grid.

With :math:`x_i` and :math:`y_j` from scrambled Sobol sequences, mapped to the measures, the matrix
:math:`h(x_i, y_j) / n` has nearly the singular values of T: what is wrong is how well n points integrate products of
singular functions. Scramblings are independent, so that their scatter says how well; the first n / 2 points of each are
such a sequence too, so that the change from n / 2 to n says what all scramblings share.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri
from scipy.stats import qmc

from .._support.budget import announce, check_time
from .._support.linalg import leading_svd
from ..errors import KernelError
from ..kernels import BlockKernel, Kernel, MatrixKernel, Side, operator_grid

__all__ = ["LEAST", "SCRAMBLINGS", "QuasiRandom", "affordable_points", "calls_of", "quasi_random",
           "quasi_random_points"]

SCRAMBLINGS = 8
"""Independent scramblings of the sequence."""

# Pairs of points that are looked at in one call, which a slow h is then called for only once.
_TOGETHER = 20_000
# Singular values that are looked at.
_LEADING = 60
# The most dimensions of Sobol's sequence in scipy, beyond which points are random; and half of its resolution.
_SOBOL, _HALF_STEP = 21_201, 2.0**-31
# Rows of a matrix and coordinates of points, in all, and the fewest points.
_MOST_ROWS, _MOST_COORDINATES, LEAST = 4096, 40_000_000, 64


# The points are also taken by the quarter and by the half.
_SHARES = (4, 2)


@dataclass(frozen=True, eq=False)
class QuasiRandom:
    """What n points tell, and a quarter and a half of them.

    Attributes
    ----------
    n : int
    values : ndarray, shape (3, SCRAMBLINGS, r)
        The leading singular values of the matrices of each scrambling, of the first quarter and half of its points and
        of all.
    energies : ndarray, shape (3, SCRAMBLINGS, 1)
        Mean squares of h over the same points.
    nodes : tuple of ndarray
        The points x and y of the first scrambling, as a kernel's grid takes them.
    u, s, v : ndarray, shapes (n width, r), (r,), (n width, r)
        The singular triplets of its matrix.
    """

    n: int
    values: np.ndarray
    energies: np.ndarray
    nodes: tuple[np.ndarray, np.ndarray]
    u: np.ndarray
    s: np.ndarray
    v: np.ndarray


def quasi_random_points(directions: int, n: int, seed: int) -> np.ndarray:
    """The first n points of a scrambled Sobol sequence, n a power of two, as standard normals (n, directions)."""
    if directions > _SOBOL:
        return np.random.default_rng(seed).standard_normal((n, directions))
    sequence = qmc.Sobol(directions, scramble=True, seed=seed)
    return np.asarray(ndtri(sequence.random(n) + _HALF_STEP))


def affordable_points(left: Side, right: Side) -> int:
    """The most points a side, a power of two, whose matrix and coordinates fit.

    Raises KernelError if these are too few.
    """
    rows = _MOST_ROWS // max(left.width, right.width)
    coordinates = _MOST_COORDINATES // max(side.measure.dim * (side.rows or 1) for side in (left, right))
    most = 1 << max(0, min(rows, coordinates).bit_length() - 1)
    if most < LEAST:
        raise KernelError(f"h must be of a size that {LEAST} points a side fit into memory, but only {most} do: a "
                          f"matrix may have {_MOST_ROWS} rows, and points {_MOST_COORDINATES} coordinates; take fewer "
                          f"coordinates, or smaller blocks")
    return most


def quasi_random(kernel: Kernel, left: Side, right: Side, n: int) -> QuasiRandom:
    """Sample all scramblings of n points a side, and take the leading singular values of each matrix."""
    values, energies = [], []
    rows, columns = n * left.width, n * right.width
    announce(f"{n} quasi-random points a side, {SCRAMBLINGS} scramblings", SCRAMBLINGS * rows * columns, rows, columns)
    points = [[side.points(quasi_random_points(side.directions, n, 2 * scrambling + number))
               for number, side in enumerate((left, right))] for scrambling in range(SCRAMBLINGS)]
    for scrambling, ((x, y), grid) in enumerate(zip(points, _operator_grids(kernel, points), strict=True)):
        matrix = grid / n
        check_time()
        u, s, v = leading_svd(matrix, _LEADING)
        parts = [share * matrix[:rows // share, :columns // share] for share in _SHARES]
        values.append([_padded(leading_svd(part, _LEADING)[1]) for part in parts] + [_padded(s)])
        energies.append([[np.linalg.norm(part) ** 2] for part in (*parts, matrix)])
        if scrambling == 0:
            nodes, triplets = (x, y), (u, s, v)
    return QuasiRandom(n, np.swapaxes(values, 0, 1), np.swapaxes(energies, 0, 1), nodes, *triplets)


def calls_of(kernel: Kernel, n: int) -> int:
    """The calls of h that all scramblings of n points a side take, if none is split."""
    one = SCRAMBLINGS * n**2 <= _TOGETHER and not isinstance(kernel, BlockKernel | MatrixKernel)
    return 1 if one else SCRAMBLINGS


def _operator_grids(kernel: Kernel, points: list[list[np.ndarray]]) -> Iterator[np.ndarray]:
    """The kernel of T on all pairs of each of several sets of points; in one call of h where that is not too much."""
    x, y = (np.stack(side) for side in zip(*points, strict=True))
    if calls_of(kernel, x.shape[1]) == 1:
        return iter(kernel.finite_beside(x[:, :, None], y[:, None]))
    return (operator_grid(kernel, *both) for both in points)


def _padded(s: np.ndarray) -> np.ndarray:
    """With zeros for the values that are rounding: shape (_LEADING,)."""
    return np.append(s, np.zeros(_LEADING - len(s)))
