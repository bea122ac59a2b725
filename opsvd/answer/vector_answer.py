"""The answer for kernels of vectors without symmetry, from values, their bars and what is known of the rest."""

from typing import TypeVar

import numpy as np

from .._support.arrays import leading_true
from ..evidence.error_bars import Evidence, accurate_count, left_out, unlisted
from ..operator.grid_functions import GridFunctions
from ..operator.nystrom_functions import NystromFunctions
from ..operator.tensor_functions import TensorFunctions
from ..spectrum import Estimate, Unlisted, decay_and_tail
from ..spectrum.multiplets import as_counts
from .result import OperatorSVD

__all__ = ["best_of", "judged_answer", "largest_nearby", "simple_answer"]

F = TypeVar("F", TensorFunctions, GridFunctions, NystromFunctions)

# Where so many values are within the tolerance, those that are not are left out.
_ENOUGH = 6


def judged_answer(s: np.ndarray, errors: np.ndarray, functions: tuple[F, F], evidence: Evidence, *, rtol: float,
                  max_rank: int | None, note: str, limit: str) -> OperatorSVD:
    """The values that stand above their bars; where six of them are within the tolerance, only those that are.

    The limit is what stands in the way of more, in words.
    """
    goal = rtol * float(s.max(initial=0.0))
    visible = leading_true(s > np.maximum(errors, goal))
    accurate = accurate_count(errors[:visible], goal)
    rank = accurate if accurate >= min(_ENOUGH, visible) else visible
    rank = rank if max_rank is None else min(rank, max_rank)
    tail = left_out(s, evidence, rank)
    worst = float(errors[:rank].max(initial=0.0)) if rank else tail
    status = f"converged: every error bar is at most {worst:.1e}, within rtol * s_1 = {goal:.1e}"
    if worst > goal:
        status = (f"not converged: the largest error bar is {worst:.1e}, rtol={rtol:g} asks for {goal:.1e}; the error "
                  f"bars hold all the same. {limit}: accept a larger rtol")
    norm = Estimate(evidence.norm, abs(evidence.norm - float(np.linalg.norm(s))) + evidence.remainder)
    return simple_answer(s[:rank], errors[:rank], functions, norm=norm, tail=tail, rtol=rtol, note=note, status=status,
                         converged=worst <= goal, beyond=unlisted(s, evidence, errors, rank))


def simple_answer(values: np.ndarray, bars: np.ndarray, functions: tuple[F, F], *, norm: Estimate, tail: float,
                  rtol: float, note: str, status: str, converged: bool, beyond: Unlisted) -> OperatorSVD:
    """The result with these values, each of which stands once, and as many of the functions."""
    rank = len(values)
    decay, spectrum_tail = decay_and_tail(values, bars, tail, beyond)
    return OperatorSVD(values=values, multiplicities=as_counts([1] * rank), value_errors=bars, singular_values=values,
                       errors=bars, left=functions[0].truncated(rank), right=functions[1].truncated(rank), norm=norm,
                       tail=tail, rtol=rtol, method=note, evaluations=0, status=status, converged=converged,
                       breaks=False, decay=decay, spectrum_tail=spectrum_tail)


def best_of(one: OperatorSVD, other: OperatorSVD) -> OperatorSVD:
    """The answer whose leading values, as many as both give, have the smaller bars; the first if both are alike."""
    q = min(one.rank, other.rank)
    if q == 0:
        return other if other.rank else one
    return one if float(one.errors[:q].max()) <= float(other.errors[:q].max()) else other


def largest_nearby(change: np.ndarray) -> np.ndarray:
    """The largest of each size and its neighbours: where values cross or split, a change vanishes by chance."""
    around = np.pad(change, 1)
    return np.asarray(np.maximum(np.maximum(around[:-2], around[1:-1]), around[2:]))
