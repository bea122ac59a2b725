"""Where panels must be: halving and cutting until functions are resolved by their polynomials on all of them."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from .._support.arrays import squares
from .._support.floats import EPS
from ..errors import NonFiniteKernelError
from ..measures import LineMeasure
from ..quadrature import Rule, find_breaks, gauss_legendre, legendre_transform, on_panels, orthonormal_legendre
from .panel_rules import ORDER, floor_width, next_to, panel_tails

# From an end of a panel to the nearest of its 16 nodes, as a part of its width.
_GAP = 0.0053
# From weighted samples at the nodes to weighted samples at both ends: shape (2, ORDER).
_AT_ENDS = np.sqrt(2.0 * _GAP) * orthonormal_legendre(np.array([-1.0, 1.0]), ORDER) @ legendre_transform(ORDER)
# More unresolved panels in one variable show a break along a curve, which panels in x and y cannot follow: there
# uniform refinement up to a limit is as good.
_MOST_WITHOUT_CURVES = 16
# Halvings at a time towards what turned out to be a singular point.
_HALVINGS_AT_ONCE = 6

Samples = Callable[[Rule], np.ndarray]
"""Weighted samples of functions of one variable: a rule gives (n, functions)."""


def resolve(draw: Callable[[], Samples], measure: LineMeasure, edges: np.ndarray, tol: float, *, limit: int, broad: int,
            noise: float = 64.0 * EPS, singular: np.ndarray | tuple[()] = (),
            start: np.ndarray | None = None, ratio: float = 2.0) -> np.ndarray:
    """Halve, cut and grade panels until functions, drawn anew at every pass, are resolved on all of them.

    A few panels that stay unresolved hold a singular point each. It is sought by bisection and becomes an edge; panels
    that are singular at an end are graded towards it.

    Parameters
    ----------
    draw : callable
        Gives the functions of the next pass.
    measure : LineMeasure
    edges : ndarray
        The panels to begin with.
    tol : float
        Of a panel's truncation error, relative to the norm of the functions.
    limit, broad : int
        The most panels; and the most where many stay unresolved, unless halving them all pays.
    noise : float
        The relative accuracy of the functions.
    singular : ndarray, optional
        Edges that are known to be singular points.
    start : ndarray, optional
        Weighted samples of the functions on the first panels, if they are known.
    ratio : float
        Of the distances from a singular point of neighbouring edges.
    """
    seen: dict[tuple[float, float], tuple[float, float]] = {}     # a panel -> its tail and its energy
    if start is not None:
        energies = np.sum(squares(start.reshape(len(edges) - 1, -1)), axis=1)
        seen.update(zip(_spans(edges), zip(panel_tails(start).tolist(), energies.tolist(), strict=True), strict=True))
    searched: set[tuple[float, float]] = set()
    parent = np.full(len(edges) - 1, np.inf)    # for each panel, the tail of the one that it was cut from
    bad_before, hopeless = len(edges) + _MOST_WITHOUT_CURVES, False
    # A singular point is looked for where panels are a sixth of the first ones, and still not resolved.
    before, narrow = np.inf, float(np.diff(edges).max()) / 6.0
    while True:
        samples = draw()
        spans = _spans(edges)
        if fresh := [span for span in spans if span not in seen]:
            seen.update(zip(fresh, _tails_and_energies(samples, measure, np.array(fresh)), strict=True))
        tail, energy = np.array([seen[span] for span in spans]).T
        norm = float(np.sqrt(energy.sum()))
        tail = np.where(tail > 8.0 * EPS * np.sqrt(energy), tail, 0.0)
        total = float(np.linalg.norm(tail))
        bad = (tail > tol * norm) & (np.diff(edges) > floor_width(measure, edges))
        # What halving reduces to a thirtieth is smooth; and where searches leave more to be done, there is no end of
        # singular points.
        unhelped = (np.diff(edges) <= narrow) & (tail > 0.03 * parent) & (not hopeless)
        suspicious = bad & (unhelped | np.isin(edges[:-1], singular) | np.isin(edges[1:], singular))
        suspects = [span for span, likely in zip(spans, suspicious, strict=True) if likely and span not in searched]
        finer = edges
        if len(suspects) > 0 and np.count_nonzero(bad) <= _MOST_WITHOUT_CURVES:
            hopeless = hopeless or int(np.count_nonzero(bad)) > bad_before
            bad_before = int(np.count_nonzero(bad))
            searched.update(suspects)
            found = _singular_points(samples, measure, np.array(suspects), tol * norm, known=singular, noise=noise,
                                     ratio=ratio)
            finer = np.union1d(edges, found[:max(limit - len(edges) + 1, 0)])
        if len(finer) == len(edges):
            paying = total < 0.1 * before < np.inf    # halving them all helps, as with a smooth kernel
            finer = split(edges, measure, tail, tol * norm, limit=limit, broad=limit if paying else broad,
                          singular=singular)
        before = total
        if len(finer) == len(edges):
            return edges
        parent = tail[np.searchsorted(edges, finer[1:]) - 1]
        edges = finer


def _spans(edges: np.ndarray) -> list[tuple[float, float]]:
    return list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))


def _tails_and_energies(samples: Samples, measure: LineMeasure, spans: np.ndarray) -> list[tuple[float, float]]:
    """What polynomials miss on panels, shape (p, 2), and the energies there: p pairs."""
    matrix = samples(panels_with_ends(measure, spans)).reshape(len(spans), ORDER + 2, -1)
    energies = np.sum(squares(matrix[:, :ORDER]), axis=(1, 2))
    return list(zip(tails_with_ends(matrix).tolist(), energies.tolist(), strict=True))


def _singular_points(samples: Samples, measure: LineMeasure, spans: np.ndarray, threshold: float, *,
                     known: np.ndarray | tuple[()], noise: float, ratio: float) -> np.ndarray:
    """Edges that panels, shape (p, 2), want: their singular points, and steps halving towards those at an end."""
    def values(_: np.ndarray, points: np.ndarray) -> np.ndarray:
        try:
            return samples(measure.rule(points.ravel(), np.ones(points.size))).reshape(*points.shape, -1)
        except NonFiniteKernelError:    # a singular point, where h is infinite
            return np.full((*points.shape, 1), np.nan)

    width = np.diff(spans)[:, 0]
    ends = np.isin(spans, known)
    where = np.where(ends[:, 0], spans[:, 0], spans[:, 1])
    unknown = ~ends.any(axis=1)
    # Of 64 parts at once: functions may be integrals along slices, which are cheap by the dozen.
    where[unknown] = find_breaks(values, spans[unknown, 0], spans[unknown, 1], noise, 16)
    near = 1e-4 * width    # an end, which the singular point then is
    at_left, at_right = where - spans[:, 0] <= near, spans[:, 1] - where <= near
    inside = np.isfinite(where) & ~at_left & ~at_right
    to_left, to_right = np.flatnonzero(at_left), np.flatnonzero(at_right & ~at_left)
    graded = _graded(samples, measure, np.concatenate([spans[to_left, 0], spans[to_right, 1]]),
                     np.concatenate([width[to_left], -width[to_right]]), threshold=threshold, ratio=ratio)
    return np.concatenate([where[inside], *graded])


def _graded(samples: Samples, measure: LineMeasure, ends: np.ndarray, widths: np.ndarray, *, threshold: float,
            ratio: float) -> list[np.ndarray]:
    """Steps end + width / ratio^k towards each singular end, until what lies beyond the last is resolved."""
    steps = widths[:, None] * ratio ** -np.arange(1.0, 61.0)    # more than floats tell apart
    counts = np.sum(np.abs(steps) > 1e-17 * measure.scale + 64.0 * EPS * np.abs(ends)[:, None], axis=1)
    # Mostly one of the first is enough: of twenty of product integration, 13 took one or two, and the others 4 to 13.
    waiting, start, many = np.flatnonzero(counts), 0, 3
    while len(waiting):    # all ends together, as slices cost by the call
        ks = [np.arange(start, min(start + many, counts[i])) for i in waiting]
        owner = np.repeat(waiting, [len(k) for k in ks])
        spans = np.stack([ends[owner], ends[owner] + steps[owner, np.concatenate(ks)]], axis=1)
        tails = np.array([tail for tail, _ in _tails_and_energies(samples, measure, np.sort(spans, axis=1))])
        resolved = [tails[owner == i] <= threshold for i in waiting]
        for i, good in zip(waiting, resolved, strict=True):
            if good.any():
                counts[i] = start + int(np.argmax(good)) + 1
        start, many = start + many, 9
        waiting = waiting[[not good.any() for good in resolved] & (counts[waiting] > start)]
    return [end + some[:count] for end, some, count in zip(ends, steps, counts, strict=True)]


def split(edges: np.ndarray, measure: LineMeasure, tails: np.ndarray, threshold: float, *, limit: int,
          broad: int, singular: np.ndarray | tuple[()] = ()) -> np.ndarray:
    """Halve the panels with tails above the threshold, as far as the limits and the floats allow.

    A panel that is left of a halving after another, both towards the same point, is halved many times towards it. Of
    many panels those with an end that is known to be singular are cut towards it.
    """
    width, floor = np.diff(edges), floor_width(measure, edges)
    chosen = np.flatnonzero((tails > threshold) & (width > floor))
    room = (min(limit, broad) if len(chosen) > _MOST_WITHOUT_CURVES else limit) - len(width)
    if room <= 0 or len(chosen) == 0:
        return edges
    if len(chosen) <= _MOST_WITHOUT_CURVES and len(chosen) * _HALVINGS_AT_ONCE <= room:
        graded = [_towards(edges, width, tails <= threshold, p, floor[p]) for p in chosen.tolist()]
        return np.unique(np.concatenate([edges, *graded]))
    points, sizes = _cuts(edges, chosen, tails[chosen] / threshold, floor[chosen], singular)
    return np.union1d(edges, points[np.argsort(-sizes, kind="stable")[:room]])


def _cuts(edges: np.ndarray, chosen: np.ndarray, sizes: np.ndarray, floor: np.ndarray,
          singular: np.ndarray | tuple[()]) -> tuple[np.ndarray, np.ndarray]:
    """Where chosen panels are cut, and how large, in units of the threshold, the tails are that each cut is for.

    In the middle, or, where one end is known to be singular, in up to three steps towards it. They are for a root, as
    where a curve of breaks turns back, which the panels between them just resolve; its tail falls as its panel does.
    """
    left, right = edges[chosen], edges[chosen + 1]
    at_left = np.isin(left, singular)
    graded = at_left != np.isin(right, singular)
    cuts, wanted = [0.5 * (left + right)[~graded]], [sizes[~graded]]
    end, step = np.where(at_left, left, right)[graded], np.where(at_left, right - left, left - right)[graded]
    sizes, floor = sizes[graded], floor[graded]
    log_ratios, log_tails = _tails_of_roots()
    for _ in range(3):
        ratios = np.exp(np.interp(-np.log(sizes), log_tails, log_ratios))
        step = step / ratios
        there = (sizes > 1.0) & (np.abs(step) > floor)
        cuts.append((end + step)[there])
        wanted.append(sizes[there])
        sizes = sizes / ratios
    return np.concatenate(cuts), np.concatenate(wanted)


@lru_cache(maxsize=1)
def _tails_of_roots() -> tuple[np.ndarray, np.ndarray]:
    """Ratios r, increasing, and the tail of the root of x on the panel [1 / r, 1], relative to that on [0, 1]: logs."""
    ratios = np.append(np.geomspace(2.0, 1e4, 40), np.inf)
    nodes, weights = on_panels(1.0 / ratios[:, None], np.ones((len(ratios), 1)), *gauss_legendre(ORDER))
    tails = panel_tails(np.sqrt(nodes * weights).reshape(-1, 1))
    return np.log(ratios[:-1]), np.log(tails[:-1] / tails[-1])


def _towards(edges: np.ndarray, width: np.ndarray, good: np.ndarray, p: int, floor: float) -> np.ndarray:
    """Cuts of panel p: its middle, or steps towards an end from which good panels go out, equal, then twice as wide."""
    for end, out in ((edges[p], 1), (edges[p + 1], -1)):
        following = p + out * np.arange(1, 4)
        if following.min() >= 0 and following.max() < len(width) and good[following].all():
            ratios = width[following] / width[p]
            if np.abs(ratios - np.array([1.0, 2.0, 4.0])).max() < 1e-6:
                steps = width[p] * 2.0 ** -np.arange(1.0, _HALVINGS_AT_ONCE + 1.0)
                return np.asarray(end + out * steps[2.0 * steps > floor])
    return np.array([0.5 * (edges[p] + edges[p + 1])])


def panels_with_ends(measure: LineMeasure, spans: np.ndarray) -> Rule:
    """On panels, shape (p, 2), that need not touch: their nodes, then points next to both ends, (ORDER + 2) each.

    The points at the ends stand for the gaps between them and the nearest nodes.
    """
    left, right = spans[:, :1], spans[:, 1:]
    nodes, weights = on_panels(left, right, *gauss_legendre(ORDER))
    ends = np.concatenate([next_to(left, right - left, 1.0), next_to(right, right - left, -1.0)], axis=1)
    gaps = np.repeat(_GAP * (right - left), 2, axis=1)
    return measure.rule(np.concatenate([nodes, ends], axis=1).ravel(), np.concatenate([weights, gaps], axis=1).ravel())


def tails_with_ends(matrix: np.ndarray) -> np.ndarray:
    """Norm of what polynomials miss of samples (p, ORDER + 2, functions) on `panels_with_ends`: shape (p,).

    The last Legendre coefficients, and the misfit at the ends: a kink or jump between an end and the nearest node
    leaves the samples at the nodes smooth, and shows only there.
    """
    misfit = matrix[:, ORDER:] - _AT_ENDS @ matrix[:, :ORDER]
    return np.asarray(np.hypot(panel_tails(matrix[:, :ORDER]), np.sqrt(np.sum(squares(misfit), axis=(1, 2)))))
