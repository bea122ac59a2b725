"""Other evidence, with bars for what moves h: rounding, other measures, or another kernel in its place."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from .._support.floats import EPS
from ..operator.evidence import Evidence, Listed
from ..operator.problem import Problem
from ..operator.singular_functions import SingularFunctions, SingularSystem
from ..spectrum import DecayLaw, Estimate, Tail, Unlisted


class Moved(Evidence):
    r"""Other evidence, with bars for what a change of h does that it does not see.

    If h changes by :math:`\delta`, singular values move by at most the operator norm of the change (Weyl), and the norm
    of h and what is left out by at most :math:`\sqrt{E[\delta^2]}`.

    Parameters
    ----------
    evidence : Evidence
    moved : float
        A bound of the operator norm of the change.
    changed : float, optional
        A bound of :math:`\sqrt{E[\delta^2]}`, by default the same.
    """

    def __init__(self, evidence: Evidence, moved: float, changed: float | None = None) -> None:
        self.evidence, self.moved, self.changed = evidence, moved, moved if changed is None else changed
        for name in Evidence.__annotations__:
            setattr(self, name, getattr(evidence, name))

    def bars(self) -> np.ndarray:
        """Those of the other evidence, and what the change moves."""
        return np.asarray(self.evidence.bars() + self.moved)

    @property
    def norm(self) -> Estimate:
        """That of the other evidence, with what the change moves as a further error."""
        norm = self.evidence.norm
        return Estimate(norm.value, norm.error + self.changed, norm.note)

    def left_out(self, rank: int) -> float:
        """What the other evidence says, and the norm of the change."""
        return self.evidence.left_out(rank) + self.changed

    def beyond(self, rank: int) -> Unlisted:
        """What the other evidence says, of the kernel that does not change."""
        return self.evidence.beyond(rank)

    def near(self) -> np.ndarray:
        """Those of the other evidence, and what the change moves."""
        return np.asarray(self.evidence.near() + self.moved)

    def spectrum(self, listed: Listed, rank: int, tail: float) -> tuple[DecayLaw, Tail]:
        """What the other evidence says, where sums may be off by those of all values that the change may have."""
        law, beyond = self.evidence.spectrum(listed, rank, tail)
        last = float(listed.values.min(initial=math.inf, where=listed.values > 0.0))
        moved = beyond.moved(self.moved, self.evidence.beyond(rank).dimension, last)
        sure = float(listed.counts @ np.maximum(listed.values - listed.bars, 0.0))
        return law, replace(moved, total_least=max(moved.total_least, sure))


def moved_evidence(evidence: Callable[[SingularSystem], Evidence | None], moved: float, system: SingularSystem,
                   changed: float | None = None) -> Evidence | None:
    """The evidence for another kernel, that differs from h by so much in the operator norm and in E[h^2]^(1/2)."""
    found = evidence(system)
    return None if found is None else Moved(found, moved, changed)


def with_doubts(evidence: Evidence | None, problem: Problem, system: SingularSystem) -> Evidence | None:
    r"""Bars for what a comparison with h does not see: values that are off by :math:`\epsilon |h|`, and other measures.

    Epsilon is the distance from one to the next number of their type. Rounding that is alike at all nodes looks like h
    itself. That of double precision is in the evidence itself.

    If the root of a density is off by :math:`\delta`, relatively, singular values move by :math:`s_i E[f_i^2 \delta]`,
    to first order, and the squared norm by :math:`2 E[h^2 \delta]`.
    """
    if evidence is None:
        return None
    moved = 0.0 if problem.given.eps == EPS else problem.given.eps * evidence.norm.value
    for measure, functions in ((problem.mu_x, system.left), (problem.mu_y, system.right)):
        if measure.uncertainty > 0.0:
            moved += measure.uncertainty * _largest(functions, system.values, measure.uncertainty)
    return Moved(evidence, moved) if moved > 0.0 else evidence


def _largest(functions: SingularFunctions, values: np.ndarray, least: float) -> float:
    r"""The largest :math:`s_i f_i(x)^2` and :math:`\sum_i s_i^2 f_i(x)^2 / \|h\|` at nodes of that weight or more."""
    largest = float(values[0])
    with np.errstate(divide="ignore", invalid="ignore"):    # points beside a break may be rounded out of the support
        means = functions.means()
    for at_points, weights, _ in means:
        seen = (weights >= least) & np.isfinite(at_points).all(axis=(1, 2))
        squares = np.sum(np.abs(at_points[seen]) ** 2, axis=1) * values
        norms = squares @ values / np.linalg.norm(values)
        largest = max(largest, float(squares.max(initial=0.0)), float(norms.max(initial=0.0)))
    return largest
