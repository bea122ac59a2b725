r"""Neurons phi(w x + b) of a number x where phi breaks away from zero: panels for x, and slices along x for (w, b).

As a function of (w, b) a neuron is not smooth at w = 0, b = z_0, for every z_0 at which phi breaks: it does not depend
on x there, so that all lines w x + b = z_0 meet. No harmonics converge fast then. But the left functions are smooth,
and T* f is an integral along x, which is split where phi breaks, for any (w, b). So :math:`T T^*` is known on panels of
x from a rule for (w, b) alone. For every w its panels in b end on the lines through the ends of panels of x.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from .._support.budget import check_time
from .._support.floats import EPS
from .._support.linalg import corner_norms, norm_bound
from ..bases import ContinuedPanels, NeuronImages, NeuronSlices
from ..evidence.images import Images
from ..evidence.parts import PartsEvidence
from ..evidence.remainder import ORDER_MARGIN, RemainderEvidence
from ..measures import radial_half_density
from ..operator.discretisation import Block, Discretisation
from ..operator.problem import Problem
from ..operator.singular_functions import SingularSystem
from ..probing.bilinear import Bilinear
from ..quadrature import (
    SLOWEST_RATE,
    PanelFunction,
    composite_gauss_legendre,
    continued,
    divided,
    fall,
    weighted_polynomials,
)
from ..spectrum import Estimate
from .angular_profile import ProductProfile
from .sector_evidence import Unseen
from .zonal_law import ZonalLaw
from .zonal_planes import RoundPlane, cut


class _Size(NamedTuple):
    """Nodes on panels of x, of w and of b; the number of left functions; by how much (w, b) reaches farther."""

    x: int
    w: int
    b: int
    degrees: int
    farther: float = 0.0


class _Neurons(NamedTuple):
    """What all sizes have in common."""

    problem: Problem
    form: Bilinear
    law: ZonalLaw
    profile: ProductProfile
    breaks: np.ndarray
    unseen: Unseen

    def phi(self, z: np.ndarray) -> np.ndarray:
        """The function of the scaled form."""
        return np.asarray(self.profile.line(z, 1.0))


def sliced(problem: Problem, form: Bilinear, law: ZonalLaw, profile: ProductProfile,
           unseen: Unseen) -> Iterator[Discretisation] | None:
    """Ever more nodes; None if x is no number, or phi has no breaks away from zero, or too many."""
    plane, line = law.plane, problem.sides[form.affine].measure
    if not isinstance(plane, RoundPlane) or plane.p > 1 or plane.line is not line or not profile.breaks:
        return None
    breaks = _breaks(profile)
    if not breaks.any() or len(breaks) > 12:    # each of them adds as many panels in b as x has
        return None
    neurons = _Neurons(problem, form, law, profile, breaks, unseen)
    # Ten values of clip with a Gaussian input are known to three digits by the first, to six by the second and to ten
    # by the third.
    sizes = [_Size(12, 10, 12, 24), _Size(18, 14, 14, 36), _Size(20, 18, 20, 56)]
    first = int(problem.rtol < 1e-3) + int(problem.rtol < 1e-6)
    # With its check, which has more nodes, an answer takes less than three times as many values.
    sizes = [size for size in sizes[first:]
             if 3 * _Grid(neurons, plane, size, check=False).cost < problem.budget.evaluations_left]
    return (_Level(neurons, plane, size).discretisation() for size in sizes) if sizes else None


def _breaks(profile: ProductProfile) -> np.ndarray:
    """Where phi itself breaks: at zero, or at plus or minus the numbers at which its parts do.

    Differences of order six see whether it does, of a step of a thousandth: 1e-18 of a smooth function.
    """
    sizes = np.exp(profile.pieces.breaks)
    numbers = np.concatenate([-sizes[::-1], [0.0], sizes])
    moves = 1e-3 * np.min(np.append(sizes, 1.0)) * np.arange(-3.0, 4.0)
    values = profile.line(numbers[:, None] + moves, 1.0)
    differences = np.abs(values @ np.array([1.0, -6.0, 15.0, -20.0, 15.0, -6.0, 1.0]))
    return np.asarray(numbers[differences > 1e-12 * np.abs(values).max()])


@dataclass(frozen=True, eq=False)
class _Grid:
    """T T* between functions on panels of x, from a rule for (w, b).

    Attributes
    ----------
    neurons : _Neurons
    plane : RoundPlane
    size : _Size
    check : bool
        Whether no panel is to be as it was.
    """

    neurons: _Neurons
    plane: RoundPlane
    size: _Size
    check: bool

    @cached_property
    def basis(self) -> ContinuedPanels:
        """Panels of x on which polynomials in the angle are resolved."""
        line, edges = self.plane.line, self.plane.edges(self.size.degrees // 2)
        while (len(edges) - 1) * self.size.x < 2.2 * self.size.degrees:
            edges = np.union1d(edges, 0.5 * (edges[1:] + edges[:-1]))
        if self.check:
            edges = cut(edges, line.edges[(line.edges > edges[0]) & (line.edges < edges[-1])])
        return ContinuedPanels(line, edges, self.size.x)

    @cached_property
    def smooth(self) -> np.ndarray:
        """Polynomials in the angle of (x, 1) that are orthonormal under the law of x, (nodes, degrees)."""
        rule = self.basis.rule
        return weighted_polynomials(self.plane.angle(rule.nodes), rule.sqrt_weights, self.size.degrees)

    @cached_property
    def slices(self) -> NeuronSlices:
        """Their images."""
        return NeuronSlices.of(self.basis, self.plane.first, self.plane.bias, self.neurons.breaks)

    @cached_property
    def square(self) -> tuple[np.ndarray, float]:
        """The matrix of T T*, and the norm of h.

        If phi is even or odd, points (w, b) and (-w, -b) give the same; and if the law of u is, (w, b) and (-w, b) do
        but for the signs of odd functions. Then positive w are enough.
        """
        smooth = self.smooth
        square, energy = np.zeros((smooth.shape[1], smooth.shape[1])), 0.0
        for v, weights in self._rule():
            check_time()
            images, squares = self.slices.means(self.neurons.phi, v)
            images = np.sqrt(weights)[:, None] * (images @ smooth)
            square += images.T @ images
            energy += float(weights @ squares)
        if not self._half:
            return square, math.sqrt(energy)
        if all(self.neurons.profile.parities):
            square[::2, 1::2], square[1::2, ::2] = 0.0, 0.0
        return 2.0 * square, math.sqrt(2.0 * energy)

    @property
    def cost(self) -> int:
        """About how many values of phi the square takes."""
        panels, across = len(self.basis.edges) - 1, len(self._edges_of_w()) - 1
        lines = panels * len(self.neurons.breaks) + 12
        return across * self.size.w * lines * self.size.b * self.basis.size

    @property
    def _half(self) -> bool:
        plane = self.plane
        even = plane.line.symmetry is not None and plane.slope * plane.line.symmetry + plane.start == 0.0
        return even or not all(self.neurons.profile.parities)

    @property
    def _reach(self) -> float:
        """How far (w, b) goes, in standard deviations: beyond lies a thousandth of the tolerance, of the mass."""
        return min(math.sqrt(-2.0 * math.log(1e-3 * self.neurons.problem.rtol)), 8.6) + self.size.farther

    def _rule(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Points (w, b), (n, 2), and their probabilities, some thousand at a time."""
        some: list[np.ndarray] = []
        for w, weight in zip(*composite_gauss_legendre(self._edges_of_w(), self.size.w), strict=True):
            b, weights = composite_gauss_legendre(self._edges_of_b(float(w)), self.size.b)
            some.append(np.column_stack([np.full_like(b, w), b, weight * weights]))
            if sum(map(len, some)) > 3000:
                yield _probable(np.concatenate(some))
                some = []
        if some:
            yield _probable(np.concatenate(some))

    def _edges_of_w(self) -> np.ndarray:
        """Panels that become narrower towards zero, as far as the largest x needs, and end where two lines cross."""
        largest = float(np.abs(self.slices.ends).max())
        shift = 0.8 if self.check else 1.0
        edges = [0.5 * shift]    # a third each time
        while edges[-1] * largest > 0.5:
            edges.append(edges[-1] / 3.0)
        positive = np.concatenate([edges, shift * np.array([1.1, 1.9, 2.9, 4.2, 6.0]), [self._reach]])
        line, breaks = self.plane.line, self.neurons.breaks
        low, high = self.basis.edges[[0, -1]]
        # Where the density of x jumps, functions of (w, b) are not smooth along a line.
        ends = [end for end in line.span if math.isfinite(end) and line.sqrt_density(np.array(end)) > 0.0]
        t = np.unique(np.concatenate([ends, line.edges[(line.edges > low) & (line.edges < high)]]))
        hard = self.plane.first(t)
        with np.errstate(divide="ignore", invalid="ignore"):
            crossed = np.abs(np.subtract.outer(breaks, breaks).ravel()[:, None]
                             / np.subtract.outer(hard, hard).ravel()).ravel()
        crossed = crossed[(crossed > positive.min()) & (crossed < 0.9 * self._reach)]
        found = np.unique(np.round(np.concatenate([[0.0], positive, crossed]), 13))
        return found if self._half else np.concatenate([-found[:0:-1], found])

    def _edges_of_b(self, w: float) -> np.ndarray:
        """Ends of panels where phi breaks at the ends of panels of x, and between them."""
        top = math.sqrt(max(self._reach**2 - w**2, 0.01))
        lines = np.subtract.outer(self.neurons.breaks, w * self.slices.ends).ravel() / self.plane.bias
        edges = np.sort(np.concatenate([lines[np.abs(lines) < top], [-top, top]]))
        edges = edges[np.append(True, np.diff(edges) > 1e-12)]
        return divided(edges, np.ceil(np.diff(edges) / (1.0 if self.check else 1.2)).astype(int))


def _probable(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points, and their weights times the density of two standard Gaussian numbers."""
    v = points[:, :2]
    return v, points[:, 2] * np.exp(-0.5 * np.sum(v**2, axis=1)) / (2.0 * math.pi)


class _Level:
    """Triplets of one size, and what they are judged by."""

    def __init__(self, neurons: _Neurons, plane: RoundPlane, size: _Size) -> None:
        self.neurons, self.plane, self.size = neurons, plane, size
        self.own = _Grid(neurons, plane, size, check=False)
        (square, self.norm), smooth = self.own.square, self.own.smooth
        energies, vectors = np.linalg.eigh(square)
        s = np.sqrt(np.maximum(energies[::-1], 0.0))
        # Squares of others have no digits.
        count = min(int(np.sum(s > 3e-5 * s.max(initial=0.0))), max(32, neurons.problem.max_rank or 0))
        self.s, self.f = s[:count], smooth @ vectors[:, ::-1][:, :count]

    def discretisation(self) -> Discretisation:
        """One block, whose bases are its singular functions."""
        neurons, form, law = self.neurons, self.neurons.form, self.neurons.law
        sides = neurons.problem.sides
        images = NeuronImages(sides[1 - form.affine], turn=law.turns[1], shift=law.shifts[1], slices=self.own.slices,
                              phi=self._table, table=self.f / self.s)
        identity = np.eye(len(self.s))
        if form.affine == 0:
            block, triplets = Block(self.own.basis, images, self.f * self.s), (self.f, self.s.copy(), identity)
        else:
            block, triplets = Block(images, self.own.basis, (self.f * self.s).T), (identity, self.s.copy(), self.f)
        seen = "" if form.known else "seen to be "
        note = (f"{seen}phi(<a(x), y>) in 2 directions of y, phi broken at {len(neurons.breaks)} numbers: "
                f"{len(self.own.basis.edges) - 1} panels of {self.size.x} nodes for x, integrals along x for y")
        return Discretisation((block,), self.evidence, note, rtol=neurons.problem.rtol, factorise=lambda _: triplets)

    @property
    def _table(self) -> PanelFunction:
        """Phi on panels on which it is smooth."""
        pieces = np.exp(self.neurons.profile.pieces.edges)
        edges = np.unique(np.concatenate([-pieces, [0.0], pieces]))
        return PanelFunction.of(self.neurons.phi, divided(edges, np.ceil(np.diff(edges) / 2.0).astype(int)), 16)

    def evidence(self, system: SingularSystem) -> PartsEvidence | None:
        """Residuals on other panels of x and another rule for (w, b); None if random pairs contradict the answer."""
        x, w, b, degrees, _ = self.size
        check = _Grid(self.neurons, self.plane, _Size(x + 2, w + 2, b + 2, degrees * 5 // 4 + 4, 0.4), check=True)
        square, norm = check.square
        part = self._seen(check, square, norm)
        mass, energy = self.neurons.profile.hidden
        highest = float(radial_half_density(np.zeros(1), 2)[0])
        unsure = abs(norm - self.norm) + (energy / norm if norm else 0.0)
        rounding = 16.0 * EPS + 10.0 * self.neurons.form.form.rounding
        evidence = PartsEvidence(
            values=system.values, parts=(part,), counts=(1,), added=mass * highest**2 + rounding * norm,
            known_norm=Estimate(norm, unsure), floor=ORDER_MARGIN * part.operator_norm)
        return None if self.neurons.unseen.contradicts(system, evidence) else evidence

    def _seen(self, check: _Grid, square: np.ndarray, norm: float) -> RemainderEvidence:
        """What T T* on other panels shows: there g is taken to be T* f / s, which leaves nothing of T* f - s g."""
        s, nodes = self.s, check.basis.rule
        f = check.smooth.T @ (self.own.basis.combine(nodes.nodes, self.f) * nodes.sqrt_lebesgue[:, None])
        # Bars hold for any orthonormal functions: for these, which are interpolated on panels, less those before.
        f, triangle = np.linalg.qr(f)
        f *= np.sign(np.diag(triangle))
        image = square @ f
        along = image / s - f * s
        of_f, of_g = f.T @ f, (f.T @ image) / np.multiply.outer(s, s)
        skew = 0.5 * s.max(initial=0.0) * sum(corner_norms(part - np.eye(len(s))) for part in (of_f, of_g))
        coupling = corner_norms(f.T @ along) + skew
        beyond = min(math.sqrt(max(norm**2 - float(np.trace(square)), 16.0 * EPS * norm**2)),
                     _norm_of_last_degrees(square))
        energies = np.sum(along**2, axis=0) + np.minimum(_beyond_degrees(image / s), beyond**2)
        residual = np.sqrt(np.cumsum(energies))
        # What is left beside the leading q is a direct sum of the others and of what is beside all, up to residuals.
        left_over = square - f @ image.T - image @ f.T + f @ (f.T @ image) @ f.T
        # The root of what is rounding in a square counts as well.
        remainder = math.sqrt(max(float(np.trace(left_over)), EPS * norm**2)) + beyond
        operator_norm = math.sqrt(norm_bound(left_over) + EPS * norm**2) + beyond
        complement = np.maximum(np.append(s[1:], 0.0), ORDER_MARGIN * operator_norm) + 2.0 * residual
        return RemainderEvidence(values=s, size=norm, remainder=remainder, operator_norm=operator_norm,
                                 coupling=operator_norm, images=Images(residual, coupling), complement=complement,
                                 dimension=len(square), still_to_come=8.0 * EPS * s[0] ** 2 / s)


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
