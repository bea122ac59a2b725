"""The answer between products of functions of one coordinate, for blocks and kernels with matrices for values."""

import math

import numpy as np

from .budget import BudgetExhaustedError
from .error_bars import error_bars
from .grid_functions import GridFunctions
from .kernels import Kernel
from .linalg import canonical_signs, compact_svd, leading_svd
from .measures import Measure
from .methods.grids import Grid, along_directions, grid_bases, grid_matrix, on_check
from .multiplets import as_counts
from .result import OperatorSVD
from .sides import Side, operator_grid, sides
from .spectrum import Estimate, decay_law, nuclear_tail
from .tensor_svd import larger_evidence

__all__ = ["grid_svd"]

# Random pairs of points, and by how many standard errors their mean square may be off.
_SPOTS, _SEED, _UNSURE = 800, 13, 3.0
# A matrix of more rows than this gives so many leading triplets only; what is beyond counts as remainder.
_LARGE, _LEADING = 800, 120
# Where so many values are within the tolerance, those that are not are left out.
_ENOUGH = 6
# Hermite polynomials go on while the next size makes the bars smaller by this factor.
_GAIN = 0.5


def grid_svd(kernel: Kernel, measures: tuple[Measure, Measure], rtol: float,
             max_rank: int | None) -> OperatorSVD | None:
    """Refine until the bars meet rtol, or no more fits; None if nothing did."""
    left, right = sides(kernel, *measures)
    best: OperatorSVD | None = None
    try:
        for panels in (False, True):
            last = math.inf
            for grid in grid_bases(left, right, panels):
                svd = _solved(kernel, (left, right), grid, rtol, max_rank)
                if best is None or _better(svd, best):
                    best = svd
                if svd.converged:
                    return svd
                if not panels and svd.worst_error > _GAIN * last:
                    break
                last = svd.worst_error
    except BudgetExhaustedError:
        if best is None:
            raise
    return best


def _better(one: OperatorSVD, other: OperatorSVD) -> bool:
    """Whether the leading values, as many as both give, have smaller bars."""
    q = min(one.rank, other.rank)
    if q == 0:
        return one.rank > 0
    return float(one.errors[:q].max()) < float(other.errors[:q].max())


def _solved(kernel: Kernel, both: tuple[Side, Side], grid: Grid, rtol: float, max_rank: int | None) -> OperatorSVD:
    """One size, judged on the check rule and at random points."""
    basis = grid.basis
    matrix = grid_matrix(kernel, *both, (basis.rule, basis.rule))
    # Samples at the nodes to coefficients, a rotation: all bases here have as many functions as nodes.
    rotation = basis.analyse(np.eye(basis.size))
    u, s, v = compact_svd(matrix) if min(matrix.shape) <= _LARGE else leading_svd(matrix, _LEADING)
    sign = canonical_signs(u)
    u, v = (along_directions(vectors * sign, side, basis.size, rotation) for vectors, side in zip((u, v), both,
                                                                                                strict=True))
    left, right = GridFunctions(both[0], basis, u), GridFunctions(both[1], basis, v)
    check = grid_matrix(kernel, *both, (grid.check, grid.check))
    f, g = (on_check(grid, side, vectors) for side, vectors in zip(both, (u, v), strict=True))
    remainder = check - (f * s) @ g.T
    average, seen = _seen(kernel, left, right, s)
    evidence = larger_evidence(remainder, f, g, norm=float(np.linalg.norm(check)), seen=seen,
                               average=average)
    errors = error_bars(s, evidence)
    goal = rtol * float(s.max(initial=0.0))
    visible = int(np.argmin(np.append(s > np.maximum(errors, goal), False)))
    accurate = int(np.argmin(np.append(errors[:visible] <= goal, False)))
    rank = accurate if accurate >= min(_ENOUGH, visible) else visible
    rank = rank if max_rank is None else min(rank, max_rank)
    tail = float(np.hypot(evidence.remainder, np.linalg.norm(s[rank:])))
    worst = float(errors[:rank].max(initial=0.0)) if rank else tail
    return OperatorSVD(values=s[:rank], multiplicities=as_counts([1] * rank), value_errors=errors[:rank],
                       singular_values=s[:rank], errors=errors[:rank], left=left.truncated(rank),
                       right=right.truncated(rank), norm=Estimate(evidence.norm, abs(evidence.norm - float(
                           np.linalg.norm(s))) + evidence.remainder), tail=tail, rtol=rtol, evaluations=0,
                       method=grid.note, status=_status(worst, goal, rtol), converged=worst <= goal, breaks=False,
                       decay=decay_law(s[:rank], errors[:rank]),
                       spectrum_tail=nuclear_tail(s[:rank], errors[:rank], tail))


def _seen(kernel: Kernel, left: GridFunctions, right: GridFunctions, s: np.ndarray) -> tuple[float, float]:
    """The root mean square of what the answer misses at random points, and the same with its uncertainty."""
    rng = np.random.default_rng(_SEED)
    x, y = (f.side.points(rng.standard_normal((_SPOTS, f.side.directions))) for f in (left, right))
    f, g = (functions(points.reshape(_unflattened(functions.side, points))) for functions, points in (
        (left, x), (right, y)))
    misses = operator_grid(kernel, x, y) - (f.reshape(-1, len(s)) * s) @ g.reshape(-1, len(s)).T
    squares = (misses**2).reshape(_SPOTS, left.side.width, _SPOTS, right.side.width).sum(axis=(1, 3))
    # Pairs share their points: what is independent are the means over rows and columns.
    unsure = math.sqrt((np.var(squares.mean(axis=1)) + np.var(squares.mean(axis=0))) / _SPOTS)
    return math.sqrt(float(squares.mean())), math.sqrt(float(squares.mean()) + _UNSURE * unsure)


def _unflattened(side: Side, points: np.ndarray) -> tuple[int, ...]:
    return points.shape if side.rows is None else (-1, side.rows, *points.shape[1:])


def _status(worst: float, goal: float, rtol: float) -> str:
    if worst <= goal:
        return f"converged: every error bar is at most {worst:.1e}, within rtol * s_1 = {goal:.1e}"
    return (f"not converged: the largest error bar is {worst:.1e}, rtol={rtol:g} asks for {goal:.1e}; the error bars "
            f"hold all the same. Finer bases in every direction are not affordable: accept a larger rtol")
