"""What is known of an answer for a kernel of numbers."""

from dataclasses import dataclass

import numpy as np

from ..spectrum import Estimate
from .remainder import NORM_MARGIN, RemainderEvidence


@dataclass(frozen=True, eq=False, kw_only=True)
class ComparedEvidence(RemainderEvidence):
    """What is known of kernels of numbers besides: images tell of values that are there, though not which.

    What may be missing from few values is the remainder, less what is beyond the reach of any discretisation.

    Attributes
    ----------
    rounded : ndarray, shape (r,)
        What roundings of points do to values where h jumps: see `opsvd.evidence.rounded_jumps`.
    """

    exhausted: bool = False
    hopeless: bool = False
    unfound: float = 0.0
    rounded: np.ndarray | float = 0.0

    @property
    def breaks(self) -> bool:    # type: ignore[override]
        """Whether slices were found to break, or were given up."""
        return self.images is not None and self.images.breaks

    def bars(self) -> np.ndarray:
        """Those of the remainder and the images, with what roundings of points do."""
        return super().bars() + self.rounded

    @property
    def norm(self) -> Estimate:
        """That of the remainder, with what roundings of points do to it: no more than to singular values."""
        norm = super().norm
        return Estimate(norm, norm.error + float(np.max(self.rounded, initial=0.0)))

    def near(self) -> np.ndarray:
        """Bars of values that may not be told apart from what the remainder hides: see `Images`.

        A residual says that there is a true singular value close to a computed one, but not that it is the i-th: enough
        to see how a spectrum decays. Never larger than `bars`, which are for the i-th value.
        """
        bars = self.bars()
        if self.images is None:
            return bars
        near = NORM_MARGIN * (self.images.coupling + self.images.residual)
        near = np.append(near, np.full(len(bars) - len(near), np.inf)) + self.rounded
        return np.asarray(np.minimum(bars, near))
