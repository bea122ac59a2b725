"""Functions of <x, y> under Gaussians that are not round: harmonics on both sides, and a rule for what couples them."""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from .._support.floats import EPS
from ..bases import PolarBasis, Polyspherical
from ..evidence.parts import PartsEvidence
from ..evidence.remainder import ORDER_MARGIN
from ..measures import radial_half_density
from ..operator.discretisation import Block, Discretisation, Discretisations
from ..operator.problem import Problem
from ..operator.singular_functions import SingularSystem
from ..probing.inner_product import InnerProduct
from ..spectrum import Estimate
from .angular_profile import ProductProfile, product_profile, scaled_line
from .base import Method, only_real_numbers_of_vectors
from .polar_evidence import PolarCheck
from .polar_grids import PolarGrid, PolarSizes, check_grid, first_sizes, own_grid, radial_basis
from .polar_law import PolarLaw, classes
from .polar_operator import PolarOperator, Triplets, moved
from .polar_tail import PolarTail
from .radii import Radii, find_radii
from .sector_evidence import Unseen
from .sector_grids import beyond_ends
from .tightening import tightened

# Ratios of the singular values of A^T B, by their number: twice the harmonics of the first level then give ten digits.
_LARGEST_RATIO = {2: 140, 3: 40, 4: 12}
_LIMIT = "phi varies too fast for the lengths and harmonics that are affordable: accept a larger rtol"


class Polar(Method):
    """Radial functions times spherical harmonics of linear forms, for phi(<x, y>) under Gaussians of any covariance.

    With x = A u and y = B v only the singular values of A^T B matter: two to four of them may differ from zero.
    """

    def refusal(self, problem: Problem) -> str | None:
        """Other kernels than phi(<x, y>), other measures than centred Gaussians, and too many directions."""
        if (why := only_real_numbers_of_vectors(problem)) is not None:
            return why
        if problem.inner_product is None:
            return "takes functions of <x, y>, or <x, M y>, under Gaussian measures of mean zero"
        directions = len(problem.inner_product.deviations)
        if directions not in _LARGEST_RATIO:
            return f"takes products <x, y> that use two to four directions, and here they use {directions}"
        ratio, largest = float(problem.inner_product.deviations[0] ** -2), _LARGEST_RATIO[directions]
        if ratio > largest:
            return (f"takes deviations of <x, y> along its directions in ratios up to {largest}, and here they are up "
                    f"to {ratio:.3g}")
        return None

    def discretisations(self, problem: Problem) -> Discretisations:
        """Ever more lengths and harmonics, for the tolerance or larger ones."""
        return tightened(problem, _attempts, tried=0.7)    # larger tolerances take a tenth of the time


class _Setting(NamedTuple):
    """What all levels have in common."""

    product: InnerProduct
    profile: ProductProfile
    radii: Radii
    tail: PolarTail
    unseen: Unseen


def _attempts(problem: Problem) -> Iterator[Discretisation]:
    if (product := problem.inner_product) is None:
        return
    unseen = Unseen(problem)    # before the budget may run out
    k, aim = len(product.deviations), problem.tolerances.polar
    line = scaled_line(problem, product.phi, product.kinks, product.scale)

    def make(top: float) -> ProductProfile:
        return product_profile(line, k, 2.0 * top + math.log(k) + max(0.1, beyond_ends(k, aim)),
                               problem.tolerances.profiles)

    # What lies at other lengths is in every residual, so that it must be small against these.
    radii, profile = find_radii(make, k, 0.1 * aim * float(np.prod(product.deviations)))
    setting = _Setting(product, profile, radii, PolarTail(profile, radii), unseen)
    sizes = first_sizes(product.deviations, setting.tail, aim, problem.max_rank)
    for _ in range(4):    # the last has twice the degrees of the first
        yield _Level(problem, setting, sizes).discretisation()
        sizes = sizes.finer


class _Class(NamedTuple):
    """Triplets on one class of harmonics, what judges them, and two norms of what they leave: see `PolarCheck`."""

    angular: Polyspherical
    check: PolarCheck
    triplets: Triplets
    left: tuple[float, float]


class _Found(NamedTuple):
    """Triplets on one class of harmonics, and the least value that was looked for: zero if there are no more."""

    operator: PolarOperator[PolarLaw]
    triplets: Triplets
    last: float


def _sought(operator: PolarOperator[PolarLaw], count: int, start: np.ndarray | None = None) -> _Found:
    """So many triplets of a class; of a class of fewer values all, as the others are rounding."""
    triplets = operator.triplets(count, start)
    return _Found(operator, triplets, float(triplets.s[-1]) if len(triplets.s) == count else 0.0)


def _above(least: float, triplets: Triplets, left: tuple[float, float]) -> tuple[Triplets, tuple[float, float]]:
    """The triplets of larger values, one at least, and the norms of what they leave."""
    f, s, g = triplets
    count = max(int(np.sum(s > least)), 1)
    return (Triplets(f[..., :count], s[:count], g[..., :count]),
            (math.hypot(left[0], float(np.linalg.norm(s[count:]))), max(left[1], float(s[count:].max(initial=0.0)))))


class _Level:
    """Triplets of one size, and what they are judged by."""

    def __init__(self, problem: Problem, setting: _Setting, sizes: PolarSizes) -> None:
        self.problem, self.setting, self.sizes = problem, setting, sizes
        _, profile, radii, *_ = setting
        self.radial = radial_basis(profile.k, radii, sizes.step)
        self.own = own_grid(profile, setting.product.deviations, self.radial, sizes)
        self.excess = self.own.laws[0].excess
        self.outside = self.excess * radii.missing * radii.norm
        self.check, self.found = self._judgeable(list(self._triplets()))

    def _triplets(self) -> Iterator[_Found]:
        """The operators of all classes of harmonics that are not zero by parity, and their triplets.

        What a class leaves is as large as its next value. The largest of these is the least value that may be listed;
        so each class has those above it alone, and two more from which these converge.
        """
        product, profile, radii, *_ = self.setting
        found = [angular for angular in classes((False,) * profile.k, self.sizes.tops)
                 if profile.parities[sum(angular.degrees) % 2]]
        operators, count = map(self.own.operator, found), self.sizes.count
        if profile.k == 2:    # rougher grids would save nothing
            yield from (_sought(operator, count) for operator in operators)
            return
        rougher = self.sizes.rougher
        radial = radial_basis(profile.k, radii, rougher.step)
        rough = own_grid(profile, product.deviations, radial, rougher)
        known = [_sought(rough.operator(angular), count) for angular in found]
        least = max(one.last for one in known)
        for operator, (_, one, _) in zip(operators, known, strict=True):
            some = min(int(np.sum(one.s >= least)) + 2, count)
            yield _sought(operator, some, moved(one.g[..., :some], radial, self.radial.grid, operator.angular.shape))

    def _judgeable(self, found: list[_Found]) -> tuple[PolarGrid, list[_Class]]:
        """The grid for checks, and classes with those triplets that may be listed.

        These are larger than what any class leaves beside all that were found. Of more than two coordinates, residuals
        of the others would take most of the time.
        """
        product, profile, radii, tail, _ = self.setting
        check = check_grid(profile, product.deviations, self.radial, self.sizes.check)
        sizes, whole = self.sizes.check, check
        if profile.k > 2:
            sizes = self.sizes.whole(self.excess, tail, max((one.last for one in found), default=0.0))
            whole = own_grid(profile, product.deviations, radial_basis(profile.k, radii, sizes.step), sizes)
        beyond = self.excess * tail.bound(sizes.tops[-1])
        checks = [PolarCheck(check.operator(one.operator.angular), whole.operator(one.operator.angular), self.radial,
                             self.radial, beyond, self.outside) for one in found]
        left = [check.left_by(one.triplets) for check, one in zip(checks, found, strict=True)]
        least = max((norm for _, norm in left), default=0.0) if profile.k > 2 else 0.0
        return check, [_Class(one.operator.angular, seen, *_above(least, one.triplets, sizes))
                       for seen, one, sizes in zip(checks, found, left, strict=True)]

    def discretisation(self) -> Discretisation:
        """One block for every class of harmonics, whose basis are its singular functions."""
        blocks = tuple(map(self._block, self.found))
        seen = "" if self.setting.product.known else "seen to be "
        form = "<x, y>" if self.setting.product.identity else "<x, M y>"
        note = (f"{seen}phi({form}) in {self.radial.k} directions: harmonics to degree {self.sizes.tops[-1]} of "
                f"{len(blocks)} parities, {self.radial.count} lengths, step {self.radial.step:.3g} in log|x|")
        return Discretisation(blocks, self.evidence, note, rtol=self.problem.rtol, limit=_LIMIT,
                              factorise=lambda s: (np.eye(len(s)), np.diag(s).copy(), np.eye(len(s))))

    def _block(self, one: _Class) -> Block:
        angular, triplets = one.angular, one.triplets
        left, right = (PolarBasis(side, turn=turn, shift=np.zeros(self.radial.k), radial=self.radial,
                                  angular=angular,
                                  table=functions.reshape(math.prod(angular.shape), *functions.shape[-2:]))
                       for side, turn, functions in zip(self.problem.sides, self.setting.product.turns,
                                                        (triplets.f, triplets.g), strict=True))
        return Block(left, right, np.diag(triplets.s))

    def evidence(self, system: SingularSystem) -> PartsEvidence | None:
        """Every class on other lengths, directions and harmonics; None if random pairs contradict the answer."""
        parts = tuple(one.check.evidence(one.triplets, one.left) for one in self.found)
        norm, other = self.check.norm(), self.own.norm()
        (mass, energy), rounding = self.setting.profile.hidden, 16.0 * EPS + 10.0 * self.setting.product.rounding
        highest = float(radial_half_density(np.zeros(1), self.radial.k)[0])
        unsure = abs(norm - other) + self.outside + (self.excess**2 * energy / norm if norm else 0.0)
        evidence = PartsEvidence(
            values=system.values, parts=parts, counts=(1,) * len(parts),
            added=self.excess * (mass * highest**2 + rounding * self.setting.radii.norm),
            known_norm=Estimate(norm, unsure),
            floor=ORDER_MARGIN * max((part.operator_norm for part in parts), default=0.0))
        return None if self.setting.unseen.contradicts(system, evidence) else evidence
