"""A stranger's evidence: what a projection leaves of E[h^2], which bounds every error by Weyl's inequality."""

from dataclasses import dataclass

import numpy as np

from opsvd import Estimate
from opsvd.operator.evidence import Evidence
from opsvd.spectrum import Unlisted


@dataclass(frozen=True, eq=False)
class EnergyEvidence(Evidence):
    """The values of a projection, and E[h^2]."""

    values: np.ndarray
    energy: float

    def bars(self):
        """The norm of what is left, for each value."""
        return np.full(len(self.values), self.left_out(len(self.values)))

    @property
    def norm(self):
        """The root of E[h^2]."""
        return Estimate(np.sqrt(self.energy), 1e-12)

    def left_out(self, rank):
        """The root of E[h^2] less the squares of the values."""
        return float(np.sqrt(max(self.energy - np.sum(self.values[:rank] ** 2), 0.0)))

    def beyond(self, rank):
        """The values that are not listed, and as many again."""
        return Unlisted(float(self.values[rank:].sum()), self.left_out(len(self.values)), float(2 * len(self.values)))
