"""What it does to singular values that a jump of h is placed no better than floats tell points apart."""

from dataclasses import dataclass

import numpy as np

from .._support.floats import EPS
from .._support.linalg import corner_norms
from ..kernels import Kernel
from ..measures import LineMeasure
from ..operator.singular_functions import SingularFunctions, SingularSystem
from ..probing.domain import within
from ..quadrature import Rule


@dataclass(frozen=True, eq=False)
class Jumps:
    r"""Places along curves on which h may jump, (b,): for each a coordinate that is exact, and one that is rounded.

    Attributes
    ----------
    kernel : Kernel
        Of the exact coordinate and the rounded one.
    exact, rounded : SingularFunctions
        Of these coordinates.
    """

    kernel: Kernel
    exact: SingularFunctions
    rounded: SingularFunctions

    def coupling(self, t: np.ndarray, weights: np.ndarray, u: np.ndarray) -> np.ndarray:
        r"""Bounds, shape (q,), of what roundings do to integrals of h against the leading q functions of both sides.

        If the jump of size J(t) at u(t) lies elsewhere by at most :math:`\delta(u)`, then T changes by an operator
        with :math:`|E[f_i \Delta T g_j]| \le \int |J f_i g_j| \rho_x \rho_y \delta\, dt`, where functions are taken at
        u(t). With matrices F and G of half-densities, and the diagonal matrix D of weights times
        :math:`|J| \sqrt{\rho_x \rho_y} \, \delta`, its norm is at most the root of
        :math:`\|F^* D F\| \|G^* D G\|`, and that of :math:`|F|^* D |G|`. The second is less where functions of one
        side vanish as fast as D grows, as those of (x > y) do at an end.

        Parameters
        ----------
        t, u : ndarray, shape (b,)
            The exact coordinates, and the rounded ones, all of which matter.
        weights : ndarray, shape (b,)
            Of t, for Lebesgue measure.
        """
        line = self.rounded.line
        count = min(len(self.exact), len(self.rounded))
        if len(u) == 0:
            return np.zeros(count)
        # Where points are one float for many coordinates, h is seen at one of them, and a jump is not placed at all.
        rounding = np.minimum(EPS * line.coarseness(u), line.scale)
        low, high = self._around(u, 4.0 * rounding)
        size = np.abs(self.kernel.finite_beside(t, high) - self.kernel.finite_beside(t, low))
        size *= self.exact.line.sqrt_density(t) * np.maximum(line.sqrt_density(low), line.sqrt_density(high))
        # Searches end at neighbouring floats, or some earlier: a jump is within two roundings of where it was found.
        roots = np.sqrt(weights * size * 2.0 * rounding)[:, None]
        f = _at(self.exact, t) * roots
        g = np.maximum(np.abs(_at(self.rounded, low)), np.abs(_at(self.rounded, high))) * roots
        return np.asarray(np.minimum(np.sqrt(corner_norms(f.conj().T @ f) * corner_norms(g.T @ g))[:count],
                                     corner_norms(np.abs(f)[:, :count].T @ g[:, :count])))

    def matters(self, u: np.ndarray) -> np.ndarray:
        """Where a rounding of a point moves more than four eps of the mass: elsewhere that of the SVD is more."""
        line = self.rounded.line
        far = line.coarseness(u) * np.square(line.sqrt_density(u)) > 4.0
        return np.asarray(far & within(u, self.rounded.interval) & ~np.isin(u, line.edges))

    def _around(self, u: np.ndarray, far: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Coordinates so far from u on either side, but not across an edge of the measure: an atom is one point."""
        low, high = self.rounded.interval
        edges = self.rounded.line.edges
        inner = edges[(edges > low) & (edges < high)]
        step = 8.0 * EPS * np.abs(inner)
        place = np.searchsorted(inner, u)
        return (np.maximum(u - far, np.append(low, inner + step)[place]),
                np.minimum(u + far, np.append(inner - step, high)[place]))


def coupling_along_slices(kernel: Kernel, exact: SingularFunctions, rounded: SingularFunctions, rule: Rule,
                          breaks: np.ndarray) -> np.ndarray:
    """The same at breaks (b, 2) of slices, those of them that are at the nodes of a rule."""
    order = np.argsort(rule.nodes)
    node = order[np.minimum(np.searchsorted(rule.nodes, breaks[:, 0], sorter=order), len(rule) - 1)]
    jumps = Jumps(kernel, exact, rounded)
    here = (rule.nodes[node] == breaks[:, 0]) & jumps.matters(breaks[:, 1])
    return jumps.coupling(breaks[here, 0], np.square(rule.sqrt_lebesgue[node[here]]), breaks[here, 1])


def coupling_at_edges(kernel: Kernel, system: SingularSystem) -> np.ndarray:
    """The same of jumps along lines, which are edges of panels, shape (r,): slices end there, and find none."""
    left, right = system.left, system.right
    return np.asarray(_along_edges(Jumps(kernel, left, right)) + _along_edges(Jumps(kernel.adjoint(), right, left)))


def _along_edges(jumps: Jumps) -> np.ndarray:
    edges, count = jumps.rounded.panels[1:-1], 100
    edges = edges[jumps.matters(edges)]
    if jumps.kernel.dear and jumps.kernel.budget is not None:    # an eighth of the values that are left, two a place
        count = int(np.clip(jumps.kernel.budget.evaluations_left // (16 * max(len(edges), 1)), 1, 16))
    # A jump along a line is seen on a tenth of it, or on a half or more where values are dear.
    rule = _spots(jumps.exact.line, count)
    t, u = (part.ravel() for part in np.meshgrid(rule.nodes, edges, indexing="ij"))
    return jumps.coupling(t, np.repeat(np.square(rule.sqrt_lebesgue), len(edges)), u)


def _at(functions: SingularFunctions, x: np.ndarray) -> np.ndarray:
    """Half-densities (b, r) at coordinates (b,), of which many are the same."""
    places, which = np.unique(x, return_inverse=True)
    return np.asarray(functions.half_density(places)[which])


def _spots(measure: LineMeasure, count: int) -> Rule:
    """Points in the middle of parts of equal mass."""
    t = measure.quantile((np.arange(count) + 0.5) / count)
    density = measure.sqrt_density(t)
    return Rule(t, 1.0 / (np.sqrt(count) * density), density)
