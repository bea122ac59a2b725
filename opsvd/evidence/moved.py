"""Other evidence, with bars for what moves h: the rounding of its values, or another kernel in its place."""

from collections.abc import Callable

import numpy as np

from .._support.floats import EPS
from ..operator.evidence import Evidence, Listed
from ..operator.singular_functions import SingularSystem
from ..spectrum import DecayLaw, Estimate, Tail, Unlisted


class Moved(Evidence):
    r"""Other evidence, with bars for what a change of h does that it does not see.

    If h changes by :math:`\delta`, singular values move by at most :math:`\sqrt{E[\delta^2]}` (Weyl).

    Parameters
    ----------
    evidence : Evidence
    moved : float
        A bound of the norm of the change.
    """

    def __init__(self, evidence: Evidence, moved: float) -> None:
        self.evidence, self.moved = evidence, moved
        for name in Evidence.__annotations__:
            setattr(self, name, getattr(evidence, name))

    def bars(self) -> np.ndarray:
        """Those of the other evidence, and what the change moves."""
        return np.asarray(self.evidence.bars() + self.moved)

    @property
    def norm(self) -> Estimate:
        """That of the other evidence, with what the change moves as a further error."""
        norm = self.evidence.norm
        return Estimate(norm.value, norm.error + self.moved, norm.note)

    def left_out(self, rank: int) -> float:
        """What the other evidence says, and the norm of the change."""
        return self.evidence.left_out(rank) + self.moved

    def beyond(self, rank: int) -> Unlisted:
        """What the other evidence says."""
        return self.evidence.beyond(rank)

    def near(self) -> np.ndarray:
        """Those of the other evidence, and what the change moves."""
        return np.asarray(self.evidence.near() + self.moved)

    def spectrum(self, listed: Listed, rank: int, tail: float) -> tuple[DecayLaw, Tail]:
        """What the other evidence says."""
        return self.evidence.spectrum(listed, rank, tail)


def moved_evidence(evidence: Callable[[SingularSystem], Evidence | None], moved: float,
                   system: SingularSystem) -> Evidence | None:
    """The evidence for another kernel, that differs from h by so much."""
    found = evidence(system)
    return None if found is None else Moved(found, moved)


def with_rounding(evidence: Evidence | None, eps: float) -> Evidence | None:
    r"""Bars for values of h that are off by :math:`\epsilon |h|`.

    Epsilon is the distance from one to the next number of their type. A comparison with h does not see this: rounding
    that is alike at all nodes looks like h itself. That of double precision is in the evidence itself.
    """
    return evidence if evidence is None or eps == EPS else Moved(evidence, eps * evidence.norm.value)
