"""Integrals along slices of a kernel, split where the slices break: T applied to functions, to rounding."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from .._support.arrays import squares
from .._support.budget import check_time
from .._support.floats import EPS
from ..bases import PanelBasis
from ..quadrature import Rule, bent_places, gauss_legendre, on_panels, place_between, points_at
from ..quadrature.breaks import ROUNDING
from ..quadrature.legendre import legendre_moments, legendre_sum, legendre_transform

ULPS = 8.0
"""Points next to the ends of pieces are so many roundings inside: the ends themselves are breaks, as far as known."""


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
    truncation : ndarray, shape (n,)
        The squares of the norms of truncation errors: of those below the tolerance, and of what was given up.
    between : ndarray, shape (n,)
        The part of these that some slices show between nodes, and that stands for what others hide.
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
    truncation: np.ndarray
    between: np.ndarray
    exhausted: bool

    @property
    def unresolved(self) -> float:
        """The norm of the truncation errors, of all slices together."""
        return float(np.sqrt(self.truncation.sum()))

    def unresolved_against(self, sizes: np.ndarray) -> np.ndarray:
        r"""What truncation errors do, at most, to :math:`\sum_i a_i T g(x_i)` for \|a_i\| of these sizes, (n, m): (m,).

        Beside a line y = b, where h(., y) is rounding, no slice is resolved; but there nodes have little weight. What
        is hidden between nodes may be in other slices than in those that show it.
        """
        known = np.sqrt(np.maximum(self.truncation - self.between, 0.0)) @ sizes
        return np.asarray(np.minimum(known + np.sqrt(self.between.sum()), self.unresolved))

    @property
    def split(self) -> np.ndarray:
        """The slices that have pieces of their own, in increasing order."""
        return np.asarray(np.unique(self.index))

    def energies(self, density: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        r"""The integrals of :math:`w_i h(x_i, y)^2 \rho_y(y)` times a function of y, shape (n,)."""
        _, weights = gauss_legendre(self.basis.order)
        lebesgue = 0.5 * np.diff(self.ends, axis=1) * weights
        total = squares(self.dense) @ density(self.basis.rule.nodes)
        np.add.at(total, self.index, np.sum(squares(self.values) / lebesgue * density(self.nodes), axis=1))
        return np.asarray(total)

    def energies_on_panels(self) -> np.ndarray:
        r"""The integrals of :math:`w_i h(x_i, y)^2 \rho_y(y)` over each panel that all slices share: (n, panels)."""
        _, weights = gauss_legendre(self.basis.order)
        total = squares(self.dense).reshape(len(self.dense), -1, self.basis.order).sum(axis=2)
        panel, _ = self.basis.located(self.ends.mean(axis=1))
        lebesgue = 0.5 * np.diff(self.ends, axis=1) * weights
        np.add.at(total, (self.index, panel), np.sum(squares(self.values) / lebesgue, axis=1))
        return np.asarray(total)

    def matrix(self, basis: PanelBasis | None = None, wanted: np.ndarray | None = None) -> np.ndarray:
        r""":math:`\sqrt{w_i}\, E_y[h(x_i, y)\, b_j(y)]` for the functions of a basis: shape (n, basis.size).

        By default that of the slices. Slices are polynomials on their pieces, and so are the functions on their panels:
        the integrals are exact, and take no evaluations of the kernel. Of another basis a mask may tell the panels that
        are wanted: it is zero on the others.
        """
        if basis is None or basis is self.basis:
            return self._with_pieces(self._nothing(self.basis) + self.dense.reshape(len(self.dense), -1,
                                                                                    self.basis.order), self.basis)
        total = self._nothing(basis)
        wanted = np.ones(total.shape[1], dtype=bool) if wanted is None else wanted
        self._add_dense(total, basis, wanted)
        return self._with_pieces(total, basis, wanted)

    def matrix_of_pieces(self, basis: PanelBasis) -> np.ndarray:
        """The same, of the pieces alone, without the panels that all slices share."""
        return self._with_pieces(self._nothing(basis), basis)

    def _nothing(self, basis: PanelBasis) -> np.ndarray:
        """A matrix of zeros, panel by panel."""
        return np.zeros((len(self.dense), len(basis.edges) - 1, basis.order), self.dense.dtype)

    def _with_pieces(self, total: np.ndarray, basis: PanelBasis, wanted: np.ndarray | None = None) -> np.ndarray:
        wanted = np.ones(total.shape[1], dtype=bool) if wanted is None else wanted
        before = np.append(0, np.cumsum(wanted))    # how many of the panels before each are wanted
        first, stop = _panels_met(basis.edges, self.ends)
        pieces = np.flatnonzero(before[stop] > before[first])
        step = max(1, 50_000 // self.nodes.shape[1])    # 0.4 MB of values, and as much for each array of a step
        for start in range(0, len(pieces), step):
            some = pieces[start:start + step]
            self._add_pieces(total, basis, some, (first[some], stop[some]), wanted)
        return total.reshape(len(self.dense), basis.size)

    def _add_dense(self, total: np.ndarray, basis: PanelBasis, wanted: np.ndarray) -> None:
        """Add the panels that all slices share, on the intersections of the two sets of panels."""
        order = self.basis.order
        edges = np.union1d(self.basis.edges, basis.edges)
        low, high = np.maximum(self.basis.edges[0], basis.edges[0]), np.minimum(self.basis.edges[-1], basis.edges[-1])
        edges = edges[(edges >= low) & (edges <= high), None]
        panel = np.searchsorted(basis.edges, edges[:-1, 0], side="right") - 1
        straight = basis.bends[panel] == 0
        some, bent = np.flatnonzero(wanted[panel] & straight), np.flatnonzero(wanted[panel] & ~straight)
        self._add_shared(total, basis, *on_panels(edges[some], edges[some + 1],
                                                  *gauss_legendre(max(order, basis.order))))
        if len(bent):
            spans = np.concatenate([edges[:-1], edges[1:]], axis=1)
            self._add_shared(total, basis, *_bent_rules(basis, panel[bent], spans[bent], order)[1:])

    def _add_shared(self, total: np.ndarray, basis: PanelBasis, nodes: np.ndarray, weights: np.ndarray) -> None:
        """Add intersections of panels, by rules of nodes and weights (p, k)."""
        order = self.basis.order
        (here, mine), (there, theirs) = self.basis.local(nodes.ravel()), basis.local(nodes.ravel())
        mine, theirs = mine.reshape(*nodes.shape, order), theirs.reshape(*nodes.shape, basis.order)
        change = np.swapaxes(mine * weights[..., None], 1, 2) @ theirs
        here, there = here[::nodes.shape[1]], there[::nodes.shape[1]]
        # Samples on a panel of both are what they are.
        same = (self.basis.edges[here] == basis.edges[there]) & (self.basis.edges[here + 1] == basis.edges[there + 1])
        same &= (order == basis.order) & (basis.bends[there] == 0)
        dense = self.dense.reshape(len(self.dense), -1, order)
        if same.any():
            total[:, there[same]] += dense[:, here[same]]
        for part, p, q in zip(change[~same], here[~same], there[~same], strict=True):
            total[:, q] += dense[:, p] @ part

    def _add_pieces(self, total: np.ndarray, basis: PanelBasis, pieces: np.ndarray,
                    met: tuple[np.ndarray, np.ndarray], wanted: np.ndarray) -> None:
        """Add some of the pieces, with the panels that they meet; those that meet several of them panel by panel."""
        check_time()
        index, ends, order, (first, stop) = self.index[pieces], self.ends[pieces], self.basis.order, met
        count = stop - first
        inside = (ends[:, 0] >= basis.edges[first]) & (ends[:, 1] <= basis.edges[first + 1])
        within = np.flatnonzero((count == 1) & inside & (order >= basis.order) & (basis.bends[first] == 0))
        place = _places(*_spans(basis.edges, first[within]), ends[within], gauss_legendre(order)[0])
        self._add(total, basis, (index[within], first[within]), place, self.values[pieces[within]])
        count[within] = 0
        rows = np.repeat(np.arange(len(index)), count)
        panel = first[rows] + np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
        rows, panel = rows[wanted[panel]], panel[wanted[panel]]
        start, end = basis.edges[panel], basis.edges[panel + 1]
        left, right = np.maximum(ends[rows, 0], start), np.minimum(ends[rows, 1], end)
        piece = pieces[rows]
        spans, there, straight = np.stack([left, right], axis=1), left < right, basis.bends[panel] == 0
        # On a panel that is all in the piece the coefficients are samples.
        whole = (left == start) & (right == end) & straight
        some, (t, w) = np.flatnonzero(whole & there), gauss_legendre(basis.order)
        values = self._at_nodes(piece[some], spans[some], t)
        _add_rows(total, (index[rows[some]], panel[some]), values * np.sqrt(0.5 * (right - left)[some, None] * w))
        some, (t, w) = np.flatnonzero(~whole & there & straight), gauss_legendre(max(order, basis.order))
        values = self._at_nodes(piece[some], spans[some], t) * (0.5 * (right - left)[some, None] * w)
        self._add(total, basis, (index[rows[some]], panel[some]),
                  _places(start[some, None], end[some, None], spans[some], t), values)
        if len(some := np.flatnonzero(there & ~straight)):
            place, nodes, weights = _bent_rules(basis, panel[some], spans[some], order)
            values = self._polynomials(self.ends[piece[some]], self._coefficients(piece[some]), nodes) * weights
            self._add(total, basis, (index[rows[some]], panel[some]), place, values)

    def _at_nodes(self, piece: np.ndarray, spans: np.ndarray, t: np.ndarray) -> np.ndarray:
        """The polynomials of pieces, (m,), at nodes t of spans, (m, 2), within them: shape (m, len(t))."""
        ends = self.ends[piece]
        on_piece = _places(ends[:, :1], ends[:, 1:], spans, t)
        return np.asarray(legendre_sum(self._coefficients(piece)[:, :, None], np.clip(on_piece, -1.0, 1.0)))

    @staticmethod
    def _add(total: np.ndarray, basis: PanelBasis, where: tuple[np.ndarray, np.ndarray], place: np.ndarray,
             values: np.ndarray) -> None:
        """Add, to a row and panel each, sums of values, (p, k), times its functions at places from -1 to 1 in it."""
        if len(values) == 0:
            return
        left, right = _spans(basis.edges, where[1])
        integrals = legendre_moments(place, values * np.sqrt(2.0 / (right - left)), basis.order)
        _add_rows(total, where, basis.from_legendre(integrals, where[1]))

    def shared_ends(self) -> np.ndarray:
        """Where most slices are cut, by halving or at breaks along a line: there panels for all of them should end.

        Rounding of h moves a break along a line by some units in the last place, another way in each slice; what is
        wrong by d shows as a jump of the size d^(1/2). Rounding is least where most of the measure is: of ends so near
        to each other we take that of the slice with the largest integral over its pieces.
        """
        index, ends = np.tile(self.index, 2), self.ends.T.ravel()
        order = np.argsort(ends)
        index, ends = index[order], ends[order]
        size = np.abs(ends[1:])
        # Rounding of the largest numbers, as of x - y; but graded pieces are 512 units in the last place wide.
        near = np.diff(ends) <= EPS * np.minimum(2.0 * ULPS * size.max(initial=0.0), 256.0 * size)
        group = np.cumsum(np.append(0, ~near))[:len(ends)]
        integrals = np.bincount(self.index, np.abs(self.values).sum(axis=1), minlength=len(self.dense))
        chosen = np.lexsort([-integrals[index], group])
        chosen = chosen[np.unique(group[chosen], return_index=True)[1]]
        which = np.unique(np.stack([group, index], axis=1), axis=0)[:, 0]
        return np.asarray(ends[chosen][np.bincount(which, minlength=len(chosen)) > 0.5 * len(self.dense)])

    def restricted(self, rows: np.ndarray) -> "SliceIntegrals":
        """Some of the slices, in the order of `rows`, in which no slice stands twice."""
        if np.array_equal(rows, np.arange(len(self.dense))):
            return self
        place = np.full(len(self.dense), -1)
        place[rows] = np.arange(len(rows))
        kept = place[self.index] >= 0
        return replace(self, dense=self.dense[rows], index=place[self.index[kept]], ends=self.ends[kept],
                       nodes=self.nodes[kept], values=self.values[kept], truncation=self.truncation[rows],
                       between=self.between[rows])

    def joined(self, *others: "SliceIntegrals") -> "SliceIntegrals":
        """Its slices, and then those of others with the same panels."""
        if not others:
            return self
        every = (self, *others)
        starts = np.cumsum([0, *(len(one.dense) for one in every)]).tolist()
        index = np.concatenate([one.index + start for one, start in zip(every, starts, strict=False)])
        dense, ends, nodes, values, breaks, truncation, between = (
            np.concatenate([getattr(one, name) for one in every])
            for name in ("dense", "ends", "nodes", "values", "breaks", "truncation", "between"))
        return SliceIntegrals(self.basis, dense, index, ends, nodes, values, breaks, truncation, between,
                              any(one.exhausted for one in every))

    def against_resolved(self, functions: Callable[[np.ndarray], np.ndarray],
                         basis: PanelBasis | None = None) -> np.ndarray:
        r""":math:`\sqrt{w_i}\, E_y[h(x_i, y)\, g(y)]` of functions :math:`g \sqrt{\rho_y}` that a basis resolves.

        They are evaluated at its nodes alone; shape (n, functions). By default the basis is that of the slices.
        """
        rule = (basis or self.basis).rule
        return np.asarray(self.matrix(basis) @ (functions(rule.nodes) * rule.sqrt_lebesgue[:, None]))

    def at(self, index: np.ndarray, y: np.ndarray) -> np.ndarray:
        r"""The polynomials :math:`\sqrt{w_i}\, h(x_i, y) \sqrt{\rho_y(y)}` of slices index, (m,), at points y, (m,)."""
        panel, local = self.basis.local(y)
        dense = self.dense.reshape(len(self.dense), -1, self.basis.order)[index, panel]
        values = np.einsum("mk,mk->m", dense, local)
        pieces = np.flatnonzero((dense == 0.0).all(axis=1))
        values[pieces] = self._on_pieces(index[pieces], y[pieces])
        return np.asarray(values)

    def missed(self, rule: Rule, samples: np.ndarray) -> float:
        """The norm of weighted samples of h, (n, len(rule)), less what the slices are as piecewise polynomials.

        Sampled where the measure has its mass, it shows features that lie between the nodes of nearly all slices.
        """
        panel, _ = self.basis.located(rule.nodes)
        explained = self.basis.combine(rule.nodes, self.dense.T).T
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
        beyond = y - self.ends[piece, 1] > ROUNDING * (high - low) * (index + 1.0)
        there = (where >= 0) & (self.index[piece] == index) & ~beyond
        used = np.zeros(len(self.index), dtype=bool)
        used[piece] = True
        coefficients = np.take(self._coefficients(np.flatnonzero(used)), (np.cumsum(used) - 1)[piece], axis=1)
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


def _add_rows(total: np.ndarray, where: tuple[np.ndarray, np.ndarray], rows: np.ndarray) -> None:
    """Add rows (p, k) to those of a contiguous array (n, m, k): `np.add.at`, which is four times as fast on lists."""
    size = total.shape[2]
    places = (where[0] * total.shape[1] + where[1])[:, None] * size + np.arange(size)
    np.add.at(total.reshape(-1), places.ravel(), rows.ravel())


def _panels_met(edges: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The first of the panels that each piece, (p, 2), meets, and the one after the last."""
    panels = len(edges) - 1
    return (np.clip(np.searchsorted(edges, ends[:, 0], side="right") - 1, 0, panels - 1),
            np.clip(np.searchsorted(edges, ends[:, 1], side="left"), 1, panels))


def _places(left: np.ndarray, right: np.ndarray, spans: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Where nodes t of spans, (p, 2), lie between two ends, (p, 1) each, from -1 to 1: shape (p, len(t))."""
    low, high = place_between(left, right, spans).T
    return np.asarray((0.5 * (high + low))[:, None] + (0.5 * (high - low))[:, None] * t)


def _bent_rules(basis: PanelBasis, panel: np.ndarray, spans: np.ndarray,
                order: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rules on parts, (p, 2), of panels with roots, for their functions times polynomials of some order in y.

    Places in the panels, nodes and weights: shape (p, k) each. A polynomial in y has up to three times its degree in
    the place.
    """
    t, w = gauss_legendre((3 * order + basis.order) // 2)
    (left, right), bends = _spans(basis.edges, panel), basis.bends[panel, None]
    low, high = bent_places(left, right, bends, spans).T[..., None]
    place = 0.5 * (high + low) + 0.5 * (high - low) * t
    nodes, slopes = points_at(left, right, bends, place)
    return place, nodes, 0.5 * (high - low) * w * slopes


def _spans(edges: np.ndarray, panel: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The ends of panels (p,), as columns (p, 1)."""
    return edges[panel, None], edges[panel + 1, None]
