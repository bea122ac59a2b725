r"""Rotation-invariant kernels as a sum over degrees of spherical harmonics, each a kernel of the radii alone.

In :math:`\delta = \log(|x| / \sqrt k)` the trapezoid rule makes of every :math:`c_l` (see `sections`) a matrix
between cardinal functions; for phi(<x, y>), whose :math:`c_l` depends on |x| |y| alone, a Hankel matrix. What degrees
beyond the last hold together is known from E[h^2], and since each of their values stands at least N(k, l) times, none
is larger than the root of that energy over N(k, l).
"""

import math
from collections.abc import Iterator

import numpy as np

from .._support.floats import bisected
from ..bases import RadialBasis, radial_spectrum
from ..measures import radial_half_density
from .radii import APART, Radii
from .sections import Profiles, grid_step
from .sector_checks import CHECK_STEP, SHIFTS, CheckGrid, CheckGrids

# The SVD of a matrix of this size takes 0.8 s, and there is one for every degree.
_MOST_NODES = 1201


class SectorGrids:
    """The functions c_l between radial bases of one step, and on check grids.

    They are filtered for that step and for the one of the check grids, or not at all.

    Attributes
    ----------
    left, right : RadialBasis
    values : ndarray, shape (degrees, left.count, right.count)
        c_l at the nodes of the bases, for the degrees 0, 1, ...; filtered if the check grids have filtered images.
    checks : CheckGrids
    check : CheckGrid
        The one that is always looked at.
    radii : Radii
    beyond : float
        The norm of what all degrees beyond hold.
    beyond_error : float
        How far the grids disagree on it.
    hidden : (float, float)
        Of what lies nearer to singular points than nodes: a bound of its operator norm on each degree, and its energy.
    truncation : float
        The norm of truncation errors in the angle, on each degree.
    norms : (float, float) or None
        If c_l is filtered: the norm of the kernel from either grid, and h^2 filtered.
    smooth : bool
        Whether what the trapezoid rule is applied to is known to be smooth, being filtered where it is not.
    level : int
        How often the step was made smaller.
    parities : (bool, bool)
        Whether there are even degrees, and odd ones.
    """

    def __init__(self, profiles: Profiles, radii: Radii, size: int, parities: tuple[bool, bool],
                 bases: tuple[RadialBasis, RadialBasis], *, level: int) -> None:
        self.left, self.right = left, right = bases
        self.radii, self.parities, self.level = radii, parities, level
        grids = left.grid, right.grid
        filtered, filtered_check = profiles.filtered(left.step), profiles.filtered(CHECK_STEP * left.step)
        self.norms: tuple[float, float] | None = None
        if filtered is not None and filtered_check is not None:
            self.checks = CheckGrids(profiles, filtered_check[0], left, right, size)
            self.check, seen = self.checks.first, filtered[0].sections(*grids, size)
            beyond = [self.check.beyond]
            self.norms = (_norm_of_square(filtered[1], *grids),
                          _norm_of_square(filtered_check[1], self.check.x, self.check.y))
        else:
            self.checks = CheckGrids(profiles, None, left, right, size)
            self.check, seen = self.checks.first, profiles.sections(*grids, size)
            beyond = [self.check.beyond, seen.norm_beyond(*grids, profiles.k)]
        self.values, self.truncation = seen.values, seen.truncation + self.check.truncation
        mass, energy = profiles.hidden
        # A kernel k(u + v) w(u) w(v) has no larger norm than the integral of |k| times the largest of w^2 (Schur's
        # test).
        self.hidden = mass * float(radial_half_density(np.zeros(1), profiles.k)[0]) ** 2, energy
        self.beyond, self.beyond_error = math.hypot(max(beyond), math.sqrt(energy)), max(beyond) - min(beyond)
        self.smooth = self.norms is not None or not profiles.breaks

    imaged = True    # what T makes of functions is looked at

    @property
    def k(self) -> int:
        """The dimension."""
        return self.left.k

    @property
    def degrees(self) -> list[int]:
        """The degrees that are not zero by parity, or because R^1 has only two."""
        return [degree for degree in range(len(self.values)) if self.parities[degree % 2]]

    def matrix(self, degree: int) -> np.ndarray:
        """The matrix of c_l between the bases, shape (left.count, right.count)."""
        weighted = self.values[degree] * self.left.weights[:, None] * self.right.weights
        return np.asarray(self.left.step * weighted)

    @property
    def shifted_checks(self) -> tuple[CheckGrid, ...]:
        """The other check grids, for kernels that are not known to be smooth.

        There are none for the first two levels, which smooth kernels do with: bars are twice the norm of the remainder.
        """
        return () if self.smooth or self.level < 2 else self.checks.others


def sector_grids(profiles: Profiles, radii: Radii, size: int, parities: tuple[bool, bool], step: float, *,
                 levels: int = 6, finer: float = 0.7) -> Iterator[SectorGrids]:
    """Yield with ever smaller steps: each is `finer` times the one before; none has more than 1201 nodes."""
    for level in range(levels):
        h = step * finer**level
        left, right = (RadialBasis(profiles.k, h, high - shift * h, 2 * math.ceil(0.5 * (high - low) / h) + 1)
                       for (low, high), shift in ((radii.x, 0.0), (radii.y, APART)))
        if max(left.count, right.count) > _MOST_NODES:
            return
        yield SectorGrids(profiles, radii, size, parities, (left, right), level=level)


def _norm_of_square(squares: Profiles, x: np.ndarray, y: np.ndarray) -> float:
    """The norm of h from the mean of h^2 over angles, filtered: this may be negative somewhere, but not its sum."""
    mean = squares.sections(x, y, 1).values[0]
    left, right = (grid_step(grid) * radial_half_density(grid, squares.k) ** 2 for grid in (x, y))
    return math.sqrt(max(float(left @ mean @ right), 0.0))


def beyond_ends(k: int, aim: float) -> float:
    """How far log|x| + log|y| of check nodes may lie beyond the ends of both intervals."""
    return sum(SHIFTS) * first_step(k, aim)    # of all check grids, the first is shifted farthest


def first_step(k: int, aim: float) -> float:
    r"""The step at which functions that are w times something smooth have no frequencies left, to the aim.

    The transform of w is :math:`\Gamma(k/4 + i \kappa / 2)`, up to a factor of modulus one, and the step resolves
    frequencies to :math:`\pi / h`.
    """
    return math.pi / bisected(0.0, 40.0 * math.sqrt(k) + 100.0, lambda frequency: radial_spectrum(frequency, k) > aim)
