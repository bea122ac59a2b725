"""Evidence for an operator that is a direct sum of parts, each of which is judged by itself."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .._support.floats import EPS
from ..operator.evidence import Evidence
from ..spectrum import Estimate, Unlisted
from .remainder import NORM_MARGIN, ORDER_MARGIN, RemainderEvidence


@dataclass(frozen=True, eq=False, kw_only=True)
class PartsEvidence(Evidence):
    """What is known of every part, and the norm of the whole.

    Attributes
    ----------
    values : ndarray, shape (r,)
        Those of all parts, in nonincreasing order.
    parts : tuple of RemainderEvidence
        In the order of the blocks.
    counts : tuple of int
        How often each part stands.
    added : float
        What every bar has besides those of its part.
    known_norm : Estimate
        The norm of h, from elsewhere than the values.
    floor : float
        No value that was not computed is larger.
    """

    values: np.ndarray
    parts: tuple[RemainderEvidence, ...]
    counts: tuple[int, ...]
    added: float
    known_norm: Estimate
    floor: float
    enough: int = 10    # parts have few values each
    ordered: bool = False

    @cached_property
    def _order(self) -> np.ndarray:
        return np.argsort(-np.concatenate([part.values for part in self.parts]), kind="stable")

    @cached_property
    def _counts(self) -> np.ndarray:
        each = [np.full(len(part.values), float(count)) for part, count in zip(self.parts, self.counts, strict=True)]
        return np.asarray(np.concatenate(each)[self._order])

    def bars(self) -> np.ndarray:
        """Those of the parts."""
        return np.asarray(np.concatenate([_bars(part) for part in self.parts])[self._order] + self.added)

    @property
    def norm(self) -> Estimate:
        """What is known from elsewhere."""
        return self.known_norm

    def left_out(self, rank: int) -> float:
        """What the energy leaves beside the values that are listed, with all that these numbers may be off by."""
        norm, s, bars = self.norm, self.values[:rank], self.bars()[:rank]
        unsure = norm.error * (2.0 * norm.value + norm.error) + float(self._counts[:rank] @ (bars * (2.0 * s + bars)))
        left = norm.value**2 - math.fsum(self._counts[:rank] * s**2)
        return math.sqrt(max(left, 0.0) + unsure + 16.0 * EPS * norm.value**2)

    def beyond(self, rank: int) -> Unlisted:
        """The values that were computed and are not listed."""
        dimension = sum(count * part.dimension for part, count in zip(self.parts, self.counts, strict=True))
        return Unlisted(float(self._counts[rank:] @ self.values[rank:]), self.left_out(len(self.values)),
                        float(dimension))


def _bars(part: RemainderEvidence) -> np.ndarray:
    """Bars of one part.

    T is the direct sum of the computed values and of what is left beside all of them, up to residuals: no value of it
    is smaller than the computed one but for these, nor larger than both.
    """
    bars, images = part.bars(), part.images
    if images is None or len(bars) == 0 or len(images.residual) < len(bars):
        return bars
    off = NORM_MARGIN * float(images.residual[-1] + images.coupling[-1])
    return np.asarray(np.minimum(bars, np.maximum(ORDER_MARGIN * part.operator_norm - part.values, 0.0) + off))
