"""Which of the computed values are given, and when they are enough: one policy for every kind of kernel."""

from dataclasses import dataclass

import numpy as np

from .._support.arrays import leading_true
from ..evidence.remainder import settled
from ..operator.evidence import Evidence
from ..spectrum.multiplets import alike


@dataclass(frozen=True)
class Selection:
    """What is given of the computed values.

    Attributes
    ----------
    rank : int
        How many distinct values are given.
    accurate : int
        How many of the leading values have bars within the tolerance.
    goal : float
        The tolerance times the first value.
    unfound : float
        The largest value that may not have been found, if those given are fewer than make an answer.
    complete : bool
        Whether finer discretisations would do no better, if the bars of those given are within the tolerance.
    """

    rank: int
    accurate: int
    goal: float
    unfound: float
    complete: bool


def select(evidence: Evidence, multiplicities: list[int], rtol: float, max_rank: int | None) -> Selection:
    """Choose the leading values that stand above their bars; of many, those within the tolerance.

    A slowly decaying spectrum is cut off where its values can no longer be told to the tolerance, if enough of them
    can. A multiplet that is not told apart from a value that is not given is not given either.
    """
    s, bars = evidence.values, evidence.bars()
    goal = rtol * float(s.max(initial=0.0))
    visible = leading_true(s > np.maximum(evidence.clear * bars, max(goal, evidence.floor)))
    multiplets = max(multiplicities, default=1) > 1
    wanted = visible if max_rank is None or multiplets else min(visible, max_rank)
    # A value that is known to less than the tolerance may be larger than it seems: then none below it is the i-th.
    reach = 0.0 if evidence.ordered else float((s + bars).max(initial=0.0, where=bars > goal))
    accurate = leading_true((bars <= goal)[:wanted] & (s[:wanted] > reach))
    rank = accurate if accurate >= min(evidence.enough, wanted) else wanted
    enough = evidence.enough if max_rank is None else min(evidence.enough, max_rank)
    unfound = 0.0 if rank >= enough else evidence.unfound
    if multiplets:
        rank = _whole_multiplets(s, bars, rank)
    within = settled(s, bars, rtol) or (evidence.exhausted and accurate >= max(min(evidence.enough, wanted), 1))
    return Selection(rank, accurate, goal, unfound, accurate == wanted == max_rank or (within and unfound <= goal))


def _whole_multiplets(s: np.ndarray, bars: np.ndarray, rank: int) -> int:
    """A rank without values at the end that are not told apart from the first that is not given."""
    if rank == len(s):
        return rank
    return max((i + 1 for i in range(rank) if not alike(s[i], s[rank], bars[i] + bars[rank])), default=0)
