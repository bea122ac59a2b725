r"""Neurons phi(<w, x> + b) where phi breaks away from zero: panels for x, and integrals along w for (w, b).

As a function of (w, b) a neuron is not smooth at w = 0, b = z_0, for every z_0 at which phi breaks: it does not depend
on x there, so that all planes <w, x> + b = z_0 meet. No harmonics converge fast then. But the left functions are
smooth, and T* f is an integral along w, which is split where phi breaks, for any (w, b). So :math:`T T^*` is known on
panels of the length of x from a rule for (\|w\|, b) alone. For every \|w\| its panels in b end on the lines through the
ends of panels along w. If x is stretched, all directions take their matrices from this one rule: then this is the way
for smooth phi, too. It also is for phi that oscillates, of which harmonics of very high degrees would be needed.
"""

import math
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple, cast

import numpy as np

from .._support.floats import EPS
from .._support.linalg import corner_norms
from ..bases import Basis, LengthPanels, NeuronImages, PolarBasis, RadialBasis
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
from .angular_profile import ProductProfile, nodes_on
from .polar_operator import columns_of
from .radii import Radii
from .sector_evidence import Unseen
from .sector_grids import first_step
from .zonal_law import ZonalLaw, along_lines
from .zonal_planes import GaussianPlane, RoundPlane
from .zonal_slice_grids import SliceGrid
from .zonal_slice_rules import Neurons, SliceSize, are_many, wave_of
from .zonal_slice_sectors import SliceSector, sectors


def sliced(problem: Problem, form: Bilinear, law: ZonalLaw, energy: tuple[Radii, ProductProfile],
           unseen: Unseen) -> Iterator[Discretisation] | None:
    """Ever more nodes; None if there is a better way, or phi has too many breaks.

    There is a better one where x is a round vector and phi has kinks at zero alone, or none: functions of (w, b) that
    are integrals, of many degrees, take forty times as long as sums of harmonics. This one takes no other x than
    numbers and Gaussians that are round or centred.
    """
    radii, profile = energy
    plane, measure, deviations = law.plane, problem.sides[form.affine].measure, None
    if not along_lines(plane, measure) or radii.norm == 0.0:    # of phi = 0 there are no functions
        return None
    if isinstance(plane, GaussianPlane):
        deviations, plane = plane.deviations, RoundPlane(plane.p, Chi(plane.p, 1.0), plane.slope, 0.0, plane.bias)
    plane = cast("RoundPlane", plane)
    if deviations is None and law.mean[:-1].any() and plane.p > 1:
        deviations = np.ones(plane.p)
    breaks, only, wave = _breaks(profile), only_sliced(law, profile), wave_of(profile)
    if plane.p > 1 and deviations is None and not only:
        return None
    if are_many(breaks):
        breaks = _near(breaks, profile, plane, 0.1 * problem.rtol**0.7)
    # Of phi that grows, more is far out than of the density.
    longest = math.sqrt(law.k) * math.exp(radii.farthest(1e-3 * problem.rtol))
    neurons = Neurons(problem, form, law, profile, breaks, longest, unseen)
    grids = [SliceGrid(neurons, plane, size._replace(wave=wave), check=False, deviations=deviations)
             for size in _sizes(plane, deviations, law.mean[:-1], problem.rtol)]
    levels = _affordable_levels(grids, problem.rtol)
    if not only:    # harmonics follow: they take ten to fifty million values, and under heavy tails of x fewer
        levels = [grid for grid in levels[:1] if grid.cost < 1e7]
    if not (law.round or levels):    # nothing else takes it
        return (_Level(grid).discretisation() for grid in grids[:1])
    return (_Level(grid).discretisation() for grid in levels if _affordable(grid)) if levels else None


def only_sliced(law: ZonalLaw, profile: ProductProfile) -> bool:
    """Whether harmonics of y converge slowly, for x that integrals along lines are taken of, or do not take the law.

    They do not where x is stretched, or phi breaks away from zero, jumps there, or oscillates.
    """
    return (isinstance(law.plane, GaussianPlane) or not law.round or profile.breaks or _jumps_at_zero(profile)
            or math.isfinite(wave_of(profile)))


def _affordable(grid: SliceGrid) -> bool:
    """Whether the budget pays for it and for its check, which takes up to one and a half times as many values."""
    return 2.5 * grid.cost < grid.neurons.problem.budget.evaluations_left


def _affordable_levels(grids: list[SliceGrid], rtol: float) -> list[SliceGrid]:
    """Those that the tolerance asks for and the budget pays for; if there are none, the largest that it pays for."""
    first = int(rtol < 1e-3) + int(rtol < 1e-6)
    return [grid for grid in grids[first:] if _affordable(grid)] or [grid for grid in grids if _affordable(grid)][-1:]


def _sizes(plane: RoundPlane, deviations: np.ndarray | None, mean: np.ndarray, rtol: float) -> list[SliceSize]:
    """The sizes of ever finer rules, for x that is round or stretched.

    Ten values of clip with a round Gaussian input are known to three digits by the first, to six by the second, to nine
    by the third and to ten by the last. Of a number x, more polynomials take no more values of phi: where phi jumps, T
    on those beyond is below the tenth value, whatever the biases are.
    """
    if deviations is not None:
        return _stretched(plane, deviations, mean, rtol)
    middle, third, last = (60, 60, 88) if plane.p == 1 else (36, 48, 56)
    return [SliceSize(12, 10, 12, 24), SliceSize(18, 14, 14, middle), SliceSize(18, 12, 12, third),
            SliceSize(20, 18, 20, last)]


def _stretched(plane: RoundPlane, deviations: np.ndarray, mean: np.ndarray, rtol: float) -> list[SliceSize]:
    r"""The sizes if x is stretched, with degrees of harmonics of u: those that ten functions need, or more.

    Functions need half of the digits of values.

    With x = D u, functions have a pole where :math:`|x|^2 + \beta^2 = 0`. On spheres of the radius r in the first j
    coordinates of u that is at the angle :math:`i\tau` from the equator of the last, with
    :math:`\sinh^2\tau (d_j^2 - d_1^2) = d_1^2 + \beta^2 / (\sigma r)^2`. Coefficients of the degree m are of the size
    :math:`e^{-m \tau - r^2 / 4}` there. If weights have a mean, of the length M in these coordinates of D w, what
    depends on :math:`\langle M, u \rangle` grows like :math:`e^{M^2 \sinh^2\tau / 2}` over that number: some smaller
    :math:`\tau` is best.
    """
    level, r = -0.5 * math.log(rtol) + 2.0, np.linspace(1.0, 7.0, 61)
    near = deviations[0] ** 2 + (plane.bias / (plane.slope * r)) ** 2
    apart = np.maximum(deviations[1:] ** 2 - deviations[0] ** 2, 1e-9)
    tau = np.linspace(0.02, 1.0, 50)[:, None, None] * np.arcsinh(np.sqrt(near / apart[:, None]))
    grown = 0.5 * np.cumsum((mean * deviations) ** 2)[1:, None] * np.sinh(np.minimum(tau, 50.0)) ** 2 / near
    needed = np.max(np.min((level - 0.25 * r**2 + grown) / tau, axis=0), axis=1)
    # The tenth function has some degrees itself.
    few = {2: 20, 3: 12, 4: 10}[len(deviations)]
    tops = [tuple(np.maximum.accumulate(np.ceil(more * needed) + few).astype(int).tolist()) for more in (1.0, 1.5)]
    degrees = 36 if len(deviations) > 3 else 48    # a sum over all harmonics takes as much as the square of it
    sizes = [(12, 10, 10, 32), (16, 10, 10, 40), (18, 10, 10, degrees), (20, 12, 12, degrees + 8)]
    return [SliceSize(*size, farther=0.5, tops=tops[int(i == 3)]) for i, size in enumerate(sizes)]


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


def _near(breaks: np.ndarray, profile: ProductProfile, plane: RoundPlane, tol: float) -> np.ndarray:
    """Those beyond which phi has more than this part of its norm.

    Integrals are not split at the others. Both rules for x err there, each in another way, so that residuals show it.
    Leading functions have less there than phi: where phi has the part p of its norm, images have some p^1.4.
    """
    rows, (places, weights) = plane.rows(1), nodes_on(profile.pieces)
    deviations, z = np.linalg.norm(rows.points, axis=1), np.exp(places)
    # Given x the form is normal, and of both signs.
    density = np.tensordot(rows.masses / deviations, np.exp(-0.5 * np.multiply.outer(1.0 / deviations, z) ** 2), 1)
    energies = np.sum(weights * z * density * (profile.line(z, 1.0) ** 2 + profile.line(-z, 1.0) ** 2), axis=1)
    beyond = np.cumsum(energies[::-1])[::-1]
    far = beyond <= tol**2 * beyond[0]
    last = profile.pieces.edges[np.argmax(far)] if far.any() else math.inf
    return np.asarray(breaks[np.abs(breaks) <= math.exp(min(last, 700.0))])


def _jumps_at_zero(profile: ProductProfile) -> bool:
    """Whether values on both sides of zero differ by more than a slope makes of them."""
    near = profile.line(np.array([-2e-9, -1e-9, 1e-9, 2e-9]), 1.0)
    return bool(abs(near[2] - near[1]) > 1e3 * (abs(near[3] - near[2]) + abs(near[1] - near[0])))


class _Triplets(NamedTuple):
    """Singular triplets on one class of harmonics.

    Attributes
    ----------
    sector : SliceSector
    s : ndarray, shape (r,)
    f : ndarray, shape (n, r)
        Left functions, as columns of the sector.
    """

    sector: SliceSector
    s: np.ndarray
    f: np.ndarray

    def above(self, least: float) -> "_Triplets":
        """Those of larger values."""
        kept = self.s > least
        return _Triplets(self.sector, self.s[kept], self.f[:, kept])

    @property
    def means(self) -> np.ndarray:
        """R f, (*shape, q, r): their images under S* are s g."""
        return self.sector.means(self.sector.shaped(self.f))

    @property
    def at_nodes(self) -> np.ndarray:
        """The left functions at the nodes of lengths, (*shape, nodes, r)."""
        return np.asarray(np.matmul(self.sector.functions(), self.sector.shaped(self.f)))


class _Level:
    """Triplets of one size, and what they are judged by."""

    def __init__(self, own: SliceGrid) -> None:
        self.own, self.neurons, self.plane = own, own.neurons, own.plane
        wanted = self.neurons.problem.max_rank or 0
        # Of each class of parities, so that ten values of all are told from others; of a degree all.
        few = max({1: 0, 2: 12, 3: 8, 4: 6}.get(self.plane.p, 0), math.ceil(3.0 * wanted / 2.0**self.plane.p))
        few += 4 * sum(own.mixed)    # of classes that are together more of the ten are in one
        found = [_Triplets(sector, *sector.leading(few)[::-1]) for sector in sectors(own)]
        every = np.sort(np.concatenate([one.s for one in found]))[::-1]
        # What is left beside these bounds errors: of jumps, as (z > 1), values fall like 1 / i.
        count = max(32 if own.deviations is None else 64, wanted)
        # Squares of values that are smaller than this part have no digits.
        least = max(float(every[count]) if len(every) > count else 0.0, 3e-5 * every.max(initial=0.0))
        self.found = [one.above(least) for one in found if one.s.max(initial=0.0) > least] or found[:1]
        self.dropped = max((float(one.s[0]) for one in found if 0.0 < one.s.max(initial=0.0) <= least), default=0.0)

    def discretisation(self) -> Discretisation:
        """One block for every class, whose functions on one side are its singular functions."""
        neurons, affine, own = self.neurons, self.neurons.form.affine, self.own
        seen = "" if neurons.form.known else "seen to be "
        breaks = len(neurons.breaks)
        broken = f"phi broken at {breaks} number{'s' * (breaks > 1)}" if breaks else "smooth phi"
        degrees = f"harmonics to degree {own.size.tops[-1]}, " if own.size.tops else ""
        note = (f"{seen}phi(<a(x), y>) in {neurons.law.k} directions of y, {broken}: {degrees}"
                f"{len(own.lengths.edges) - 1} panels of {own.size.z} nodes for {'x' if self.plane.p == 1 else '|x|'}, "
                "integrals along x for y")

        def known(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
            """The matrix is that of left functions times the values, or its transpose."""
            s, identity = np.linalg.norm(matrix, axis=affine), np.eye(matrix.shape[1 - affine])
            return (matrix / s, s, identity) if affine == 0 else (identity, s, matrix.T / s)

        return Discretisation(tuple(map(self._block, self.found)), self.evidence, note, rtol=neurons.problem.rtol,
                              factorise=known)

    def _block(self, triplets: _Triplets) -> Block:
        sector, s = triplets.sector, triplets.s
        law, side = self.neurons.law, self.neurons.problem.sides[1 - self.neurons.form.affine]
        deviations = np.ones(self.plane.p) if self.own.deviations is None else self.own.deviations
        stretch = np.append(deviations, 1.0)
        images = NeuronImages(side, turn=stretch[:, None] * law.turns[1], shift=stretch * law.shifts[1],
                              degree=sector.degree, angular=sector.angular, slices=self.own.slices, phi=self._table,
                              span=sector.span,
                              table=triplets.means.reshape(math.prod(sector.shape), -1, len(s)) / s)
        left, matrix = self._left(triplets)
        return Block(left, images, matrix) if self.neurons.form.affine == 0 else Block(images, left, matrix.T)

    def _left(self, triplets: _Triplets) -> tuple[Basis, np.ndarray]:
        """A basis for left functions, and these in it times their values."""
        lengths, law, affine, p = self.own.lengths, self.neurons.law, self.neurons.form.affine, self.plane.p
        side, f, angular = self.neurons.problem.sides[affine], triplets.at_nodes, triplets.sector.angular
        if self.own.deviations is None or angular is None:
            return lengths if p == 1 else LengthPanels(
                side, turn=law.turns[0], shift=law.shifts[0], degree=triplets.sector.degree, std=self.plane.slope,
                edges=lengths.edges, order=lengths.order), f[0] * triplets.s
        low, high = lengths.edges[0], lengths.edges[-1]
        step = first_step(p, self.neurons.problem.tolerances.polar)
        radial = RadialBasis(p, step, high, 2 * math.ceil(0.5 * (high - low) / step) - 1)
        table = math.sqrt(step) * np.matmul(lengths.half_density(radial.grid), f)
        deviations = self.plane.slope * self.own.deviations
        basis = PolarBasis(side, turn=law.turns[0][:-1] / deviations[:, None], shift=law.shifts[0][:-1] / deviations,
                           radial=radial, angular=angular,
                           table=table.reshape(math.prod(triplets.sector.shape), *table.shape[-2:]))
        return basis, np.diag(triplets.s)

    @cached_property
    def _table(self) -> PanelFunction:
        """Phi on panels on which it is smooth."""
        pieces = np.exp(self.neurons.profile.pieces.edges)
        edges = np.unique(np.concatenate([-pieces, [0.0], pieces]))
        return PanelFunction.of(self.neurons.phi, divided(edges, np.ceil(np.diff(edges) / 2.0).astype(int)), 16)

    def evidence(self, system: SingularSystem) -> PartsEvidence | None:
        """Residuals on other panels and another rule for (w, b); None if random pairs contradict the answer."""
        check = SliceGrid(self.neurons, self.plane, self.own.size.check, check=True, deviations=self.own.deviations)
        norm, left, unseen = check.norm, math.inf, 0.0
        found: Iterable[SliceSector] = sectors(check)    # one after the other, as those of all parities are large
        if self.own.deviations is None:
            found = seen = list(found)
            left = max(norm**2 - math.fsum(one.multiplicity * one.beside(one.nothing)[0] for one in seen),
                       16.0 * EPS * norm**2)
            # All degrees beyond hold no more than what is left, and each of their values stands that often. T is taken
            # to be no larger on them than on the last quarter of the degrees.
            if self.plane.p > 1:
                last = max(one.beside(one.nothing)[1] for one in seen[3 * len(seen) // 4:])
                unseen = min(math.sqrt(left / check.multiplicity(len(seen))), last)
        own = {one.sector.name: one for one in self.found}
        judged = {sector.name: self._seen(sector, own[sector.name], left) for sector in found
                  if sector.name in own}
        parts = tuple(judged[name][0] for name in own)
        beside = [judged[name][1] for name in own]
        mass, energy = self.neurons.profile.hidden
        highest = float(radial_half_density(np.zeros(1), self.plane.p + 1)[0])
        unsure = abs(norm - self.own.norm) + (energy / norm if norm else 0.0)
        rounding = 16.0 * EPS + 10.0 * self.neurons.form.form.rounding
        evidence = PartsEvidence(
            values=system.values, parts=parts, counts=tuple(one.sector.multiplicity for one in self.found),
            added=mass * highest**2 + rounding * norm, known_norm=Estimate(norm, unsure),
            floor=ORDER_MARGIN * max([self.dropped, unseen, *beside]))
        return None if self.neurons.unseen.contradicts(system, evidence) else evidence

    def _seen(self, sector: SliceSector, triplets: _Triplets, left: float) -> tuple[RemainderEvidence, float]:
        """What T T* on other panels, and with more harmonics, shows: a sector of the check. And the norm beside all."""
        s, rule, norm = triplets.s, sector.grid.lengths.rule, sector.grid.norm
        moved = self.own.lengths.half_density(rule.nodes) * rule.sqrt_lebesgue[:, None]
        f = np.matmul(moved, triplets.at_nodes)
        f = np.matmul(np.swapaxes(sector.functions(), 1, 2), _padded(f, sector.shape))
        # Bars hold for any orthonormal functions: for these, which are interpolated on panels, less those before.
        f, triangle = np.linalg.qr(columns_of(f))
        f *= np.sign(np.diag(triangle))
        image = sector.product(f)
        along = image / s - f * s
        # T* f - s g comes from what the means of f are beyond those of which g is the image.
        rule = sector.grid.basis.rule
        moved = self.own.basis.half_density(rule.nodes) * rule.sqrt_lebesgue[:, None]
        moved = sector.span.T @ moved @ triplets.sector.span
        means = _padded(np.matmul(moved, triplets.means), sector.shape)
        apart = sector.means(sector.shaped(f)) - means
        images_apart = columns_of(sector.of_means(apart))
        of_g = (f.T @ image) / np.multiply.outer(s, s)
        skew = 0.5 * s.max(initial=0.0) * sum(corner_norms(part - np.eye(len(s))) for part in (f.T @ f, of_g))
        coupling = np.maximum(corner_norms(f.T @ along), corner_norms(columns_of(means).T @ images_apart / s[:, None]))
        coupling += skew
        beyond = min(math.sqrt(left / sector.multiplicity), sector.at_last_degrees())
        energies = np.sum(along**2, axis=0) + np.sum(columns_of(apart) * images_apart, axis=0) + np.minimum(
            _beyond_degrees(sector.shaped(image / s), sector.axes), beyond**2)
        residual = np.sqrt(np.cumsum(energies))
        # What is left beside the leading q is a direct sum of the others and of what is beside all, up to residuals.
        trace, operator_norm = sector.beside(f)
        # The root of what is rounding in a square counts as well. Harmonics and polynomials that the check does not
        # have are orthogonal to those that it has.
        remainder = math.hypot(math.sqrt(max(trace, EPS * norm**2)), beyond)
        operator_norm = math.hypot(operator_norm, math.sqrt(EPS) * norm, beyond)
        complement = np.maximum(np.append(s[1:], 0.0), ORDER_MARGIN * operator_norm) + 2.0 * residual
        # T less the triplets is what is beside the left functions, and T* f - s g along these.
        unexplained = float(residual[-1])
        whole = math.hypot(operator_norm, unexplained)
        return RemainderEvidence(values=s, size=norm, remainder=math.hypot(remainder, unexplained), operator_norm=whole,
                                 coupling=whole, images=Images(residual, coupling), complement=complement,
                                 dimension=sector.size, still_to_come=8.0 * EPS * norm**2 / s), operator_norm


def _padded(functions: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Functions with zeros for those harmonics of `shape` that they do not have."""
    return np.pad(functions, [*((0, size - old) for size, old in zip(shape, functions.shape, strict=False)),
                              (0, 0), (0, 0)])


def _beyond_degrees(image: np.ndarray, axes: range) -> np.ndarray:
    """The energies (r,) of images (*shape, q, r) beyond the highest degrees, those on the last of several axes.

    They are at least that of the last eighth of the degrees.
    """
    beyond = np.zeros(image.shape[-1])
    for axis in axes:
        if image.shape[axis] > 1:
            others = tuple(i for i in range(image.ndim - 1) if i != axis)
            beyond += _continued(np.sum(image**2, axis=others))
    return beyond


def _continued(energies: np.ndarray) -> np.ndarray:
    """What energies of degrees (n, r) are beyond the last, and at least that of the last eighth.

    They are taken to go on to fall as from the eighth where they are largest: over the last ones alone, the errors of
    rules would be taken for energies that do not fall. Where all are rounding, as of functions that do not depend on an
    angle, they are as large as they look.
    """
    width, total = len(energies) // 8, np.sum(energies, axis=0)
    energies = np.sum(energies[len(energies) - 8 * width:].reshape(8, width, -1), axis=1)
    peak = np.argmax(energies, axis=0)
    with np.errstate(divide="ignore"):
        factor = fall(energies[-1], energies.max(axis=0)) ** (1.0 / (7.0 - peak))
    beyond = np.maximum(energies[-1], continued(energies[-1], factor))
    beyond = np.where((peak < 7) & (factor < 1.0 - SLOWEST_RATE), beyond, np.inf)
    return np.where(energies.max(axis=0) <= EPS * total, energies.max(axis=0), beyond)
