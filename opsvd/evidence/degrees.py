"""Evidence for rotation-invariant kernels: the bars of every degree, and what is known of all degrees together."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .._support.arrays import leading_true
from .._support.floats import EPS
from ..operator.evidence import Evidence, Listed
from ..spectrum import DecayLaw, Estimate, Tail, Unlisted, decay_law
from ..spectrum.sector_tail import sector_tail
from .remainder import NORM_MARGIN


@dataclass(frozen=True, eq=False)
class Degree:
    """What is known of one degree.

    Attributes
    ----------
    degree, count : int
        The degree and its number of harmonics.
    values, bars : ndarray, shape (r,)
        Its singular values, each of which stands `count` times.
    remainder : float
        The norm of what the values leave of this degree, for one harmonic: of R.
    coupling : float
        The Frobenius norm of :math:`E[f_i R g_j]`, likewise.
    dimension : int
        How many values that may have, as far as it was seen: the nodes of the check grid.
    """

    degree: int
    count: int
    values: np.ndarray
    bars: np.ndarray
    remainder: float
    coupling: float
    dimension: int


@dataclass(frozen=True, eq=False, kw_only=True)
class DegreesEvidence(Evidence):
    """Degrees that were computed, and what lies beyond them.

    Attributes
    ----------
    values : ndarray, shape (r,)
        Those of all degrees, in nonincreasing order.
    degrees : tuple of Degree
    following_degrees : float
        The norm of what all degrees beyond hold.
    norm_error : float
        How far the norm of h may be off, but for rounding.
    known_norm : float or None
        The norm of h, where it is known from h^2 itself, and not degree by degree.
    floor : float
        No singular value of the degrees beyond is larger than this.
    """

    values: np.ndarray
    degrees: tuple[Degree, ...]
    following_degrees: float
    norm_error: float
    known_norm: float | None
    floor: float
    enough: int = 24    # degrees have few values each, and many of one size
    ordered: bool = False

    @cached_property
    def _order(self) -> np.ndarray:
        return np.argsort(-np.concatenate([d.values for d in self.degrees]), kind="stable")

    def bars(self) -> np.ndarray:
        """Those of the degrees."""
        return np.asarray(np.concatenate([d.bars for d in self.degrees])[self._order])

    def _energy(self, first: int, last: int | None = None) -> float:
        """The energy of some of the values."""
        counts = [d.count for d in self.degrees for _ in d.values]
        return math.fsum(counts[i] * float(value) ** 2 for i, value in zip(
            self._order[first:last].tolist(), self.values[first:last], strict=True))

    @property
    def remainders(self) -> float:
        """The norm of what the values leave of all degrees together."""
        return math.sqrt(math.fsum(d.count * d.remainder**2 for d in self.degrees))

    @cached_property
    def norm(self) -> Estimate:
        """The norm degree by degree, or of h^2 itself."""
        if self.known_norm is None:
            norm = math.sqrt(self._energy(0) + self.following_degrees**2)
        else:
            norm = max(self.known_norm, math.sqrt(self._energy(0, leading_true(self.values > self.bars()))))
        return Estimate(norm, self.norm_error + 16.0 * EPS * norm)

    def left_out(self, rank: int) -> float:
        """The values that are not listed, the remainders of all degrees, and the degrees beyond.

        With what a remainder has in common with values that are not listed: it is not zero where integrals are not
        exact.
        """
        if self.known_norm is not None:
            return math.sqrt(max((self.norm.value + self.norm.error) ** 2 - self._energy(0, rank), 0.0))
        dropped = [float(np.linalg.norm(d.values[~some])) for d, some in self._listed(rank)]
        left = math.fsum(d.count * (d.remainder**2 + one**2 + 2.0 * one * min(d.coupling, d.remainder))
                         for d, one in zip(self.degrees, dropped, strict=True))
        return math.sqrt(left + self.following_degrees**2)

    def _listed(self, rank: int) -> list[tuple[Degree, np.ndarray]]:
        """Each degree, and which of its values are among the first `rank` of all."""
        given = np.zeros(len(self.values), dtype=bool)
        given[self._order[:rank]] = True
        return list(zip(self.degrees, np.split(given, np.cumsum([len(d.values) for d in self.degrees])[:-1]),
                        strict=True))

    def beyond(self, rank: int) -> Unlisted:
        """The values that are not listed; `spectrum` knows what lies beyond the degrees."""
        dimension = float(sum(d.count * d.dimension for d in self.degrees))
        return Unlisted(float(self.values[rank:].sum()), self.left_out(rank), dimension)

    def _energies_beyond(self, rank: int, tail: float) -> tuple[float, float]:
        """Bounds of the sum of squares of all values beyond the first `rank`."""
        norm, error = self.norm.value, self.norm.error
        if self.known_norm is not None:
            return tail**2 - 4.0 * norm * error, tail**2    # which has the error of the norm once already
        # By Mirsky's theorem its root is that of the computed values to within the remainder.
        computed = math.sqrt(self._energy(rank))
        unsure = 2.0 * norm * max(error - self.remainders, 0.0)
        least = max(computed - NORM_MARGIN * self.remainders, 0.0) ** 2 + self.following_degrees**2
        return least - unsure, tail**2 + unsure

    def spectrum(self, listed: Listed, rank: int, tail: float) -> tuple[DecayLaw, Tail]:
        """The sums over degrees, continued beyond the last."""
        counts = np.array([float(d.count) for d in self.degrees])

        def sums(values: list[np.ndarray]) -> np.ndarray:
            return np.asarray(counts * np.array([float(np.sum(some)) for some in values]))

        known = sums([d.values[some] for d, some in self._listed(rank)])
        # Below their bars values are noise, of which the bars themselves are all that is known.
        found = sums([np.where(d.values > d.bars, d.values, 0.0) for d in self.degrees])
        hidden = math.fsum(d.count * math.sqrt(d.dimension) * d.remainder for d in self.degrees)
        return decay_law(listed.values, listed.bars, multiplicities=listed.counts), sector_tail(
            self._energies_beyond(rank, tail), known, np.maximum(found, known),
            sums([np.minimum(d.bars, 2.0 * d.values + d.bars) for d in self.degrees]),
            np.array([d.degree for d in self.degrees]), complete=self.following_degrees == 0.0, hidden=hidden,
            total_least=float(sums([np.maximum(d.values - d.bars, 0.0) for d in self.degrees]).sum()))
