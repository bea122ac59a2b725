"""Lengths and degrees that hold the energy of a rotation-invariant kernel."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from .._support.arrays import squares
from ..errors import KernelError, NotSquareIntegrableError
from ..measures import radial_half_density, radial_reach
from ..quadrature import SLOWEST_RATE, continued, fall, harmonics
from .sections import Profiles

# Nodes in y are those in x moved by this part of a step, so that no length of x is one of y: there (|x| < |y|), and all
# that depends on which of both is larger, would be noise.
APART = 0.41
# Of the spectra that end here, that of sign in R^2 is the longest: twice as many degrees give it 14 values in place of
# 10, in 2.6 times the time.
MOST_DEGREES = 192


@dataclass(frozen=True)
class Radii:
    """Where the energy is: intervals of delta for x and y, what is missing as a part of the norm, and the norm.

    And of some delta of y, increasing, the parts of the energy that are beyond each.
    """

    x: tuple[float, float]
    y: tuple[float, float]
    missing: float
    norm: float
    beyond: tuple[np.ndarray, np.ndarray] = (np.zeros(0), np.zeros(0))

    def farthest(self, part: float) -> float:
        """The delta of y beyond which there is no more than a part of the energy, in steps."""
        delta, beyond = self.beyond
        return float(delta[min(int(np.sum(beyond > part)), len(delta) - 1)])


class _CoarseGrid:
    """Equidistant lengths of x and of y in an interval, and weights that make squares energies."""

    def __init__(self, low: float, high: float, k: int) -> None:
        # At large k the density of delta has the standard deviation (2 k)^(-1/2): a step is at most 0.42 of that, and
        # the trapezoid rule of a Gaussian exact. Short intervals have 12 nodes at least.
        count = int((high - low) * math.sqrt(k) / 0.3) + 12
        self.start, self.step = low, (high - low) / count
        self.x = low + self.step * (np.arange(count) + 0.5)
        self.y = self.x - APART * self.step
        self._left, self._right = (math.sqrt(self.step) * radial_half_density(delta, k) for delta in (self.x, self.y))

    def energies(self, values: np.ndarray) -> np.ndarray:
        """The energies of cells from values (n, n); the weights go in one after the other: their product underflows."""
        return squares(values * self._left[:, None] * self._right)

    def interval(self, marginal: np.ndarray, negligible: float) -> tuple[float, float]:
        """The interval that holds a marginal of the energy, to a negligible part at either side."""
        first = int(np.searchsorted(np.cumsum(marginal), negligible))
        last = len(marginal) - int(np.searchsorted(np.cumsum(marginal[::-1]), negligible))
        return self.start + self.step * max(first - 1, 0), self.start + self.step * min(last + 1, len(marginal))


class _Energies:
    """Energies on a coarse grid: of cells in x and in y, what is missing, of that towards zero, and all."""

    def __init__(self, profiles: Profiles, ends: tuple[float, float]) -> None:
        self.grid = _CoarseGrid(*ends, profiles.k)
        seen = profiles.sections(self.grid.x, self.grid.y, 1)
        energy = self.grid.energies(seen.values[0]) + self.grid.energies(seen.beyond)
        self.marginals = energy.sum(axis=1), energy.sum(axis=0)
        self.missing_towards_zero = sum(_missing(marginal[::-1]) for marginal in self.marginals)
        self.missing = self.missing_towards_zero + sum(_missing(marginal) for marginal in self.marginals)
        self.total = float(energy.sum())


P = TypeVar("P", bound=Profiles)


def find_radii(make: Callable[[float], P], k: int, tol: float) -> tuple[Radii, P]:
    r"""Find where the energy :math:`M(r, s)` times the densities is, to tol^2 of the whole.

    Parameters
    ----------
    make : callable
        Gives the profiles for all delta up to its argument.
    k : int
    tol : float

    Raises
    ------
    NotSquareIntegrableError
        If the energy does not decay.
    """
    # The ends are where the density is e^-level and e^-least of its maximum, above and below. Both grow in steps of
    # 12 %; at e^-1300 half-densities, of e^-650, are still numbers.
    level = least = -2.0 * math.log(tol)
    found: _Energies | None = None
    while found is None or level < 1300.0:
        try:
            ends = radial_reach(max(level, least), k)[0], radial_reach(level, k)[1]
            wider = make(ends[1])
            energies = _Energies(wider, ends)
        except KernelError:
            if found is not None:
                break
            level *= 0.3    # a kernel that overflows far out: from within
            if level < 4.0:    # not even within three standard deviations
                raise
            continue
        found, profiles = energies, wider
        if found.missing <= tol * tol * found.total:
            break
        level *= 1.12
        least *= 1.12 if found.missing_towards_zero > tol * tol * found.total else 1.0
    if found.total > 0.0 and not found.missing <= 0.01 * found.total:    # what decays slowly may miss one per cent
        raise NotSquareIntegrableError(
            "h must be square-integrable, but h^2 times the densities does not decay with the lengths of x and y: "
            "E[h^2] is infinite. Decompose a kernel that grows more slowly (exp(c <x, y>) needs |c| < 1/2 under "
            "standard Gaussians), or take measures with a smaller covariance")
    x, y = (found.grid.interval(marginal, 0.1 * tol * tol * found.total) for marginal in found.marginals)
    missing = math.sqrt(found.missing / found.total) + tol if found.total else 0.0
    marginal = found.marginals[1]
    delta = found.grid.start + found.grid.step * np.arange(1, len(marginal) + 1)
    beyond = np.append(np.cumsum(marginal[:0:-1])[::-1], 0.0) / (found.total or 1.0)
    return Radii(x, y, missing, math.sqrt(found.total), (delta, beyond)), profiles


def _missing(marginal: np.ndarray) -> float:
    """What lies beyond the last entry of an energy, if it goes on as over the last six; inf if it does not fall."""
    last = float(marginal[-3:].sum())
    factor = fall(last, float(marginal[-6:-3].sum()))
    return float(continued(last, factor)) if factor < 1.0 - SLOWEST_RATE else math.inf


def largest_beyond(beyond: float, k: int, size: int, parities: tuple[bool, bool]) -> float:
    """A bound of singular values of degrees from `size` on, whose norm together is `beyond`.

    Each of these values stands at least N(k, size) times.
    """
    count = harmonics(k, size if parities[size % 2] else size + 1)
    return beyond * math.exp(-0.5 * math.log(count)) if beyond > 0.0 else 0.0


def enough_degrees(profiles: Profiles, radii: Radii, k: int, tol: float, parities: tuple[bool, bool]) -> int:
    """So many degrees that those beyond hold no value above tol s_1, or the most that are computed."""
    grid = _CoarseGrid(min(radii.x[0], radii.y[0]), max(radii.x[1], radii.y[1]), k)

    def energies(size: int) -> tuple[list[float], float]:
        seen = profiles.sections(grid.x, grid.y, size)
        return [float(grid.energies(c).sum()) for c in seen.values], float(grid.energies(seen.beyond).sum())

    return degrees_for(energies, k, radii.norm, tol, parities)


def degrees_for(energies: Callable[[int], tuple[list[float], float]], k: int, norm: float, tol: float,
                parities: tuple[bool, bool], *, most: int = MOST_DEGREES) -> int:
    """The same from what gives the energies of so many degrees, and that of all beyond."""
    size, before = 12, math.inf
    while True:
        inner, outer = energies(size)
        norms = np.array([math.sqrt(e / harmonics(k, degree)) if e else 0.0 for degree, e in enumerate(inner)])
        beyond = np.sqrt(outer + np.append(np.cumsum(inner[::-1])[::-1], 0.0))    # of so many degrees
        enough = [fewer for fewer in range(1, size + 1)
                  if largest_beyond(float(beyond[fewer]), k, fewer, parities) <= tol * norms.max()]
        # What twice the degrees do not halve, below the root of eps, is the rounding of energies.
        rounding = before < 1e-8 * norm and beyond[-1] > 0.5 * before
        if enough or rounding or size >= most:
            return enough[0] if enough else size
        before, size = beyond[-1], min(2 * size, most)
