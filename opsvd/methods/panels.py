"""Adaptive Gauss-Legendre panels: Nystrom where polynomials on the whole line fail."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache

import numpy as np

from .._validation import positive_int
from ..bases import PanelBasis, legendre_transform, orthonormal_legendre
from ..discretisation import Discretisation, galerkin_block
from ..domain import Domain, find_domain, weighted_samples
from ..errors import NonFiniteKernelError, NotSquareIntegrableError
from ..kernels import Kernel
from ..measures import Measure
from ..quadrature import Rule, gauss_legendre, gauss_lobatto, on_panels
from .base import Method
from .jumps import find_jump

__all__ = ["Panels"]

_EPS = float(np.finfo(np.float64).eps)
_ORDER = 16
_CHECK_ORDER = 14
# From an end of a panel to the nearest node, as a part of its width.
_GAP = 0.0053
# Legendre coefficients at the end of a panel that are taken for its truncation error.
_TAIL = 3
# A singular point keeps two panels unresolved at any depth; many more show a break along a curve, which
# panels in x and y cannot follow: there uniform refinement up to this many panels is as good.
_MANY = 16
_BROAD = 40
# On each side of zero, for x and y: unequal, so that no nodes coincide where log|x - y| is infinite.
_FIRST_PANELS = (4, 5)
_SLICES_A_PANEL = 4
# This many panels, each half as wide as the next, make a singular point; twice as many tell how h behaves there.
_CHAIN = 8
# Energy that falls more slowly than this from panel to panel is not told from energy that does not fall.
_DIVERGES = 0.998
# A jump is looked for in panels that are this much narrower than the first ones and still not resolved.
_BEFORE_A_JUMP = 6.0


_Slices = Callable[[Rule], np.ndarray]
"""Weighted samples of the kernel along one variable: a rule gives (n, slices)."""


class Panels(Method):
    r"""Nystrom on panels refined where slices of :math:`h \sqrt{\rho_x \rho_y}` are not resolved by their polynomials.

    Each panel holds 16 Gauss-Legendre nodes. It is halved while the last Legendre coefficients on it exceed the
    tolerance, down to a width of 1e-17 scales: towards a singular point on an axis (log\|x\|, \|x\|^(1/2), a jump
    or kink) panels shrink geometrically, and the error falls exponentially with their number. Handles poles near the
    axis and fast growth as well. Breaks along curves, such as x = y, are not resolved: there it gives its best within
    the budget, and error bars that say so.

    Parameters
    ----------
    max_nodes : int, default 2560
        The most nodes a variable, at least 160; a pass over a kernel takes about twice its square in evaluations.

    Raises
    ------
    TypeError, ValueError
        If `max_nodes` is not an integer of at least 160.
    """

    def __init__(self, max_nodes: int = 2560) -> None:
        self.max_nodes = positive_int(max_nodes, "max_nodes")
        least = 2 * max(_FIRST_PANELS) * _ORDER
        if self.max_nodes < least:
            raise ValueError(f"max_nodes must be at least {least}, which the first panels take, got {self.max_nodes}; "
                             f"leave it out for the default")

    def __repr__(self) -> str:
        """The call that makes it."""
        return f"Panels(max_nodes={self.max_nodes})"

    def discretisations(self, kernel: Kernel, mu_x: Measure, mu_y: Measure, rtol: float) -> Iterator[Discretisation]:
        """Refine on slices first, then on the full matrix, until nothing is left to split."""
        domain = find_domain(kernel, mu_x, mu_y, rtol)
        yield from self.within(kernel, domain, mu_x, mu_y, rtol)

    def within(self, kernel: Kernel, domain: Domain, mu_x: Measure, mu_y: Measure,
               rtol: float) -> Iterator[Discretisation]:
        """Refine within a domain that is known already."""
        rng = np.random.default_rng(0)
        x, y = (_first_edges(*sides) for sides in zip((domain.x, domain.y), _FIRST_PANELS, strict=True))
        tol = max(0.1 * rtol, 4.0 * _EPS)

        def slices_along_x() -> _Slices:
            rule = _random_rule(mu_y, y, rng, _SLICES_A_PANEL)
            return lambda points: weighted_samples(kernel, domain, points, rule)

        def slices_along_y() -> _Slices:
            rule = _random_rule(mu_x, x, rng, _SLICES_A_PANEL)
            return lambda points: weighted_samples(kernel, domain, rule, points).T

        # Twice: what is singular in one variable may show only close to a singular point of the other; and where one
        # variable turns out to need few panels, the other may have more.
        broad = [_BROAD, _BROAD]
        for _ in range(2):
            x = self._resolve(slices_along_x, mu_x, x, tol, broad[0])
            y = self._resolve(slices_along_y, mu_y, y, tol, broad[1])
            broad = [self.max_nodes // _ORDER if len(other) <= _BROAD // 2 else _BROAD for other in (y, x)]
        while True:
            left, right = PanelBasis(mu_x, x, _ORDER), PanelBasis(mu_y, y, _ORDER)
            block = galerkin_block(kernel, domain, left, right)
            near = (_energy_at_singular_points(block.matrix, x, "x")
                    + _energy_at_singular_points(block.matrix.T, y, "y"))
            note = f"panels: {len(x) - 1} in x, {len(y) - 1} in y, {_ORDER} Gauss-Legendre nodes each"
            # Different distances from the ends: x and y never coincide, where log|x - y| is infinite.
            checks = ((_check_rule(mu_x, x, 8.0), _check_rule(mu_y, y, 24.0)),
                      (_random_rule(mu_x, x, rng), _random_rule(mu_y, y, rng)))
            norm = float(np.linalg.norm(block.matrix))
            missing = float(np.hypot(domain.missing, np.sqrt(near) / norm)) if norm > 0.0 else domain.missing
            yield Discretisation((block,), replace(domain, missing=missing), checks, note)
            tails_x, tails_y = _tails(block.matrix, norm), _tails(block.matrix.T, norm)
            finer_x = self._split(x, mu_x, tails_x, tol * norm)
            finer_y = self._split(y, mu_y, tails_y, tol * norm)
            unchanged = len(finer_x) == len(x) and len(finer_y) == len(y)
            if unchanged and (tol <= 4.0 * _EPS or max(tails_x.max(), tails_y.max()) > tol * norm):
                return    # at the floor of rounding, or of the budget
            x, y, tol = finer_x, finer_y, max(0.1 * tol, 4.0 * _EPS)

    def _resolve(self, draw: Callable[[], _Slices], measure: Measure, edges: np.ndarray, tol: float,
                 broad: int) -> np.ndarray:
        """Halve panels, and cut them at jumps, until slices, drawn anew at every pass, are resolved on all of them."""
        resolved: dict[float, tuple[float, float]] = {}     # left edge of a panel -> its tail and its energy
        before, wide = np.inf, float(np.diff(edges).max()) / _BEFORE_A_JUMP
        while True:
            samples = draw()
            fresh = np.array([left not in resolved for left in edges[:-1]])
            spans = np.stack([edges[:-1], edges[1:]], axis=1)[fresh]
            matrix = samples(_panels_with_ends(measure, spans)).reshape(len(spans), _ORDER + 2, -1)
            tails = np.hypot(_tails(matrix[:, :_ORDER]), _misfits_at_ends(matrix))
            energies = np.sum(matrix[:, :_ORDER] ** 2, axis=(1, 2))
            resolved.update(zip(spans[:, 0].tolist(), zip(tails.tolist(), energies.tolist(), strict=True), strict=True))
            tail, energy = np.array([resolved[left] for left in edges[:-1]]).T
            norm = float(np.sqrt(energy.sum()))
            tail = np.where(tail > 8.0 * _EPS * np.sqrt(energy), tail, 0.0)
            total = float(np.linalg.norm(tail))
            # At every fourth halving: a singular point that is no jump stays unresolved through fifty of them.
            halvings = np.floor(np.log2(wide / np.diff(spans)[:, 0]))
            suspect = (tails > tol * norm) & (halvings >= 0.0) & (halvings % 4.0 == 0.0)
            finer = self._cut(edges, _jumps(samples, measure, spans[suspect]))
            if len(finer) == len(edges):
                paying = total < 0.1 * before < np.inf    # halving them all helps, as with a smooth kernel
                finer = self._split(edges, measure, tail, tol * norm, self.max_nodes // _ORDER if paying else broad)
            before = total
            if len(finer) == len(edges):
                return edges
            for left in np.setdiff1d(finer, edges):         # the panels left of a new edge have changed as well
                resolved.pop(float(edges[np.searchsorted(edges, left) - 1]), None)
            edges = finer

    def _cut(self, edges: np.ndarray, jumps: np.ndarray) -> np.ndarray:
        """Make edges of the jumps, as far as the budget allows."""
        room = max(self.max_nodes // _ORDER - len(edges) + 1, 0)
        return np.union1d(edges, jumps[:room])

    def _split(self, edges: np.ndarray, measure: Measure, tails: np.ndarray, threshold: float,
               broad: int = _BROAD) -> np.ndarray:
        """Halve the panels with tails above the threshold, as far as the budget and the floats allow.

        If they are many, stop at `broad` panels in all.
        """
        width = np.diff(edges)
        split = np.flatnonzero((tails > threshold) & (width > _floor(measure, edges)))
        limit = self.max_nodes // _ORDER
        if len(split) > _MANY:
            limit = min(limit, broad)
        room = limit - len(width)
        if room <= 0 or len(split) == 0:
            return edges
        split = np.sort(split[np.argsort(-tails[split])][:room])
        return np.sort(np.concatenate([edges, 0.5 * (edges[split] + edges[split + 1])]))


def _jumps(samples: _Slices, measure: Measure, spans: np.ndarray) -> np.ndarray:
    """The places of jumps in panels, shape (p, 2), that halving does not resolve."""
    def values(points: np.ndarray) -> np.ndarray:
        return samples(measure.rule(points, np.ones_like(points)))

    found = []
    for left, right in spans:
        width = right - left
        try:
            found.append(find_jump(values, float(_next_to(left, width, 1.0)), float(_next_to(right, width, -1.0))))
        except NonFiniteKernelError:    # a singular point, where h is infinite
            continue
    return np.array([jump for jump in found if jump is not None])


def _first_edges(interval: tuple[float, float], count: int) -> np.ndarray:
    """A few equal panels over the domain, `count` a side, with an edge at zero, where kernels have singular points."""
    low, high = interval
    if not low < 0.0 < high:
        return np.linspace(low, high, 2 * count + 1)
    below = min(max(1, round(-2 * count * low / (high - low))), 2 * count - 1)
    return np.concatenate([np.linspace(low, 0.0, below + 1)[:-1], np.linspace(0.0, high, 2 * count - below + 1)])


def _floor(measure: Measure, edges: np.ndarray) -> np.ndarray:
    """The width, for each panel, below which it is not halved: shape (panels,)."""
    nearest = np.minimum(np.abs(edges[:-1]), np.abs(edges[1:]))
    return np.asarray(np.maximum(1e-17 * measure.scale, 64.0 * _EPS * nearest))


def _next_to(ends: np.ndarray, width: np.ndarray, side: float, ulps: float = 8.0) -> np.ndarray:
    """Points inside panels as close to their left (side = 1) or right (side = -1) ends as floats tell apart."""
    return np.asarray(ends + side * ulps * _EPS * np.maximum(width, np.abs(ends)))


def _panels_with_ends(measure: Measure, spans: np.ndarray) -> Rule:
    """On panels, shape (p, 2), that need not touch: their nodes, then points next to both ends, (order + 2) each.

    The points at the ends stand for the gaps between them and the nearest nodes.
    """
    left, right = spans[:, :1], spans[:, 1:]
    nodes, weights = on_panels(left, right, *gauss_legendre(_ORDER))
    ends = np.concatenate([_next_to(left, right - left, 1.0), _next_to(right, right - left, -1.0)], axis=1)
    gaps = np.repeat(_GAP * (right - left), 2, axis=1)
    return measure.rule(np.concatenate([nodes, ends], axis=1).ravel(), np.concatenate([weights, gaps], axis=1).ravel())


def _misfits_at_ends(matrix: np.ndarray) -> np.ndarray:
    """How far the polynomials miss the samples at the ends of their panels: (p, order + 2, slices) gives (p,).

    A kink or jump between an end and the nearest node leaves the samples at the nodes smooth, and shows only here.
    """
    extrapolated = _end_values() @ matrix[:, :_ORDER]
    return np.asarray(np.sqrt(np.sum((matrix[:, _ORDER:] - extrapolated) ** 2, axis=(1, 2))))


@lru_cache(maxsize=1)
def _end_values() -> np.ndarray:
    """From weighted samples at the nodes to weighted samples at both ends: shape (2, order)."""
    ends = orthonormal_legendre(np.array([-1.0, 1.0]), _ORDER)
    return np.asarray(np.sqrt(2.0 * _GAP) * ends @ legendre_transform(_ORDER))


def _check_rule(measure: Measure, edges: np.ndarray, ulps: float) -> Rule:
    """A Gauss-Lobatto rule on the panels: no node in common, and the ends, seen from inside, among them.

    On panels that are too narrow to be halved, where h may be infinite at an end, the ends are seen from farther away.
    """
    left, right = edges[:-1, None], edges[1:, None]
    width = right - left
    nodes, weights = on_panels(left, right, *gauss_lobatto(_CHECK_ORDER))
    narrow = 0.5 * width <= _floor(measure, edges)[:, None]
    nodes[:, :1] = np.where(narrow, left + 0.01 * width, _next_to(left, width, 1.0, ulps))
    nodes[:, -1:] = np.where(narrow, right - 0.01 * width, _next_to(right, width, -1.0, ulps))
    return measure.rule(nodes.ravel(), weights.ravel())


def _random_rule(measure: Measure, edges: np.ndarray, rng: np.random.Generator, count: int = 3) -> Rule:
    """Random points, one in each of `count` equal parts of every panel."""
    width = np.diff(edges)[:, None] / count
    nodes = edges[:-1, None] + width * (np.arange(count) + rng.random((len(width), count)))
    return measure.rule(nodes.ravel(), np.broadcast_to(width, nodes.shape).ravel())


def _tails(matrix: np.ndarray, norm: float = 0.0) -> np.ndarray:
    """Norm of the last Legendre coefficients along axis 0 on every panel, shape (panels,); rounding counts as zero."""
    panels = matrix.reshape(-1, _ORDER, matrix.shape[-1])
    last = legendre_transform(_ORDER)[-_TAIL:] @ panels
    tails = np.sqrt(np.sum(last**2, axis=(1, 2)))
    return np.where(tails > 8.0 * _EPS * norm, tails, 0.0)


def _energy_at_singular_points(matrix: np.ndarray, edges: np.ndarray, name: str) -> float:
    """Extrapolate the energy (norm squared) that panels shrinking towards points have not reached.

    On panels that halve towards a point the energy of |x|^(2a) falls by the factor q = 2^-(2a + 1); what is nearer to
    the point than the panels is known only by going on like this. If it does not fall, E[h^2] diverges.
    """
    width = np.diff(edges)
    energy = np.sum(matrix.reshape(len(width), -1) ** 2, axis=1)
    beyond = 0.0
    for step in (1, -1):
        w, e, corner = width[::step], energy[::step], edges[:-1] if step == 1 else edges[:0:-1]
        doubling = np.abs(w[1:] / w[:-1] - 2.0) < 1e-6
        for start in np.flatnonzero(doubling & ~np.concatenate([[False], doubling[:-1]])):
            length = int(np.argmin(np.append(doubling[start:], False)))
            if length < _CHAIN:
                continue
            chain = e[start:start + min(length, 2 * _CHAIN)]
            half = len(chain) // 2
            inner, outer = chain[:half].sum(), chain[-half:].sum()
            ratio = float(inner / max(outer, inner * _DIVERGES)) ** (1.0 / (len(chain) - half)) if inner > 0.0 else 0.0
            # The energy of a bounded kernel may vanish outwards, beside a break, but is nowhere dense.
            dense = chain[0] / w[start] > 1e6 * energy.sum() / width.sum()
            if ratio > _DIVERGES and dense:
                raise NotSquareIntegrableError(
                    f"h must be square-integrable, but h^2 does not decay towards {name} = {corner[start]:.3g}: E[h^2] "
                    f"is infinite (|x|^a needs a > -1/2). Decompose a kernel with a weaker singularity")
            ratio = min(ratio, _DIVERGES)
            beyond += float(chain[0]) * ratio / (1.0 - ratio)
    return beyond
