"""Slices of a kernel, split where they break until polynomials resolve every piece."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from .._support.floats import EPS
from ..bases import PanelBasis
from ..kernels import Kernel
from ..measures import LineMeasure
from ..quadrature import Rule, gauss_legendre, on_panels
from ..quadrature.breaks import classify_breaks, halvings_before_search, parts_of_each
from ..quadrature.legendre import legendre_sum, legendre_transform
from .corners import NO_CORNERS, Corners
from .slice_hints import NONE_KNOWN, KnownBreaks, hidden_strips, lost_at_edges, unmatched_pairs
from .slice_pieces import SlicePieces, cut_at, graded, holding, narrowest
from .slice_rules import energies, random_places, roots_of_weights, tail_and_misfit
from .slices import ULPS, SliceIntegrals
from .strips import panels_for_strips

Cuts: TypeAlias = Callable[[np.ndarray], np.ndarray]

# A break nearer to an end of its piece than this part of its width is a singularity at that end.
_AT_END = 1e-4


def slice_integrals(kernel: Kernel, left: Rule, measure: LineMeasure, edges: np.ndarray, tol: float, *, order: int,
                    size: float | None = None, budget: int = 8_000_000,
                    cuts: Cuts | None = None, corners: Corners = NO_CORNERS,
                    looks: int = 1, strips: bool = False, known: KnownBreaks = NONE_KNOWN) -> SliceIntegrals:
    r"""Split the slices h(x_i, .) at the nodes of `left` until polynomials of degree below `order` resolve all pieces.

    Parameters
    ----------
    kernel : Kernel
    left : Rule, n nodes
    measure : LineMeasure
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
        Evaluations of h, or five times as many where pieces are seen to be smooth on smaller scales; what is not
        resolved by then is left as it is, and noted.
    cuts : callable, optional
        Points x (n,) -> points y (n, c), increasing: where slices are thought to break. Panels that are not resolved
        are cut there first. It saves searches; cuts at wrong places take evaluations, and make no error.
    corners : Corners, optional
        Where two curves of breaks meet: beside these h may differ on strips of any width.
    looks : int
        How often two random points on each panel are looked at, for strips between the nodes.
    known : KnownBreaks
        Other slices of the kernel along the same variable, which show where strips are.
    strips : bool
        Whether the slices are all over the measure of x, a number: then panels are divided where most slices that break
        have thin strips, and all slices looked at anew.
    """
    def looked_at(edges: np.ndarray) -> SliceIntegrals:
        return Splitter(kernel, left, measure, edges, tol, order=order, size=size, budget=budget, cuts=cuts,
                         corners=corners, looks=looks, known=known).run()

    edges = np.asarray(edges)
    found = looked_at(edges)
    while strips and not found.exhausted:
        finer = panels_for_strips(edges, found.breaks, left.nodes, left.weights, order)
        if len(finer) == len(edges):
            break
        edges, found = finer, looked_at(finer)
    return found


class Splitter:
    """The work of `slice_integrals`."""

    def __init__(self, kernel: Kernel, left: Rule, measure: LineMeasure, edges: np.ndarray, tol: float, *, order: int,
                 size: float | None, budget: int, cuts: Cuts | None = None,
                 corners: Corners = NO_CORNERS, looks: int = 1, known: KnownBreaks = NONE_KNOWN) -> None:
        self.beside = known.beside(left.nodes)
        self.kernel, self.measure, self.edges, self.cuts, self.corners = kernel, measure, edges, cuts, corners
        self.tol, self.order, self.size, self.budget = tol, order, size, budget
        self.x, self.weights = left.nodes, left.sqrt_weights
        # The index, the ends, the nodes and the values of the pieces that are done.
        self.done = [(np.zeros(0, dtype=np.intp), np.zeros((0, 2)), np.zeros((0, order)),
                      np.zeros((0, order), kernel.dtype))]
        self.breaks = [np.zeros((0, 2 if self.x.ndim == 1 else self.x.shape[1] + 1))]
        self.truncation, self.hidden, self.exhausted = np.zeros(len(self.x)), np.zeros(len(self.x)), False
        self.rng = np.random.default_rng(len(self.x))
        self.threshold, self.waiting, self.looks = 0.0, 0, looks

    def run(self) -> SliceIntegrals:
        """Look at all panels of all slices, then at ever smaller pieces of those that are not resolved.

        What slices show tells where others are to be looked at closely. Then random points are looked at.
        """
        start = self.kernel.evaluations
        self._resolve(self._first_look(), start)
        opened = self._follow_hints(np.ones(len(self.x), dtype=bool), start)
        if not self.exhausted and (len(pieces := self._second_look()) or opened):    # else hints are what they were
            self._resolve(pieces, start)
            self._follow_hints(np.isin(np.arange(len(self.x)), pieces.index), start)
        basis = PanelBasis(self.measure, self.edges, self.order)
        index, ends, nodes, values = (np.concatenate(parts) for parts in zip(*self.done, strict=True))
        return SliceIntegrals(basis, self.samples.reshape(len(self.x), -1), index, ends, nodes, values,
                              np.concatenate(self.breaks), self.truncation + self.hidden, self.hidden, self.exhausted)

    def _resolve(self, pieces: SlicePieces, start: int) -> None:
        """Split pieces until all are resolved, or the budget is spent, of which `start` tells the beginning."""
        budget, self.waiting = self.budget, 0
        for last in [False] * 39 + [True]:    # halving forty times comes to 1e-12
            if len(pieces) == 0:
                break
            # A piece takes two halves in one pass, and some 160 evaluations with a search by bisection.
            stubborn = int(np.count_nonzero(pieces.stubborn))
            cost = self.kernel.evaluations - start + 160 * stubborn + 2 * (self.order + 2) * (len(pieces) - stubborn)
            if cost >= budget == self.budget and self._smooth_closer(pieces):
                budget *= 5
            self.exhausted = cost >= budget
            if not self.exhausted:
                pieces = self._split(pieces)
            pieces = pieces.in_batches(self._keep, last=last or self.exhausted)

    def _follow_hints(self, fresh: np.ndarray, start: int) -> bool:
        """Look for the strips that neighbours show, slice by slice from those that are fresh; whether there are any."""
        if self.x.ndim > 1:
            return False
        beside, opened = self.beside, False
        x, others = np.append(self.x, beside.x), np.zeros(len(beside.x), dtype=bool)
        wanted, fresh = np.append(np.ones(len(self.x), dtype=bool), others), np.append(fresh, ~others)
        for _ in range(40):    # from each slice to the next, on as many as a panel has nodes, and more
            known = np.concatenate([*self.breaks, beside.breaks])
            hints = unmatched_pairs(x, known, wanted, fresh, self._widest_pair)
            at_edges = lost_at_edges(x, known, wanted, fresh, widest=self._widest_pair, edges=self.edges)
            if self.exhausted or not 0 < len(hints.of) + len(at_edges[0]) <= 20 * len(self.x) + 100:    # more are noise
                break
            strips = hidden_strips(lambda which, points: self.kernel.finite_beside(x[which, None], points), hints)
            pieces = self._reopened(*map(np.concatenate, zip(strips, at_edges, strict=True)))
            if len(pieces) == 0:
                break
            self._resolve(pieces, start)
            fresh, opened = np.isin(np.arange(len(x)), pieces.index), True
        return opened

    def _widest_pair(self, y: np.ndarray) -> np.ndarray:
        """Four times how far nodes of panels at points (m,) are apart: towards tips pairs shrink between slices."""
        panel = np.clip(np.searchsorted(self.edges, y, side="right") - 1, 0, len(self.edges) - 2)
        return np.asarray(2.0 * np.diff(gauss_legendre(self.order)[0]).max() * np.diff(self.edges)[panel])

    def _reopened(self, index: np.ndarray, where: np.ndarray, widths: np.ndarray) -> SlicePieces:
        """Cut panels, and pieces that are done, at points where their polynomials are wrong on strips."""
        panels = len(self.edges) - 1
        panel = index * panels + np.clip(np.searchsorted(self.edges, where, side="right") - 1, 0, panels - 1)
        dense = self.dense[panel]
        done = [np.concatenate(parts) for parts in zip(*self.done, strict=True)]
        piece = holding(done[0], done[1], index, where)
        others = ~dense & (piece >= 0)
        piece, there = piece[others], where[others]
        no = np.zeros(len(piece), dtype=bool)
        pieces = SlicePieces(done[0][piece], *done[1][piece].T, 0 * piece, np.full(len(no), np.inf), no, 0 * piece)    # type: ignore[call-arg]
        lebesgue = 0.5 * (pieces.right - pieces.left)[:, None] * gauss_legendre(self.order)[1]
        bad = np.flatnonzero(self._wrong(done[3][piece] / np.sqrt(lebesgue), pieces, there, widths[others]))
        panel, place = panel[dense], where[dense]
        wrong = np.flatnonzero(self._wrong(self.samples[panel], self.panels[panel], place, widths[dense]))
        panel, first = np.unique(panel[wrong], return_index=True)
        opened = self._opened(panel, place[wrong[first]])
        piece, first = np.unique(piece[bad], return_index=True)
        self.done = [tuple(np.delete(part, piece, axis=0) if len(piece) else part for part in done)]    # type: ignore[list-item]
        return opened.joined(cut_at(pieces[bad[first]], there[bad[first]]))

    def _wrong(self, samples: np.ndarray, pieces: SlicePieces, where: np.ndarray, widths: np.ndarray) -> np.ndarray:
        """Whether polynomials, given by weighted samples, are wrong at points (m,), by more than a strip may be."""
        half = 0.5 * (pieces.right - pieces.left)
        sums = legendre_sum((legendre_transform(self.order) @ samples.T)[:, :, None],
                            ((where - pieces.left) / half - 1.0)[:, None])[:, 0]
        wrong = np.abs(self._values_at(pieces.index, where[:, None])[:, 0] - sums / np.sqrt(half)) * np.sqrt(widths)
        effects = wrong * np.minimum(1.0, 4.0 * np.sqrt(widths / self.measure.scale))
        return np.asarray((effects > self.threshold) & (wrong > 1e-8 * np.sqrt(energies(samples) * widths / half)))

    def _opened(self, panel: np.ndarray, where: np.ndarray) -> SlicePieces:
        """Cut panels of slices at points in them; what was sampled there is no longer used."""
        self.dense[panel], self.samples[panel] = False, 0.0
        return cut_at(self.panels[panel], where)

    def _smooth_closer(self, pieces: SlicePieces) -> bool:
        """Whether pieces have breaks or oscillate, and an end of both is in sight; h is neither noise nor a fractal.

        A sixty-fourth of a piece, at a random place, then leaves little of the truncation error: next to nothing of an
        oscillation, and nothing of one break, except on one part of 64. Of noise it leaves an eighth.
        """
        some = pieces[np.linspace(0, len(pieces) - 1, min(len(pieces), 64)).astype(int)]
        width = (some.right - some.left) / 64.0
        left = some.left + width * self.rng.integers(0, 64, len(some))
        points, _ = self._points(left, left + width)
        tails, _ = self._judge(self._values_at(some.index, points) * self._factors(width))
        return bool(np.mean(tails <= 0.01 * some.tails) >= 0.875)

    def _first_look(self) -> SlicePieces:
        """Sample the panels that all slices share, and return those that are not resolved; samples are zero there."""
        panels, n = len(self.edges) - 1, len(self.x)
        left, right = self.edges[:-1], self.edges[1:]
        self.samples, tails, self.energy = self._sampled(left, right)
        self.threshold = self.tol * (float(np.sqrt(self.energy.sum() / max(n, 1))) if self.size is None else self.size)
        (index, panel), no = np.divmod(np.arange(n * panels), panels), np.zeros(n * panels, dtype=bool)
        self.panels = SlicePieces(index, left[panel], right[panel], no.astype(int), tails, no, no.astype(int))
        effects = self._effects(tails, self.energy, self.panels)
        self.dense = effects <= self.threshold
        located = None if self.cuts is None else self._located(self.cuts(self.x))
        if located is not None:    # what is there may lie between the nodes
            self.dense[located[0]] &= self.energy[located[0]] <= self.threshold**2
        np.add.at(self.truncation, index[self.dense], effects[self.dense] ** 2)
        self.samples[~self.dense] = 0.0
        pieces = self.panels[~self.dense]
        return pieces if located is None else self._cut(pieces, located).in_batches(self._keep, last=False)

    def _located(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The panel of the slice, out of n panels, in which each of the places (n, c) lies, and the place."""
        within = (places > self.edges[0]) & (places < self.edges[-1])
        index, inside = np.nonzero(within)[0], places[within]
        return index * (len(self.edges) - 1) + np.searchsorted(self.edges, inside, side="right") - 1, inside

    def _cut(self, pieces: SlicePieces, located: tuple[np.ndarray, np.ndarray]) -> SlicePieces:
        """Cut pieces, which are panels, at the places that are located in them."""
        panels, (panel, inside) = len(self.edges) - 1, located
        broken = np.full(len(self.x) * panels, -1)
        broken[pieces.index * panels + np.searchsorted(self.edges, pieces.left)] = np.arange(len(pieces))
        piece = broken[panel]
        inside, piece = inside[piece >= 0], piece[piece >= 0]
        self.breaks.append(np.column_stack([self.x[pieces.index[piece]], inside]))
        # Every piece begins with its left end, and every other part of it where the one before ends.
        starts = np.concatenate([pieces.left, inside])
        owner = np.concatenate([np.arange(len(pieces)), piece])
        order = np.lexsort((starts, owner))
        starts, owner = starts[order], owner[order]
        last = np.append(owner[1:] != owner[:-1], True)
        stops = np.where(last, pieces.right[owner], np.append(starts[1:], 0.0))
        parts = replace(pieces[owner], tails=np.full(len(owner), np.inf)).between(starts, stops)
        return parts[parts.right > parts.left]

    def _sampled(self, left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Weighted samples, (n panels, order), truncation errors and energies, (n panels,), of all slices on panels."""
        points, _ = self._points(left, right)
        factors = (self.measure.sqrt_density(points) * self._factors(right - left)).ravel()
        n, panels = len(self.x), len(left)
        samples, (tails, energy) = np.empty((n, panels, self.order), self.kernel.dtype), np.empty((2, n, panels))
        # A quarter of a megabyte at a time: fresh memory costs more than the passes over it.
        step = max(1, 2**15 // points.size)
        for some in (slice(start, start + step) for start in range(0, n, step)):
            values = self.kernel.finite_grid(self.x[some], points.ravel()) * factors
            values *= self.weights[some, None]
            scaled = values.reshape(-1, self.order + 2)
            samples[some] = values.reshape(-1, panels, self.order + 2)[:, :, :self.order]
            tails[some], energy[some] = (part.reshape(-1, panels) for part in self._judge(scaled))
        return samples.reshape(n * panels, self.order), tails.ravel(), energy.ravel()

    def _second_look(self) -> SlicePieces:
        """Look at panels that all slices share between the nodes, and return what is wrong, cut where it was seen."""
        dense = np.flatnonzero(self.dense)
        samples, energy, pieces = self.samples[dense], self.energy[dense], self.panels[dense]
        seen, places = zip(*(self._between_nodes(samples, energy, pieces) for _ in range(self.looks)), strict=True)
        missed, first = np.unique(np.concatenate(seen), return_index=True)
        return self._opened(dense[missed], np.concatenate(places)[first])

    def _between_nodes(self, samples: np.ndarray, energy: np.ndarray,
                       pieces: SlicePieces) -> tuple[np.ndarray, np.ndarray]:
        """Compare polynomials with the slices between the nodes: which pieces are wrong, and where.

        At two random points on each. What lies between nodes, such as a thin strip, is found in some of the slices
        only. Their number tells how much there is: it counts as truncation, although it is mended where it was seen.
        Strips beside corners are looked for besides.
        """
        places, polynomials = random_places(self.order)
        shift = int(self.rng.integers(len(places)))
        half = 0.5 * (pieces.right - pieces.left)[:, None]
        points = np.take(places, np.arange(shift, shift + len(pieces)), axis=0, mode="wrap")
        points = pieces.left[:, None] + half * (1.0 + points)
        sums = np.empty(points.shape, samples.dtype)
        for start, stop in pairwise([0, *range(len(places) - shift, len(pieces), len(places)), len(pieces)]):
            values = polynomials[(start + shift) % len(places):][:stop - start]
            np.einsum("pk,ptk->pt", samples[start:stop], values, out=sums[start:stop])
        wrong = np.abs(self._values_at(pieces.index, points) * np.sqrt(half) - sums)
        # Polynomials within the tolerance may be wrong at a point by some times as much.
        bad = self._effects(wrong.max(axis=1) / 30.0, energy, pieces) > self.threshold
        np.add.at(self.hidden, pieces.index[bad], np.mean(wrong[bad] ** 2, axis=1) * 2.0)
        where = points[np.arange(len(pieces)), np.argmax(wrong, axis=1)]
        strips, inside = self._strips(samples, energy, pieces)
        where[strips] = inside
        bad[strips] = True
        return np.flatnonzero(bad), where[bad]

    def _strips(self, samples: np.ndarray, energy: np.ndarray, pieces: SlicePieces) -> tuple[np.ndarray, np.ndarray]:
        """The same at points on all scales beside corners, where strips are about as wide as they are far away."""
        bad, where, step = [np.zeros(0, dtype=np.intp)], [np.zeros(0)], 8
        for side, ends in ((-1.0, pieces.left), (1.0, pieces.right)) if len(self.corners) and len(pieces) else ():
            counts = self.corners.halvings(self.x[pieces.index], ends, pieces.right - pieces.left)
            for most in np.unique(step * np.ceil(counts[counts > 0.0] / step)):    # as many halvings of several at once
                near = np.flatnonzero((counts > most - step) & (counts <= most))
                distances = 2.0 ** -(np.arange(most)[:, None] + self.rng.uniform(0.0, 1.0, len(near)))
                t, half = side * (1.0 - 2.0 * distances), 0.5 * (pieces.right - pieces.left)[near]
                points = pieces.left[near] + half * (1.0 + t)
                sums = legendre_sum((legendre_transform(self.order) @ samples[near].T)[:, None], t)
                wrong = np.abs(self._values_at(pieces.index[near], points.T).T * np.sqrt(half) - sums)
                wrong *= np.sqrt(distances)    # the strip is as wide as it is far away
                missed = np.flatnonzero(self._effects(wrong.max(axis=0), energy[near], pieces[near]) > self.threshold)
                bad.append(near[missed])
                where.append(points[np.argmax(wrong[:, missed], axis=0), missed])
        return np.concatenate(bad), np.concatenate(where)

    def _points(self, left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Nodes and two points next to the ends of pieces, (p, order + 2), and the Lebesgue weights, (p, order)."""
        width = right - left
        nodes, weights = on_panels(left[:, None], right[:, None], *gauss_legendre(self.order))
        # Places that are given are as good as the points of both variables, and not as this one where it is small.
        unit = 0.0 if self.cuts is None else self.measure.scale
        step = ULPS * EPS * np.maximum(np.maximum(width, unit), np.maximum(np.abs(left), np.abs(right)))
        return np.concatenate([nodes, (left + step)[:, None], (right - step)[:, None]], axis=1), weights

    def _factors(self, width: np.ndarray) -> np.ndarray:
        """What makes weighted samples, (p, order + 2), of values at nodes and next to the ends of pieces."""
        return np.asarray(np.sqrt(0.5 * width)[:, None] * roots_of_weights(self.order))

    def _judge(self, samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The norms of truncation errors, (p,), and energies, of weighted samples at nodes and ends, (p, order + 2)."""
        seen, inner = samples @ tail_and_misfit(self.order), samples[:, :self.order]
        return np.sqrt(energies(seen)), energies(inner)

    def _effects(self, tails: np.ndarray, energy: np.ndarray, pieces: SlicePieces) -> np.ndarray:
        """What truncation errors do to integrals against functions of norm one, which are smooth on the scale of mu.

        Zero where rounding of h and of y explains them.
        """
        rounding = EPS * np.sqrt(energy)
        # More than 1e-4 of a slice is no rounding but a jump: log|x - y| and (x > y) of tests/measured_problems.py.
        most = 1e-4 / EPS * rounding
        unsure = np.flatnonzero((tails > 16.0 * rounding) & (tails <= most))
        if len(unsure):
            ends = np.stack([pieces.left[unsure], pieces.right[unsure]])
            relative = 16.0 + 4.0 * self.measure.coarseness(ends).max(axis=0) / (ends[1] - ends[0])
            most[unsure] = np.minimum(relative * rounding[unsure], most[unsure])
        # Such functions are at most about four.
        reach = np.minimum(1.0, 4.0 * np.sqrt((pieces.right - pieces.left) / self.measure.scale))
        return np.where(tails > most, tails * reach, 0.0)

    def _keep(self, pieces: SlicePieces, *, last: bool) -> SlicePieces:
        """Evaluate pieces, keep the values of those that are resolved (of all, at last), and return the others."""
        points, weights = self._points(pieces.left, pieces.right)
        sizes = self._values_at(pieces.index, points)
        width = pieces.right - pieces.left
        samples = sizes * self._factors(width)
        tails, energy = self._judge(samples)
        # Within the root of rounding of a zero of second order a sign is rounding, and pieces would have no end.
        tiny = (width <= 2.0 * narrowest(pieces)) | (pieces.in_vain > 4)
        effects = self._effects(tails, energy, pieces)
        kept = (effects <= self.threshold) | tiny | last
        resolved = np.flatnonzero(kept & ~tiny & (not last)) if len(self.corners) else np.zeros(0, dtype=np.intp)
        strips, where = self._strips(samples[resolved, :self.order], energy[resolved], pieces[resolved])
        strips = resolved[strips]
        kept[strips] = False
        np.add.at(self.truncation, pieces.index[kept], effects[kept] ** 2)    # below the threshold, or given up
        ends = np.stack([pieces.left[kept], pieces.right[kept]], axis=1)
        self.done.append((pieces.index[kept], ends, points[kept, :self.order],
                          sizes[kept, :self.order] * weights[kept]))
        # Halving that leaves more than a tenth of a truncation error did not help: of a kink it leaves a third.
        stubborn = tails > 0.1 * pieces.tails
        vain = stubborn & (width < 1e-7 * self.measure.scale)
        left = replace(pieces, tails=tails, stubborn=stubborn, in_vain=pieces.in_vain + vain)
        kept[strips] = True
        return left[~kept].joined(cut_at(left[strips], where))

    def _values_at(self, index: np.ndarray, points: np.ndarray) -> np.ndarray:
        """Values of the weighted slices at points (p, m)."""
        values = self.kernel.finite_beside(self.x[index, None], points)
        return np.asarray(values * self.weights[index][:, None] * self.measure.sqrt_density(points))

    def _split(self, pieces: SlicePieces) -> SlicePieces:
        """Cut pieces at their breaks, grade them towards singular ends, and halve the others."""
        where, singular = np.full(len(pieces), np.nan), np.zeros(len(pieces), dtype=bool)
        suspects = np.flatnonzero(pieces.stubborn & (np.abs(pieces.graded) != 1) & (self.waiting == 0))
        x = self.x[pieces.index[suspects], None]
        where[suspects], singular[suspects] = classify_breaks(
            lambda which, points: self.kernel(x[which], points), pieces.left[suspects], pieces.right[suspects],
            dear=self.kernel.dear, parts=parts_of_each(len(suspects), dear=self.kernel.dear))
        width, found = pieces.right - pieces.left, np.isfinite(where)
        self.waiting = halvings_before_search(self.waiting, searched=len(suspects) > 0, found=bool(found.any()))
        self.breaks.append(np.column_stack([self.x[pieces.index[found]], where[found]]))
        at_left, at_right = where - pieces.left <= _AT_END * width, pieces.right - where <= _AT_END * width
        inside, fresh = found & ~at_left & ~at_right, pieces.graded == 0
        cut = np.where(inside, where, 0.5 * (pieces.left + pieces.right))
        lower, upper = pieces.between(pieces.left, cut), pieces.between(cut, pieces.right)
        at_left, at_right = at_left & fresh | (pieces.graded == 1), at_right & fresh & ~at_left | (pieces.graded == -1)
        both = inside & singular & fresh
        plain = ~(at_left | at_right | both)
        return lower[plain].joined(upper[plain], graded(pieces[at_left], 1), graded(pieces[at_right], -1),
                                   graded(lower[both], -1), graded(upper[both], 1))
