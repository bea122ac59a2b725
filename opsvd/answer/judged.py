"""The answer of one discretisation with what it is preferred by: which of two is the better, and when one is enough."""

from dataclasses import dataclass, replace

import numpy as np

from .._support.arrays import leading_true
from .._support.floats import TINY
from ..evidence.moved import with_doubts
from ..operator.discretisation import Discretisation
from ..operator.problem import Problem
from .assembly import assembled
from .result import OperatorSVD
from .selection import select

_FAR_OUT = ("There is no better answer: h^2 times the densities decays so slowly that much of it lies where the "
            "densities are zero to any float; take measures with a smaller std")


@dataclass(frozen=True)
class Judged:
    """An answer, with what the driver goes by."""

    svd: OperatorSVD
    discretisation: Discretisation
    accurate: int
    complete: bool
    remainder: float
    remark: str

    @property
    def rtol(self) -> float:
        """The tolerance that the discretisation was made for."""
        return self.svd.rtol

    def better(self, other: "Judged") -> bool:
        """Whether it is to be preferred: by accurate values, then by the digits of the leading values that both give.

        A few values with small bars and others with wide ones are more than as many that all have one bar between; and
        what is converged is more than smaller bars where another value may be missing.

        What is within its tolerance is preferred to an answer for a larger one. So is a finer basis of the same kind
        that sees more of h left out: it cannot leave out more, so the nodes that the other was judged by missed it.
        """
        # If both were seen, remainders differ by less than the margin of their norms.
        if self.remainder > 2.0 * other.remainder and self.discretisation.finer_than(other.discretisation):
            return True
        if self.rtol < other.rtol and self.svd.converged:
            return True
        if self.accurate != other.accurate:
            return self.accurate > other.accurate
        if self.rtol == other.rtol and self.svd.converged != other.svd.converged:
            return self.svd.converged
        q = min(self.svd.rank, other.svd.rank)
        if q == 0:
            return self.svd.rank > other.svd.rank or (self.svd.rank == other.svd.rank and self.rtol < other.rtol)
        mine, others = (float(np.sum(np.log(np.maximum(svd.errors[:q], TINY)))) for svd in (self.svd, other.svd))
        return mine < others or (mine == others and self.rtol < other.rtol)

    def beside(self, other: "Judged") -> "Judged":
        """The better of both; of two tolerances without what it tells worse than the other tells anything."""
        best, last = (self, other) if self.better(other) else (other, self)
        if best.rtol == last.rtol or min(best.svd.rank, last.svd.rank) == 0:
            return best
        count = leading_true(best.svd.errors <= last.svd.errors.max())
        return replace(best, svd=best.svd.truncate(count)) if count else best

    def stalled(self, before: "Judged") -> bool:
        """Whether leading bars that are all but good enough were not helped by a finer basis: they are rounding."""
        bar, bar_before = (float(one.svd.errors[:6].max(initial=0.0)) for one in (self, before))
        near = before.svd.rank >= 6 and bar_before <= 1e-10 * before.svd.values[0]
        return near and bar > 0.5 * bar_before and self.discretisation.finer_than(before.discretisation)


def judged(problem: Problem, discretisation: Discretisation) -> Judged | None:
    """One discretisation, decomposed and judged; None if h hides from it."""
    system = discretisation.system
    evidence = with_doubts(discretisation.evidence(system), problem, system)
    if evidence is None:
        return None
    rtol = problem.rtol if discretisation.rtol is None else discretisation.rtol
    discretisation = replace(discretisation, limit=_FAR_OUT) if evidence.hopeless else discretisation
    chosen = select(evidence, system.left.multiplicities, rtol, problem.max_rank)
    svd = assembled(discretisation, system, evidence, chosen, rtol=rtol, max_rank=problem.max_rank)
    accurate = leading_true(svd.errors <= problem.rtol * svd.values.max(initial=0.0))
    complete = evidence.hopeless or (chosen.complete and svd.converged)
    return Judged(svd, discretisation, accurate, complete, evidence.remainder, discretisation.remark)
