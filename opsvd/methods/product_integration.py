"""Product integration: leading singular values of kernels whose slices break along unknown curves."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import groupby
from typing import NamedTuple

import numpy as np

from .._support.arrays import squares
from .._support.budget import Budget
from .._support.floats import TINY
from .._support.validation import positive_int
from ..bases import PanelBasis
from ..evidence.comparison import compared
from ..evidence.images import SlicePlaces
from ..kernels import Kernel
from ..measures import LineMeasure
from ..operator.discretisation import Block, Discretisation
from ..operator.problem import Problem
from ..probing.corners import NO_CORNERS, Corners
from ..probing.domain import weighted_samples
from ..probing.meeting_points import meeting_points
from ..probing.slice_hints import KnownBreaks
from ..probing.slice_splitter import slice_integrals
from ..probing.slices import SliceIntegrals
from ..probing.straight_strips import ends_of_strips
from ..quadrature import Rule, hidden_energy
from .base import Method
from .leading_part import KnownFunctions, leading_part
from .panel_rules import FIRST_PANELS, ORDER, ends_from_inside, first_edges, panel_tails, with_edges_at
from .panel_samples import Roots, Samples
from .refinement import resolve
from .uniform import UniformPanels, loose_checks

_TOO_ROUGH = ("slices of h do not become smooth when they are cut: h looks like noise or a fractal, or has more breaks "
              "or oscillations than can be followed; a larger max_seconds follows more of these")


class ProductIntegration(Method):
    r"""Galerkin projection onto panels, with integrals :math:`\int h(x, y) b_j(y)\,\mu(dy)` split at the breaks of h.

    The leading singular functions of a kernel with jumps, kinks or singularities along curves are smooth, since they
    are T applied to something; only the integrals are hard. Every slice h(x, .) is split where it breaks (see
    `opsvd.probing.slices`); the integrals over x are not, since T applied to a smooth function is smooth. The panels
    need only resolve the leading singular functions: they shrink towards points where a break has a vertical tangent.

    The same holds for smooth kernels whose slices take far more nodes than their leading singular functions do: narrow
    ridges, steps that are nearly jumps, fast oscillation.

    Parameters
    ----------
    modes : int, default 8
        How many of the leading singular functions the panels are to resolve at first; up to 40 where the bars do not
        meet the tolerance. Values beyond may come out well, too.
    max_nodes : int, default 6400
        The most nodes a variable.

    References
    ----------
    K. E. Atkinson, The Numerical Solution of Integral Equations of the Second Kind, Cambridge (1997), section 4.2.
    """

    def __init__(self, modes: int = 8, max_nodes: int = 6400) -> None:
        self.modes = positive_int(modes, "modes")
        self.max_nodes = positive_int(max_nodes, "max_nodes")

    def discretisations(self, problem: Problem) -> Iterator[Discretisation]:
        """Place the panels by images of smooth functions, then by the singular functions themselves."""
        kernel, (mu_x, mu_y), budget = problem.kernel, problem.lines, problem.budget
        rng, most, start = np.random.default_rng(0), self.max_nodes // ORDER, kernel.evaluations
        tol, rough = problem.tolerances.integrals, problem.tolerances.images
        if (sides := _survey(problem, tol, most=most // 8)) is None:
            yield UniformPanels().discretisation(problem, _TOO_ROUGH)
            return
        along_y, along_x = sides
        # Integrals along many pieces are known to some times the tolerance of each. An eighth of the panels is for
        # functions that are rough in many places, until these are all taken; or more, where curves meet in many.
        resolved = partial(resolve, noise=10.0 * tol, ratio=4.0)
        broad = min(max(most // 8, *(2 * len(side.panels) for side in sides)), most)
        x, y = _first_panels(sides, partial(resolved, tol=rough, limit=min(2 * broad, most), broad=broad), most)
        # Evaluations after which one is shown that is not settled, which takes as many as these panels; then twice.
        patience, dearest = max(6_000_000, 3 * (kernel.evaluations - start)), (kernel.evaluations - start) // 2
        modes, shown, functions, hidden = self.modes, (0, 0), KnownFunctions(), 0.0
        for left_over in range(20, 0, -1):
            before = kernel.evaluations
            left, right = along_y.basis(x), along_x.basis(y)
            (u, s, v), scaled, functions = leading_part(
                along_y.matrix(left.rule, right), along_x.matrix(right.rule, left).conj().T, functions.at(right))
            f, g = u[:, :modes] * s[:modes], v[:, :modes] * s[:modes]
            late = shown == (0, 0) and _is_late(budget, sides, kernel.evaluations - start)
            finer_x, finer_y = (x, y) if late else _finer(
                sides, (left, right), (f, g), partial(resolved, limit=min(2 * broad, most), broad=broad), rough)
            settled = not late and left.same(along_y.basis(finer_x)) and right.same(along_x.basis(finer_y))
            last = left_over == 1 or (shown == (0, 0) and budget.evaluations_left < 2 * dearest)
            late = late or kernel.evaluations - start > patience
            if (settled or last or late) and shown != (len(x), len(y)):
                patience, shown = 2 * patience, (len(x), len(y))
                block = Block(left, right, scaled @ functions.coefficients.conj().T)
                hidden = _hidden(block.matrix, x, y)
                if np.isinf(hidden):    # towards a point the energy is not seen to fall: these panels have no bars
                    return
                yield compared(problem, (block,), loose_checks(mu_x, mu_y, x, y, rng), _note(x, y), hidden=hidden,
                               leading=True, places=(along_y.places(y), along_x.places(x)))
            # The energy at a pole is continued along panels that halve towards it, and not by more panels in between.
            # Where one variable alone is rough, slices miss something near a point, and more panels follow their noise:
            # as at the tip of (x^2 < y < 2x^2) and at corners of two discs, of benchmarks/hard_classes.py.
            grows = min(len(x), len(y)) > broad and broad < most and hidden == 0.0
            # Where functions are settled and bars are not good enough, they are to be smoother. Then twice as many are
            # resolved: gaps of values that fall slowly are known from many. As many stay apart in `leading_part`.
            if last or (settled and rough <= 1e-10 and 2 * modes > 40 and not grows):
                self._say_why(problem, 2 * dearest, (len(x) - 1, len(y) - 1), min(broad, most))
                return
            if settled and grows:
                broad = min(3 * broad // 2, most)
            elif settled and rough > 1e-10:
                rough *= 0.1
            elif settled:
                modes *= 2
            x, y, dearest = finer_x, finer_y, max(dearest, kernel.evaluations - before)
            if shown != (0, 0) and budget.evaluations_left < 2 * dearest:    # finer ones would have no images
                budget.forgo(2 * dearest)
                return

    def _say_why(self, problem: Problem, values: int, panels: tuple[int, int], limit: int) -> None:
        """Note why there are no more panels than these in x and in y, which would take so many values."""
        budget, one_sided = problem.budget, 4 * min(panels) < 3 * max(panels)
        if budget.evaluations_left < values:
            budget.forgo(values)
        elif max(panels) >= limit and not one_sided:
            budget.give_up(
                f"the singular functions are rough at more places than the panels resolve that "
                f"max_nodes={self.max_nodes} allows: method=opsvd.ProductIntegration(max_nodes={2 * self.max_nodes}) "
                f"takes more, with a larger max_seconds")
        elif max(panels) >= limit:
            budget.give_up(
                "in one variable the singular functions stay rough: slices miss thin strips beside points where curves "
                "of breaks meet, which more panels do not mend; h with x and y exchanged may do better")
        else:
            budget.give_up(
                "the singular functions are resolved, but values are so near to each other that what is left beside "
                "them is not bounded closely enough to tell their order")


def _note(x: np.ndarray, y: np.ndarray) -> str:
    return (f"product integration: {len(x) - 1} panels in x, {len(y) - 1} in y, {ORDER} Gauss-Legendre nodes each, "
            f"integrals split where slices break")


def _hidden(matrix: np.ndarray, x: np.ndarray, y: np.ndarray) -> float:
    """The norm of what is nearer to singular points of x and of y than panels reach, relative to all."""
    energies = squares(matrix)
    sides = ((x, energies.sum(axis=1)), (y, energies.sum(axis=0)))
    hidden = sum(hidden_energy(edges, side.reshape(-1, ORDER).sum(axis=1)) for edges, side in sides)
    return float(np.sqrt(hidden / max(energies.sum(), TINY)))


def _blur(functions: np.ndarray, basis: PanelBasis) -> float:
    """How rough images of functions are, relative to them: by a tenth of what their panels do not resolve."""
    tails = panel_tails(functions, bends=basis.bends)
    return 0.1 * float(np.linalg.norm(tails)) / max(float(np.linalg.norm(functions)), TINY)


def _survey(problem: Problem, tol: float, *, most: int) -> tuple["_Slices", "_Slices"] | None:
    """Slices in both directions, with panels that suit them and the singular functions; None where nothing suits."""
    kernel, domain, (mu_x, mu_y) = problem.kernel, problem.domain, problem.lines
    strips = ends_of_strips(kernel.adjoint(), mu_y, mu_x), ends_of_strips(kernel, mu_x, mu_y)
    x, y = (with_edges_at(first_edges(mu, interval, count), ends, mu) for mu, interval, count, ends in
            zip(problem.lines, (domain.x, domain.y), FIRST_PANELS, strips, strict=True))
    rules = [PanelBasis(mu, edges, ORDER).rule for mu, edges in ((mu_x, x), (mu_y, y))]
    size = float(np.linalg.norm(weighted_samples(kernel, domain, *rules))) / 16.0    # of about 256 slices
    along_y = _Slices(kernel, (mu_x, mu_y), tol, size, y)
    along_x, surveys = _Slices(kernel.adjoint(), (mu_y, mu_x), tol, size, x), []
    # What stays rough takes all of these evaluations; |x|^-0.45, which does not, takes 2.1 million, floor(10xy) 10.
    most_values = max(2_400_000, min(problem.budget.evaluations // 80, 12_000_000))
    for side, rule in zip((along_y, along_x), rules, strict=True):
        surveys.append(slice_integrals(side.kernel, rule, side.mu_y, side.edges, tol, order=ORDER, size=size,
                                       budget=most_values, looks=8, strips=True))
        if surveys[-1].exhausted:
            return None
        side.keep(_keys(rule), surveys[-1])
        side.fine = surveys[-1].basis.edges
    for side, edges, survey in ((along_y, y, surveys[0]), (along_x, x, surveys[1])):
        side.edges = side.shared = np.union1d(edges, survey.shared_ends())
    for side, edges, other in ((along_y, x, along_x), (along_x, y, along_y)):
        side.panels = side.first = other.shared if len(other.shared) <= most else edges
    _meet(along_y, along_x)
    return _placed(along_y, along_x)


def _meet(along_y: "_Slices", along_x: "_Slices") -> bool:
    """Find where curves of breaks meet, as all slices tell; whether any points are new."""
    known = np.stack([along_y.met, along_x.met], axis=1)
    found = np.concatenate([along_y.meeting_points(known), along_x.meeting_points(known[:, ::-1])[:, ::-1]])
    scales = np.array([along_y.mu_x.scale, along_y.mu_y.scale])
    near = np.any(np.all(np.abs(found[:, None] - known) <= 1e-6 * scales, axis=2), axis=1)
    along_y.met, along_x.met = np.concatenate([known, found[~near]]).T
    return not bool(near.all())


def _placed(along_y: "_Slices", along_x: "_Slices") -> tuple["_Slices", "_Slices"]:
    """The same slices, with edges where curves of breaks meet, or leave the panels, and at images."""
    for side, other in ((along_y, along_x), (along_x, along_y)):
        side.edges = with_edges_at(side.shared, other.met, side.mu_y)
    for side, other in ((along_y, along_x), (along_x, along_y)):
        images = np.append(other.breaks_at(other.met), other.breaks_at(ends_from_inside(side.edges, side.mu_y)))
        side.singular = np.concatenate([side.met, images, other.breaks_at(side.breaks_at(images))])
        side.panels = with_edges_at(side.first, side.singular, side.mu_x)
    for side, other in ((along_y, along_x), (along_x, along_y)):
        side.edges = with_edges_at(side.edges, other.singular, side.mu_y)
        side.corners = side.corners_on(side.edges, other.met)
        # Panels end at singular points to within that much.
        near = np.abs(side.panels[:, None] - side.singular).min(axis=1, initial=np.inf) <= 1e-6 * side.mu_x.scale
        side.singular = side.panels[near]
    return along_y, along_x


def _finer(sides: tuple["_Slices", "_Slices"], bases: tuple[PanelBasis, PanelBasis], functions: tuple[np.ndarray, ...],
           resolved: Callable[..., np.ndarray], rough: float) -> Iterator[np.ndarray]:
    """Panels in x and in y that resolve singular functions, as images of those on the other side."""
    (left, right), (f, g) = bases, functions
    for side, panels, own, theirs, others in zip(sides, bases, functions, (right, left), (g, f), strict=True):
        yield resolved(side.images(theirs, others), side.mu_x, panels.edges, max(rough, _blur(others, theirs)),
                       singular=side.singular, start=own, roots=side.roots)


def _is_late(budget: Budget, sides: tuple["_Slices", "_Slices"], spent: int) -> bool:
    """Whether an answer is to be shown, settled or not, where so many values were spent.

    Raises BudgetExhaustedError if it is late and images, along 600 slices a side, take more than there is.
    """
    if budget.is_late:
        budget.require(1200 * spent // sum(len(side.known) for side in sides))
    return budget.is_late


def _first_panels(sides: tuple["_Slices", "_Slices"], resolved: Callable[..., np.ndarray],
                  most: int) -> list[np.ndarray]:
    """Panels in x and in y that resolve images of smooth functions; they show more points where curves meet."""
    rng = np.random.default_rng(0)
    for last in (False, True):
        panels = [resolved(side.smooth_images(rng), side.mu_x, side.panels if len(side.panels) <= most else side.first,
                           singular=side.singular, roots=side.roots) for side in sides]
        if last or not _meet(*sides):
            break
        for side in _placed(*sides):
            side.forget()
    return panels


class _Rows(NamedTuple):
    """Integrals along slices against the functions on panels, if there are any: the rows of a matrix."""

    basis: PanelBasis | None
    rows: dict[tuple[float, float], np.ndarray]


class _Slices:
    """The slices h(x, .) of a kernel, each split once and kept.

    Attributes
    ----------
    edges : ndarray
        Panels in y that suit most slices.
    corners : Corners
        Where two curves of breaks meet, at edges.
    panels, singular : ndarray
        Panels in x to begin with, and the edges that are known to be singular points.
    shared, first : ndarray
        The same edges and panels before any points were known where curves meet.
    met : ndarray
        Where these points are in x.
    roots : Roots
        Where functions of x were found to be smooth in the root of a distance.
    """

    def __init__(self, kernel: Kernel, measures: tuple[LineMeasure, LineMeasure], tol: float, size: float,
                 edges: np.ndarray) -> None:
        self.kernel, (self.mu_x, self.mu_y), self.tol, self.size = kernel, measures, tol, size
        self.edges, self.corners, self.panels, self.singular = edges, NO_CORNERS, np.zeros(0), np.zeros(0)
        self.fine, self.shared, self.first, self.met = edges, edges, np.zeros(0), np.zeros(0)
        self.found: list[SliceIntegrals] = []
        self.known: dict[tuple[float, float], tuple[int, int]] = {}    # which of these, and its row there
        # The rows of the last `matrix`, and the edges of the panels that it was for; and the same of those before.
        self.integrated, self.earlier = (_Rows(None, {}) for _ in range(2))
        self.roots = Roots()

    def basis(self, edges: np.ndarray) -> PanelBasis:
        """Functions on panels in x, with the roots that were found."""
        return self.roots.basis(self.mu_x, edges)

    def at(self, rule: Rule, tol: float = 0.0) -> SliceIntegrals:
        """Slices at the nodes of a rule in x, maybe to a larger tolerance."""
        return slice_integrals(self.kernel, rule, self.mu_y, np.union1d(self.edges, self.fine), max(tol, self.tol),
                               order=ORDER, size=self.size, corners=self.corners, known=self.breaks,
                               budget=max(8_000_000, 20_000 * len(rule)))

    def places(self, edges: np.ndarray) -> SlicePlaces:
        """Where others are to look at slices closely, on panels with some edges in y.

        Corners are edges of these to within 1e-6, where limits have not left them out.
        """
        return SlicePlaces(edges=self.fine, corners=self.corners_on(edges, self.corners.y))

    def corners_on(self, edges: np.ndarray, y: np.ndarray) -> Corners:
        """Points where curves meet, whose y are near to edges, as corners on these."""
        return Corners(self.met, edges[np.abs(edges[:, None] - y).argmin(axis=0)], self.mu_x.scale, self.mu_y.scale)

    def keep(self, keys: list[tuple[float, float]], found: SliceIntegrals) -> None:
        """Remember slices at nodes, by these and the roots of their weights."""
        self.known.update((key, (len(self.found), row)) for row, key in enumerate(keys))
        self.found.append(found)

    def meeting_points(self, known: np.ndarray) -> np.ndarray:
        """Where curves of breaks meet, as all slices that were found tell, maybe without known points: (m, 2)."""
        return meeting_points(self.kernel, *self.breaks, lambda x, y, integral: (
            integral * self.mu_x.sqrt_density(x) * self.mu_y.sqrt_density(y) > 1e-9 * self.size), known)

    @property
    def breaks(self) -> KnownBreaks:
        """Those of all slices that were found."""
        return KnownBreaks(np.unique([key[0] for key in self.known]),
                           np.concatenate([np.zeros((0, 2)), *(found.breaks for found in self.found)]))

    def forget(self) -> None:
        """Let all slices be found anew, as where corners are known now."""
        self.found, self.known = [], {}
        self.integrated, self.earlier = (_Rows(None, {}) for _ in range(2))

    def breaks_at(self, x: np.ndarray) -> np.ndarray:
        """Where the slices at points x break, if in integrals of 1e-4 at least; none if at more than 32 points."""
        if len(x) == 0:
            return np.zeros(0)
        found = np.unique(self.at(self.mu_x.rule(x, np.ones(len(x))), 1e-4).breaks[:, 1])
        return found if len(found) <= 32 else np.zeros(0)

    def matrix(self, rule: Rule, right: PanelBasis) -> np.ndarray:
        r"""T applied to the functions of `right`, at the nodes of a rule, times :math:`\sqrt{w_i}`: (n, right.size)."""
        keys = _keys(rule)
        fresh = [i for i, key in enumerate(keys) if key not in self.known]
        if fresh:
            self.keep([keys[i] for i in fresh], self.at(rule.restricted(np.array(fresh))))
        if not right.same(self.integrated.basis):
            self.earlier, self.integrated = self.integrated, _Rows(right, {})
        rows = self.integrated.rows
        new, old = right.common(self.earlier.basis)
        changed = np.ones(len(right.edges) - 1, dtype=bool)
        changed[new] = False
        missing = [key for key in keys if key not in rows]
        for known in (True, False):    # of slices that were integrated before, only the panels that are new
            if some := [key for key in missing if (key in self.earlier.rows) == known]:
                matrix = self._integrals(some, right, changed if known else None)
                if known:
                    before = np.array([self.earlier.rows[key] for key in some]).reshape(len(some), -1, ORDER)
                    matrix.reshape(len(some), -1, ORDER)[:, new] = before[:, old]
                rows.update(zip(some, matrix, strict=True))
        return np.array([rows[key] for key in keys])

    def _integrals(self, keys: list[tuple[float, float]], right: PanelBasis, wanted: np.ndarray | None) -> np.ndarray:
        """The rows of `matrix` for known slices, on the panels that are wanted, those with the same panels together."""
        which, rows = np.array([self.known[key] for key in keys]).T
        matrix = np.empty((len(keys), right.size), self.kernel.dtype)
        for _, numbers in groupby(np.unique(which), lambda number: self.found[number].basis.edges.tobytes()):
            here = [np.flatnonzero(which == number) for number in numbers]
            first, *others = (self.found[which[some[0]]].restricted(rows[some]) for some in here)
            matrix[np.concatenate(here)] = first.joined(*others).matrix(right, wanted)
        return matrix

    def images(self, basis: PanelBasis, coefficients: np.ndarray) -> Callable[[], Samples]:
        """T applied to functions given in a basis."""
        return lambda: lambda rule: self.matrix(rule, basis) @ coefficients

    def smooth_images(self, rng: np.random.Generator) -> Callable[[], Samples]:
        """T applied to random cosines: functions of x that are smooth nearly wherever the singular functions are.

        Twelve of them, of up to four radians a scale and eight a panel, which 16 nodes resolve: projected onto panels
        that do not, a cosine jumps at the edges, and its image would have kinks there.
        """
        basis = PanelBasis(self.mu_y, self.edges, ORDER)
        fastest = min(4.0 / self.mu_y.scale, 8.0 / float(np.diff(self.edges).max()))

        def draw() -> Samples:
            frequencies = rng.uniform(0.0, fastest, 12)
            phases = rng.uniform(0.0, 2.0 * np.pi, 12)
            trials = np.cos(basis.rule.nodes[:, None] * frequencies + phases) * basis.rule.sqrt_weights[:, None]
            return self.images(basis, trials)()

        return draw


def _keys(rule: Rule) -> list[tuple[float, float]]:
    """What tells slices apart: nodes, and the roots of their Lebesgue weights."""
    return list(zip(rule.nodes.tolist(), rule.sqrt_lebesgue.tolist(), strict=True))
