"""Cells between curves that stand for a kernel, found by halving panels in x until slices of these are told."""

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.polynomial import Legendre

from .._support.budget import Budget, BudgetExhaustedError, check_time
from .._support.floats import EPS
from ..kernels import Kernel
from ..measures import LineMeasure
from ..quadrature import PIECE_ORDER, bent_rule, gauss_legendre, on_panels
from ..quadrature.legendre import TRUNCATED, legendre_transform, orthonormal_legendre
from .curved_cells import CurvedCells, CurvedPanel
from .domain import Domain
from .misplaced_jumps import strip_norms
from .panel_cuts import changes_at, where_curves_end
from .slice_hints import KnownBreaks
from .slice_splitter import slice_integrals
from .slices import SliceIntegrals


class _Span(NamedTuple):
    """A panel in x, and at which ends functions are smooth in the root of the distance."""

    left: float
    right: float
    bend: int = 0

    @property
    def width(self) -> float:
        """By how much x changes with the place, times two: at most twice as much beside roots."""
        return (self.right - self.left) * (2.0 if self.bend else 1.0)

    def halves(self, cut: float, root: int) -> "tuple[_Span, _Span]":
        """Both parts, of which the one to the right of the cut has a root there if it is 1, the other if it is -1."""
        left, right = self.bend > 0, self.bend in {2, -1}
        return (_Span(self.left, cut, _bend(left, root < 0)), _Span(cut, self.right, _bend(root > 0, right)))


def _bend(left: bool, right: bool) -> int:
    """The bend of a panel with roots at these ends."""
    return (1 + right) if left else -int(right)


class _Look(NamedTuple):
    """A look at a panel.

    panels: one that stands for h, or one for each slice.
    missed: the norm of what they are expected to miss.
    parts: the two that it is to be cut into.
    a_slice: the values that a slice took.
    breaks: how many of a slice were found, in the mean.
    edges: for each part, panels in y that most of the slices there are split into.
    """

    span: _Span
    panels: list[CurvedPanel]
    missed: float
    parts: tuple[_Span, _Span]
    a_slice: float
    breaks: float
    edges: tuple[np.ndarray, np.ndarray]


def curved_cells(kernel: Kernel, domain: Domain, lines: tuple[LineMeasure, LineMeasure], tol: float, *,
                 nodes: int) -> CurvedCells | None:
    """Halve panels in x until curves and cells are resolved, or the budget has no values for more.

    Parameters
    ----------
    kernel : Kernel
        Real, of coordinates.
    domain : Domain
    lines : (LineMeasure, LineMeasure)
    tol : float
        The norm of what may be missed, relative to that of h.
    nodes : int
        Of a panel in x.

    Returns
    -------
    CurvedCells or None
        None if the budget has no values for a first look at every panel, and six panels more.
    """
    first = [_irregular(measure, interval) for measure, interval in zip(lines, (domain.x, domain.y), strict=True)]
    work, budget = _Work(kernel, lines, first[1], tol * domain.norm, nodes), kernel.budget or Budget()
    looks: list[_Look] = []
    spans = sorted(pairwise(first[0].tolist()), key=lambda ends: abs(sum(ends) - 2.0 * lines[0].center))
    for span in spans:
        try:
            looks.append(work.looked_at(_Span(*span), first[1]))
        except BudgetExhaustedError:
            return None
        # Where h oscillates a slice takes 500 values and more, and it oscillates in x as well: a wide panel of many
        # nodes does what several narrow ones do. If it breaks at every turn, few panels are not enough.
        a_slice, breaks = (max(getattr(look, name) for look in looks) for name in ("a_slice", "breaks"))
        panels = {nodes: 4} if a_slice <= 450 else {40: 4, nodes: 10} if breaks < 3 else {nodes: 80}
        affordable = [count for count, more in panels.items()
                      if budget.values_left >= (len(spans) - len(looks) + more) * count * a_slice]
        if not affordable:
            return None
        work.nodes = affordable[0]
    narrowest = 2.0**-40 * lines[0].scale    # below what values are known to
    while math.sqrt(sum(look.missed**2 for look in looks)) > work.allowed:
        worst = max(looks, key=lambda look: look.missed)
        if worst.span.right - worst.span.left <= narrowest or budget.values_left < 2.5 * work.nodes * worst.a_slice:
            break
        try:
            halves = [work.looked_at(span, edges) for span, edges in zip(worst.parts, worst.edges, strict=True)]
        except BudgetExhaustedError:
            break
        looks.remove(worst)
        looks += halves
    return CurvedCells([panel for look in sorted(looks, key=lambda look: look.span) for panel in look.panels],
                       math.sqrt(sum(look.missed**2 for look in looks)))


def _irregular(measure: LineMeasure, interval: tuple[float, float]) -> np.ndarray:
    """Panels over an interval, with inner edges at no plain numbers, where h may break, and edges of the measure."""
    low, high = interval
    inner = low + (high - low) * (np.arange(1, 4) + 0.0313) / 4.0
    own = measure.edges[(measure.edges > low) & (measure.edges < high)]
    return np.unique(np.concatenate([[low, high], inner, own]))


def _shared(slices: SliceIntegrals, some: np.ndarray) -> np.ndarray:
    """The edges of their panels, and the ends of pieces that half of some slices have: others do not look for them.

    It is so where slices have no breaks: pieces are small then towards a point to which they are near.
    """
    index, ends = np.repeat(slices.index, 2), slices.ends.ravel()
    # Each slice has an end once, as the left one of a piece and the right one of another.
    mine = np.unique(np.stack([index, ends])[:, some[index]], axis=1)[1]
    places, counts = np.unique(mine, return_counts=True)
    return np.union1d(slices.basis.edges, places[counts >= max(0.5 * np.count_nonzero(some), 3.0)])


def _along_x(n: int, bend: int) -> np.ndarray:
    """From the values at the nodes of a panel to orthonormal Legendre coefficients in its places."""
    rule = bent_rule(n, bend)
    return np.asarray(rule.functions * np.sqrt(rule.weights))


def _function(span: tuple[float, float], coefficients: np.ndarray) -> Legendre:
    """The polynomial with these orthonormal Legendre coefficients on an interval."""
    return Legendre(coefficients * np.sqrt(np.arange(len(coefficients)) + 0.5), domain=span)


class _Work:
    """The work of `curved_cells`."""

    def __init__(self, kernel: Kernel, lines: tuple[LineMeasure, LineMeasure], edges: np.ndarray, allowed: float,
                 nodes: int) -> None:
        self.kernel, (self.mu_x, self.mu_y), self.edges, self.nodes = kernel, lines, edges, nodes
        self.allowed, self.share = allowed, 0.25 * allowed    # of a panel, of which some sixteen miss something
        # Of a slice: panels are about as wide as the measure.
        self.size = allowed / math.sqrt(self.mu_x.scale)
        # Strips that are narrower than nodes are apart, as beside tips, are seen where a panel that is near has them.
        self.rng, self.known = np.random.default_rng(nodes), KnownBreaks()

    def looked_at(self, span: _Span, edges: np.ndarray) -> "_Look":
        """What stands for h on a panel: curves and cells through its slices, or strips of a slice each.

        The slices are looked at on panels in y with these edges.
        """
        before = self.kernel.evaluations
        middle = 0.5 * (span.left + span.right)
        nodes = middle + 0.5 * (span.right - span.left) * bent_rule(self.nodes, span.bend).nodes
        rule = self.mu_x.rule(nodes, np.ones(self.nodes))
        slices = slice_integrals(self.kernel, rule, self.mu_y, edges, 0.1, order=PIECE_ORDER, size=self.size,
                                 known=self.known)
        self.known = KnownBreaks(np.append(self.known.x, rule.nodes),
                                 np.concatenate([self.known.breaks, slices.breaks]))
        breaks = [np.unique(slices.breaks[slices.breaks[:, 0] == x, 1]) for x in rule.nodes.tolist()]
        rows, ends, smooth = np.arange(self.nodes), self.edges[[0, -1]], np.array([len(some) == 0 for some in breaks])
        tried, pieces = list[CurvedPanel](), len(slices.ends) + self.nodes * len(slices.basis.edges)
        for curves in self._candidates(breaks, span.bend):
            # Cells are no more than the pieces of all slices together, unless these have resolved nothing. Where each
            # slice breaks, and curves do not follow that, cells do only if the breaks are none: a slice's are enough.
            most = pieces if smooth.any() or curves[1].size else pieces // self.nodes
            tried.append(self._on_pieces(self._panel(slices, rows, span, curves, most), slices, rule.nodes))
            if tried[-1].missed <= self.share:
                break
        whole = min(tried, key=lambda panel: panel.missed)
        differences, cut, root = self._differences(slices), middle, 0
        if whole.missed <= self.share:
            at_ends = self._at_ends(whole, rule.nodes)
            if at_ends.sum() > self.share**2:
                cut = float(rule.nodes[0 if at_ends[0] > at_ends[1] else -1])
            whole = self._checked(whole._replace(missed=math.hypot(whole.missed, math.sqrt(at_ends.sum()))))
        else:
            over = where_curves_end(self.kernel, rule.nodes, breaks, (ends[0], ends[1]))
            cut, root = over or (self._cut(slices, rule.nodes, differences, cut), 0)
        middles = np.concatenate([[span.left], 0.5 * (rule.nodes[1:] + rule.nodes[:-1]), [span.right]])
        missed = np.sqrt(0.5 * (np.append(differences, 0.0) + np.append(0.0, differences)) * np.diff(middles))
        panels = [whole]
        if np.linalg.norm(missed) < whole.missed:
            panels = [self._panel(slices, rows[[i]], _Span(middles[i], middles[i + 1]),
                                  (np.array([[ends[0], *breaks[i], ends[1]]]), np.zeros(len(breaks[i]))),
                                  int(np.count_nonzero(slices.index == i)) + len(slices.basis.edges))
                      for i in range(self.nodes)]
        return _Look(span, panels, min(whole.missed, float(np.linalg.norm(missed))), span.halves(cut, root),
                     (self.kernel.evaluations - before) / self.nodes, len(slices.breaks) / self.nodes,
                     (_shared(slices, smooth & (rule.nodes < cut)), _shared(slices, smooth & (rule.nodes >= cut))))

    def _candidates(self, breaks: list[np.ndarray], bend: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Curves through the breaks of all slices that have as many, (n, c), and how far they may be off, (c - 2,).

        On the others, which resolve what breaks without having found it, or where it no longer matters, they go on.
        What most slices have comes first, and no curves at last.
        """
        ends, counts = self.edges[[0, -1]], np.array([len(some) for some in breaks])
        found, often = np.unique(counts[counts > 0], return_counts=True)
        enough = often >= min(TRUNCATED, len(breaks))
        for count in [*found[enough][np.argsort(-often[enough], kind="stable")].tolist(), 0]:
            there = np.flatnonzero(counts == count)
            curves, off = np.empty((len(breaks), count + 2)), np.zeros(count)
            curves[:, 0], curves[:, -1] = ends
            if count:
                functions = orthonormal_legendre(bent_rule(len(breaks), bend).places, len(there))
                places = np.array([breaks[i] for i in there])
                coefficients = np.linalg.lstsq(functions[there], places, rcond=None)[0]
                curves[:, 1:-1] = functions @ coefficients
                curves[there, 1:-1] = places
                off = np.abs(coefficients[-TRUNCATED:]).sum(axis=0)
                curves = np.sort(np.clip(curves, *ends), axis=1)
            yield curves, off

    def _on_pieces(self, panel: CurvedPanel, slices: SliceIntegrals, x: np.ndarray) -> CurvedPanel:
        """The panel, with what the pieces of slices show that it misses: cells without curves see no narrow strip."""
        weights = bent_rule(len(x), panel.bend).weights
        lebesgue = 0.5 * np.diff(slices.ends) * gauss_legendre(PIECE_ORDER)[1]
        there = CurvedCells([panel])(np.repeat(x[slices.index], PIECE_ORDER), slices.nodes.ravel())
        wrong = np.sum((slices.values / lebesgue - there.reshape(lebesgue.shape)) ** 2 * lebesgue, axis=1)
        energy = 0.5 * (panel.right - panel.left) * float(weights[slices.index] @ wrong)
        return panel._replace(missed=math.hypot(panel.missed, math.sqrt(energy)))

    def _checked(self, panel: CurvedPanel) -> CurvedPanel:
        """The panel, with what random points and points at its ends show that it misses."""
        width, count = panel.right - panel.left, 8
        step = 64.0 * EPS * max(width, abs(panel.left), abs(panel.right))
        low, high = panel.left + step, panel.right - step
        u = np.concatenate([np.full(count, low), np.full(count, high), low + (high - low) * self.rng.random(count)])
        drawn, inside = self._drawn(3 * count)
        y = drawn.reshape(count, 3).T.ravel()
        wrong = self._wrong(panel, u, y) / self.mu_y.sqrt_density(y)
        return panel._replace(missed=math.hypot(panel.missed, math.sqrt(width * inside * float(np.mean(wrong**2)))))

    def _drawn(self, count: int) -> tuple[np.ndarray, float]:
        """So many increasing points of y drawn from the measure in the box, and how much of the measure is there."""
        cells = 32 * count
        y = self.mu_y.quantile((np.arange(cells) + self.rng.random(cells)) / cells)
        inside = y[(y >= self.edges[0]) & (y <= self.edges[-1])]
        some = (np.arange(count) + self.rng.random(count)) * len(inside) / count
        return inside[some.astype(int)], len(inside) / cells

    def _at_ends(self, panel: CurvedPanel, x: np.ndarray) -> np.ndarray:
        """The energies of what a panel misses between each end and the node next to it, (2,), if its curves are wrong.

        Where a curve has a corner, polynomials through the nodes go on past it. At each end h is held against the panel
        at as many distances from its curves of each order of magnitude; at an end with a root, which a rounding moves,
        in the middle between it and the node.
        """
        distances = self.mu_y.scale * np.geomspace(1e-13, 1.0, 27)    # below lie 5e-8 of the norm of a jump
        widths = np.diff(np.append(0.0, distances))
        beside, energies = np.append(-distances, distances), np.zeros(2)
        step = 64.0 * EPS * max(panel.right - panel.left, abs(panel.left), abs(panel.right))
        roots = panel.bend > 0, panel.bend in {2, -1}
        for i, (edge, node) in enumerate(((panel.left, x[0]), (panel.right, x[-1]))):
            end = edge + (0.5 * (node - edge) if roots[i] else math.copysign(step, node - edge))
            curves = CurvedCells([panel]).curves(0, np.array([end]))[1:-1, 0]
            y = (curves[:, None] + beside).ravel()
            inside = (self.edges[0] < y) & (y < self.edges[-1])
            wrong = self._wrong(panel, np.full(np.count_nonzero(inside), end), y[inside])
            energies[i] = abs(node - end) * float(wrong**2 @ np.tile(widths, 2 * len(curves))[inside])
        # As much as that is the rounding of a curve, of which `missed` has the operator norm.
        known = panel.misplaced**2 * np.abs(x[[0, -1]] - np.array(panel[:2])) / (panel.right - panel.left)
        return np.where(energies > known, energies, 0.0)

    def _wrong(self, panel: CurvedPanel, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """By how much h times the roots of the densities differs from a panel at pairs of coordinates in it."""
        roots = self.mu_x.sqrt_density(x) * self.mu_y.sqrt_density(y)
        return np.asarray(self.kernel.finite_beside(x, y) * roots - CurvedCells([panel])(x, y))

    def _cut(self, slices: SliceIntegrals, x: np.ndarray, differences: np.ndarray, middle: float) -> float:
        """The middle of a panel, or, where two neighbouring slices alone differ, where h changes between them."""
        k = int(np.argmax(differences))
        if len(differences) < 3 or differences[k] < 10.0 * np.delete(differences, k).max():
            return middle
        low, high = self.edges[[0, -1]]
        y = low + (high - low) * (np.arange(256) + self.rng.random(256)) / 256
        sides = [slices.at(np.full(len(y), row), y) for row in (k, k + 1)]
        far = np.argsort(-np.abs(sides[1] - sides[0]))[:4]    # where they differ most
        return changes_at(self.kernel, float(x[k]), float(x[k + 1]), y[far])

    def _panel(self, slices: SliceIntegrals, rows: np.ndarray, span: _Span,
               through: tuple[np.ndarray, np.ndarray], most: int) -> CurvedPanel:
        """At most so many cells between curves through some slices: see `_candidates`."""
        (curves, off), n = through, len(rows)
        coefficients = _along_x(n, span.bend) @ curves
        off = off + np.abs(coefficients[-TRUNCATED:, 1:-1]).sum(axis=0) if n > TRUNCATED else off
        cells, energy = [], 0.0
        for region, level in enumerate(self._halved(slices, rows, curves, span, most)):
            cells += [(region, *cell[:3]) for cell in level]
            energy += sum(cell[3] for cell in level)
        cells.sort(key=lambda cell: cell[:2])
        regions, lows, highs, inside = (np.array(part) for part in zip(*cells, strict=True))
        strips = [strip_norms(_function((0.0, span.width), along), far, self._jumps(slices, rows, curve))
                  for along, far, curve in zip(coefficients.T[1:-1], off, curves.T[1:-1], strict=True)]
        moved, misplaced = np.linalg.norm(strips, axis=0) if strips else (0.0, 0.0)
        return CurvedPanel(*span, coefficients, regions, lows, highs, inside, math.hypot(math.sqrt(energy), moved),
                           float(misplaced))

    def _jumps(self, slices: SliceIntegrals, rows: np.ndarray, curve: np.ndarray) -> np.ndarray:
        """The squares of how far the slices jump at a curve, shape (n,)."""
        step = 1e-9 * self.mu_y.scale + 64.0 * EPS * np.abs(curve)
        sides = [slices.at(rows, curve + side * step) for side in (-1.0, 1.0)]
        return np.asarray((sides[1] - sides[0]) ** 2)

    def _halved(self, slices: SliceIntegrals, rows: np.ndarray, curves: np.ndarray, span: _Span,
                most: int) -> Iterator[list[tuple[float, float, np.ndarray, float]]]:
        """For each region between two curves, cells in t that resolve the slices there, with the energies missed."""
        n, along_x, (t, weights) = len(rows), _along_x(len(rows), span.bend), gauss_legendre(PIECE_ORDER)
        along_t = (legendre_transform(PIECE_ORDER) * np.sqrt(weights)).T
        inside = np.array([-1.0, 1.0]) * (1.0 - 1e-9)
        ends, beside = orthonormal_legendre(inside, PIECE_ORDER), 1.0 - t[-1]    # a break may lie beside the last node
        last = min(TRUNCATED, n - 1)
        for below, above in pairwise(curves.T):
            done, spans, gap = [], np.array([[-1.0, 1.0]]), float(np.mean(above - below))
            for level in range(40):    # 2^-40 is below what values are known to
                check_time()
                places = 0.5 * (spans.sum(axis=1)[:, None] + np.diff(spans, axis=1) * np.append(t, inside))
                y = below[:, None, None] + 0.5 * (above - below)[:, None, None] * (1.0 + places)
                values = slices.at(np.repeat(rows, y[0].size), y.ravel()).reshape(n, -1, PIECE_ORDER + 2)
                cells = np.einsum("ij,jcs,sk->cik", along_x, values[..., :PIECE_ORDER], along_t)
                misfit = np.einsum("ij,jce->cie", along_x, values[..., PIECE_ORDER:]) - cells @ ends.T
                areas = 0.25 * span.width * gap * 0.5 * np.diff(spans, axis=1)[:, 0]
                rough = areas * (np.sum(cells[:, :, -TRUNCATED:] ** 2, axis=(1, 2))
                                 + beside * np.sum(misfit**2, axis=(1, 2)))
                missed = rough + areas * (np.sum(cells[:, n - last:] ** 2, axis=(1, 2)) if last else 0.0)
                last_level = level == 39 or 2 * len(spans) > most
                good = (rough <= (0.1 * self.share) ** 2) | last_level
                done += list(zip(*spans[good].T.tolist(), cells[good], missed[good].tolist(), strict=True))
                middle = spans[~good].mean(axis=1)
                spans = np.concatenate([np.stack([spans[~good, 0], middle], axis=1),
                                        np.stack([middle, spans[~good, 1]], axis=1)])
                if len(spans) == 0:
                    break
            yield done

    def _differences(self, slices: SliceIntegrals) -> np.ndarray:
        """The integrals over y of the squares of what neighbouring slices differ by: shape (n - 1,)."""
        energies = np.zeros(len(slices.dense) - 1)
        for i in range(len(energies)):
            edges = np.union1d(slices.basis.edges, slices.ends[(slices.index == i) | (slices.index == i + 1)])
            y, weights = on_panels(edges[:-1, None], edges[1:, None], *gauss_legendre(4))
            low, high = (slices.at(np.full(y.size, row), y.ravel()) for row in (i, i + 1))
            energies[i] = weights.ravel() @ (high - low) ** 2
        return energies
