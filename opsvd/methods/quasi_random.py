r"""Nystrom at quasi-random points, for kernels that take too many coordinates together for any grid.

With :math:`x_i` and :math:`y_j` from scrambled Sobol sequences, mapped to the measures, the matrix
:math:`h(x_i, y_j) / n` has nearly the singular values of T: what is wrong is how well n points integrate products of
singular functions. Scramblings are independent, so that their scatter says how well; the first n / 2 points of each are
such a sequence too, so that the change from n / 2 to n says what all scramblings share.
"""

import math
import time
from collections.abc import Iterator

import numpy as np
from scipy.special import ndtri

from .._support.budget import Budget, BudgetExhaustedError, announce, check_time
from .._support.linalg import leading_svd
from ..bases import PointBasis
from ..errors import KernelError
from ..evidence.carriers import energies_of_points, margin_of_points
from ..evidence.moments import moment_evidence
from ..evidence.scatter import ScatterEvidence, scatter_of_points
from ..evidence.vector_pairs import mixture_weights, spread_normals
from ..kernels import BlockKernel, Kernel, MatrixKernel, Side, operator_grid, require_squares
from ..operator.discretisation import Block, Discretisation, Discretisations, Triplets
from ..operator.problem import Problem
from ..operator.singular_functions import SingularSystem
from .base import Method

SCRAMBLINGS = 8
"""Independent ones of the sequence: their scatter is known to a quarter."""

_LEADING = 60    # singular values that are looked at
_MOST_ROWS = 4096    # of a matrix, whose leading SVD takes a second
_FEWEST = 8    # points a side, of the smallest answer, or half as many where a budget has no values for more


class QuasiRandom(Method):
    """Nystrom at scrambled Sobol points, for kernels that take too many coordinates together for any grid."""

    def refusal(self, problem: Problem) -> None:
        """It takes all kernels."""

    def discretisations(self, problem: Problem) -> Discretisations:
        """Twice the points each time, until the budget or memory ends it; of few values, one random matrix."""
        answer, most = None, affordable_points(*problem.sides)
        if (few := _points_of_one_matrix(problem)):
            answer = yield _one_matrix(problem, few)
        for n in point_counts(problem):
            answer = yield _discretisation(problem, n, f"{most} points a side are the most that fit")
        return answer


def point_counts(problem: Problem) -> Iterator[int]:
    """Points a side, twice as many each time, while all pairs of all scramblings are affordable and fit.

    Raises BudgetExhaustedError when they are not affordable.
    """
    kernel, (left, right), budget = problem.given, problem.sides, problem.budget
    most, width = affordable_points(left, right), left.width * right.width
    n = _first_size(kernel, budget, most, width)
    while n <= most:
        started = time.monotonic()
        yield n
        n *= 2
        if stop := _unaffordable(kernel, budget, n, width, started):
            raise BudgetExhaustedError(stop)


def _points_of_one_matrix(problem: Problem) -> int:
    """The points a side of the largest matrix that is affordable, if that of all scramblings is small; else zero."""
    budget, fewest = problem.budget, 6    # of which deviations over rows and columns are hardly known
    if isinstance(problem.kernel, BlockKernel | MatrixKernel) or _first_size(problem.given, budget, 16, 1) == 16:
        return 0
    n = math.isqrt(min(budget.most_affordable(1), SCRAMBLINGS * 16**2))
    return n if n >= fewest else 0


def _one_matrix(problem: Problem, n: int) -> Discretisation:
    """The largest value by means over the pairs of n random points a side, and the leading functions of their matrix.

    Along each coordinate there is one of the points in each of n parts of the mass. Half of them are wider than the
    measures, so that a kernel that grows is seen where its energy is; with weights, so that means are those of the
    measures.
    """
    rng, sides, points, roots = np.random.default_rng(n), problem.sides, [], []
    for side in sides:
        dim = side.directions
        z = spread_normals(n, dim, rng)
        wider = 1.0 + 0.4 * min(1.0, math.sqrt(3.0 / dim))    # of many coordinates so much is another shell
        z[n // 2:] *= wider
        points.append(side.points(z))
        roots.append(np.sqrt(mixture_weights(z, wider)))
    grid = operator_grid(problem.given, *points) * roots[0][:, None] * roots[1]
    require_squares(grid)
    u, s, v = leading_svd(grid / n, 1)
    left, right = (PointBasis(side, some) for side, some in zip(sides, points, strict=True))
    return Discretisation((Block(left, right, np.diag(s)),), lambda _: moment_evidence(grid),
                          f"{n} random points a side: the largest value by means over their pairs",
                          limit=f"{problem.budget.few_values_left} than the largest singular value",
                          factorise=lambda _: (u, s, v))


def _discretisation(problem: Problem, n: int, remark: str) -> Discretisation:
    """The functions of the first scrambling of n points a side are the basis, and the matrix is diagonal."""
    sides = problem.sides
    rows, columns = (n * side.width for side in sides)
    announce(f"{n} quasi-random points a side, {SCRAMBLINGS} scramblings", SCRAMBLINGS * rows * columns, rows,
             columns)
    points = [[side.points(quasi_random_points(side.directions, n, 2 * scrambling + number))
               for number, side in enumerate(sides)] for scrambling in range(SCRAMBLINGS)]
    triplets, values, energies, margin = _spectra(problem.given, points, n)

    def evidence(system: SingularSystem) -> ScatterEvidence:
        return scatter_of_points(values, energies, len(system.values), min(rows, columns), margin=margin)

    left, right = (PointBasis(side, some) for side, some in zip(sides, points[0], strict=True))
    note = (f"Nystrom at {n} quasi-random points a side, {SCRAMBLINGS} scramblings of a Sobol sequence in "
            f"{sides[0].directions} and {sides[1].directions} dimensions")
    limit = (f"Bars are what {n} quasi-random points a side leave open, and fall like one over the square root "
             f"of their number, or as fast as it: accept a larger rtol, or find coordinates of which h uses fewer "
             f"together")
    return Discretisation((Block(left, right, np.diag(triplets[1])),), evidence, note, remark=remark, limit=limit,
                          factorise=lambda _: triplets)


def hold_for_few_points(problem: Problem, most: int | None = None) -> None:
    """Keep back what a coarse answer takes, by default that of some points: of the time, at least for the fewest."""
    left, right = problem.sides
    width = left.width * right.width
    least = SCRAMBLINGS * _fewest(problem.budget, width)**2 * width
    # A coarse answer may have sixteen times the values of the smallest: 32 points a side; or two fifths of all.
    budget = problem.budget
    most = min(16 * least if most is None else most, 2 * budget.evaluations // 5)
    budget.hold(max(most, least), least, SCRAMBLINGS)


def _fewest(budget: Budget, width: int) -> int:
    """The points a side of the smallest answer: they take at most half of the evaluations, or are four."""
    return _FEWEST if 2 * SCRAMBLINGS * _FEWEST**2 * width <= 1.1 * budget.evaluations else _FEWEST // 2


def _first_size(kernel: Kernel, budget: Budget, most: int, width: int) -> int:
    """The points a side to begin with: fewer where the budget does not have what they take, but some."""
    n = min(256, most)    # half a million values, as much as the least budget has
    while n > _FEWEST // 2 and not budget.affords(SCRAMBLINGS * n**2 * width, _calls_of(kernel, n)):
        n //= 2
    return n


def _unaffordable(kernel: Kernel, budget: Budget, n: int, width: int, started: float) -> str:
    """What the next size, n, would exceed, in words, or nothing."""
    needed, left = SCRAMBLINGS * n**2 * width, budget.evaluations_left
    if needed > left:
        return f"max_evaluations={budget.evaluations} leaves {left}, and the next size takes {needed}"
    seconds = budget.seconds_left
    # Of few points h takes the time, and calls of it may cost more than values.
    affordable = n <= 256 and budget.affords(needed, _calls_of(kernel, n))
    if 4.0 * (time.monotonic() - started) > seconds and not affordable:
        return f"max_seconds={budget.seconds:g} leaves {max(seconds, 0.0):.1f}, and the next size takes more"
    return ""


def quasi_random_points(directions: int, n: int, seed: int) -> np.ndarray:
    """The first n points of a scrambled Sobol sequence, n a power of two, as standard normals (n, directions)."""
    from scipy.stats import qmc  # most of the time that importing opsvd would take
    if directions > qmc.Sobol.MAXDIM:
        return np.random.default_rng(seed).standard_normal((n, directions))
    # Half of the resolution of 30 bits keeps points from zero.
    sequence = qmc.Sobol(directions, scramble=True, seed=seed)
    return np.asarray(ndtri(sequence.random(n) + 2.0**-31))


def affordable_points(left: Side, right: Side) -> int:
    """The most points a side, a power of two, whose matrix and coordinates fit.

    Raises KernelError if these are too few.
    """
    rows = _MOST_ROWS // max(left.width, right.width)
    # Coordinates of the points, in all: 320 MB a side.
    coordinates = 40_000_000 // max(side.measure.dim * (side.rows or 1) for side in (left, right))
    most = 1 << max(0, min(rows, coordinates).bit_length() - 1)
    if most < 64:
        raise KernelError(f"h must be of a size that 64 points a side fit into memory, but only {most} do: a "
                          f"matrix may have {_MOST_ROWS} rows, and points 40000000 coordinates; take fewer "
                          f"coordinates, or smaller blocks")
    return most


def _spectra(kernel: Kernel, points: list[list[np.ndarray]],
             n: int) -> tuple[Triplets, np.ndarray, np.ndarray, float]:
    """What n points a side tell of each scrambling, and a quarter and a half of them.

    Returns
    -------
    triplets : (ndarray, ndarray, ndarray), shapes (n width, r), (r,), (n width, r)
        The singular triplets of the matrix of the first scrambling.
    values : ndarray, shape (3, SCRAMBLINGS, r)
        The leading singular values of the matrices of each scrambling, of the first quarter and half of its points and
        of all; zero where they are rounding.
    energies : ndarray, shape (3, SCRAMBLINGS, 1)
        Mean squares of h over the same points.
    margin : float
        By how much norms may be larger than that, as few of the points carry it.
    """
    triplets, values, energies, of_points = [], [], [], []
    for grid in _operator_grids(kernel, points):
        check_time()
        require_squares(grid)
        # The first quarter and the first half of the points are such sequences too.
        parts = [grid[:len(grid) // share, :grid.shape[1] // share] / (n // share) for share in (4, 2, 1)]
        found = [leading_svd(part, _LEADING) for part in parts]
        triplets.append(found[-1])
        values.append([np.pad(s, (0, _LEADING - len(s))) for _, s, _ in found])
        energies.append([[np.linalg.norm(part) ** 2] for part in parts])
        of_points.append(energies_of_points(grid))
    return triplets[0], np.swapaxes(values, 0, 1), np.swapaxes(energies, 0, 1), margin_of_points(of_points)


def _calls_of(kernel: Kernel, n: int) -> int:
    """The calls of h that all scramblings of n points a side take, if none is split."""
    # Where h takes the time, one call of up to 20000 pairs.
    one = SCRAMBLINGS * n**2 <= 20_000 and not isinstance(kernel, BlockKernel | MatrixKernel)
    return 1 if one else SCRAMBLINGS


def _operator_grids(kernel: Kernel, points: list[list[np.ndarray]]) -> Iterator[np.ndarray]:
    """The kernel of T on all pairs of each of several sets of points; in one call of h where that is not too much."""
    x, y = (np.stack(side) for side in zip(*points, strict=True))
    if _calls_of(kernel, x.shape[1]) == 1:
        return iter(kernel.finite_beside(x[:, :, None], y[:, None]))
    return (operator_grid(kernel, *both) for both in points)
