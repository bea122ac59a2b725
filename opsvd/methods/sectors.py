r"""Rotation-invariant kernels as a sum over degrees of spherical harmonics, each a kernel of the radii alone.

A kernel with h(Qx, Qy) = h(x, y) for all rotations Q commutes with them. On harmonics of degree l it is

.. math:: \frac{c_l(|x|, |y|)}{\sqrt{N(k, l)}}, \qquad c_l(r, s) = E_t[h(r, s, t)\, p_l(t)],

the same for each of the N(k, l) harmonics. In :math:`\delta = \log(|x| / \sqrt k)` the trapezoid rule makes of
:math:`c_l` a matrix between cardinal functions; for phi(<x, y>), whose :math:`c_l` depends on |x| |y| alone, a Hankel
matrix. What degrees beyond the last hold together is known from E[h^2], and since each of their values stands at
least N(k, l) times, none is larger than the root of that energy over N(k, l).
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, NamedTuple, Protocol, TypeVar

import numpy as np

from ..bases import RadialBasis, radial_half_density, radial_reach, radial_spectrum
from ..errors import KernelError, NotSquareIntegrableError
from ..quadrature import SLOWEST_RATE, continued, fall, harmonics

__all__ = ["CheckGrid", "Profiles", "Radii", "Sections", "SectorDiscretisation", "beyond_ends", "enough_degrees",
           "find_radii", "largest_beyond", "sector_discretisations"]

_EPS = float(np.finfo(np.float64).eps)
# No length of x is one of y: what depends on which is larger would be noise there. Nodes in y are moved by this part of
# a step.
_APART = 0.41
# The grid for energies, in units of k^(-1/2).
_COARSE = 0.3
# The domain grows by this much in the exponent of the density, to where half-densities are no numbers any more.
_OUTWARDS, _FARTHEST, _LOWEST = 1.12, 1300.0, 4.0
# A share of the energy outside that is too large.
_DIVERGES = 1e-2
_LEVELS = 6
_FINER = 0.7
# The step for checks, relative to the one of the bases, and shifts of the grid in x and y, in steps of the bases.
_CHECK, _SHIFTS = 0.8, (0.31, 0.17)
# For kernels that are not smooth, the shifts are those of a lattice rule of five points: in x, in y, along x + y and
# along x - y they are equally spaced, so that the mean over them is a rule with a fifth of the step.
_LATTICE, _GENERATOR = 5, 2
# They are looked at from this level on: before, bars are twice the norm of the remainder.
_SHIFTED_FROM = 2
_FIRST_DEGREES, _MOST_DEGREES = 12, 192
# The sum of the norms of degrees is known from a coarse grid only.
_SAFE = 0.3
# What does not fall any more with the degree, below this part of the norm, is the rounding of the integrals.
_ROUNDING = 1e-8
_MOST_NODES = 1201


class Sections(NamedTuple):
    """What a kernel is on each degree between lengths of x and y, n by m.

    Attributes
    ----------
    values : ndarray, shape (size, n, m)
        c_l for l < size.
    rest : ndarray, shape (n, m)
        The root mean square of what these degrees leave.
    lost : float
        The norm of truncation errors in the angle: so much may be missing on each degree.
    """

    values: np.ndarray
    rest: np.ndarray
    lost: float


class Profiles(Protocol):
    r"""What a rotation-invariant kernel is on each degree, between radii :math:`\sqrt k\, e^\delta`."""

    @property
    def k(self) -> int:
        """The dimension."""

    def sections(self, x: np.ndarray, y: np.ndarray, size: int, *, check: bool = False) -> Sections:
        """c_l for l < size between equidistant nodes x and y; for `check` other angles are used."""

    @property
    def hidden(self) -> tuple[float, float]:
        r"""What lies nearer to singular points than nodes: :math:`\sup_v \int |c_l(u + v)| du`, and the energy."""

    @property
    def breaks(self) -> bool:
        """Whether h may have kinks or jumps in the lengths, or along a curve of them."""

    def filtered(self, step: float) -> "tuple[Profiles, Profiles] | None":
        """The same for h and h^2, filtered where they break for the trapezoid rule with a step; None if need not be."""


@dataclass(frozen=True)
class Radii:
    """Where the energy is: intervals of delta for x and y, what lies outside as a part of the norm, and the norm."""

    x: tuple[float, float]
    y: tuple[float, float]
    missing: float
    norm: float


@dataclass(frozen=True, eq=False)
class CheckGrid:
    """The functions c_l on a grid of lengths that no basis has.

    Attributes
    ----------
    k : int
        The dimension.
    x, y : ndarray
        Nodes in delta.
    step : float
        Their distance.
    values : ndarray, shape (degrees, len(x), len(y))
        c_l there, with other angular nodes.
    images : ndarray of the same shape, or None
        Where c_l is not smooth enough for the trapezoid rule: c_l there, filtered.
    rest : float
        The norm of what all degrees beyond hold, as seen here.
    lost : float
        See `Sections`.
    """

    k: int
    x: np.ndarray
    y: np.ndarray
    step: float
    values: np.ndarray
    images: np.ndarray | None
    rest: float
    lost: float

    def matrix(self, degree: int) -> np.ndarray:
        """The values of c_l, times the square roots of the weights."""
        return self._weighted(self.values[degree])

    def image_matrix(self, degree: int) -> np.ndarray:
        """The same, filtered where it must be: applied to smooth functions it gives what T does."""
        return self._weighted((self.values if self.images is None else self.images)[degree])

    def rounding(self, degree: int) -> float:
        """What a relative error of eps in the lengths changes on a degree, as a norm: steep kernels round more."""
        steps = (self.values[degree][1:] - self.values[degree][:-1]) / self.step
        left, right = self._weights
        return float(_EPS * self.step * np.linalg.norm(steps * left[1:, None] * right))

    def functions(self, left: RadialBasis, right: RadialBasis) -> tuple[np.ndarray, np.ndarray]:
        """The functions of two bases at the nodes, times the square roots of the weights."""
        root = math.sqrt(self.step)
        return root * left.half_density(self.x), root * right.half_density(self.y)

    @cached_property
    def _weights(self) -> tuple[np.ndarray, np.ndarray]:
        return radial_half_density(self.x, self.k), radial_half_density(self.y, self.k)

    def _weighted(self, values: np.ndarray) -> np.ndarray:
        left, right = self._weights
        return np.asarray(self.step * values * left[:, None] * right)


@dataclass(frozen=True, eq=False)
class SectorDiscretisation:
    """The functions c_l between radial bases, and on check grids.

    Attributes
    ----------
    left, right : RadialBasis
    values : ndarray, shape (degrees, left.count, right.count)
        c_l at the nodes of the bases, for the degrees 0, 1, ...; filtered where the check grid has images.
    check : CheckGrid
    make_check : callable
        Makes another check grid, from its shifts against the bases in x and y, in steps.
    radii : Radii
    rest : float
        The norm of what all degrees beyond hold.
    rest_error : float
        How far the grids disagree on it.
    hidden : (float, float)
        Of what lies nearer to singular points than nodes: a bound of its operator norm on each degree, and its energy.
    lost : float
        The norm of truncation errors in the angle, on each degree.
    norms : (float, float) or None
        With images: the norm of the kernel from either grid, and h^2 filtered.
    smooth : bool
        Whether what the trapezoid rule is applied to is known to be smooth, being filtered where it is not.
    level : int
        How often the step was made smaller.
    parities : (bool, bool)
        Whether there are even degrees, and odd ones.
    """

    left: RadialBasis
    right: RadialBasis
    values: np.ndarray
    check: CheckGrid
    make_check: Callable[[tuple[float, float]], CheckGrid]
    radii: Radii
    rest: float
    rest_error: float
    hidden: tuple[float, float]
    lost: float
    norms: tuple[float, float] | None
    smooth: bool
    level: int
    parities: tuple[bool, bool]

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

    @cached_property
    def shifted_checks(self) -> tuple[CheckGrid, ...]:
        """The check grid at other places, for kernels that are not smooth in the lengths.

        The error of one grid may be that of the bases by chance, at some places of a kink. The mean of grids at equally
        spaced shifts has hardly any error, so that one of them at least shows that of the bases. For the first levels
        there are none: smooth kernels do without.
        """
        if self.smooth or self.level < _SHIFTED_FROM:
            return ()
        # Inwards, since h may overflow farther out.
        steps = _CHECK / _LATTICE * np.arange(1, _LATTICE)
        return tuple(self.make_check((_SHIFTS[0] - step, _SHIFTS[1] - _GENERATOR * step % _CHECK)) for step in steps)

    @property
    def largest_beyond(self) -> float:
        """No singular value of the degrees that are left out is larger than this."""
        return largest_beyond(self.rest, self.k, len(self.values), self.parities)


def largest_beyond(rest: float, k: int, size: int, parities: tuple[bool, bool]) -> float:
    """A bound of singular values of degrees from `size` on, whose norm together is `rest`."""
    count = harmonics(k, size if parities[size % 2] else size + 1)
    return rest * math.exp(-0.5 * math.log(count)) if rest > 0.0 else 0.0


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
    level, least = -2.0 * math.log(tol), -2.0 * math.log(tol)
    found: _Energies[P] | None = None
    while level < _FARTHEST:
        try:
            ends = radial_reach(max(level, least), k)[0], radial_reach(level, k)[1]
            energies = _energies(make(ends[1]), ends)
        except KernelError:
            if found is not None:
                break
            level *= 0.3    # a kernel that overflows far out: from within
            if level < _LOWEST:
                raise
            continue
        found = energies
        if found.outside <= tol * tol * found.total:
            break
        level *= _OUTWARDS
        least *= _OUTWARDS if found.towards_zero > tol * tol * found.total else 1.0
    if found is None:
        raise RuntimeError("no radii were looked at")
    if found.total > 0.0 and not found.outside <= _DIVERGES * found.total:
        raise NotSquareIntegrableError(
            "h must be square-integrable, but h^2 times the densities does not decay with the lengths of x and y: "
            "E[h^2] is infinite. Decompose a kernel that grows more slowly (exp(c <x, y>) needs |c| < 1/2 under "
            "standard Gaussians), or take measures with a smaller covariance")
    negligible = 0.1 * tol * tol * found.total
    kept = [_interval(marginal, found.start, found.step, negligible) for marginal in found.marginals]
    missing = math.sqrt(found.outside / found.total) + tol if found.total else 0.0
    return Radii(kept[0], kept[1], missing, math.sqrt(found.total)), found.profiles


@dataclass(frozen=True, eq=False)
class _Energies(Generic[P]):
    """Energies on a coarse grid: of cells in x and in y, what lies beyond, of that towards zero, and all."""

    profiles: P
    start: float
    step: float
    marginals: tuple[np.ndarray, np.ndarray]
    outside: float
    towards_zero: float
    total: float


def _energies(profiles: P, ends: tuple[float, float]) -> _Energies[P]:
    k = profiles.k
    count = int((ends[1] - ends[0]) * math.sqrt(k) / _COARSE) + 12
    step = (ends[1] - ends[0]) / count
    nodes = ends[0] + step * (np.arange(count) + 0.5)
    c, rest, _ = profiles.sections(nodes, nodes - _APART * step, 1)
    weights = [math.sqrt(step) * radial_half_density(delta, k) for delta in (nodes, nodes - _APART * step)]
    energy = _squared(c[0], *weights) + _squared(rest, *weights)
    marginals = energy.sum(axis=1), energy.sum(axis=0)
    towards_zero = sum(_tail(marginal[::-1]) for marginal in marginals)
    outside = towards_zero + sum(_tail(marginal) for marginal in marginals)
    return _Energies(profiles, ends[0], step, marginals, outside, towards_zero, float(energy.sum()))


def _squared(values: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Squares of values (..., n, m) times weights (n,) and (m,), which go in one after the other."""
    return np.asarray((values * left[:, None] * right) ** 2)


def _tail(marginal: np.ndarray) -> float:
    """What lies beyond the last entry of an energy, if it goes on as from the ones before; inf if it does not fall."""
    last, before = float(marginal[-3:].sum()), float(marginal[-6:-3].sum())
    factor = fall(last, before)
    return float(continued(last, factor)) if factor < 1.0 - SLOWEST_RATE else math.inf


def _interval(marginal: np.ndarray, start: float, step: float, negligible: float) -> tuple[float, float]:
    """The interval that holds a marginal, to a negligible part at either side."""
    first = int(np.searchsorted(np.cumsum(marginal), negligible))
    last = len(marginal) - int(np.searchsorted(np.cumsum(marginal[::-1]), negligible))
    return start + step * max(first - 1, 0), start + step * min(last + 1, len(marginal))


def enough_degrees(profiles: Profiles, radii: Radii, k: int, rtol: float, parities: tuple[bool, bool]) -> int:
    """So many degrees that those beyond hold no value above rtol s_1, or the most that are computed."""
    low, high = min(radii.x[0], radii.y[0]), max(radii.x[1], radii.y[1])
    count = int((high - low) * math.sqrt(k) / _COARSE) + 12
    step = (high - low) / count
    nodes = low + step * (np.arange(count) + 0.5)
    weights = [math.sqrt(step) * radial_half_density(delta, k) for delta in (nodes, nodes - _APART * step)]
    size, before = _FIRST_DEGREES, math.inf
    while True:
        c, rest, _ = profiles.sections(nodes, nodes - _APART * step, size)
        energies = [float(_squared(part, *weights).sum()) for part in c]
        norms = np.array([math.sqrt(e / harmonics(k, degree)) if e else 0.0 for degree, e in enumerate(energies)])
        beyond = math.sqrt(float(_squared(rest, *weights).sum()))
        rounding = before < _ROUNDING * radii.norm and beyond > 0.5 * before
        enough = largest_beyond(beyond, k, size, parities) <= _SAFE * rtol * norms.max()
        if enough or rounding or size >= _MOST_DEGREES:
            return size
        before, size = beyond, min(2 * size, _MOST_DEGREES)


def sector_discretisations(profiles: Profiles, radii: Radii, size: int, parities: tuple[bool, bool],
                           aim: float) -> Iterator[SectorDiscretisation]:
    """Yield with ever smaller steps."""
    step = _first_step(profiles.k, aim)
    for level in range(_LEVELS):
        d = _discretised(profiles, radii, size, parities, step * _FINER**level, level=level)
        if d is None:
            return
        yield d


def _discretised(profiles: Profiles, radii: Radii, size: int, parities: tuple[bool, bool], h: float, *,
                 level: int) -> SectorDiscretisation | None:
    """With the step h, and for checks a smaller one; None if there are too many nodes."""
    bases = [RadialBasis(profiles.k, h, high - shift * h, _odd((high - low) / h))
             for (low, high), shift in zip((radii.x, radii.y), (0.0, _APART), strict=True)]
    if max(basis.count for basis in bases) > _MOST_NODES:
        return None
    finer = _CHECK * h
    smooth, checked = profiles.filtered(h), profiles.filtered(finer)
    filtered = smooth is not None and checked is not None

    def make_check(shifts: tuple[float, float]) -> CheckGrid:
        x, y = (basis.last + shift * h - finer * np.arange(int(basis.count * h / finer))[::-1]
                for basis, shift in zip(bases, shifts, strict=True))
        seen = profiles.sections(x, y, size, check=True)
        images = checked[0].sections(x, y, size, check=True).values if filtered and checked is not None else None
        return CheckGrid(profiles.k, x, y, finer, seen.values, images, _norm(seen.rest, (x, y), profiles.k), seen.lost)

    check, grids = make_check(_SHIFTS), (bases[0].grid, bases[1].grid)
    seen = (smooth[0] if filtered and smooth is not None else profiles).sections(*grids, size)
    rests, norms = [check.rest], None
    if filtered and smooth is not None and checked is not None:
        norms = _norm_of_square(smooth[1], grids), _norm_of_square(checked[1], (check.x, check.y))
    else:
        rests.append(_norm(seen.rest, grids, profiles.k))
    mass, energy = profiles.hidden
    # A kernel k(u + v) w(u) w(v) has no larger norm than the integral of |k| times the largest of w^2 (Schur's test).
    hidden = mass * float(radial_half_density(np.zeros(1), profiles.k)[0]) ** 2, energy
    return SectorDiscretisation(bases[0], bases[1], seen.values, check, make_check, radii,
                                math.hypot(max(rests), math.sqrt(energy)), max(rests) - min(rests), hidden,
                                seen.lost + check.lost, norms, filtered or not profiles.breaks, level,
                                parities)


def _norm(values: np.ndarray, grids: tuple[np.ndarray, np.ndarray], k: int) -> float:
    """The root of the trapezoid sum of squares, times the densities, over two equidistant grids."""
    steps = [(grid[-1] - grid[0]) / (len(grid) - 1) for grid in grids]
    densities = [radial_half_density(grid, k) for grid in grids]
    return float(math.sqrt(steps[0] * steps[1]) * np.linalg.norm((values * densities[0][:, None]) * densities[1]))


def _norm_of_square(squares: Profiles, grids: tuple[np.ndarray, np.ndarray]) -> float:
    """The norm of h from the mean of h^2 over angles, filtered: this may be negative somewhere, but not its sum."""
    mean = squares.sections(grids[0], grids[1], 1).values[0]
    densities = [(grid[-1] - grid[0]) / (len(grid) - 1) * radial_half_density(grid, squares.k)**2 for grid in grids]
    return math.sqrt(max(float(densities[0] @ mean @ densities[1]), 0.0))


def _odd(nodes: float) -> int:
    return 2 * math.ceil(0.5 * nodes) + 1


def beyond_ends(k: int, aim: float) -> float:
    """How far log|x| + log|y| of check nodes may lie beyond the ends of both intervals."""
    return sum(_SHIFTS) * _first_step(k, aim)    # of all check grids, the first is shifted farthest


def _first_step(k: int, aim: float) -> float:
    r"""The step at which functions that are w times something smooth have no frequencies left, to the aim.

    The transform of w is :math:`\Gamma(k/4 + i \kappa / 2)`, up to a factor of modulus one, and the step resolves
    frequencies to :math:`\pi / h`.
    """
    low, high = 0.0, 40.0 * math.sqrt(k) + 100.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if radial_spectrum(middle, k) > aim else (low, middle)
    return math.pi / high
