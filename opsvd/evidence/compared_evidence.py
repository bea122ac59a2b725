"""What is known of an answer for a kernel of numbers."""

from dataclasses import dataclass, replace

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

    def beside_fewer(self) -> "ComparedEvidence":
        r"""With what bounds of what is left beside many functions say of what is left beside fewer.

        If D is left beside the leading r functions, and their images are right to e, then
        :math:`\max(s_{q+1}, \|D\|) + 2 e` are left at most beside q < r of them: D and the terms that are left out act
        on functions that are orthogonal, but for these images.
        """
        if self.images is None:
            return self
        beside, residual = self.beside(), NORM_MARGIN * self.images.residual
        known = len(residual)
        following = np.append(self.values, 0.0)[1:known + 1, None]
        bounds = np.where(np.tri(known, dtype=bool).T, np.maximum(following, beside[:known]) + 2.0 * residual, np.inf)
        beside[:known] = np.minimum(beside[:known], bounds.min(axis=1, initial=np.inf))
        return replace(self, complement=beside)

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
