"""Evidence from the scatter of independent scramblings of quasi-random points."""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .._support.floats import TINY
from ..operator.evidence import Evidence, Listed
from ..spectrum import DecayLaw, Estimate, Tail, Unlisted

# Bars are so many changes with the number of points. What all scramblings share falls like n^(-1/2) at the slowest, as
# where equal values split: then 2.4 changes are still to come. The worst error in benchmarks/honesty_of_points.py is
# 0.57 of a bar.
_CHANGES = 4.0
# And so many standard errors over the scramblings: of eight, whose deviation is known to a quarter. The same benchmark,
# and benchmarks/beyond_products.py for what is known of a remainder.
_DEVIATIONS = 5.0


@dataclass(frozen=True, eq=False, kw_only=True)
class ScatterEvidence(Evidence):
    """What several scramblings of quasi-random points tell.

    Attributes
    ----------
    values : ndarray, shape (r,)
    errors : ndarray, shape (r,)
        The bars of the values.
    energy : (float, float)
        The mean square of h over the points, and its bar.
    dimension : int
        How many singular values a matrix of all points has.
    """

    values: np.ndarray
    errors: np.ndarray
    energy: tuple[float, float]
    dimension: int
    clear: float = 3.0    # bars are wide, and values below three of them come in no certain order

    @property
    def unfound(self) -> float:    # type: ignore[override]
        """A kernel that is zero at all points is not known to be zero."""
        return 0.0 if self.energy[0] > 0.0 else math.inf

    def bars(self) -> np.ndarray:
        """Those that it was made with."""
        return self.errors

    @property
    def norm(self) -> Estimate:
        """The root of the mean square of h; nothing is known of it where h is zero at all points."""
        root = math.sqrt(self.energy[0])
        return Estimate(root, max(self.energy[1] / max(root, TINY), self.unfound))

    def left_out(self, rank: int) -> float:
        """What the energy leaves beside the values, with the bars of both."""
        if self.unfound:
            return self.unfound
        (energy, bar), listed = self.energy, self.values[:rank]
        crossed = 2.0 * float(listed @ self.errors[:rank])
        return math.sqrt(max(energy - float(listed @ listed), 0.0) + bar + crossed)

    def beyond(self, rank: int) -> Unlisted:
        """The values less their bars."""
        sure = np.maximum(self.values - self.errors, 0.0)
        return Unlisted(float(sure[rank:].sum()), self.left_out(rank), float(self.dimension),
                        total_least=float(sure.sum()))

    def spectrum(self, listed: Listed, rank: int, tail: float) -> tuple[DecayLaw, Tail]:
        """How the listed values fall; nothing is known of what lies beyond where h is zero at all points."""
        if not self.unfound:
            return super().spectrum(listed, rank, tail)
        law, _ = super().spectrum(listed, rank, 0.0)
        return law, Tail(tail, 0.0, tail, note="h is zero at all points that were looked at")


def scatter_of_points(samples: np.ndarray, energies: np.ndarray, rank: int, dimension: int, *,
                      margin: float = 1.0) -> ScatterEvidence:
    """Evidence for the first `rank` values of ever more points.

    Parameters
    ----------
    samples : ndarray, shape (sizes, scramblings, m)
        The leading singular values, with ever more points, twice as many.
    energies : ndarray, shape (sizes, scramblings, 1)
        Mean squares of h over the same points.
    rank, dimension : int
    margin : float, default 1.0
        By how much norms may be larger than the points show: see `margin_of_points`.
    """
    values, bars = scatter_bars(*samples)
    bars = margin * bars + (margin - 1.0) * values
    energy, bar = (float(one[0]) for one in scatter_bars(*energies))
    return ScatterEvidence(values=values[:rank], errors=bars[:rank], dimension=dimension,
                           energy=widened(max(energy, 0.0), bar, margin))


def widened(energy: float, bar: float, margin: float) -> tuple[float, float]:
    """An energy and its bar where norms may be larger by a margin."""
    return energy, margin**2 * bar + (margin**2 - 1.0) * energy


def scatter_bars(*samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values, nonincreasing, and bars, (r,) each, from samples (scramblings, r) with ever more points, twice as many.

    Errors may change their sign with the number of points, and one change be small by chance: the largest counts, each
    as what is left of it where errors fall like one over the number. Where they fall more slowly, the last shows it.
    """
    means, full = [some.mean(axis=0) for some in samples], samples[-1]
    change = np.zeros(full.shape[1])
    for before, after in pairwise(means):
        change = np.maximum(0.5 * change, largest_nearby(np.abs(after - before)))
    bars = (_CHANGES * change + deviation(full)
            + 1e-13 * means[-1].max(initial=0.0))    # rounding of an SVD of some thousand rows
    return means[-1], bars


def largest_nearby(change: np.ndarray) -> np.ndarray:
    """The largest of each size and its neighbours: where values cross or split, a change vanishes by chance."""
    around = np.pad(change, 1)
    return np.asarray(np.maximum(np.maximum(around[:-2], around[1:-1]), around[2:]))


def deviation(samples: np.ndarray) -> np.ndarray:
    """So many standard errors of means over the first axis, of independent samples, that they hold."""
    return np.asarray(_DEVIATIONS * samples.std(axis=0, ddof=1) / math.sqrt(len(samples)))
