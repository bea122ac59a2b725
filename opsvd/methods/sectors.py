"""Rotation-invariant kernels of vectors: the operator is a sum over degrees of spherical harmonics."""

import math
from collections.abc import Callable, Generator, Iterator
from functools import partial

import numpy as np

from ..bases import SectorBasis
from ..kernels import Elementwise
from ..measures import GaussianVector, lengths_of
from ..operator.discretisation import Block, Discretisation, Discretisations
from ..operator.problem import Problem
from ..probing.invariance import product_values
from .angular_profile import ProductProfile, product_profile, scaled_line
from .around_sectors import around_sectors
from .base import Method, only_numbers_of_vectors
from .invariant_profile import InvariantProfile
from .length_grids import length_grids
from .length_profile import LengthProfile, of_product, of_vectors
from .profile import fine_step
from .radii import Radii, enough_degrees, find_radii
from .sections import Profiles
from .sector_evidence import FAINT, Grids, Unseen, sector_evidence
from .sector_grids import beyond_ends, first_step, sector_grids
from .tightening import tightened

_SEEN = "seen to be a function of |x|, |y| and <x, y>"
_LIMIT = ("h varies too fast for the grids in the lengths, or for the degrees: accept a larger rtol or a smaller "
          "max_rank")


class Sectors(Method):
    """Radial functions times spherical harmonics, for kernels with h(Qx, Qy) = h(x, y) for all rotations Q.

    Each degree is a kernel of the lengths alone, which stands as often as there are harmonics. Functions of the inner
    product, as `opsvd.elementwise` makes them, need phi only; black boxes are probed for their symmetry.
    """

    def refusal(self, problem: Problem) -> str | None:
        """Blocks and matrices, measures that are not round, and kernels that are not invariant."""
        if (why := only_numbers_of_vectors(problem)) is not None:
            return why
        if not problem.round:
            return ("takes measures that are invariant under rotations: Sphere(k), Ball(k), Rotational(k, lengths), "
                    "Gaussian(zeros(k), c * identity)")
        if not isinstance(problem.kernel, Elementwise) and not problem.invariant:
            return "takes kernels with h(Qx, Qy) = h(x, y) for all rotations Q, and h differs at random points"
        return None

    def discretisations(self, problem: Problem) -> Discretisations:
        """By integrals around x, if h is smooth but where x = y; else ever smaller steps in log|x|."""
        if _may_be_smooth_elsewhere(problem):
            answer = yield from around_sectors(problem, _SEEN)
            if answer is not None:
                return answer
        return (yield from tightened(problem, self._attempts))

    def _attempts(self, problem: Problem) -> Iterator[Discretisation]:
        kernel, measures = problem.kernel, (problem.mu_x, problem.mu_y)
        if not all(isinstance(measure, GaussianVector) for measure in measures):
            yield from _of_lengths(problem)
            return
        if isinstance(kernel, Elementwise):
            yield from self._of_product(problem, kernel.phi, kernel.kinks, "phi(<x, y>)", None)
            return
        unseen = Unseen(problem)    # before the budget may run out
        if problem.function_of_product:
            yield from self._of_product(problem, lambda w: product_values(kernel, w), (),
                                        "seen to be a function of <x, y>", unseen)
            return
        # A function of two lengths and an angle, exp(-|x - y|^2 / 2) in R^2, takes as many values to rtol=1e-3.
        if kernel.dear and problem.budget.values_left < 1_000_000:
            return
        of_lengths = LengthProfile(of_vectors(kernel), kernel.dims[0], problem.tolerances.angles)
        profile = InvariantProfile(of_lengths, problem.deviations)
        radii, _ = find_radii(lambda _: profile.coarse(), profile.k, problem.tolerances.lengths)
        yield from self._refined(problem, profile.with_panels(radii), radii, (True, True),
                                 first_step(profile.k, problem.tolerances.lengths), what=_SEEN, unseen=unseen)

    def _of_product(self, problem: Problem, phi: Callable[[np.ndarray], np.ndarray], kinks: tuple[float, ...],
                    what: str, unseen: Unseen | None) -> Iterator[Discretisation]:
        """Yield those of phi(<x, y>)."""
        kernel = problem.kernel
        k, aim, scale = kernel.dims[0], problem.tolerances.lengths, math.prod(problem.deviations)
        line = scaled_line(problem, phi, kinks, scale)

        def make(top: float) -> ProductProfile:
            return product_profile(line, k, 2.0 * top + math.log(k) + max(0.1, beyond_ends(k, aim)),
                                   problem.tolerances.profiles)

        radii, profile = find_radii(make, k, aim)
        step = first_step(k, aim)
        # Of waves as fast as they come, as cos(<x, y>) has them, shorter steps need no filter.
        step = fine_step(profile.pieces, step, step) or step
        yield from self._refined(problem, profile, radii, profile.parities, step, what=what, unseen=unseen)

    def _refined(self, problem: Problem, profiles: Profiles, radii: Radii, parities: tuple[bool, bool],
                 step: float, *, what: str, unseen: Unseen | None) -> Iterator[Discretisation]:
        size = enough_degrees(profiles, radii, profiles.k, problem.tolerances.degrees, parities)
        for d in sector_grids(profiles, radii, size, parities, step):
            note = (f"{what} in R^{d.left.k}: spherical harmonics to degree {len(d.values) - 1}, each with a radial "
                    f"kernel of {d.left.count} by {d.right.count} nodes, step {d.left.step:.3g} in log|x|")
            yield Discretisation(tuple(_blocks(problem, d)), partial(sector_evidence, d, problem.rtol, unseen), note,
                                 rtol=problem.rtol, limit=_LIMIT)


def _may_be_smooth_elsewhere(problem: Problem) -> bool:
    """Whether h is a black box of Gaussian vectors, and not one of <x, y> alone, whose values are not dear.

    In more than five dimensions grids of lengths converge fast where x = y, and give more values.
    """
    measures = problem.mu_x, problem.mu_y
    return (problem.mu_x.dim <= 5 and all(isinstance(measure, GaussianVector) for measure in measures)
            and not isinstance(problem.kernel, Elementwise) and not problem.kernel.dear
            and not problem.function_of_product)


def _of_lengths(problem: Problem) -> Iterator[Discretisation]:
    """Yield those under any laws of the lengths, with more functions of them each time."""
    kernel, tolerances = problem.kernel, problem.tolerances
    product = isinstance(kernel, Elementwise)
    unseen = Unseen(problem)    # before the budget may run out
    profile = LengthProfile(of_product(kernel) if isinstance(kernel, Elementwise) else of_vectors(kernel),
                            kernel.dims[0], tolerances.angles)
    laws = lengths_of(problem.mu_x), lengths_of(problem.mu_y)
    for d in length_grids(profile, laws, problem.rtol, tolerances.degrees):
        note = (f"{'phi(<x, y>)' if product else _SEEN} in R^{d.k}: spherical harmonics to degree {d.size - 1}, each "
                f"with {d.left.count} by {d.right.count} functions of the lengths")
        yield Discretisation(tuple(_blocks(problem, d)), partial(sector_evidence, d, problem.rtol, unseen), note,
                             rtol=problem.rtol, limit=_LIMIT)


def _blocks(problem: Problem, d: Grids) -> Generator[Block]:
    """One block a degree."""
    left, right = problem.sides
    bases = [(SectorBasis(left, d.left, degree), SectorBasis(right, d.right, degree)) for degree in d.degrees]
    matrices = [d.matrix(mine.degree) / mine.multiplicity_root for mine, _ in bases]
    negligible = FAINT * max(float(np.linalg.norm(matrix)) for matrix in matrices)
    for (mine, other), matrix in zip(bases, matrices, strict=True):
        yield Block(mine, other, matrix, negligible)
