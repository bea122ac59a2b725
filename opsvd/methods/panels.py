"""Adaptive Gauss-Legendre panels: Nystrom where polynomials on the whole line fail."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from .._support.arrays import leading_true, squares
from .._support.floats import EPS
from .._support.validation import int_of_at_least
from ..bases import PanelBasis
from ..errors import diverges_towards
from ..evidence.comparison import KnownRemainder, compared
from ..measures import LineMeasure
from ..operator.discretisation import Discretisation, galerkin_block
from ..operator.problem import Problem
from ..probing.domain import weighted_samples
from ..quadrature import SLOWEST_RATE, Rule, continued, fall
from .base import Method
from .panel_rules import FIRST_PANELS, MOST_AT_POINTS, ORDER, check_rule, first_edges, panel_tails, random_rule
from .panel_samples import Samples
from .refinement import resolve, split

# Of Gauss-Lobatto rules; benchmarks/check_rules.py shows that they see the errors that they check.
_CHECK_ORDER = 14
# The most panels where many stay unresolved, as with a break along a curve.
_BROAD = 40
# This many panels, each half as wide as the next, make a singular point; twice as many tell how h behaves there.
_CHAIN = 8


class Panels(Method):
    r"""Nystrom on panels refined where slices of :math:`h \sqrt{\rho_x \rho_y}` are not resolved by their polynomials.

    Each panel holds 16 Gauss-Legendre nodes. It is halved while the last Legendre coefficients on it exceed the
    tolerance, down to a width of 1e-25 scales, or of rounding: towards a singular point on an axis (log\|x\|,
    \|x\|^(1/2), a jump or kink) panels shrink geometrically, and the error falls exponentially with their number.
    Handles poles near the axis and fast growth as well. Breaks along curves, such as x = y, are not resolved: there it
    gives its best within the budget, and error bars that say so.

    Parameters
    ----------
    max_nodes : int, default 3072
        The most nodes a variable, at least 160; a pass over a kernel takes about twice its square in evaluations.

    Raises
    ------
    TypeError, ValueError
        If `max_nodes` is not an integer of at least 160.
    """

    def __init__(self, max_nodes: int = 3072) -> None:
        least = 2 * max(FIRST_PANELS) * ORDER
        self.max_nodes = int_of_at_least(max_nodes, "max_nodes", least, "which the first panels take")

    def discretisations(self, problem: Problem) -> Iterator[Discretisation]:
        """Refine on slices first, then on the full matrix, until nothing is left to split."""
        domain, measures, rng = problem.domain, problem.lines, np.random.default_rng(0)
        panels = [first_edges(*sides) for sides in zip(measures, (domain.x, domain.y), FIRST_PANELS, strict=True)]
        tol, limit, rounding = problem.tolerances.panels, self.max_nodes // ORDER, 4.0 * EPS

        def slices(side: int) -> Samples:
            """Of h along x (0) or y (1), at random points of the other."""
            rule = random_rule(measures[1 - side], panels[1 - side], rng, 4)
            if side == 0:
                return lambda points: weighted_samples(problem.kernel, domain, points, rule)
            return lambda points: weighted_samples(problem.kernel, domain, rule, points).T

        # Twice: what is singular in one variable may show only close to a singular point of the other; and where one
        # variable turns out to need few panels, the other may have more.
        broad, shown = [_BROAD, _BROAD], [0, 0]
        for _ in range(2):
            for side, mu in enumerate(measures):
                panels[side] = resolve(partial(slices, side), mu, panels[side], tol, limit=limit, broad=broad[side])
            broad = [limit if len(other) <= _BROAD // 2 else _BROAD for other in panels[::-1]]
        while True:
            left, right = (PanelBasis(*side, ORDER) for side in zip(measures, panels, strict=True))
            block = galerkin_block(problem, left, right)
            norm = float(np.linalg.norm(block.matrix))
            tails = [panel_tails(matrix, norm) for matrix in (block.matrix, block.matrix.T)]
            finer = [split(edges, mu, tail, tol * norm, limit=limit, broad=_BROAD)
                     for edges, mu, tail in zip(panels, measures, tails, strict=True)]
            sizes = [len(edges) for edges in panels]
            unchanged = sizes == [len(edges) for edges in finer]
            unresolved = int(np.count_nonzero(np.concatenate(tails) > tol * norm))
            # What few panels lack, as at a singular point, is worth the wait.
            if (unchanged or unresolved == 0 or unresolved > MOST_AT_POINTS) and sizes != shown:
                shown = sizes
                known = KnownRemainder(hidden=_hidden(block.matrix, panels, norm), piecewise=True,
                                       broken=unresolved > MOST_AT_POINTS)
                yield compared(problem, (block,), _checks(measures, panels, rng), _note(panels), known)
            if unchanged and (tol <= rounding or unresolved > 0):
                return    # at the floor of rounding, or of the budget
            if unresolved == 0:
                tol = max(0.1 * tol, rounding)
            panels = finer


def _note(panels: list[np.ndarray]) -> str:
    x, y = panels
    return f"panels: {len(x) - 1} in x, {len(y) - 1} in y, {ORDER} Gauss-Legendre nodes each"


def _checks(measures: tuple[LineMeasure, LineMeasure], panels: list[np.ndarray],
            rng: np.random.Generator) -> tuple[tuple[Rule, Rule], ...]:
    """Two pairs of rules that share no nodes with the panels.

    Their distances from the ends of panels differ: x and y never coincide, where log|x - y| is infinite.
    """
    (mu_x, mu_y), (x, y) = measures, panels
    return ((check_rule(mu_x, x, 8.0, _CHECK_ORDER), check_rule(mu_y, y, 24.0, _CHECK_ORDER)),
            (random_rule(mu_x, x, rng, 3), random_rule(mu_y, y, rng, 3)))


def _hidden(matrix: np.ndarray, panels: list[np.ndarray], norm: float) -> float:
    """The norm of what is nearer to singular points of x and of y than panels reach, relative to that of all."""
    x, y = panels
    near = _energy_at_singular_points(matrix, x, "x") + _energy_at_singular_points(matrix.T, y, "y")
    return float(np.sqrt(near)) / norm if norm > 0.0 else 0.0


def _energy_at_singular_points(matrix: np.ndarray, edges: np.ndarray, name: str) -> float:
    """Extrapolate the energy (norm squared) that panels shrinking towards points have not reached.

    On panels that halve towards a point the energy of |x|^(2a) falls by the factor q = 2^-(2a + 1); what is nearer to
    the point than the panels is known only by going on like this. If it does not fall, E[h^2] diverges. The last panel
    reaches to the point: of what it holds, it lacks what its polynomials do.
    """
    width, tails = np.diff(edges), panel_tails(matrix)
    energy = np.sum(squares(matrix.reshape(len(width), -1)), axis=1)
    beyond = 0.0
    for step in (1, -1):
        w, e, t, corner = width[::step], energy[::step], tails[::step], edges[:-1] if step == 1 else edges[:0:-1]
        doubling = np.abs(w[1:] / w[:-1] - 2.0) < 1e-6
        for start in np.flatnonzero(doubling & ~np.concatenate([[False], doubling[:-1]])):
            length = leading_true(doubling[start:])
            if length < _CHAIN:
                continue
            chain = e[start:start + min(length, 2 * _CHAIN)]
            half = len(chain) // 2
            inner, outer = chain[:half].sum(), chain[-half:].sum()
            factor = float(fall(inner, outer)) ** (1.0 / (len(chain) - half))
            # The energy of a bounded kernel may vanish outwards, beside a break, but is nowhere dense.
            dense = chain[0] / w[start] > 1e6 * energy.sum() / width.sum()
            if factor > 1.0 - SLOWEST_RATE and dense:
                raise diverges_towards(f"{name} = {corner[start]:.3g}")
            known = start > 0 and e[start - 1] > 0.0
            # What polynomials lack of a homogeneous function is a fixed multiple of their last coefficients, below 32.
            lacking = min(1.0, 32.0 * float(t[start - 1] / np.sqrt(e[start - 1]))) if known else 1.0
            beyond += float(continued(float(chain[0]), factor)) * lacking**2
    return beyond
