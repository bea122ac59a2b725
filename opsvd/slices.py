"""Integrals along slices of a kernel, split where the slices break: T applied to functions, to rounding."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from .bases import PanelBasis
from .kernels import Kernel
from .measures import Measure
from .quadrature import (
    Rule,
    classify_breaks,
    gauss_legendre,
    legendre_moments,
    legendre_sum,
    legendre_transform,
    on_panels,
    orthonormal_legendre,
    place_between,
)

__all__ = ["SliceIntegrals", "slice_integrals"]

_EPS = float(np.finfo(np.float64).eps)
# Legendre coefficients at the end of a piece that are taken for its truncation error.
_TAIL = 3
# A break nearer to an end of its piece than this part of its width is a singularity at that end.
_AT_END = 1e-4
# Pieces halving towards a singular end: the last is as wide as rounding.
_GRADED = 50
_PASSES = 40
_ULPS = 8.0
# Random points on every panel of every slice, to see what lies between the nodes; polynomials within the tolerance may
# be wrong by this many times it at a point.
_SPOTS, _WRONG = 2, 30.0
# Halving that leaves more than this part of a truncation error did not help. After a search that found nothing at all,
# as where a high derivative jumps, so many halvings come before the next.
_HELPS, _REST = 0.1, 3
# Functions of norm one, smooth on a scale of one, are at most about this.
_TALL = 4.0
# Evaluations that a piece takes in one pass, about: a search by bisection, and two halves.
_COST = 160
_CHUNK = 50_000


@dataclass(frozen=True, eq=False)
class SliceIntegrals:
    r"""The functions :math:`y \mapsto \sqrt{w_i}\, h(x_i, y) \sqrt{\rho_y(y)}`, ready to be integrated against others.

    On most panels a slice is resolved by the nodes that all slices share; on the others it is split into pieces of its
    own, ending at its breaks.

    Attributes
    ----------
    basis : PanelBasis
        On the panels in y whose nodes all slices share.
    dense : ndarray, shape (n, basis.size)
        Weighted samples at those nodes; zero on panels that are split.
    index : ndarray, shape (p,)
        The slice i of each piece.
    ends : ndarray, shape (p, 2)
    nodes, values : ndarray, shape (p, order)
        On the pieces: nodes y, and :math:`\sqrt{w_i} h(x_i, y) \sqrt{\rho_y(y)}` times their Lebesgue weights.
    breaks : ndarray, shape (b, p + 1)
        The breaks found: x_i, of p coordinates, and y.
    lost : ndarray, shape (n,)
        The squares of the norms of truncation errors: of those below the tolerance, and of what was given up.
    exhausted : bool
        Whether it was given up for want of budget.
    """

    basis: PanelBasis
    dense: np.ndarray
    index: np.ndarray
    ends: np.ndarray
    nodes: np.ndarray
    values: np.ndarray
    breaks: np.ndarray
    lost: np.ndarray
    exhausted: bool

    @property
    def unresolved(self) -> float:
        """The norm of the truncation errors, of all slices together."""
        return float(np.sqrt(self.lost.sum()))

    @property
    def split(self) -> np.ndarray:
        """The slices that have pieces of their own, in increasing order."""
        return np.asarray(np.unique(self.index))

    def energies(self, density: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        r"""The integrals of :math:`w_i h(x_i, y)^2 \rho_y(y)` times a function of y, shape (n,)."""
        _, weights = gauss_legendre(self.basis.order)
        lebesgue = 0.5 * np.diff(self.ends, axis=1) * weights
        total = self.dense**2 @ density(self.basis.rule.nodes)
        np.add.at(total, self.index, np.sum(self.values**2 / lebesgue * density(self.nodes), axis=1))
        return np.asarray(total)

    def matrix(self, basis: PanelBasis | None = None) -> np.ndarray:
        r""":math:`\sqrt{w_i}\, E_y[h(x_i, y)\, b_j(y)]` for the functions of a basis: shape (n, basis.size).

        By default that of the slices. Slices are polynomials on their pieces, and so are the functions on their panels:
        the integrals are exact, and take no evaluations of the kernel.
        """
        basis = self.basis if basis is None else basis
        total = np.zeros((len(self.dense), len(basis.edges) - 1, basis.order))
        if basis is self.basis:
            total += self.dense.reshape(total.shape)
        else:
            self._add_dense(total, basis)
        return self._with_pieces(total, basis)

    def matrix_of_pieces(self, basis: PanelBasis) -> np.ndarray:
        """The same, of the pieces alone, without the panels that all slices share."""
        return self._with_pieces(np.zeros((len(self.dense), len(basis.edges) - 1, basis.order)), basis)

    def _with_pieces(self, total: np.ndarray, basis: PanelBasis) -> np.ndarray:
        for part in self._chunks():
            self._add_pieces(total, basis, part)
        return total.reshape(len(self.dense), basis.size)

    def _add_dense(self, total: np.ndarray, basis: PanelBasis) -> None:
        """Add the panels that all slices share, on the intersections of the two sets of panels."""
        order = self.basis.order
        edges = np.union1d(self.basis.edges, basis.edges)
        left, right = edges[:-1, None], edges[1:, None]
        inside = (left >= basis.edges[0]) & (right <= basis.edges[-1])
        inside &= (left >= self.basis.edges[0]) & (right <= self.basis.edges[-1])
        nodes, weights = on_panels(left[inside[:, 0]], right[inside[:, 0]], *gauss_legendre(max(order, basis.order)))
        (here, mine), (there, theirs) = self.basis.local(nodes.ravel()), basis.local(nodes.ravel())
        mine, theirs = mine.reshape(*nodes.shape, order), theirs.reshape(*nodes.shape, basis.order)
        change = np.einsum("ek,eki,ekj->eij", weights, mine, theirs, optimize=True)
        step = nodes.shape[1]
        for part, p, q in zip(change, here[::step], there[::step], strict=True):
            total[:, q] += self.dense[:, p * order:(p + 1) * order] @ part

    def _add_pieces(self, total: np.ndarray, basis: PanelBasis, part: slice) -> None:
        """Add some of the pieces, those that reach over several panels panel by panel."""
        index, ends, order = self.index[part], self.ends[part], self.basis.order
        last = len(basis.edges) - 2
        first = np.clip(np.searchsorted(basis.edges, ends[:, 0], side="right") - 1, 0, last)
        count = np.clip(np.searchsorted(basis.edges, ends[:, 1], side="left"), 1, last + 1) - first
        inside = (ends[:, 0] >= basis.edges[first]) & (ends[:, 1] <= basis.edges[first + 1])
        within = np.flatnonzero((count == 1) & inside & (order >= basis.order))
        place = place_between(*_spans(basis.edges, first[within]), self.nodes[part][within])
        self._add(total, basis, (index[within], first[within]), place, self.values[part][within])
        count[within] = 0
        rows = np.repeat(np.arange(len(index)), count)
        panel = first[rows] + np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
        start, stop = basis.edges[panel], basis.edges[panel + 1]
        left, right = np.maximum(ends[rows, 0], start), np.minimum(ends[rows, 1], stop)
        piece = np.arange(len(self.nodes))[part][rows]
        # On a panel that is all in the piece the coefficients are samples.
        for whole, size in ((True, basis.order), (False, max(order, basis.order))):
            some = np.flatnonzero((((left == start) & (right == stop)) == whole) & (left < right))
            y, weights = on_panels(left[some, None], right[some, None], *gauss_legendre(size))
            values = self._polynomials(self.ends[piece[some]], self._coefficients(piece[some]), y)
            if whole:
                np.add.at(total, (index[rows[some]], panel[some]), values * np.sqrt(weights))
            else:
                place = place_between(start[some, None], stop[some, None], y)
                self._add(total, basis, (index[rows[some]], panel[some]), place, values * weights)

    @staticmethod
    def _add(total: np.ndarray, basis: PanelBasis, where: tuple[np.ndarray, np.ndarray], place: np.ndarray,
             values: np.ndarray) -> None:
        """Add, to a row and panel each, sums of values, (p, k), times its functions at places from -1 to 1 in it."""
        left, right = _spans(basis.edges, where[1])
        integrals = legendre_moments(place, values * np.sqrt(2.0 / (right - left)), basis.order)
        np.add.at(total, where, integrals @ legendre_transform(basis.order))

    def shared_ends(self) -> np.ndarray:
        """Where most slices are cut, by halving or at breaks along a line: there panels for all of them should end."""
        index, ends = np.tile(self.index, 2), self.ends.T.ravel()
        order = np.argsort(ends)
        index, ends = index[order], ends[order]
        near = np.diff(ends) <= 2.0 * _ULPS * _EPS * np.abs(ends[1:])
        group = np.cumsum(np.append(0, ~near))[:len(ends)]
        _, first = np.unique(group, return_index=True)
        which = np.unique(np.stack([group, index], axis=1), axis=0)[:, 0]
        return np.asarray(ends[first][np.bincount(which, minlength=len(first)) > 0.5 * len(self.dense)])

    def restricted(self, rows: np.ndarray) -> "SliceIntegrals":
        """Some of the slices, in the order of `rows`, in which no slice stands twice."""
        place = np.full(len(self.dense), -1)
        place[rows] = np.arange(len(rows))
        kept = place[self.index] >= 0
        return replace(self, dense=self.dense[rows], index=place[self.index[kept]], ends=self.ends[kept],
                       nodes=self.nodes[kept], values=self.values[kept], lost=self.lost[rows])

    def against(self, functions: Callable[[np.ndarray], np.ndarray], count: int) -> np.ndarray:
        r""":math:`\sqrt{w_i}\, E_y[h(x_i, y)\, g(y)]`, (n, count), of functions :math:`g \sqrt{\rho_y}` of points.

        They are evaluated on every piece, and need not be resolved by the basis: `against_resolved` is cheaper.
        """
        total = self.dense @ (functions(self.basis.rule.nodes) * self.basis.rule.sqrt_lebesgue[:, None])
        for part in self._chunks():
            there = functions(self.nodes[part].ravel()).reshape(*self.nodes[part].shape, count)
            np.add.at(total, self.index[part], np.einsum("pk,pkr->pr", self.values[part], there))
        return np.asarray(total)

    def against_resolved(self, functions: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        """The same for functions that the basis resolves, evaluated at its nodes alone."""
        rule = self.basis.rule
        return np.asarray(self.matrix() @ (functions(rule.nodes) * rule.sqrt_lebesgue[:, None]))

    def missed(self, rule: Rule, samples: np.ndarray) -> float:
        """The norm of weighted samples of h, (n, len(rule)), less what the slices are as piecewise polynomials.

        Sampled where the measure has its mass, it shows features that lie between the nodes of nearly all slices.
        """
        panel, _ = self.basis.located(rule.nodes)
        explained = self.dense @ self.basis.half_density(rule.nodes).T
        split = (self.dense.reshape(len(self.dense), -1, self.basis.order) == 0.0).all(axis=2)
        index, spot = np.nonzero(split[:, panel])
        explained[index, spot] = self._on_pieces(index, rule.nodes[spot])
        return float(np.linalg.norm(samples - explained * rule.sqrt_lebesgue))

    def _on_pieces(self, index: np.ndarray, y: np.ndarray) -> np.ndarray:
        """The polynomials of slices index, shape (m,), at points y that lie on pieces."""
        if len(self.index) == 0:
            return np.zeros(len(y))
        order = np.lexsort((self.ends[:, 0], self.index))
        # One number for slice and place: pieces that it does not tell apart are too narrow to hold any of the points.
        low, high = self.basis.interval
        key = self.index[order] + (self.ends[order, 0] - low) / (high - low + 1.0)
        where = np.searchsorted(key, index + (y - low) / (high - low + 1.0), side="right") - 1
        piece = order[np.maximum(where, 0)]
        # Where a slice is zero on a whole panel there is none.
        beyond = y - self.ends[piece, 1] > 64.0 * _EPS * (high - low) * (index + 1.0)
        there = (where >= 0) & (self.index[piece] == index) & ~beyond
        found, which = np.unique(piece, return_inverse=True)
        coefficients = np.take(self._coefficients(found), which, axis=1)
        return np.asarray(np.where(there, self._polynomials(self.ends[piece], coefficients, y[:, None])[:, 0], 0.0))

    def _coefficients(self, piece: np.ndarray) -> np.ndarray:
        """Legendre coefficients of pieces, (m,), on their own intervals: shape (order, m)."""
        _, w = gauss_legendre(self.basis.order)
        left, right = self.ends[piece].T
        return np.asarray(legendre_transform(self.basis.order) @ (self.values[piece] / np.sqrt(w)).T
                          * (2.0 / (right - left)))

    @staticmethod
    def _polynomials(ends: np.ndarray, coefficients: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Polynomials between ends, shape (m, 2), with Legendre coefficients, (order, m), at points y, (m, k)."""
        t = np.clip(place_between(ends[:, :1], ends[:, 1:], y), -1.0, 1.0)
        return legendre_sum(coefficients[:, :, None], t)

    def _chunks(self) -> Iterator[slice]:
        """The pieces in parts, so that memory stays bounded."""
        step = max(1, _CHUNK // self.nodes.shape[1])
        return (slice(start, start + step) for start in range(0, len(self.nodes), step))


def _spans(edges: np.ndarray, panel: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The ends of panels (p,), as columns (p, 1)."""
    return edges[panel, None], edges[panel + 1, None]


def slice_integrals(kernel: Kernel, left: Rule, measure: Measure, edges: np.ndarray, tol: float, *, order: int,
                    size: float | None = None, budget: int = 8_000_000) -> SliceIntegrals:
    r"""Split the slices h(x_i, .) at the nodes of `left` until polynomials of degree below `order` resolve all pieces.

    Parameters
    ----------
    kernel : Kernel
    left : Rule, n nodes
    measure : Measure
        Of y.
    edges : ndarray
        Panels in y, where the functions to integrate against may break as well.
    tol : float
        Of what a slice's truncation error does to integrals against smooth functions of norm one, relative to `size`.
    order : int
        Gauss-Legendre nodes a piece.
    size : float, optional
        The norm of a slice that matters; by default that of the average one.
    budget : int
        Evaluations of h; what is not resolved by then is left as it is, and noted.
    """
    return _Splitter(kernel, left, measure, np.asarray(edges), tol, order=order, size=size, budget=budget).run()


@dataclass(frozen=True, eq=False)
class _Pieces:
    """Pieces of slices, all arrays of shape (p,).

    Attributes
    ----------
    index, left, right : ndarray
        The slice, and the ends.
    graded : ndarray of bool
        Whether they come from grading towards a singular end.
    tails : ndarray
        Truncation errors, of the pieces or of those they were cut from.
    stubborn : ndarray of bool
        Whether halving did not help, so that there must be a break.
    """

    index: np.ndarray
    left: np.ndarray
    right: np.ndarray
    graded: np.ndarray
    tails: np.ndarray
    stubborn: np.ndarray

    def __len__(self) -> int:
        return len(self.index)

    def __getitem__(self, chosen: np.ndarray) -> "_Pieces":
        return _Pieces(*(part[chosen] for part in self._parts()))

    def _parts(self) -> tuple[np.ndarray, ...]:
        return self.index, self.left, self.right, self.graded, self.tails, self.stubborn

    def between(self, left: np.ndarray, right: np.ndarray) -> "_Pieces":
        """The same with other ends."""
        return replace(self, left=left, right=right)

    def joined(self, *others: "_Pieces") -> "_Pieces":
        """Itself and others, without those of no width."""
        together = zip(*(pieces._parts() for pieces in (self, *others)), strict=True)
        pieces = _Pieces(*(np.concatenate(parts) for parts in together))
        return pieces[pieces.right > pieces.left]


class _Splitter:
    """The work of `slice_integrals`."""

    def __init__(self, kernel: Kernel, left: Rule, measure: Measure, edges: np.ndarray, tol: float, *, order: int,
                 size: float | None, budget: int) -> None:
        self.kernel, self.left, self.measure, self.edges = kernel, left, measure, edges
        self.tol, self.order, self.size, self.budget = tol, order, size, budget
        self.x, self.weights = left.nodes, left.sqrt_weights
        self.index = [np.zeros(0, dtype=np.intp)]
        self.nodes, self.values = [np.zeros((0, order))], [np.zeros((0, order))]
        self.ends, self.breaks = [np.zeros((0, 2))], [np.zeros((0, 2 if self.x.ndim == 1 else self.x.shape[1] + 1))]
        self.lost, self.exhausted = np.zeros(len(self.x)), False
        self.rng = np.random.default_rng(len(self.x))
        self.threshold, self.rest = 0.0, 0

    def run(self) -> SliceIntegrals:
        """Look at all panels of all slices, then at ever smaller pieces of those that are not resolved."""
        dense, pieces = self._first_look()
        start = self.kernel.evaluations
        for last in [False] * (_PASSES - 1) + [True]:
            if len(pieces) == 0:
                break
            cost = self.kernel.evaluations - start + _COST * len(pieces)
            self.exhausted = cost >= self.budget
            if not self.exhausted:
                pieces = self._split(pieces)
            pieces = self._keep(pieces, last=last or self.exhausted)
        basis = PanelBasis(self.measure, self.edges, self.order)
        return SliceIntegrals(basis, dense, np.concatenate(self.index), np.concatenate(self.ends),
                              np.concatenate(self.nodes), np.concatenate(self.values), np.concatenate(self.breaks),
                              self.lost, self.exhausted)

    def _first_look(self) -> tuple[np.ndarray, _Pieces]:
        """Samples on the panels that all slices share, zero where they do not resolve, and the panels that are left."""
        panels, n = len(self.edges) - 1, len(self.x)
        left, right = self.edges[:-1], self.edges[1:]
        points, _ = self._points(left, right)
        factors = self.measure.sqrt_density(points) * self._factors(right - left)
        values = self.kernel.finite_grid(self.x, points.ravel())
        scaled = (values * (self.weights[:, None] * factors.ravel())).reshape(n * panels, self.order + 2)
        tails, energy = self._judge(scaled)
        samples = scaled[:, :self.order].copy()
        self.threshold = self.tol * (float(np.sqrt(energy.sum() / max(n, 1))) if self.size is None else self.size)
        (index, panel), no = np.divmod(np.arange(n * panels), panels), np.zeros(n * panels, dtype=bool)
        pieces = _Pieces(index, left[panel], right[panel], no, tails, no)
        broken = self._broken(tails, energy, pieces)
        self._lose(tails, energy, pieces, ~broken)
        missed, where = self._second_look(samples[~broken], pieces[~broken])
        hidden = np.flatnonzero(~broken)[missed]
        samples[broken] = 0.0
        samples[hidden] = 0.0
        found = replace(pieces[hidden], stubborn=np.ones(len(hidden), dtype=bool))
        return samples.reshape(n, panels * self.order), pieces[broken].joined(
            found.between(found.left, where), found.between(where, found.right))

    def _second_look(self, samples: np.ndarray, pieces: _Pieces) -> tuple[np.ndarray, np.ndarray]:
        """Compare polynomials with the slices at random points: which pieces are wrong, and where.

        What lies between nodes, such as a thin strip, is found in some of the slices only. Their number tells how much
        there is: it counts as lost, although it is mended where it was seen.
        """
        t = self.rng.uniform(-1.0, 1.0, (_SPOTS, len(pieces)))
        half = 0.5 * (pieces.right - pieces.left)
        points = pieces.left + half * (1.0 + t)
        wrong = np.abs(self._at(pieces.index, points.T).T * np.sqrt(half)
                       - legendre_sum((legendre_transform(self.order) @ samples.T)[:, None], t))
        energy = np.einsum("pk,pk->p", samples, samples)
        missed = np.flatnonzero(self._broken(wrong.max(axis=0) / _WRONG, energy, pieces))
        np.add.at(self.lost, pieces.index[missed], np.sum(wrong[:, missed] ** 2, axis=0) * 2.0 / _SPOTS)
        return missed, points[np.argmax(wrong[:, missed], axis=0), missed]

    def _points(self, left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Nodes and two points next to the ends of pieces, (p, order + 2), and the Lebesgue weights, (p, order)."""
        width = right - left
        nodes, weights = on_panels(left[:, None], right[:, None], *gauss_legendre(self.order))
        step = _ULPS * _EPS * np.maximum(width, np.maximum(np.abs(left), np.abs(right)))
        return np.concatenate([nodes, (left + step)[:, None], (right - step)[:, None]], axis=1), weights

    def _factors(self, width: np.ndarray) -> np.ndarray:
        """What makes weighted samples, (p, order + 2), of values at nodes and next to the ends of pieces."""
        return np.asarray(np.sqrt(0.5 * width)[:, None] * _roots(self.order))

    def _judge(self, samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The norms of truncation errors, (p,), and energies, of weighted samples at nodes and ends, (p, order + 2)."""
        seen, inner = samples @ _tail_and_misfit(self.order), samples[:, :self.order]
        return np.sqrt(np.einsum("pk,pk->p", seen, seen)), np.einsum("pk,pk->p", inner, inner)

    def _broken(self, tails: np.ndarray, energy: np.ndarray, pieces: _Pieces) -> np.ndarray:
        """Whether polynomials miss more of a piece than the threshold, and than rounding of h and of y explains."""
        effects = self._effects(tails, pieces.right - pieces.left)
        return np.asarray((effects > self.threshold) & (tails > self._rounding(energy, pieces)))

    def _rounding(self, energy: np.ndarray, pieces: _Pieces) -> np.ndarray:
        """Truncation errors that are explained by the rounding of h and of y."""
        relative = 16.0 + 4.0 * np.maximum(np.abs(pieces.left), np.abs(pieces.right)) / (pieces.right - pieces.left)
        return np.asarray(relative * _EPS * np.sqrt(energy))

    def _lose(self, tails: np.ndarray, energy: np.ndarray, pieces: _Pieces, kept: np.ndarray) -> None:
        """Count the truncation errors of what is kept, whether they are below the threshold or given up."""
        effects = self._effects(tails, pieces.right - pieces.left)
        counted = kept & (tails > self._rounding(energy, pieces))
        np.add.at(self.lost, pieces.index[counted], effects[counted] ** 2)

    def _effects(self, tails: np.ndarray, width: np.ndarray) -> np.ndarray:
        """What truncation errors do to integrals against functions of norm one, which are smooth on the scale of mu."""
        return np.asarray(tails * np.minimum(1.0, _TALL * np.sqrt(width / self.measure.scale)))

    def _keep(self, pieces: _Pieces, *, last: bool) -> _Pieces:
        """Evaluate pieces, keep the values of those that are resolved (of all, at last), and return the others."""
        points, weights = self._points(pieces.left, pieces.right)
        sizes = self._at(pieces.index, points)
        tails, energy = self._judge(sizes * self._factors(pieces.right - pieces.left))
        tiny = pieces.right - pieces.left <= 2.0 * _narrowest(pieces)
        broken = self._broken(tails, energy, pieces)
        kept = np.ones_like(broken) if last else ~broken | tiny
        self._lose(tails, energy, pieces, kept)
        self.index.append(pieces.index[kept])
        self.ends.append(np.stack([pieces.left[kept], pieces.right[kept]], axis=1))
        self.nodes.append(points[kept, :self.order])
        self.values.append(sizes[kept, :self.order] * weights[kept])
        return replace(pieces, tails=tails, stubborn=tails > _HELPS * pieces.tails)[~kept]

    def _at(self, index: np.ndarray, points: np.ndarray) -> np.ndarray:
        """Values of the weighted slices at points (p, m)."""
        values = self.kernel.finite_beside(self.x[index, None], points)
        return np.asarray(values * self.weights[index][:, None] * self.measure.sqrt_density(points))

    def _split(self, pieces: _Pieces) -> _Pieces:
        """Cut pieces at their breaks, grade them towards singular ends, and halve the others."""
        where, singular = np.full(len(pieces), np.nan), np.zeros(len(pieces), dtype=bool)
        suspects = np.flatnonzero(pieces.stubborn) if self.rest == 0 else np.zeros(0, dtype=np.intp)
        where[suspects], singular[suspects] = self._breaks_of(pieces[suspects])
        width = pieces.right - pieces.left
        found = np.isfinite(where)
        self.rest = _REST if len(suspects) > 0 and not found.any() else max(self.rest - 1, 0)
        self.breaks.append(np.column_stack([self.x[pieces.index[found]], where[found]]))
        at_left, at_right = where - pieces.left <= _AT_END * width, pieces.right - where <= _AT_END * width
        inside = found & ~at_left & ~at_right
        fresh = ~pieces.graded
        cut = np.where(inside, where, 0.5 * (pieces.left + pieces.right))
        lower, upper = pieces.between(pieces.left, cut), pieces.between(cut, pieces.right)
        at_left, at_right, both = at_left & fresh, at_right & fresh & ~at_left, inside & singular & fresh
        plain = ~(at_left | at_right | both)
        return lower[plain].joined(upper[plain], _graded(pieces[at_left], 1), _graded(pieces[at_right], -1),
                                   _graded(lower[both], -1), _graded(upper[both], 1))

    def _breaks_of(self, pieces: _Pieces) -> tuple[np.ndarray, np.ndarray]:
        """Where pieces break, shape (p,), NaN where they do not; and whether they are singular there."""
        def raw(which: np.ndarray, points: np.ndarray) -> np.ndarray:
            return self.kernel(self.x[pieces.index[which], None], points)

        return classify_breaks(raw, pieces.left, pieces.right)


def _graded(pieces: _Pieces, side: int) -> _Pieces:
    """Pieces halving towards the left end (side 1) or the right end (side -1)."""
    if len(pieces) == 0:
        return pieces
    powers = np.append(2.0 ** -np.arange(_GRADED), 0.0)
    width = (pieces.right - pieces.left)[:, None]
    cuts = pieces.left[:, None] + width * powers if side == 1 else pieces.right[:, None] - width * powers
    # What would be narrower than the narrowest is one piece with the end itself.
    narrow = _narrowest(pieces)[:, None] > width * powers[1:-1]
    cuts[:, 1:-1] = np.where(narrow, cuts[:, -1:], cuts[:, 1:-1])
    copies = replace(pieces, graded=np.ones(len(pieces), dtype=bool))[np.repeat(np.arange(len(pieces)), _GRADED)]
    outer, inner = cuts[:, :-1].ravel(), cuts[:, 1:].ravel()
    return copies.between(np.minimum(outer, inner), np.maximum(outer, inner))


def _narrowest(pieces: _Pieces) -> np.ndarray:
    """Widths, shape (p,), below which nodes would fall on the ends."""
    return np.asarray(512.0 * _EPS * np.maximum(np.abs(pieces.left), np.abs(pieces.right)))


@lru_cache(maxsize=8)
def _roots(order: int) -> np.ndarray:
    """Roots of the weights of the nodes, and of the gaps beside the first and the last, shape (order + 2,)."""
    nodes, weights = gauss_legendre(order)
    return np.asarray(np.sqrt(np.append(weights, [1.0 + nodes[0], 1.0 - nodes[-1]])))


@lru_cache(maxsize=8)
def _tail_and_misfit(order: int) -> np.ndarray:
    """From weighted samples at nodes and ends to the last coefficients, and what polynomials miss at the ends."""
    transform = legendre_transform(order)
    ends = np.concatenate([orthonormal_legendre(np.array([-1.0, 1.0]), order) @ transform * _roots(order)[-2:, None],
                           -np.eye(2)], axis=1)
    return np.concatenate([np.pad(transform[-_TAIL:], ((0, 0), (0, 2))), ends]).T
