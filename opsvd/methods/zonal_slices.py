r"""Neurons phi(<w, x> + b) where phi breaks away from zero: panels for x, and integrals along w for (w, b).

As a function of (w, b) a neuron is not smooth at w = 0, b = z_0, for every z_0 at which phi breaks: it does not depend
on x there, so that all planes <w, x> + b = z_0 meet. No harmonics converge fast then. But the left functions are
smooth, and T* f is an integral along w, which is split where phi breaks, for any (w, b). So :math:`T T^*` is known on
panels of the length of x from a rule for (\|w\|, b) alone. For every \|w\| its panels in b end on the lines through the
ends of panels along w.
"""

import math
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

import numpy as np

from .._support.budget import check_time
from .._support.floats import EPS
from .._support.linalg import corner_norms, norm_bound
from ..bases import LengthPanels, NeuronImages
from ..evidence.images import Images
from ..evidence.parts import PartsEvidence
from ..evidence.remainder import ORDER_MARGIN, RemainderEvidence
from ..measures import Chi, radial_half_density
from ..operator.discretisation import Block, Discretisation
from ..operator.problem import Problem
from ..operator.singular_functions import SingularSystem
from ..probing.bilinear import Bilinear
from ..quadrature import SLOWEST_RATE, PanelFunction, continued, divided, fall
from ..spectrum import Estimate
from .angular_profile import ProductProfile
from .sector_evidence import Unseen
from .zonal_law import ZonalLaw
from .zonal_planes import RoundPlane
from .zonal_slice_grids import Neurons, SliceGrid, SliceSize


def sliced(problem: Problem, form: Bilinear, law: ZonalLaw, profile: ProductProfile,
           unseen: Unseen) -> Iterator[Discretisation] | None:
    """Ever more nodes; None if x is no number or round Gaussian, or phi has kinks at zero alone, or too many breaks."""
    plane, line = law.plane, problem.sides[form.affine].measure
    if not isinstance(plane, RoundPlane) or not (profile.breaks or _jumps_at_zero(profile)):
        return None
    if plane.line is not line if plane.p == 1 else not isinstance(plane.line, Chi):
        return None
    breaks = _breaks(profile)
    if not 0 < len(breaks) <= 12:    # each of them adds as many panels in b as x has
        return None
    neurons = Neurons(problem, form, law, profile, breaks, unseen)
    # Ten values of clip with a Gaussian input are known to three digits by the first, to six by the second and to ten
    # by the third.
    sizes = [SliceSize(12, 10, 12, 24), SliceSize(18, 14, 14, 36), SliceSize(20, 18, 20, 56)]
    first = int(problem.rtol < 1e-3) + int(problem.rtol < 1e-6)
    # With its check, which has more nodes, an answer takes less than three times as many values.
    sizes = [size for size in sizes[first:]
             if 3 * SliceGrid(neurons, plane, size, check=False).cost < problem.budget.evaluations_left]
    return (_Level(neurons, plane, size).discretisation() for size in sizes) if sizes else None


def _breaks(profile: ProductProfile) -> np.ndarray:
    """Where phi itself breaks: at zero, or at plus or minus the numbers at which its parts do.

    Differences of order six see whether it does, of a step of a thousandth: 1e-18 of a smooth function.
    """
    sizes = np.exp(profile.pieces.breaks)
    numbers = np.concatenate([-sizes[::-1], [0.0], sizes])
    moves = 1e-3 * np.min(np.append(sizes, 1.0)) * (np.arange(-3.0, 4.0) + 0.3)
    values = profile.line(numbers[:, None] + moves, 1.0)
    differences = np.abs(values @ np.array([1.0, -6.0, 15.0, -20.0, 15.0, -6.0, 1.0]))
    return np.asarray(numbers[differences > 1e-12 * np.abs(values).max()])


def _jumps_at_zero(profile: ProductProfile) -> bool:
    """Whether values on both sides of zero differ by more than a slope makes of them."""
    near = profile.line(np.array([-2e-9, -1e-9, 1e-9, 2e-9]), 1.0)
    return bool(abs(near[2] - near[1]) > 1e3 * (abs(near[3] - near[2]) + abs(near[1] - near[0])))


class _Triplets(NamedTuple):
    """Singular triplets on the harmonics of one degree.

    Attributes
    ----------
    degree : int
    s : ndarray, shape (r,)
    f : ndarray, shape (nodes of lengths, r)
        Left functions on the panels of lengths.
    means : ndarray, shape (q, r)
        R_m f, whose images under S* are s g, as sums of polynomials in the angle of (z, 1).
    """

    degree: int
    s: np.ndarray
    f: np.ndarray
    means: np.ndarray

    def above(self, least: float) -> "_Triplets":
        """Those of larger values."""
        kept = self.s > least
        return _Triplets(self.degree, self.s[kept], self.f[:, kept], self.means[:, kept])


class _Level:
    """Triplets of one size, and what they are judged by."""

    def __init__(self, neurons: Neurons, plane: RoundPlane, size: SliceSize) -> None:
        self.neurons, self.plane, self.size = neurons, plane, size
        self.own = SliceGrid(neurons, plane, size, check=False)
        square, self.norm = self.own.square
        energies, vectors = np.linalg.eigh(square)
        root = vectors * np.sqrt(np.maximum(energies, 0.0))
        found = [self._triplets(degree, root) for degree in self.own.degrees]
        every = np.sort(np.concatenate([one.s for one in found]))[::-1]
        count = max(32, neurons.problem.max_rank or 0)
        # Squares of values that are smaller than this part have no digits.
        least = max(float(every[count]) if len(every) > count else 0.0, 3e-5 * every.max(initial=0.0))
        self.found = [one.above(least) for one in found if one.s.max(initial=0.0) > least] or found[:1]
        self.dropped = max((float(one.s[0]) for one in found if 0.0 < one.s.max(initial=0.0) <= least), default=0.0)

    def _triplets(self, degree: int, root: np.ndarray) -> _Triplets:
        check_time()
        averaged, some = self.own.averaged(degree), self.own.polynomials(degree)
        q, triangle = np.linalg.qr(averaged)
        left, s, _ = np.linalg.svd(triangle @ root[some])
        f = q @ left[:, :len(s)]
        means = np.zeros((len(root), len(s)))
        means[some] = averaged.T @ f
        return _Triplets(degree, s, f, means)

    def discretisation(self) -> Discretisation:
        """One block for every degree, whose functions on one side are its singular functions."""
        neurons, affine = self.neurons, self.neurons.form.affine
        seen = "" if neurons.form.known else "seen to be "
        broken = f"phi broken at {len(neurons.breaks)} number" + "s" * (len(neurons.breaks) > 1)
        note = (f"{seen}phi(<a(x), y>) in {neurons.law.k} directions of y, {broken}: {len(self.own.lengths.edges) - 1} "
                f"panels of {self.size.z} nodes for {'x' if self.plane.p == 1 else '|x|'}, integrals along x for y")

        def known(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
            """The matrix is that of left functions times the values, or its transpose."""
            s, identity = np.linalg.norm(matrix, axis=affine), np.eye(matrix.shape[1 - affine])
            return (matrix / s, s, identity) if affine == 0 else (identity, s, matrix.T / s)

        return Discretisation(tuple(map(self._block, self.found)), self.evidence, note, rtol=neurons.problem.rtol,
                              factorise=known)

    def _block(self, triplets: _Triplets) -> Block:
        degree, s, f, means = triplets
        affine, law, sides = self.neurons.form.affine, self.neurons.law, self.neurons.problem.sides
        images = NeuronImages(sides[1 - affine], turn=law.turns[1], shift=law.shifts[1], degree=degree,
                              slices=self.own.slices, phi=self._table, span=self.own.smooth, table=means / s)
        lengths = self.own.lengths
        left = lengths if self.plane.p == 1 else LengthPanels(
            sides[affine], turn=law.turns[0], shift=law.shifts[0], degree=degree, std=self.plane.slope,
            edges=lengths.edges, order=lengths.order)
        return Block(left, images, f * s) if affine == 0 else Block(images, left, (f * s).T)

    @cached_property
    def _table(self) -> PanelFunction:
        """Phi on panels on which it is smooth."""
        pieces = np.exp(self.neurons.profile.pieces.edges)
        edges = np.unique(np.concatenate([-pieces, [0.0], pieces]))
        return PanelFunction.of(self.neurons.phi, divided(edges, np.ceil(np.diff(edges) / 2.0).astype(int)), 16)

    def evidence(self, system: SingularSystem) -> PartsEvidence | None:
        """Residuals on other panels and another rule for (w, b); None if random pairs contradict the answer."""
        z, w, b, degrees, _ = self.size
        check = SliceGrid(self.neurons, self.plane, SliceSize(z + 2, w + 2, b + 2, degrees * 5 // 4 + 4, 0.4),
                          check=True)
        _, norm = check.square
        squares = [_Square.of(check, degree) for degree in check.degrees]
        left = max(norm**2 - math.fsum(check.multiplicity(one.degree) * float(np.trace(one.matrix)) for one in squares),
                   16.0 * EPS * norm**2)
        parts = tuple(self._seen(check, squares[one.degree], one, left) for one in self.found)
        # All degrees beyond hold no more than what is left, and each of their values stands that often. T is taken to
        # be no larger on them than on the last quarter of the degrees.
        last = max(math.sqrt(norm_bound(one.matrix)) for one in squares[3 * len(squares) // 4:])
        unseen = 0.0 if self.plane.p == 1 else min(math.sqrt(left / check.multiplicity(len(squares))), last)
        mass, energy = self.neurons.profile.hidden
        highest = float(radial_half_density(np.zeros(1), self.plane.p + 1)[0])
        unsure = abs(norm - self.norm) + (energy / norm if norm else 0.0)
        rounding = 16.0 * EPS + 10.0 * self.neurons.form.form.rounding
        evidence = PartsEvidence(
            values=system.values, parts=parts, counts=tuple(check.multiplicity(one.degree) for one in self.found),
            added=mass * highest**2 + rounding * norm, known_norm=Estimate(norm, unsure),
            floor=ORDER_MARGIN * max([self.dropped, unseen, *(part.operator_norm for part in parts)]))
        return None if self.neurons.unseen.contradicts(system, evidence) else evidence

    def _seen(self, check: SliceGrid, square: "_Square", triplets: _Triplets, left: float) -> RemainderEvidence:
        """What T T* on other panels shows."""
        s, nodes, norm = triplets.s, check.lengths.rule, check.square[1]
        f = square.functions.T @ (self.own.lengths.combine(nodes.nodes, triplets.f) * nodes.sqrt_lebesgue[:, None])
        # Bars hold for any orthonormal functions: for these, which are interpolated on panels, less those before.
        f, triangle = np.linalg.qr(f)
        f *= np.sign(np.diag(triangle))
        image = square.matrix @ f
        along = image / s - f * s
        # T* f - s g comes from what the means of f are beyond those of which g is the image.
        nodes = check.basis.rule
        means = self.own.basis.combine(nodes.nodes, self.own.smooth @ triplets.means)
        means = square.smooth.T @ (means * nodes.sqrt_lebesgue[:, None])
        apart = square.averaged.T @ (square.functions @ f) - means
        images_apart = square.of_means @ apart
        of_f, of_g = f.T @ f, (f.T @ image) / np.multiply.outer(s, s)
        skew = 0.5 * s.max(initial=0.0) * sum(corner_norms(part - np.eye(len(s))) for part in (of_f, of_g))
        coupling = np.maximum(corner_norms(f.T @ along), corner_norms(means.T @ images_apart / s[:, None])) + skew
        beyond = min(math.sqrt(left / check.multiplicity(square.degree)), _norm_of_last_degrees(square.matrix))
        energies = np.sum(along**2, axis=0) + np.sum(apart * images_apart, axis=0) + np.minimum(
            _beyond_degrees(image / s), beyond**2)
        residual = np.sqrt(np.cumsum(energies))
        # What is left beside the leading q is a direct sum of the others and of what is beside all, up to residuals.
        left_over = square.matrix - f @ image.T - image @ f.T + f @ (f.T @ image) @ f.T
        # The root of what is rounding in a square counts as well.
        remainder = math.sqrt(max(float(np.trace(left_over)), EPS * norm**2)) + beyond
        operator_norm = math.sqrt(norm_bound(left_over) + EPS * norm**2) + beyond
        complement = np.maximum(np.append(s[1:], 0.0), ORDER_MARGIN * operator_norm) + 2.0 * residual
        return RemainderEvidence(values=s, size=norm, remainder=remainder, operator_norm=operator_norm,
                                 coupling=operator_norm, images=Images(residual, coupling), complement=complement,
                                 dimension=len(square.matrix), still_to_come=8.0 * EPS * norm**2 / s)


class _Square(NamedTuple):
    """T T* on the harmonics of one degree.

    Attributes
    ----------
    degree : int
    functions : ndarray, shape (nodes of lengths, q)
        Orthonormal functions of the length.
    matrix : ndarray, shape (q, q)
        T T* between them.
    averaged : ndarray, shape (nodes of lengths, q)
        R_m* of polynomials in the angle.
    smooth : ndarray, shape (nodes, q)
        These polynomials.
    of_means : ndarray, shape (q, q)
        S S* between them.
    """

    degree: int
    functions: np.ndarray
    matrix: np.ndarray
    averaged: np.ndarray
    smooth: np.ndarray
    of_means: np.ndarray

    @classmethod
    def of(cls, grid: SliceGrid, degree: int) -> "_Square":
        """By one grid."""
        some, averaged = grid.polynomials(degree), grid.averaged(degree)
        q, triangle = np.linalg.qr(averaged)
        of_means = grid.square[0][some, some]
        return cls(degree, q, triangle @ of_means @ triangle.T, averaged, grid.smooth[:, some], of_means)


def _norm_of_last_degrees(square: np.ndarray) -> float:
    """The norm of T on the last quarter of the degrees: on all of those beyond it is taken to be smaller."""
    first = 3 * len(square) // 4
    return math.sqrt(norm_bound(square[first:, first:]))


def _beyond_degrees(image: np.ndarray) -> np.ndarray:
    """The energies (r,) of images beyond the highest degree, and at least that of the last eighth of the degrees.

    They are taken to go on to fall as from the eighth where they are largest: over the last ones alone, the errors of
    rules would be taken for images that do not fall.
    """
    width = len(image) // 8
    energies = np.sum(image[len(image) - 8 * width:].reshape(8, width, -1) ** 2, axis=1)
    peak = np.argmax(energies, axis=0)
    with np.errstate(divide="ignore"):
        factor = fall(energies[-1], energies.max(axis=0)) ** (1.0 / (7.0 - peak))
    beyond = np.maximum(energies[-1], continued(energies[-1], factor))
    return np.where((peak < 7) & (factor < 1.0 - SLOWEST_RATE), beyond, np.inf)
