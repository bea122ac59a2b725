"""The answer between products of functions of one coordinate, for blocks and kernels with matrices for values."""

import math
from typing import NamedTuple

import numpy as np

from .._support.budget import BudgetExhaustedError
from .._support.linalg import canonical_signs, compact_svd, leading_svd
from ..evidence.error_bars import error_bars
from ..kernels import Kernel, Side, operator_grid, sides
from ..measures import Measure
from ..methods.grids import Grid, along_directions, grid_bases, grid_matrix, on_rule
from ..operator.grid_functions import GridFunctions
from .result import OperatorSVD
from .tensor_svd import larger_evidence
from .vector_answer import best_of, judged_answer, largest_nearby

__all__ = ["grid_svd"]

# Random pairs of points, and by how many standard errors their mean square may be off.
_SPOTS, _SEED, _UNSURE = 800, 13, 3.0
# A matrix of more rows than this gives so many leading triplets only; what is beyond counts as remainder.
_LARGE, _LEADING = 800, 120
# Hermite polynomials go on while the next size makes the first bar smaller by this factor.
_GAIN = 0.4
_SAFETY = 2.0
# Remainders that fall faster than this power of the distance of the nodes are those of smooth kernels: for a kink it is
# 3/2.
_SMOOTH = 3.0


def grid_svd(kernel: Kernel, measures: tuple[Measure, Measure], rtol: float,
             max_rank: int | None) -> OperatorSVD | None:
    """Refine until the bars meet rtol, or no more fits; None if nothing did."""
    left, right = sides(kernel, *measures)
    best: OperatorSVD | None = None
    try:
        for panels in (False, True):
            last: float = math.inf
            coarser: tuple[_Coarser, ...] = ()
            for grid in grid_bases(left, right, panels):
                svd, seen = _solved(kernel, (left, right), grid, coarser, rtol=rtol, max_rank=max_rank)
                if coarser:
                    best = svd if best is None else best_of(svd, best)
                    if svd.converged:
                        return svd
                    leading = float(svd.errors[0]) if svd.rank else math.inf
                    if not panels and leading > _GAIN * last:
                        break
                    last = leading
                coarser = *coarser[-1:], seen
    except BudgetExhaustedError:
        if best is None:
            raise
    return best


class _Coarser(NamedTuple):
    """What a size showed: all values, and the norm of what they leave."""

    size: int
    values: np.ndarray
    remainder: float


def _solved(kernel: Kernel, both: tuple[Side, Side], grid: Grid, coarser: tuple[_Coarser, ...], *,
            rtol: float, max_rank: int | None) -> tuple[OperatorSVD, _Coarser]:
    """One size, judged on the check rules, at random points, and against the sizes before; with what it showed."""
    matrix = grid_matrix(kernel, *both, (grid.bases[0].rule, grid.bases[1].rule))
    u, s, v = compact_svd(matrix) if min(matrix.shape) <= _LARGE else leading_svd(matrix, _LEADING)
    sign = canonical_signs(u)
    # Samples at the nodes to coefficients, a rotation: all bases here have as many functions as nodes.
    left, right = (GridFunctions(side, basis, along_directions(vectors * sign, side, basis.size,
                                                               basis.analyse(np.eye(basis.size))))
                   for side, basis, vectors in zip(both, grid.bases, (u, v), strict=True))
    check = grid_matrix(kernel, *both, grid.checks)
    f, g = (on_rule(functions.basis, rule, functions.side, functions.coefficients)
            for functions, rule in zip((left, right), grid.checks, strict=True))
    remainder = check - (f * s) @ g.T
    average, seen = _seen(kernel, left, right, s)
    evidence = larger_evidence(remainder, f, g, norm=float(np.linalg.norm(check)), seen=seen, average=average)
    errors = error_bars(s, evidence) + _still_to_come(s, grid, evidence.remainder, coarser)
    svd = judged_answer(s, errors, (left, right), evidence, rtol=rtol, max_rank=max_rank, note=grid.note,
                        limit="Finer bases in every direction are not affordable")
    return svd, _Coarser(grid.size, s, evidence.remainder)


def _still_to_come(s: np.ndarray, grid: Grid, remainder: float, coarser: tuple[_Coarser, ...]) -> np.ndarray:
    """What values would still change by if errors fall as those of jumps do, and twice that.

    They fall like the distance of the nodes. Rules of similar sizes may be wrong alike about integrals across kinks and
    jumps, and do not see each other's errors: where the remainder falls slowly, as it does there, the larger of the
    changes from two sizes is taken.
    """
    changes = [np.zeros(len(s))]
    falls = (coarser[-1].size / grid.size) ** (_SMOOTH * grid.spacing) if coarser else 1.0
    smooth = len(coarser) > 0 and remainder <= coarser[-1].remainder * falls
    for before in coarser[-1:] if smooth else coarser:
        known = np.append(before.values, np.zeros(max(0, len(s) - len(before.values))))[:len(s)]
        spacing = 1.0 if smooth else grid.spacing
        changes.append(largest_nearby(np.abs(s - known)) / ((grid.size / before.size) ** spacing - 1.0))
    return np.asarray(_SAFETY * np.max(changes, axis=0))


def _seen(kernel: Kernel, left: GridFunctions, right: GridFunctions, s: np.ndarray) -> tuple[float, float]:
    """The root mean square of what the answer misses at random points, and the same with its uncertainty."""
    rng = np.random.default_rng(_SEED)
    x, y = (f.side.points(rng.standard_normal((_SPOTS, f.side.directions))) for f in (left, right))
    f, g = (functions(points.reshape(_unflattened(functions.side, points))) for functions, points in (
        (left, x), (right, y)))
    misses = operator_grid(kernel, x, y)
    misses -= (f.reshape(len(misses), len(s)) * s) @ g.reshape(misses.shape[1], len(s)).T
    squares = (misses**2).reshape(_SPOTS, left.side.width, _SPOTS, right.side.width).sum(axis=(1, 3))
    # Pairs share their points: what is independent are the means over rows and columns.
    unsure = math.sqrt((np.var(squares.mean(axis=1)) + np.var(squares.mean(axis=0))) / _SPOTS)
    return math.sqrt(float(squares.mean())), math.sqrt(float(squares.mean()) + _UNSURE * unsure)


def _unflattened(side: Side, points: np.ndarray) -> tuple[int, ...]:
    return points.shape if side.rows is None else (-1, side.rows, *points.shape[1:])
