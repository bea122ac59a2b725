"""Product integration: leading singular values of kernels whose slices break along unknown curves."""

from collections.abc import Callable, Iterator

import numpy as np
from scipy.linalg import qr, svd

from .._validation import positive_int
from ..bases import PanelBasis
from ..discretisation import Block, Discretisation
from ..domain import Domain, find_domain, weighted_samples
from ..kernels import Kernel
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
    panel_tails,
    resolve,
    split,
)
from .uniform import UniformPanels, loose_checks

__all__ = ["ProductIntegration"]

_EPS = float(np.finfo(np.float64).eps)
# Smooth functions whose images show where the singular functions are not smooth: cosines of up to this many radians
# a scale.
_TRIALS = 12
_FASTEST = 12.0
_ROUNDS = 4
# How many singular functions are computed, and in how many steps.
_KEPT = (64, 40, 24)
_ITERATIONS = 4
_TOO_ROUGH = ("slices of h do not become smooth when they are cut: h looks like noise or a fractal, or has more breaks "
              "or oscillations than can be followed")
# Meeting points are known to the square root of rounding.
_APART = 1e-6
# The square root of how many slices there are, about.
_SLICES = 16.0


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
    modes : int, default 12
        How many of the leading singular functions the panels are to resolve. Values beyond may come out well, too.
    max_nodes : int, default 1600
        The most nodes a variable.

    References
    ----------
    K. E. Atkinson, The Numerical Solution of Integral Equations of the Second Kind, Cambridge (1997), section 4.2.
    """

    def __init__(self, modes: int = 12, max_nodes: int = 1600) -> None:
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
            slices.edges = edges
            surveys.append(slices.at(rule))
            if surveys[-1].exhausted:
                yield UniformPanels().within(kernel, domain, mu_x, mu_y, _TOO_ROUGH)
                return
        meetings = np.concatenate([meeting_points(kernel, first[0].nodes, surveys[0].breaks),
                                   meeting_points(along_x.kernel, first[1].nodes, surveys[1].breaks)[:, ::-1]])
        x, y = _with_edges(x, meetings[:, 0], mu_x), _with_edges(y, meetings[:, 1], mu_y)
        along_y.edges, along_x.edges = y, x
        x, y = (resolve(slices.images(rng), mu, edges, rough, limit=limit, broad=limit // 2, noise=10.0 * tol,
                        singular=points)
                for slices, mu, edges, points in ((along_y, mu_x, x, meetings[:, 0]),
                                                  (along_x, mu_y, y, meetings[:, 1])))
        for _ in range(_ROUNDS):
            left, right = PanelBasis(mu_x, x, ORDER), PanelBasis(mu_y, y, ORDER)
            u, v, rest = _leading_part(along_y.matrix(left, right), along_x.matrix(right, left).T)
            note = (f"product integration: {len(x) - 1} panels in x, {len(y) - 1} in y, {ORDER} Gauss-Legendre nodes "
                    f"each, integrals split where slices break")
            checks = loose_checks(mu_x, mu_y, x, y, rng)
            yield Discretisation((Block(left, right, u @ v.T + rest),), domain, checks, note, leading=True)
            s = np.linalg.norm(v, axis=0)[:self.modes]
            if s[0] == 0.0:
                return
            finer_x = split(x, mu_x, panel_tails(u[:, :len(s)] * s), rough * s[0], limit=limit, broad=limit)
            finer_y = split(y, mu_y, panel_tails(v[:, :len(s)]), rough * s[0], limit=limit, broad=limit)
            if len(finer_x) == len(x) and len(finer_y) == len(y):
                return
            x, y = finer_x, finer_y


class _Slices:
    """The slices h(x, .) of a kernel, each split once and kept."""

    def __init__(self, kernel: Kernel, mu_x: Measure, mu_y: Measure, tol: float, size: float) -> None:
        self.kernel, self.mu_x, self.mu_y, self.tol, self.size = kernel, mu_x, mu_y, tol, size
        self.edges = np.zeros(0)
        self.known: dict[tuple[float, float], tuple[SliceIntegrals, int]] = {}

    def at(self, rule: Rule) -> SliceIntegrals:
        """Slices at the nodes of a rule in x, which are remembered."""
        found = slice_integrals(self.kernel, rule, self.mu_y, self.edges, self.tol, order=ORDER, size=self.size)
        keys = zip(rule.nodes.tolist(), rule.sqrt_lebesgue.tolist(), strict=True)
        self.known.update((key, (found, row)) for row, key in enumerate(keys))
        return found

    def matrix(self, left: PanelBasis, right: PanelBasis) -> np.ndarray:
        r"""T applied to the functions of `right`, at the nodes of `left`, times :math:`\sqrt{w_i}`: (left, right)."""
        rule = left.rule
        keys = list(zip(rule.nodes.tolist(), rule.sqrt_lebesgue.tolist(), strict=True))
        fresh = np.array([key not in self.known for key in keys])
        if fresh.any():
            self.at(rule.restricted(fresh))
        places: dict[int, list[tuple[int, int]]] = {}
        for i, key in enumerate(keys):
            slices, row = self.known[key]
            places.setdefault(id(slices), []).append((i, row))
        sets = {id(slices): slices for slices, _ in self.known.values()}
        matrix = np.zeros((left.size, right.size))
        for name, pairs in places.items():
            here, rows = np.array(pairs).T
            matrix[here] = sets[name].restricted(rows).matrix(right)
        return matrix

    def images(self, rng: np.random.Generator) -> Callable[[], Samples]:
        """T applied to random cosines: functions of x that are smooth wherever the singular functions are."""
        def draw() -> Samples:
            frequencies = rng.uniform(0.0, _FASTEST, _TRIALS) / self.mu_y.scale
            phases = rng.uniform(0.0, 2.0 * np.pi, _TRIALS)

            def trials(points: np.ndarray) -> np.ndarray:
                return np.asarray(np.cos(points[:, None] * frequencies + phases)
                                  * self.mu_y.sqrt_density(points)[:, None])

            return lambda rule: self.at(rule).against(trials, _TRIALS)

        return draw


def _with_edges(edges: np.ndarray, points: np.ndarray, measure: Measure) -> np.ndarray:
    """Add edges at points that are not edges already, but for the uncertainty of meeting points."""
    for point in points:
        if np.abs(edges - point).min() > _APART * measure.scale:
            edges = np.union1d(edges, point)
    return edges


def _leading_part(forth: np.ndarray, back: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """T between the spans of its leading singular functions, from two matrices that hold it.

    The rows of `forth` are exact integrals T b_j at nodes in x, the columns of `back` T* a_i at nodes in y. A single
    b_j jumps at the ends of its panel, so that T b_j is rough, and `forth` no projection of T; but it is right for a
    smooth g, where T g is resolved. Iteration makes functions smooth, the leading ones first: so fewer and fewer are
    iterated, and those that were left are kept apart from them.

    Returns
    -------
    u, v : ndarray, shapes (n, q) and (m, q)
        Left singular functions, and right ones times singular values.
    rest : ndarray, shape (n, m)
        The matrix of T between the less accurate functions that follow.
    """
    v = np.random.default_rng(0).standard_normal((forth.shape[1], min(_KEPT[0], *forth.shape)))
    parts = []
    for kept in (*_KEPT[1:], 0):
        for _ in range(_ITERATIONS):
            u = qr(forth @ v, mode="economic", check_finite=False)[0]
            v = back.T @ u
        v, s, turn = svd(v, full_matrices=False, check_finite=False)
        u = u @ turn.T
        parts.append((u[:, kept:], v[:, kept:], s[kept:]))
        v = v[:, :kept]
    left, right, s = parts.pop()
    first, rest = (left, right * s), np.zeros_like(forth)
    for u, v, sizes in parts[::-1]:
        # Twice is enough.
        u, v = (w - basis @ (basis.T @ w) for w, basis in ((u, left), (v, right)))
        u, v = (w - basis @ (basis.T @ w) for w, basis in ((u, left), (v, right)))
        rest += (u * sizes) @ v.T
        left, right = np.concatenate([left, u], axis=1), np.concatenate([right, v], axis=1)
    return *first, rest
