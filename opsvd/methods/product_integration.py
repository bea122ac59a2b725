"""Product integration: leading singular values of kernels whose slices break along unknown curves."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from .._validation import positive_int
from ..bases import PanelBasis
from ..discretisation import Block, Discretisation
from ..domain import Domain, find_domain, weighted_samples
from ..kernels import Kernel
from ..linalg import compact_svd
from ..measures import Measure
from ..quadrature import Rule
from ..slices import SliceIntegrals, slice_integrals
from .base import Method
from .meeting_points import meeting_points
from .refinement import (
    FIRST_PANELS,
    ORDER,
    Samples,
    first_edges,
    floor_width,
    panel_tails,
    panels_with_ends,
    resolve,
    split,
    tails_with_ends,
)
from .uniform import UniformPanels, loose_checks

__all__ = ["ProductIntegration"]

_EPS = float(np.finfo(np.float64).eps)
# Smooth functions whose images show where the singular functions are not smooth: cosines of up to this many radians
# a scale.
_TRIALS = 12
_FASTEST = 12.0
_ROUNDS = 4
# Divisions of the panels on which the outer integrals are taken, and how close to a cut the span beside it is divided.
_DEPTH = 40
_NEAR = 0.25
_TOO_ROUGH = ("slices of h do not become smooth when they are cut: h looks like noise or a fractal, or has more breaks "
              "or oscillations than can be followed")
# Meeting points are known to the square root of rounding.
_APART = 1e-6
# The square root of how many slices there are, about.
_SLICES = 16.0
# Breaks that cross the edges of panels, beyond which they are not followed one by one.
_MOST_CUTS = 1000


class ProductIntegration(Method):
    r"""Galerkin projection onto panels, with integrals :math:`\int h(x, y) b_j(y)\,\mu(dy)` split at the breaks of h.

    The leading singular functions of a kernel with jumps, kinks or singularities along curves are smooth, since they
    are T applied to something; only the integrals are hard. Every slice h(x, .) is split where it breaks (see
    `opsvd.slices`); the integrals over x are cut where a break crosses the edge of a panel in y. The panels themselves
    need only resolve the leading singular functions: they shrink towards points where a break has a vertical tangent.

    The same holds for smooth kernels whose slices take far more nodes than their leading singular functions do: narrow
    ridges, steps that are nearly jumps, fast oscillation.

    Parameters
    ----------
    modes : int, default 24
        How many of the leading singular functions the panels are to resolve. Values beyond may come out well, too.
    max_nodes : int, default 1600
        The most nodes a variable.

    References
    ----------
    K. E. Atkinson, The Numerical Solution of Integral Equations of the Second Kind, Cambridge (1997), section 4.2.
    """

    def __init__(self, modes: int = 24, max_nodes: int = 1600) -> None:
        self.modes = positive_int(modes, "modes")
        self.max_nodes = positive_int(max_nodes, "max_nodes")

    def __repr__(self) -> str:
        """The call that makes it."""
        return f"ProductIntegration(modes={self.modes}, max_nodes={self.max_nodes})"

    def discretisations(self, kernel: Kernel, mu_x: Measure, mu_y: Measure, rtol: float) -> Iterator[Discretisation]:
        """Place the panels by images of smooth functions, then by the singular functions themselves."""
        yield from self.within(kernel, find_domain(kernel, mu_x, mu_y, rtol), mu_x, mu_y, rtol)

    def within(self, kernel: Kernel, domain: Domain, mu_x: Measure, mu_y: Measure,
               rtol: float) -> Iterator[Discretisation]:
        """Refine within a domain that is known already."""
        rng, limit = np.random.default_rng(0), self.max_nodes // ORDER
        # Values are accurate to the square of what the functions are; integrals must be as accurate as the values.
        tol, rough = max(1e-2 * rtol, 16.0 * _EPS), max(3e-3 * np.sqrt(rtol), 1e-8)
        x, y = (first_edges(*sides) for sides in zip((domain.x, domain.y), FIRST_PANELS, strict=True))
        first = [PanelBasis(mu, edges, ORDER).rule for mu, edges in ((mu_x, x), (mu_y, y))]
        size = float(np.linalg.norm(weighted_samples(kernel, domain, *first))) / _SLICES
        along_y = _Slices(kernel, mu_x, mu_y, tol, size)
        along_x = _Slices(kernel.transposed(), mu_y, mu_x, tol, size)
        surveys = []
        for slices, rule, edges in ((along_y, first[0], y), (along_x, first[1], x)):
            surveys.append(slices.at(rule, edges))
            if surveys[-1].exhausted:
                yield UniformPanels().within(kernel, domain, mu_x, mu_y, _TOO_ROUGH)
                return
        meetings = np.concatenate([meeting_points(kernel, first[0].nodes, surveys[0].breaks),
                                   meeting_points(along_x.kernel, first[1].nodes, surveys[1].breaks)[:, ::-1]])
        x, y = _with_edges(x, meetings[:, 0], mu_x), _with_edges(y, meetings[:, 1], mu_y)
        x, y = (resolve(slices.images(other, rng), mu, edges, rough, limit=limit, broad=limit // 2, noise=10.0 * tol,
                        singular=points)
                for slices, other, mu, edges, points in ((along_y, y, mu_x, x, meetings[:, 0]),
                                                         (along_x, x, mu_y, y, meetings[:, 1])))
        for _ in range(_ROUNDS):
            left, right = PanelBasis(mu_x, x, ORDER), PanelBasis(mu_y, y, ORDER)
            matrix = _galerkin_matrix(along_y, along_x, left, right, 100.0 * rough)
            note = (f"product integration: {len(x) - 1} panels in x, {len(y) - 1} in y, {ORDER} Gauss-Legendre nodes "
                    f"each, integrals split where slices break")
            checks = loose_checks(mu_x, mu_y, x, y, rng)
            yield Discretisation((Block(left, right, matrix),), domain, checks, note, leading=True)
            u, s, v = (part[..., :self.modes] for part in compact_svd(matrix))
            if len(s) == 0:
                return
            finer_x = split(x, mu_x, panel_tails(u * s), rough * s[0], limit=limit, broad=limit)
            finer_y = split(y, mu_y, panel_tails(v * s), rough * s[0], limit=limit, broad=limit)
            if len(finer_x) == len(x) and len(finer_y) == len(y):
                return
            x, y = finer_x, finer_y


@dataclass(frozen=True)
class _Slices:
    """The slices h(x, .) of a kernel, and how accurately they are integrated."""

    kernel: Kernel
    mu_x: Measure
    mu_y: Measure
    tol: float
    size: float

    def at(self, rule: Rule, edges: np.ndarray) -> SliceIntegrals:
        """Slices at the nodes of a rule in x, split at edges in y."""
        return slice_integrals(self.kernel, rule, self.mu_y, edges, self.tol, order=ORDER, size=self.size)

    def images(self, y: np.ndarray, rng: np.random.Generator) -> Callable[[], Samples]:
        """T applied to random cosines: functions of x that are smooth wherever the singular functions are."""
        def draw() -> Samples:
            frequencies = rng.uniform(0.0, _FASTEST, _TRIALS) / self.mu_y.scale
            phases = rng.uniform(0.0, 2.0 * np.pi, _TRIALS)

            def trials(points: np.ndarray) -> np.ndarray:
                return np.asarray(np.cos(points[:, None] * frequencies + phases)
                                  * self.mu_y.sqrt_density(points)[:, None])

            return lambda rule: self.at(rule, y).against(trials, _TRIALS)

        return draw


def _with_edges(edges: np.ndarray, points: np.ndarray, measure: Measure) -> np.ndarray:
    """Add edges at points that are not edges already, but for the uncertainty of meeting points."""
    for point in points:
        if np.abs(edges - point).min() > _APART * measure.scale:
            edges = np.union1d(edges, point)
    return edges


def _galerkin_matrix(along_y: _Slices, along_x: _Slices, left: PanelBasis, right: PanelBasis,
                     rough: float) -> np.ndarray:
    """The matrix E[a_i h b_j], its inner integrals split at breaks, its outer ones cut where breaks cross edges in y.

    A single b_j jumps at the edges of its panel, so that T b_j is not smooth where a break crosses them. In T g, for a
    smooth g, all that cancels: an error of the outer integrals enters the leading singular values only through its
    square, and `rough` is enough for them.
    """
    mu_x = left.measure
    cuts = _cuts(along_x, left, right, rough)
    edges = np.union1d(left.edges, cuts)
    edges = edges[np.append(True, np.diff(edges) > 64.0 * _EPS * np.maximum(np.abs(edges[1:]), 1e-3 * mu_x.scale))]
    spans = np.stack([edges[:-1], edges[1:]], axis=1)
    matrix = np.zeros((left.size, right.size))
    norm = 0.0
    for depth in range(_DEPTH):
        rule = panels_with_ends(mu_x, spans)
        rows = along_y.at(rule, right.edges).matrix().reshape(len(spans), ORDER + 2, right.size)
        norm = max(norm, float(np.linalg.norm(rows[:, :ORDER])))
        wide = np.diff(spans)[:, 0] > floor_width(mu_x, spans.ravel())[::2]
        broken = (tails_with_ends(rows) > rough * norm) & wide & (depth < _DEPTH - 1)
        nodes = rule.nodes.reshape(len(spans), -1)[~broken, :ORDER].ravel()
        weights = rule.sqrt_lebesgue.reshape(len(spans), -1)[~broken, :ORDER].ravel()
        panel, local = left.local(nodes)
        local *= weights[:, None]
        kept = rows[~broken, :ORDER].reshape(len(nodes), right.size)
        for p in np.unique(panel):
            here = panel == p
            matrix[p * ORDER:(p + 1) * ORDER] += local[here].T @ kept[here]
        if not broken.any():
            break
        spans = _finer(spans[broken], cuts)
    return matrix


def _finer(spans: np.ndarray, cuts: np.ndarray) -> np.ndarray:
    """Spans halved; or, where an end is a cut and so a likely singular point, divided close to it."""
    share = np.where(np.isin(spans[:, 0], cuts), _NEAR, np.where(np.isin(spans[:, 1], cuts), 1.0 - _NEAR, 0.5))
    middle = spans[:, 0] + share * (spans[:, 1] - spans[:, 0])
    return np.concatenate([np.stack([spans[:, 0], middle], axis=1), np.stack([middle, spans[:, 1]], axis=1)])


def _cuts(along_x: _Slices, left: PanelBasis, right: PanelBasis, rough: float) -> np.ndarray:
    """Where breaks cross the edges of panels in y: there integrals over x of single basis functions have kinks."""
    rule = right.measure.rule(right.edges[1:-1], np.diff(right.edges)[1:])
    cuts = np.unique(replace(along_x, tol=0.01 * rough).at(rule, left.edges).breaks[:, 1])
    return cuts if len(cuts) <= _MOST_CUTS else np.zeros(0)
