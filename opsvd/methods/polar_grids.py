"""Lengths, directions and harmonics for phi(<a, b>) under laws that are not round, and others by which to check."""

import math
from dataclasses import dataclass, replace

import numpy as np

from ..bases import Polyspherical, RadialBasis
from ..measures import radial_half_density
from .angular_profile import ProductProfile
from .polar_law import Directions, PolarLaw, gauss_directions, legendre_directions
from .polar_operator import PolarOperator, radial_blocks
from .polar_tail import PolarTail
from .radii import Radii
from .sections import grid_step
from .sector_checks import CHECK_STEP, SHIFTS
from .sector_grids import first_step

# Harmonics to this degree at first, by dimension: more take ten seconds at k = 3 and a minute at k = 4.
_MOST_AT_FIRST = {2: 96, 3: 60, 4: 36}
# Triplets of each of the 2^k classes of harmonics.
_TRIPLETS = {2: 24, 3: 20, 4: 12}
# Coefficients of the last functions that are listed must fall so many units more: a class has more where k is small.
_LISTED = {2: 5.0, 3: 2.0, 4: 0.0}


@dataclass(frozen=True)
class PolarSizes:
    """How fine grids are.

    Attributes
    ----------
    step : float
        The distance of lengths, in the logarithm.
    tops : tuple of int
        The highest degrees of harmonics in the first two coordinates, in the first three, and so on.
    count : int
        The singular triplets of each class of harmonics.
    """

    step: float
    tops: tuple[int, ...]
    count: int

    def times(self, steps: float, degrees: float, more: int = 0) -> "PolarSizes":
        """Other steps and degrees, but the same triplets."""
        return replace(self, step=steps * self.step, tops=tuple(math.ceil(degrees * top) + more for top in self.tops))

    @property
    def finer(self) -> "PolarSizes":
        """The next level."""
        return self.times(0.8, 1.25)

    @property
    def rougher(self) -> "PolarSizes":
        """For functions to start from, at a tenth of the cost."""
        return self.times(1.5, 0.6)

    @property
    def check(self) -> "PolarSizes":
        """By which triplets are judged."""
        return self.times(CHECK_STEP, 1.15, 2)

    def whole(self, excess: float, tail: PolarTail, last: float) -> "PolarSizes":
        """For the norm of what triplets leave: all harmonics, on lengths that tell it to some per cent.

        Those beyond should hold less than the last values that were found, if the check has as many.
        """
        highest = self.check.tops[-1]
        top = next((top for top in range(self.tops[-1], highest) if excess * tail.bound(top) <= 0.4 * last), highest)
        return replace(self, step=1.5 * self.step, tops=(top,) * len(self.tops))


def first_sizes(deviations: np.ndarray, tail: PolarTail, aim: float, max_rank: int | None) -> PolarSizes:
    r"""The sizes at which singular functions should be known to the aim.

    Densities are singular at imaginary angles: in the first j coordinates, with deviations from :math:`\sigma_1` to
    :math:`\sigma_j`, at :math:`\tan\theta = i \sigma_1 / \sigma_j`. Coefficients of harmonics of the degree l there
    fall like :math:`e^{-l \tau}`, with :math:`\tanh\tau = \sigma_1 / \sigma_j`, or faster: as the last coordinate
    is the widest, functions are narrow around its axis, and vary little around it.
    """
    k, excess = len(deviations), float(np.prod(1.0 / deviations))
    most, held = _MOST_AT_FIRST[k], 0.03 * tail.norms.max()    # the tenth value is about twice that
    enough = next((top for top in range(8, most) if excess * tail.bound(top) <= held), most)
    falls = np.arctanh(np.minimum(deviations[0] / deviations[1:], 1.0 - 1e-9))
    needed = np.ceil((math.log(1.0 / aim) + _LISTED[k]) / falls).astype(int)
    top = min(max(enough, int(needed[-1])), most)
    tops = tuple(min(top, max(12, fall)) for fall in needed[:-1].tolist())
    wanted = 0 if max_rank is None else math.ceil(3.0 * max_rank / 2**k)
    return PolarSizes(first_step(k, aim), (*tops, top), max(_TRIPLETS[k], wanted))


class PolarGrid:
    """T at lengths of a and of b, and one rule for directions.

    Parameters
    ----------
    profile : ProductProfile
    deviations : ndarray, shape (k,)
        Of the coordinates of a, and of b.
    lengths : (ndarray, ndarray)
        Equidistant in the logarithm, with one step.
    directions : Directions
    tops : tuple of int
        The highest degrees of harmonics after each join.
    check : bool
        Whether angular integrals are to have the nodes for checks.
    """

    def __init__(self, profile: ProductProfile, deviations: np.ndarray, lengths: tuple[np.ndarray, np.ndarray], *,
                 directions: Directions, tops: tuple[int, ...], check: bool) -> None:
        self.tops, self.check = tops, check
        self.laws = tuple(PolarLaw(deviations, directions, delta) for delta in lengths)
        filtered = profile.filtered(grid_step(lengths[0]))
        smooth, self._square = (profile, profile.squared) if filtered is None else filtered
        self.blocks = radial_blocks(smooth, *lengths, tops[-1], check=check)

    def operator(self, angular: Polyspherical) -> PolarOperator[PolarLaw]:
        """T on the harmonics that have the degrees of given ones in each group."""
        return PolarOperator(Polyspherical(angular.sizes, angular.degrees, self.tops), self.blocks, *self.laws)

    def norm(self) -> float:
        """The norm of h: T of phi^2, applied to one, is h^2 in the mean."""
        sizes = (1,) * len(self.laws[0].deviations)
        x, y = (law.delta for law in self.laws)
        squares = radial_blocks(self._square, x, y, self.tops[-1], check=self.check)
        operator = PolarOperator(Polyspherical(sizes, (0,) * len(sizes), self.tops), squares, *self.laws)
        ones = [np.zeros((*operator.angular.shape, len(delta), 1)) for delta in (x, y)]
        for one, delta in zip(ones, (x, y), strict=True):
            half = math.sqrt(grid_step(delta)) * radial_half_density(delta, sum(sizes))
            one[(0,) * len(operator.angular.shape)] = half[:, None]
        left, right = operator.of_left(ones[0]), operator.of_right(ones[1])
        return math.sqrt(max(float(np.sum(left * operator.forward(right))), 0.0))


def radial_basis(k: int, radii: Radii, step: float) -> RadialBasis:
    """That of a and of b: it covers the lengths that matter of both."""
    low, high = min(radii.x[0], radii.y[0]), max(radii.x[1], radii.y[1])
    return RadialBasis(k, step, high, 2 * math.ceil(0.5 * (high - low) / step) + 1)


def own_grid(profile: ProductProfile, deviations: np.ndarray, radial: RadialBasis, sizes: PolarSizes) -> PolarGrid:
    """A grid on which triplets are found."""
    # Gauss rules for products of harmonics, and half as many nodes more for the density.
    directions = gauss_directions((False,) * len(deviations), [math.ceil(0.75 * top) + 6 for top in sizes.tops])
    return PolarGrid(profile, deviations, (radial.grid, radial.grid), directions=directions, tops=sizes.tops,
                     check=False)


def check_grid(profile: ProductProfile, deviations: np.ndarray, radial: RadialBasis, sizes: PolarSizes) -> PolarGrid:
    """The grid on which triplets are judged."""
    back = sizes.step * np.arange(int(radial.count * radial.step / sizes.step))[::-1]
    x, y = (radial.last + shift * radial.step - back for shift in SHIFTS)
    # A wave takes pi / 2 times as many Gauss-Legendre nodes in the angle as Gauss nodes in its cosine.
    directions = legendre_directions((False,) * len(deviations), [math.ceil(0.8 * top) + 12 for top in sizes.tops])
    return PolarGrid(profile, deviations, (x, y), directions=directions, tops=sizes.tops, check=True)
