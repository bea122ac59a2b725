"""The answer from quasi-random points: values with bars from what scramblings do not share, and what they do."""

import time
from dataclasses import replace
from itertools import pairwise

import numpy as np

from .._support.arrays import leading_true
from .._support.budget import Budget, BudgetExhaustedError
from .._support.linalg import canonical_signs
from ..errors import KernelError
from ..kernels import BlockKernel, Kernel, MatrixKernel, Side, sides
from ..measures import Gaussian, GaussianVector, Measure
from ..methods.quasi_random import SCRAMBLINGS, QuasiRandom, affordable_points, calls_of, quasi_random
from ..operator.nystrom_functions import NystromFunctions
from ..spectrum import Estimate, Unlisted
from .result import OperatorSVD
from .vector_answer import best_of, largest_nearby, simple_answer

__all__ = ["coarse_svd", "hold_for_few_points", "nystrom_bars", "nystrom_svd"]

# Bars are so many changes with the number of points, and so many standard errors over the scramblings. What all
# scramblings share falls like n^(-1/2) at the slowest, as where equal values split: then 2.4 changes are still to come.
_CHANGES, _DEVIATIONS = 4.0, 5.0
_ROUNDING = 1e-13
# Values are given that stand so many times above their bars.
_CLEAR = 3.0
_FIRST, _GROWTH, _FEWEST = 256, 2, 8
# A coarse answer may have so many times the values of the smallest.
_COARSE_SIZE = 16
# The next size takes so much longer.
_SLOWER = _GROWTH**2


def coarse_svd(kernel: Kernel, measures: tuple[Measure, Measure], reason: str, *, rtol: float,
               max_rank: int | None) -> OperatorSVD:
    """The answer of so few points that they are within what a budget has left; the reason says what has run out.

    Raises KernelError if nothing is left, or the measures are not Gaussian.
    """
    if kernel.budget is not None and all(isinstance(measure, Gaussian | GaussianVector) for measure in measures):
        try:
            with kernel.budget.grace():
                return nystrom_svd(kernel, measures, rtol, max_rank)
        except BudgetExhaustedError as exhausted:
            reason = str(exhausted)
    raise KernelError(f"h must be within what the budget allows, but {reason} before there was an answer; raise it, or "
                      f"rtol, or estimate the singular values with opsvd.monte_carlo")


def hold_for_few_points(kernel: Kernel, budget: Budget, most: int | None = None) -> None:
    """Keep back what a coarse answer takes, by default that of some points: of the time, at least for the fewest."""
    width = kernel.b**2 if isinstance(kernel, BlockKernel) else 1
    least = SCRAMBLINGS * _FEWEST**2 * (kernel.p * kernel.q if isinstance(kernel, MatrixKernel) else width)
    budget.hold(_COARSE_SIZE * least if most is None else most, least, SCRAMBLINGS)


def _first_size(kernel: Kernel, most: int, width: int) -> int:
    """The points a side to begin with: fewer where the budget does not have what they take, but some."""
    n, budget = min(_FIRST, most), kernel.budget
    while budget is not None and n > _FEWEST and not budget.affords(SCRAMBLINGS * n**2 * width, calls_of(kernel, n)):
        n //= _GROWTH
    return n


def nystrom_svd(kernel: Kernel, measures: tuple[Measure, Measure], rtol: float, max_rank: int | None) -> OperatorSVD:
    """Double the points until the bars meet rtol, or the budget or memory ends it."""
    left, right = sides(kernel, *measures)
    most, best, budget = affordable_points(left, right), None, kernel.budget
    remark, n = f"{most} points a side are the most that fit", _first_size(kernel, most, left.width * right.width)
    try:
        while n <= most:
            started = time.monotonic()
            finer = _assembled(kernel, (left, right), quasi_random(kernel, left, right, n), rtol, max_rank)
            best = finer if best is None else best_of(finer, best)
            if best.converged:
                break
            n *= _GROWTH
            if budget is not None and (stop := _beyond(kernel, budget, n, left.width * right.width, started)):
                remark = stop
                break
    except BudgetExhaustedError as exhausted:
        if best is None:
            raise
        remark = str(exhausted)
    if best is None:
        raise RuntimeError("no size was sampled")
    return best if best.converged else replace(best, status=f"{best.status} ({remark})")


def _beyond(kernel: Kernel, budget: Budget, n: int, width: int, started: float) -> str:
    """What the next size, n, would exceed, in words, or nothing."""
    needed, left = SCRAMBLINGS * n**2 * width, budget.evaluations_left
    if needed > left:
        return f"max_evaluations={budget.evaluations} leaves {left}, and the next size takes {needed}"
    seconds = budget.seconds_left
    # Of few points h takes the time, and calls of it may cost more than values.
    affordable = n <= _FIRST and budget.affords(needed, calls_of(kernel, n))
    if _SLOWER * (time.monotonic() - started) > seconds and not affordable:
        return f"max_seconds={budget.seconds:g} leaves {max(seconds, 0.0):.1f}, and the next size takes more"
    return ""


def nystrom_bars(*samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values, nonincreasing, and bars, (r,) each, from samples (scramblings, r) with ever more points, twice as many.

    Errors may change their sign with the number of points, and one change be small by chance: the largest counts, each
    as what is left of it where errors fall like one over the number. Where they fall more slowly, the last shows it.
    """
    means, full = [some.mean(axis=0) for some in samples], samples[-1]
    change = np.zeros(full.shape[1])
    for before, after in pairwise(means):
        change = np.maximum(0.5 * change, largest_nearby(np.abs(after - before)))
    bars = (_CHANGES * change + _DEVIATIONS * full.std(axis=0, ddof=1) / np.sqrt(len(full))
            + _ROUNDING * means[-1].max(initial=0.0))
    return means[-1], bars


def _assembled(kernel: Kernel, both: tuple[Side, Side], sampled: QuasiRandom, rtol: float,
               max_rank: int | None) -> OperatorSVD:
    """One size."""
    values, bars = nystrom_bars(*sampled.values)
    energy, energy_bar = (float(part[0]) for part in nystrom_bars(*sampled.energies))
    norm = Estimate(np.sqrt(max(energy, 0.0)), energy_bar / max(np.sqrt(max(energy, 0.0)), np.finfo(float).tiny))
    goal = rtol * float(values.max(initial=0.0))
    rank = leading_true(values[:len(sampled.s)] > np.maximum(_CLEAR * bars[:len(sampled.s)], goal))
    rank = rank if max_rank is None else min(rank, max_rank)
    sure = np.maximum(values - bars, 0.0)
    values, bars = values[:rank], bars[:rank]
    tail = float(np.sqrt(max(energy - float(values @ values), 0.0) + energy_bar + 2.0 * float(values @ bars)))
    worst = float(bars.max(initial=0.0)) if rank else tail
    dimension = float(sampled.n * min(both[0].width, both[1].width))
    # A kernel that is zero at all points is not known to be zero.
    converged = worst <= goal and energy > 0.0
    note = (f"Nystrom at {sampled.n} quasi-random points a side, {SCRAMBLINGS} scramblings of a Sobol sequence in "
            f"{both[0].directions} and {both[1].directions} dimensions")
    return simple_answer(values, bars, _functions(kernel, both, sampled), norm=norm, tail=tail, rtol=rtol, note=note,
                         status=_status(worst, goal, rtol, sampled.n, converged), converged=converged,
                         beyond=Unlisted(float(sure[rank:].sum()), tail, dimension, total_least=float(sure.sum())))


def _functions(kernel: Kernel, both: tuple[Side, Side],
               sampled: QuasiRandom) -> tuple[NystromFunctions, NystromFunctions]:
    """Those of the first scrambling."""
    sign, root = canonical_signs(sampled.u), np.sqrt(sampled.n)
    f, g = sampled.u * sign * root, sampled.v * sign * root
    scale = 1.0 / (sampled.n * sampled.s)
    return (NystromFunctions(both[0], sampled.nodes[1], g * scale, f, True, kernel),
            NystromFunctions(both[1], sampled.nodes[0], f * scale, g, False, kernel))


def _status(worst: float, goal: float, rtol: float, n: int, converged: bool) -> str:
    if worst == 0.0 and not converged:
        return f"not converged: h is zero at all pairs of {n} quasi-random points a side, and may not be elsewhere"
    if converged:
        return f"converged: every error bar is at most {worst:.1e}, within rtol * s_1 = {goal:.1e}"
    return (f"not converged: the largest error bar is {worst:.1e}, rtol={rtol:g} asks for {goal:.1e}; the error bars "
            f"hold all the same. Bars are what {n} quasi-random points a side leave open, and fall like one over the "
            f"square root of their number, or as fast as it: accept a larger rtol, or find coordinates of which h uses "
            f"fewer together")
