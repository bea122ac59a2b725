"""Product integration: leading singular values of kernels whose slices break along unknown curves."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from .._support.arrays import squares
from .._support.budget import Budget
from .._support.floats import TINY
from .._support.validation import positive_int
from ..bases import PanelBasis
from ..evidence.comparison import KnownRemainder, compared
from ..kernels import Kernel
from ..operator.discretisation import Block, Discretisation
from ..operator.problem import Problem
from ..probing.domain import weighted_samples
from ..probing.slice_splitter import slice_integrals
from ..probing.straight_strips import ends_of_strips
from ..quadrature import hidden_energy
from .base import Method
from .kept_slices import KeptSlices, keys_of
from .leading_part import KnownFunctions, leading_part
from .panel_rules import FIRST_PANELS, ORDER, ends_from_inside, first_edges, panel_tails, with_edges_at
from .panel_samples import Samples
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
        kernel, (mu_x, mu_y) = problem.kernel, problem.lines
        rng, most, start = np.random.default_rng(0), self.max_nodes // ORDER, kernel.evaluations
        if (sides := _survey(problem, problem.tolerances.integrals, most=most // 8)) is None:
            yield UniformPanels().discretisation(problem, _TOO_ROUGH)
            return
        along_y, along_x = sides
        # An eighth of the panels is for functions that are rough in many places, until these are all taken; or more,
        # where curves meet in many.
        aims = _Aims(problem.tolerances.integrals, problem.tolerances.images, self.modes,
                     min(max(most // 8, *(2 * len(side.panels) for side in sides)), most), most)
        panels = _first_panels(sides, aims)
        pace, functions, hidden = _Pace(kernel, problem.budget, start), KnownFunctions(), 0.0
        for left_over in range(20, 0, -1):
            before, sizes = kernel.evaluations, (len(panels[0]), len(panels[1]))
            bases = left, right = along_y.basis(panels[0]), along_x.basis(panels[1])
            (u, s, v), scaled, functions = leading_part(
                along_y.matrix(left.rule, right), along_x.matrix(right.rule, left).conj().T, functions.at(right))
            leading = u[:, :aims.modes] * s[:aims.modes], v[:, :aims.modes] * s[:aims.modes]
            late = pace.is_late(sides)
            finer = panels if late else _finer(sides, bases, leading, aims)
            settled = not late and left.same(along_y.basis(finer[0])) and right.same(along_x.basis(finer[1]))
            last = left_over == 1 or (not pace.has_shown and pace.is_short)
            if pace.shows(sizes, due=settled or last, late=late):
                block = Block(left, right, scaled @ functions.coefficients.conj().T)
                hidden = _hidden(block.matrix, *panels)
                if np.isinf(hidden):    # towards a point the energy is not seen to fall: these panels have no bars
                    return
                known = KnownRemainder(hidden=hidden, leading=True,
                                       places=(along_y.places(panels[1]), along_x.places(panels[0])))
                yield compared(problem, (block,), loose_checks(mu_x, mu_y, *panels, rng), _note(*panels), known)
            following = aims.raised(min(sizes), hidden) if settled else aims
            if last or following is None:
                self._say_why(problem, 2 * pace.dearest, (sizes[0] - 1, sizes[1] - 1), min(aims.broad, most))
                return
            aims, panels = following, finer
            pace.dearest = max(pace.dearest, kernel.evaluations - before)
            if pace.has_shown and pace.is_short:    # finer ones would have no images
                problem.budget.forgo(2 * pace.dearest)
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


@dataclass(frozen=True)
class _Aims:
    """What panels are to resolve.

    Attributes
    ----------
    tol, rough : float
        The tolerances of integrals, and of images of functions.
    modes : int
        How many leading singular functions.
    broad, most : int
        The most panels where functions are rough in many places, and anywhere.
    """

    tol: float
    rough: float
    modes: int
    broad: int
    most: int

    def resolved(self, draw: Callable[[], Samples], side: KeptSlices, panels: np.ndarray, *, unknown: float = 0.0,
                 start: np.ndarray | None = None) -> np.ndarray:
        """Panels that resolve functions of x, which are known up to a part."""
        # Integrals along many pieces are known to some times the tolerance of each.
        return resolve(draw, side.mu_x, panels, max(self.rough, unknown), limit=min(2 * self.broad, self.most),
                       broad=self.broad, noise=10.0 * self.tol, singular=side.singular, start=start, ratio=4.0,
                       roots=side.roots)

    def raised(self, panels: int, hidden: float) -> "_Aims | None":
        """Those for so many panels in either variable, on which functions are settled; None where there are none."""
        # The energy at a pole is continued along panels that halve towards it, and not by more panels in between. Where
        # one variable alone is rough, slices miss something near a point, and more panels follow their noise: as at the
        # tip of (x^2 < y < 2x^2) and at corners of two discs, of benchmarks/hard_classes.py.
        if panels > self.broad and self.broad < self.most and hidden == 0.0:
            return replace(self, broad=min(3 * self.broad // 2, self.most))
        # Where bars are not good enough, functions are to be smoother. Then twice as many are resolved: gaps of values
        # that fall slowly are known from many. As many stay apart in `leading_part`.
        if self.rough > 1e-10:
            return replace(self, rough=0.1 * self.rough)
        return replace(self, modes=2 * self.modes) if 2 * self.modes <= 40 else None


class _Pace:
    """When an answer is shown: of panels that are settled, or late.

    Attributes
    ----------
    patience : int
        Values of h after which one is shown that is not settled, which takes as many as the first; then twice.
    dearest : int
        The most values that finer panels took.
    """

    def __init__(self, kernel: Kernel, budget: Budget, start: int) -> None:
        self._kernel, self._budget, self._start, self._shown = kernel, budget, start, (0, 0)
        self.patience, self.dearest = max(6_000_000, 3 * self._spent), self._spent // 2

    @property
    def _spent(self) -> int:
        """The values of h so far."""
        return self._kernel.evaluations - self._start

    @property
    def has_shown(self) -> bool:
        """Whether there was an answer."""
        return self._shown != (0, 0)

    @property
    def is_short(self) -> bool:
        """Whether the budget has less than finer panels and their images take."""
        return self._budget.evaluations_left < 2 * self.dearest

    def is_late(self, sides: tuple[KeptSlices, KeptSlices]) -> bool:
        """Whether the first answer is to be shown, settled or not.

        Raises BudgetExhaustedError if it is late and images, along 600 slices a side, take more than there is.
        """
        if self.has_shown or not self._budget.is_late:
            return False
        self._budget.require(1200 * self._spent // sum(len(side.known) for side in sides))
        return self._budget.is_late

    def shows(self, sizes: tuple[int, int], *, due: bool, late: bool) -> bool:
        """Whether panels are shown, which are due, or late; not twice the same."""
        if not (due or late or self._spent > self.patience) or self._shown == sizes:
            return False
        self.patience, self._shown = 2 * self.patience, sizes
        return True


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


def _survey(problem: Problem, tol: float, *, most: int) -> tuple[KeptSlices, KeptSlices] | None:
    """Slices in both directions, with panels that suit them and the singular functions; None where nothing suits."""
    kernel, domain, (mu_x, mu_y) = problem.kernel, problem.domain, problem.lines
    strips = ends_of_strips(kernel.adjoint(), mu_y, mu_x), ends_of_strips(kernel, mu_x, mu_y)
    x, y = (with_edges_at(first_edges(mu, interval, count), ends, mu) for mu, interval, count, ends in
            zip(problem.lines, (domain.x, domain.y), FIRST_PANELS, strips, strict=True))
    rules = [PanelBasis(mu, edges, ORDER).rule for mu, edges in ((mu_x, x), (mu_y, y))]
    size = float(np.linalg.norm(weighted_samples(kernel, domain, *rules))) / 16.0    # of about 256 slices
    along_y = KeptSlices(kernel, (mu_x, mu_y), tol, size, y)
    along_x, surveys = KeptSlices(kernel.adjoint(), (mu_y, mu_x), tol, size, x), []
    # What stays rough takes all of these evaluations; |x|^-0.45, which does not, takes 2.1 million, floor(10xy) 10.
    most_values = max(2_400_000, min(problem.budget.evaluations // 80, 12_000_000))
    for side, rule in zip((along_y, along_x), rules, strict=True):
        surveys.append(slice_integrals(side.kernel, rule, side.mu_y, side.edges, tol, order=ORDER, size=size,
                                       budget=most_values, looks=8, strips=True))
        if surveys[-1].exhausted:
            return None
        side.keep(keys_of(rule), surveys[-1])
        side.fine = surveys[-1].basis.edges
    for side, edges, survey in ((along_y, y, surveys[0]), (along_x, x, surveys[1])):
        side.edges = side.shared = np.union1d(edges, survey.shared_ends())
    for side, edges, other in ((along_y, x, along_x), (along_x, y, along_y)):
        side.panels = side.first = other.shared if len(other.shared) <= most else edges
    _meet(along_y, along_x)
    return _placed(along_y, along_x)


def _meet(along_y: KeptSlices, along_x: KeptSlices) -> bool:
    """Find where curves of breaks meet, as all slices tell; whether any points are new."""
    known = np.stack([along_y.met, along_x.met], axis=1)
    found = np.concatenate([along_y.meeting_points(known), along_x.meeting_points(known[:, ::-1])[:, ::-1]])
    closest = 1e-6 * np.array([along_y.mu_x.scale, along_y.mu_y.scale])
    found = np.stack([side.breaks.on_lines(places, within) for side, places, within in
                      zip((along_x, along_y), found.T, closest, strict=True)], axis=1)
    near = np.any(np.all(np.abs(found[:, None] - known) <= closest, axis=2), axis=1)
    along_y.met, along_x.met = np.concatenate([known, found[~near]]).T
    return not bool(near.all())


def _placed(along_y: KeptSlices, along_x: KeptSlices) -> tuple[KeptSlices, KeptSlices]:
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


def _finer(sides: tuple[KeptSlices, KeptSlices], bases: tuple[PanelBasis, PanelBasis],
           functions: tuple[np.ndarray, np.ndarray], aims: _Aims) -> tuple[np.ndarray, np.ndarray]:
    """Panels in x and in y that resolve singular functions, as images of those on the other side."""
    x, y = (aims.resolved(side.images(theirs, others), side, panels.edges, unknown=_blur(others, theirs), start=own)
            for side, panels, own, theirs, others in zip(
                sides, bases, functions, bases[::-1], functions[::-1], strict=True))
    return x, y


def _first_panels(sides: tuple[KeptSlices, KeptSlices], aims: _Aims) -> tuple[np.ndarray, np.ndarray]:
    """Panels in x and in y that resolve images of smooth functions; they show more points where curves meet."""
    rng = np.random.default_rng(0)
    for last in (False, True):
        x, y = (aims.resolved(side.smooth_images(rng), side, side.panels if len(side.panels) <= aims.most
                              else side.first) for side in sides)
        if last or not _meet(*sides):
            break
        for side in _placed(*sides):
            side.forget()
    return x, y
