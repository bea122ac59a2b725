"""Evidence for values of h that are rounded more coarsely than double precision rounds."""

import numpy as np

from .._support.floats import EPS
from ..operator.evidence import Evidence, Listed
from ..spectrum import DecayLaw, Estimate, Tail, Unlisted


class Rounded(Evidence):
    r"""Other evidence, with bars for what the rounding of values of h may do.

    Each value is off by at most :math:`\epsilon |h|`, which moves singular values by at most
    :math:`\epsilon \sqrt{E[h^2]}` (Weyl). A comparison with h does not see this: rounding that is alike at all nodes
    looks like h itself.

    Parameters
    ----------
    evidence : Evidence
    eps : float
        The distance from one to the next number in the type of the values.
    """

    def __init__(self, evidence: Evidence, eps: float) -> None:
        self.evidence, self.moved = evidence, eps * evidence.norm.value
        for name in Evidence.__annotations__:
            setattr(self, name, getattr(evidence, name))

    def bars(self) -> np.ndarray:
        """Those of the other evidence, and what rounding moves."""
        return np.asarray(self.evidence.bars() + self.moved)

    @property
    def norm(self) -> Estimate:
        """That of the other evidence, with what rounding moves as a further error."""
        norm = self.evidence.norm
        return Estimate(norm.value, norm.error + self.moved, norm.note)

    def left_out(self, rank: int) -> float:
        """What the other evidence says, and the norm of what rounding changes."""
        return self.evidence.left_out(rank) + self.moved

    def beyond(self, rank: int) -> Unlisted:
        """What the other evidence says."""
        return self.evidence.beyond(rank)

    def near(self) -> np.ndarray:
        """Those of the other evidence, and what rounding moves."""
        return np.asarray(self.evidence.near() + self.moved)

    def spectrum(self, listed: Listed, rank: int, tail: float) -> tuple[DecayLaw, Tail]:
        """What the other evidence says."""
        return self.evidence.spectrum(listed, rank, tail)


def with_rounding(evidence: Evidence | None, eps: float) -> Evidence | None:
    """The evidence itself where values are rounded to double precision, which it accounts for."""
    return evidence if evidence is None or eps == EPS else Rounded(evidence, eps)
