"""Rotation-invariant kernels that are singular where x = y at most: Hermite polynomials, and integrals around x."""

import math
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from typing import NamedTuple, cast

import numpy as np

from .._support.arrays import squares
from .._support.budget import BudgetExhaustedError
from .._support.floats import EPS
from .._support.linalg import corner_norms
from ..bases import LengthBasis, PolynomialBasis, SectorBasis
from ..evidence.degrees import Degree, DegreesEvidence
from ..evidence.images import Images
from ..evidence.remainder import RemainderEvidence
from ..measures import Chi
from ..operator.discretisation import Block, Discretisation, Discretisations, Triplets, is_poor
from ..operator.problem import Problem
from ..operator.singular_functions import SingularSystem
from ..quadrature import continued, fall, gauss_of_lengths, harmonics, radial_hermite
from .around_points import AroundSizes, ImagesAround, breaks_along_rays, images_around
from .radii import largest_beyond
from .sector_evidence import Unseen

_LIMIT = "More harmonics and functions of the length are not affordable: accept a larger rtol or a smaller max_rank"


class _Lengths(NamedTuple):
    """Lengths of x, the roots of their masses, and what T makes of functions of y there."""

    lengths: np.ndarray
    roots: np.ndarray
    images: ImagesAround

    @property
    def weighted(self) -> np.ndarray:
        """The images times the roots, (degrees, n, radial)."""
        return np.asarray(self.images.of_degrees * self.roots[:, None])

    @property
    def energy(self) -> float:
        """E[h^2]."""
        return float(self.images.energies @ np.square(self.roots))

    @property
    def near(self) -> np.ndarray:
        """E[h^2] on the shells of y next to x: see `ImagesAround`."""
        return np.asarray(np.square(self.roots) @ self.images.near)

    def functions(self, k: int, degree: int, size: int) -> np.ndarray:
        """The radial functions of a degree times the roots, (n, size)."""
        with np.errstate(over="ignore", invalid="ignore"):
            growth = self.roots * np.exp(0.25 * np.square(self.lengths))
        return np.asarray((radial_hermite(self.lengths, k, degree, size) * growth).T)


@dataclass(frozen=True, eq=False)
class AroundSectors:
    """The operator on each degree of harmonics, between Hermite polynomials of x and of y.

    Attributes
    ----------
    problem : Problem
    sizes : AroundSizes
    symmetric : bool
        Whether h(y, x) is h(x, y), and both laws are one: then T is its own adjoint.
    breaks : bool
        Whether h seems to break anywhere but where x = y.
    """

    problem: Problem
    sizes: AroundSizes
    symmetric: bool
    breaks: bool

    @property
    def k(self) -> int:
        """The dimension."""
        return self.problem.mu_x.dim

    def _at_lengths(self, side: int, finer: float, more: int) -> _Lengths:
        """What T, or its adjoint, makes of functions at the nodes of a rule."""
        kernel = self.problem.kernel if side == 0 else self.problem.kernel.adjoint()
        sizes = self.sizes._replace(finer=finer)
        lengths, weights = gauss_of_lengths(self.k, sizes.radial + sizes.degrees // 4 + more)
        own, other = self.problem.deviations if side == 0 else self.problem.deviations[::-1]
        roots = np.sqrt(weights) * np.exp(-0.25 * np.square(lengths))
        return _Lengths(lengths, roots, images_around(kernel, own * lengths, other, sizes))

    @cached_property
    def first(self) -> _Lengths:
        """The rule of the matrices."""
        return self._at_lengths(0, 1.0, 0)

    @cached_property
    def checks(self) -> tuple[_Lengths, _Lengths]:
        """Other rules, for T and for its adjoint: finer, and with more lengths, so that no node is common."""
        finer, more = 1.17, 5
        one = self._at_lengths(0, finer, more)
        return one, one if self.symmetric else self._at_lengths(1, finer, more)

    @cached_property
    def matrices(self) -> list[np.ndarray]:
        """The matrix of T for each degree."""
        return [self.first.functions(self.k, degree, self.sizes.radial).T @ images
                for degree, images in enumerate(self.first.weighted)]

    @cached_property
    def triplets(self) -> list[Triplets]:
        """Their singular value decompositions."""
        found = [np.linalg.svd(matrix, full_matrices=False) for matrix in self.matrices]
        return [(u, s, v.conj().T) for u, s, v in found]

    def blocks(self) -> tuple[Block, ...]:
        """One a degree, between sums of polynomials in the length that all degrees share."""
        degree, sides = 2 * self.sizes.radial + self.sizes.degrees, self.problem.sides
        radial = [LengthBasis(PolynomialBasis(Chi(self.k, std), degree)) for std in self.problem.deviations]
        made = []
        for number, (u, s, v) in enumerate(self.triplets):
            mine, other = (SectorBasis(side, basis, number) for side, basis in zip(sides, radial, strict=True))
            left, right = (_in_lengths(basis, self.k, number, found) for basis, found in
                           zip(radial, (u, v), strict=True))
            made.append(Block(mine, other, (left * s) @ right.conj().T, known=(left, s, right)))
        return tuple(made)

    def evidence(self, unseen: Unseen, system: SingularSystem) -> DegreesEvidence | None:
        """Residuals of images at other lengths by other integrals, and E[h^2] for what no value stands for."""
        energies = [one.energy for one in (self.first, *self.checks)]
        counts = [harmonics(self.k, degree) for degree in range(self.sizes.degrees)]
        known = math.fsum(count * float(s @ s) for count, (_, s, _) in zip(counts, self.triplets, strict=True))
        near = np.max([one.near for one in (self.first, *self.checks)], axis=0)
        if near[1] > 0.5 * near[2]:    # h may not be square-integrable
            return None
        # No rule is exact on the shell next to x = y.
        missing = math.sqrt(abs(max(energies) - known) + np.ptp(energies) + near[0] + 16.0 * EPS * max(energies))
        # A value is an integral of h times what is smoother than h: rules are no better for E[h^2].
        unsure = float(np.ptp(energies)) / math.sqrt(max(energies)) + 16.0 * EPS * math.sqrt(max(energies))
        degrees = tuple(self._degree(degree, count, missing / math.sqrt(count), unsure) for degree, count in
                        enumerate(counts))
        floor = max(largest_beyond(missing, self.k, self.sizes.degrees, (True, True)),
                    *(degree.remainder for degree in degrees))
        evidence = DegreesEvidence(values=system.values, degrees=degrees, following_degrees=missing, norm_error=missing,
                                   known_norm=None, floor=floor)
        return None if unseen.contradicts(system, evidence) else evidence

    def _degree(self, degree: int, count: int, missing: float, unsure: float) -> Degree:
        """One degree, with the bars of its values; all that no value stands for has the norm `missing`.

        What rules are `unsure` of is in every bar.
        """
        _, s, _ = self.triplets[degree]
        left_out, norm = min(self._left_out(degree), missing), float(np.linalg.norm(self.matrices[degree]))
        evidence = RemainderEvidence(values=s, size=norm, remainder=left_out, operator_norm=left_out,
                                     coupling=left_out, dimension=self.sizes.radial, images=self._images(degree))
        return Degree(degree, count, s, evidence.bars() + unsure, left_out, left_out, self.sizes.radial)

    def _left_out(self, degree: int) -> float:
        """The norm of what T is beside the matrix: of the functions that are here, and of others as they fell last."""
        matrix, check, size = self.matrices[degree], self.checks[0], self.sizes.radial
        images = check.weighted[degree]
        beside = float(squares(images - check.functions(self.k, degree, size) @ matrix).sum())
        columns = squares(images).sum(axis=0)
        last, before = float(columns[size // 2:].sum()), float(columns[size // 4:size // 2].sum())
        return math.sqrt(beside + 4.0 * float(continued(last, fall(last, before))))    # twice the norm, for safety

    def _images(self, degree: int) -> Images:
        """Residuals of the triplets of a degree.

        Where h breaks away from x = y, two rules may agree on one function by chance. So what they differ by on twice
        as many, and on eight at least, counts twice for each.
        """
        u, s, v = self.triplets[degree]
        norms, couplings = [], []
        count = np.arange(1, len(s) + 1)
        of_more = np.minimum(np.maximum(2 * count, 8), len(s)) - 1 if self.breaks else count - 1
        for check, there, here in zip(self.checks, (u, v), (v, u), strict=True):
            images = check.weighted[degree] @ here
            own = check.functions(self.k, degree, self.sizes.radial) @ there
            residual = images - own * s
            norms.append(np.sqrt(np.cumsum(squares(residual).sum(axis=0))))
            couplings.append((2.0 if self.breaks else 1.0) * corner_norms(own.conj().T @ residual)[of_more])
        return Images(np.maximum(*norms), np.maximum(*couplings))


def _in_lengths(basis: LengthBasis, k: int, degree: int, coefficients: np.ndarray) -> np.ndarray:
    """Sums of radial functions of a degree, coefficients (size, r), as sums in a basis of polynomials of the length."""
    rule, law = basis.line.rule, cast("Chi", basis.line.measure)
    lengths = law.points(rule.nodes) / law.std
    # The weights fall as the square of this grows.
    growth = np.exp(0.25 * np.square(lengths) + np.log(rule.sqrt_weights))
    samples = (radial_hermite(lengths, k, degree, len(coefficients)) * growth).T @ coefficients
    return np.asarray(basis.line.analyse(samples))


def around_sectors(problem: Problem, what: str) -> Discretisations:
    """Yield with ever more functions, while that makes the first bar much smaller.

    The last answer is returned. None where it has not converged, and the first bar is above a hundred times the
    tolerance, or above 1e-6 of the first value: grids of lengths have six digits of most kernels that break elsewhere.
    """
    answer, last = None, 1e-2
    # The first take a tenth of a second, and others three times as much as those before.
    levels = AroundSizes(24, 16), AroundSizes(40, 32), AroundSizes(64, 64)
    with problem.budget.part(0.3) as whole, suppress(BudgetExhaustedError):    # other methods have the rest
        unseen, symmetric = Unseen(problem), _is_symmetric(problem)
        breaks = _breaks(problem, levels[-1], symmetric)
        for sizes in levels:
            d = AroundSectors(problem, sizes, symmetric, breaks)
            note = (f"{what} in R^{d.k}: Hermite polynomials of {sizes.degrees} degrees of harmonics, {sizes.radial} "
                    f"for each, by integrals in polar coordinates around x")
            answer = yield Discretisation(d.blocks(), partial(d.evidence, unseen), note, limit=_LIMIT)
            if answer is None or answer.converged or len(answer.errors) == 0:
                break
            bar = float(answer.errors[0] / answer.singular_values[0])
            if bar > max(0.1 * last, 1e-12):
                break
            last = bar
            if bar <= 100.0 * problem.rtol:
                whole()
    told = answer is not None and not is_poor(answer) and (
        answer.converged or answer.errors[0] <= min(100.0 * problem.rtol, 1e-6) * answer.singular_values[0])
    if not told:
        problem.budget.refusals.clear()
    return answer if told else None


def _breaks(problem: Problem, sizes: AroundSizes, symmetric: bool) -> bool:
    """Whether h seems to break anywhere but where x = y."""
    deviations = problem.deviations
    return breaks_along_rays(problem.kernel, deviations, sizes) or (
        not symmetric and breaks_along_rays(problem.kernel.adjoint(), deviations[::-1], sizes))


def _is_symmetric(problem: Problem) -> bool:
    """Whether T is its own adjoint, as far as random pairs tell."""
    if problem.deviations[0] != problem.deviations[1]:
        return False
    x, y, values = problem.random_pairs
    swapped = problem.kernel(y, x)
    return bool(np.abs(values - np.conj(swapped)).max() <= 64.0 * EPS * np.abs(values).max())

