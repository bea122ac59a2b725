"""Functions of <a(x), y> where y is Gaussian, as neurons with biases are: harmonics for y, and a rule for x."""

import math
from collections.abc import Iterator
from typing import NamedTuple, cast

import numpy as np

from .._support.budget import check_time
from .._support.floats import EPS
from ..bases import PolarBasis, Polyspherical, RadialBasis
from ..evidence.parts import PartsEvidence
from ..evidence.remainder import ORDER_MARGIN
from ..measures import radial_half_density
from ..operator.discretisation import Block, Discretisation, Discretisations
from ..operator.problem import Problem
from ..operator.singular_functions import SingularSystem
from ..probing.bilinear import Bilinear
from ..quadrature import harmonics
from ..spectrum import Estimate
from .angular_profile import ProductProfile, product_profile, scaled_line
from .base import Method, only_real_numbers_of_vectors
from .polar_law import Law
from .polar_operator import radial_blocks
from .polar_tail import PolarTail
from .radii import Radii, find_radii
from .sector_checks import CHECK_STEP, SHIFTS
from .sector_evidence import Unseen
from .sector_grids import first_step
from .tightening import tightened
from .zonal_coupled import CoupledGrid, coupled_check, coupled_triplets
from .zonal_evidence import ZonalTriplets, zonal_check
from .zonal_grid import ZonalGrid
from .zonal_law import ZonalLaw, find_law
from .zonal_planes import GaussianPlane, Plane
from .zonal_slices import only_sliced, sliced

# Where the harmonics of several inputs couple, by their number: the last takes a minute.
_TOPS = {2: (16, 28, 44, 68, 104), 3: (12, 20, 28, 36), 4: (10, 15, 20)}
_LIMIT = "phi varies too fast for the lengths and harmonics that are affordable: accept a larger rtol"


class Zonal(Method):
    """Radial functions times spherical harmonics of y, and a rule for x, for phi(<a(x), y>) with y Gaussian.

    a is affine in x, as for neurons phi(<w, x> + b) with y = (w, b). y has any covariance. x is a number under any
    measure; a vector that is round as y sees it; a Gaussian vector of any mean and covariance, of up to four
    directions; two independent numbers under any measures; or three under measures of bounded support. Biases b that
    are independent of w may have any law, if x is a number or a centred Gaussian vector.
    """

    def refusal(self, problem: Problem) -> str | None:
        """Other kernels, and other laws of a(x) than these."""
        if (why := only_real_numbers_of_vectors(problem)) is not None:
            return why
        if problem.invariant_black_box:
            return "takes no black boxes with h(Qx, Qy) = h(x, y) for all rotations Q, which Sectors() takes"
        if not problem.affords_forms:
            return (f"takes more than {problem.values_of_forms} values of h to find a form, which the budget does not "
                    "pay for: pass larger max_evaluations or max_seconds")
        if problem.bilinear is None:
            return "takes functions of <x, y>, or of <w, x> + b with y = (w, b), where y is Gaussian"
        law = find_law(problem.bilinear, problem.sides)
        return law if isinstance(law, str) else _too_dear(law.plane)

    def discretisations(self, problem: Problem) -> Discretisations:
        """Ever more harmonics and lengths, for the tolerance or larger ones."""
        return tightened(problem, _attempts, tried=0.7)    # larger tolerances take a tenth of the time


def _too_dear(plane: Plane) -> str | None:
    """Why a law that is not round takes too long, or None."""
    if plane.mixed is None:
        return None
    if plane.p not in _TOPS:
        return f"takes vectors x that are not round in two to four directions, and here they use {plane.p}"
    if not isinstance(plane, GaussianPlane):
        return None if plane.p == 2 or sum(plane.mixed) < 2 else (
            "takes three independent numbers x if the laws of two, with the mean of the bias, are symmetric about zero")
    if not any(plane.mixed):
        return None
    most = {2: 2_000, 3: 12_000, 4: 40_000}[plane.p]    # a sum over all of them takes a second
    if (points := plane.directions(_TOPS[plane.p][-1]).masses.size) > most:
        return ("takes Gaussian vectors x of deviations in smaller ratios, and with a mean along fewer of their axes: "
                f"a rule for their directions has {points} points, where at most {most} are affordable")
    return None


class _Setting(NamedTuple):
    """What all levels have in common."""

    form: Bilinear
    law: ZonalLaw
    profile: ProductProfile
    radii: Radii
    tail: PolarTail
    unseen: Unseen


def _attempts(problem: Problem) -> Iterator[Discretisation]:
    form = cast("Bilinear", problem.bilinear)
    law = cast("ZonalLaw", find_law(form, problem.sides))
    unseen = Unseen(problem)    # before the budget may run out
    k, aim = law.k, problem.tolerances.polar
    line = scaled_line(problem, form.phi, form.kinks, law.scale)
    longest = float(np.log(np.linalg.norm(law.plane.rows(1).points, axis=1).max() / math.sqrt(k)))
    mean = float(np.linalg.norm(law.mean)) / math.sqrt(k)

    def make(top: float) -> ProductProfile:
        farthest = max(top, longest) + math.log(math.exp(top) + mean) + math.log(k) + 1.0
        return product_profile(line, k, farthest, problem.tolerances.profiles)

    radii, profile = find_radii(make, k, 0.1 * aim)
    if (levels := sliced(problem, form, law, (radii, profile), unseen)) is not None:
        yield from levels
        if only_sliced(law, profile):
            return
    if not law.round:    # harmonics take no other
        return
    setting = _Setting(form, law, profile, radii, PolarTail(profile, radii), unseen)
    # Degrees of harmonics, level by level. In R^2, tanh takes 40 of them for ten digits, and sign 60.
    coupled = law.plane.mixed is not None
    tops = _TOPS[k - 1] if coupled else (16, 28, 44, 68, 104)
    # The first of those that couple give five digits, and take a quarter of the time of the next.
    for level, top in enumerate(tops[1:] if coupled and problem.rtol < 1e-6 else tops):
        # Where phi breaks, functions of y are not smooth at a point: waves of the length take as many as of directions.
        step = first_step(k, aim) * 0.9**level
        yield _Level(problem, setting, top, min(step, math.pi / top) if profile.breaks else step).discretisation()


class _Level:
    """Triplets of one size, and what they are judged by."""

    def __init__(self, problem: Problem, setting: _Setting, top: int, step: float) -> None:
        self.problem, self.setting = problem, setting
        law, radii = setting.law, setting.radii
        low, high = radii.y
        self.radial = RadialBasis(law.k, step, high, 2 * math.ceil(0.5 * (high - low) / step) + 1)
        self.own = ZonalGrid(setting.profile, law.plane.rows(top), self.radial.grid, top, check=False)
        self.blocks = radial_blocks(self.own.smooth, self.radial.grid, self.radial.grid, top)
        # Triplets of all classes together before classes of smaller values are left out, and of each if none couple.
        mixed = law.plane.mixed
        self.count = max(32 if mixed is None else 12, problem.max_rank or 0)
        found = [self._triplets(degrees) for degrees in self._classes()] if mixed is None else self._coupled(mixed)
        every = np.sort(np.concatenate([one.s for one in found]))[::-1]
        # Classes whose values are all smaller than so many others are not looked at any more, nor are those of
        # rounding.
        least = max(float(every[self.count]) if len(every) > self.count else 0.0, 1e-13 * every.max(initial=0.0))
        self.found = [one for one in found if one.s.max(initial=0.0) > least] or found[:1]
        self.dropped = max((float(one.s[0]) for one in found if 0.0 < one.s.max(initial=0.0) <= least), default=0.0)

    def _triplets(self, degrees: tuple[int, int]) -> ZonalTriplets:
        check_time()
        angular = self.own.angular(degrees, (self.setting.law.k - 1, 1))
        matrix = self.own.matrix(angular)
        # Eigenvectors of the leading squares, and a few more, span the left functions: errors of values are of second
        # order in what they miss.
        span = np.linalg.eigh(matrix @ matrix.T)[1][:, ::-1][:, :self.count + 8]
        _, s, vt = np.linalg.svd(span.T @ matrix, full_matrices=False)
        kept = min(self.count, int(np.sum(s > 1e-8 * s.max(initial=0.0))))    # squares of others are rounding
        g = self.own.span @ vt[:kept].T.reshape(math.prod(angular.shape), self.own.span.shape[1], kept)
        return ZonalTriplets(angular, s[:kept], g)

    def _classes(self) -> list[tuple[int, int]]:
        """Degrees of the harmonics of u and of the bias, where u is round: operators keep them."""
        both, k = Polyspherical.BOTH, self.setting.law.k
        return [(both, both)] if k == 2 else [(degree, both) for degree in range(self.own.top + 1)]

    def _coupled(self, mixed: tuple[bool, ...]) -> list[ZonalTriplets]:
        wanted = 0 if self.problem.max_rank is None else math.ceil(3.0 * self.problem.max_rank / 2.0 ** len(mixed))
        few = {2: 16, 3: 10, 4: 8}[len(mixed)]    # of each of the 2^p classes of parities, for ten values of all
        count = max(few, wanted) * 2 ** sum(mixed)
        return list(coupled_triplets(self._of_law(self.own), mixed, count))

    def _of_law(self, grid: ZonalGrid) -> CoupledGrid:
        """The same for a law that is not round."""
        return CoupledGrid(grid, cast("Law", grid.rows.law), (grid.top,) * (self.setting.law.k - 2))

    def discretisation(self) -> Discretisation:
        """One block for every class of harmonics, whose basis are its singular functions."""
        seen = "" if self.setting.form.known else "seen to be "
        note = (f"{seen}phi(<a(x), y>) in {self.setting.law.k} directions of y: harmonics to degree {self.own.top}, "
                f"{self.radial.count} lengths of y, {len(self.own.rows.roots)} points of x")
        return Discretisation(tuple(map(self._block, self.found)), self.evidence, note, rtol=self.problem.rtol,
                              limit=_LIMIT, factorise=lambda s: (np.eye(len(s)), np.diag(s).copy(), np.eye(len(s))))

    def _block(self, triplets: ZonalTriplets) -> Block:
        angular, s, g = triplets
        law, affine = self.setting.law, self.setting.form.affine
        # T g / s at the lengths of the radial basis: the rows have others.
        there = np.matmul(self.blocks[angular.chain[-1]], g.reshape(*angular.shape, *g.shape[1:]))
        f = there.reshape(g.shape) / s
        bases = [self._basis(side, turn, shift, angular, table) for side, turn, shift, table in
                 zip((affine, 1 - affine), law.turns, law.shifts, (f, g), strict=True)]
        left, right = bases if affine == 0 else bases[::-1]
        return Block(left, right, np.diag(s))

    def _basis(self, side: int, turn: np.ndarray, shift: np.ndarray, angular: Polyspherical,
               table: np.ndarray) -> PolarBasis:
        return PolarBasis(self.problem.sides[side], turn=turn, shift=shift, radial=self.radial, angular=angular,
                          table=table)

    def evidence(self, system: SingularSystem) -> PartsEvidence | None:
        """Every class on other rows, lengths and harmonics; None if random pairs contradict the answer."""
        check, at_rows = self._checks()
        beyond = self._beyond(check)
        if self.setting.law.plane.mixed is not None:
            coupled, coupled_at_rows = self._of_law(check), self._of_law(at_rows)
            parts = tuple(coupled_check(coupled, coupled_at_rows, self.radial, one, beyond) for one in self.found)
        else:
            parts = tuple(zonal_check(check, at_rows, self.radial, one, beyond)
                          for one in self.found)
        norm, other, (mass, energy) = check.norm, self.own.norm, self.setting.profile.hidden
        highest = float(radial_half_density(np.zeros(1), self.radial.k)[0])
        unsure = abs(norm - other) + (energy / norm if norm else 0.0)
        rounding = 16.0 * EPS + 10.0 * self.setting.form.form.rounding
        evidence = PartsEvidence(
            values=system.values, parts=parts, counts=tuple(system.left.parts[i].basis.multiplicity
                                                            for i in range(len(parts))),
            added=mass * highest**2 + rounding * norm, known_norm=Estimate(norm, unsure),
            floor=ORDER_MARGIN * max([self.dropped, *(part.operator_norm for part in parts)]))
        return None if self.setting.unseen.contradicts(system, evidence) else evidence

    def _checks(self) -> tuple[ZonalGrid, ZonalGrid]:
        """Other rows and lengths with more harmonics; and these rows with the lengths of the triplets."""
        law, step = self.setting.law, CHECK_STEP * self.radial.step
        top = math.ceil(1.25 * self.own.top) + 4
        rows = law.plane.rows(top, check=True)
        # Beyond both ends, where functions are zero, so that what is there shows.
        last = self.radial.last + (1.0 + SHIFTS[0]) * self.radial.step
        count = math.ceil((last - float(self.radial.grid[0]) + 1.0) / step)
        delta = last - step * np.arange(count)[::-1]
        return (ZonalGrid(self.setting.profile, rows, delta, top, check=True),
                ZonalGrid(self.setting.profile, rows, self.radial.grid, self.own.top, check=False))

    def _beyond(self, check: ZonalGrid) -> float:
        """A bound of the norm of T on the harmonics that the check does not have.

        On one degree it is at most the largest root of the density of directions times E[c_l^2 | a] / N(k, l). How far
        that is above the norm between round laws, whose bound is known, is seen on all degrees. Where directions have
        no density, the bound is the norm of all that is left.
        """
        tail, degrees = self.setting.tail, np.arange(check.top + 1)
        sizes = np.sum(check.values**2, axis=2)
        with np.errstate(invalid="ignore", divide="ignore"):    # zero times an infinite density
            seen = np.sqrt(np.max(np.where(sizes > 0.0, sizes / check.rows.roots**2 * check.rows.density, 0.0), axis=1))
        norms = tail.norms[:len(degrees)]
        clear = norms > 1e-9 * norms.max()    # others are rounding
        excess = float(np.max(seen[clear] / norms[clear], initial=1.0))
        counts = np.array([float(harmonics(check.profile.k, degree)) for degree in degrees.tolist()])
        norm, energy = check.norm, check.energies() @ counts
        return min(excess * tail.bound(check.top), math.sqrt(max(norm**2 - energy, 16.0 * EPS * norm**2)))
