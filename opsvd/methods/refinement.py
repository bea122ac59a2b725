"""Where panels must be: halving and cutting until functions are resolved by their polynomials on all of them."""

from collections.abc import Callable

import numpy as np

from .._support.floats import EPS
from ..errors import NonFiniteKernelError
from ..measures import LineMeasure
from ..quadrature import find_breaks
from .panel_rules import floor_width
from .panel_samples import Roots, Samples, SeenPanels

# More unresolved panels in one variable show a break along a curve, which panels in x and y cannot follow: there
# uniform refinement up to a limit is as good.
_MOST_WITHOUT_CURVES = 16
# Halvings at a time towards what turned out to be a singular point.
_HALVINGS_AT_ONCE = 6

def resolve(draw: Callable[[], Samples], measure: LineMeasure, edges: np.ndarray, tol: float, *, limit: int, broad: int,
            noise: float = 64.0 * EPS, singular: np.ndarray | tuple[()] = (),
            start: np.ndarray | None = None, ratio: float = 2.0, roots: Roots | None = None) -> np.ndarray:
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
    roots : Roots, optional
        Those that are known; others are looked for at singular points, and added. Without it all panels are plain.
    """
    seen = SeenPanels(measure, roots)
    if start is not None:
        seen.add(edges, start)
    searched: set[tuple[float, float]] = set()
    parent = np.full(len(edges) - 1, np.inf)    # for each panel, the tail of the one that it was cut from
    bad_before, hopeless = len(edges) + _MOST_WITHOUT_CURVES, False
    # A singular point is looked for where panels are a sixth of the first ones, and still not resolved.
    before, narrow = np.inf, float(np.diff(edges).max()) / 6.0
    while True:
        samples = draw()
        tail, energy = seen.on(samples, edges)
        norm = float(np.sqrt(energy.sum()))
        tail = np.where(tail > 8.0 * EPS * np.sqrt(energy), tail, 0.0)
        total = float(np.linalg.norm(tail))
        bad = (tail > tol * norm) & (np.diff(edges) > floor_width(measure, edges))
        if seen.with_roots(samples, edges, bad, singular):
            continue
        # What halving reduces to a thirtieth is smooth; and where searches leave more to be done, there is no end of
        # singular points.
        unhelped = (np.diff(edges) <= narrow) & (tail > 0.03 * parent) & (not hopeless)
        suspicious = bad & _may_be_singular(edges, unhelped, singular, None if roots is None else seen.bends(edges))
        spans = list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
        suspects = [span for span, likely in zip(spans, suspicious, strict=True) if likely and span not in searched]
        finer = edges
        if len(suspects) > 0 and np.count_nonzero(bad) <= _MOST_WITHOUT_CURVES:
            hopeless = hopeless or int(np.count_nonzero(bad)) > bad_before
            bad_before = int(np.count_nonzero(bad))
            points, ends, widths = _singular_points(samples, measure, np.array(suspects), known=singular, noise=noise)
            # At points that are new, roots are tried before panels are graded.
            new = ~np.isin(ends, singular) & (roots is not None)
            singular = np.union1d(singular, np.append(points, ends)) if roots is not None else singular
            searched.update(span for span in suspects if not np.isin(span, ends[new]).any())
            steps = _graded(seen, samples, ends[~new], widths[~new], threshold=tol * norm, ratio=ratio)
            finer = np.union1d(edges, np.concatenate([points, *steps])[:max(limit - len(edges) + 1, 0)])
            if new.any() and len(finer) == len(edges):
                continue
        if len(finer) == len(edges):
            paying = total < 0.1 * before < np.inf    # halving them all helps, as with a smooth kernel
            finer = split(edges, measure, tail, tol * norm, limit=limit, broad=limit if paying else broad,
                          bends=None if roots is None else seen.bends(edges))
        before = total
        if len(finer) == len(edges):
            return edges
        parent = tail[np.searchsorted(edges, finer[1:]) - 1]
        edges = finer


def _may_be_singular(edges: np.ndarray, unhelped: np.ndarray, singular: np.ndarray | tuple[()],
                     bends: np.ndarray | None) -> np.ndarray:
    """Which unresolved panels are searched for singular points, or graded towards them: those with one, or unhelped.

    If roots are looked for, panels with one are cut in the root, and where both ends are singular, in the middle.
    """
    at_ends = np.isin(edges[:-1], singular).astype(int) + np.isin(edges[1:], singular)
    return np.asarray((unhelped | (at_ends > 0)) & (bends is None or ((bends == 0) & (at_ends < 2))))


def _singular_points(samples: Samples, measure: LineMeasure, spans: np.ndarray, *, known: np.ndarray | tuple[()],
                     noise: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The singular points within panels, shape (p, 2), then those at ends of them, with the widths from there."""
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
    return (where[inside], np.concatenate([spans[to_left, 0], spans[to_right, 1]]),
            np.concatenate([width[to_left], -width[to_right]]))


def _graded(seen: SeenPanels, samples: Samples, ends: np.ndarray, widths: np.ndarray, *, threshold: float,
            ratio: float) -> list[np.ndarray]:
    """Steps end + width / ratio^k towards each singular end, until what lies beyond the last is resolved.

    It may be resolved in the root of the distance, which is then noted.
    """
    steps, sides = widths[:, None] * ratio ** -np.arange(1.0, 91.0), np.sign(widths).astype(int)
    # More steps than floats tell apart.
    counts = np.sum(np.abs(steps) > 1e-25 * seen.measure.scale + 64.0 * EPS * np.abs(ends)[:, None], axis=1)
    # Mostly one of the first is enough: of twenty of product integration, 13 took one or two, and the others 4 to 13.
    waiting, start, many = np.flatnonzero(counts), 0, 3
    while len(waiting):    # all ends together, as slices cost by the call
        ks = [np.arange(start, min(start + many, counts[i])) for i in waiting]
        owner = np.repeat(waiting, [len(k) for k in ks])
        spans = np.stack([ends[owner], ends[owner] + steps[owner, np.concatenate(ks)]], axis=1)
        tails = seen.beside(samples, np.sort(spans, axis=1), sides[owner])
        resolved = [(tails[:, owner == i] <= threshold).any(axis=0) for i in waiting]
        for i, good in zip(waiting, resolved, strict=True):
            if good.any():
                counts[i] = start + int(np.argmax(good)) + 1
                if seen.roots is not None and tails[0, owner == i][good][0] > threshold:
                    seen.roots.add(ends[[i]], sides[[i]])
        start, many = start + many, 9
        waiting = waiting[[not good.any() for good in resolved] & (counts[waiting] > start)]
    return [end + some[:count] for end, some, count in zip(ends, steps, counts, strict=True)]


def split(edges: np.ndarray, measure: LineMeasure, tails: np.ndarray, threshold: float, *, limit: int,
          broad: int, bends: np.ndarray | None = None) -> np.ndarray:
    """Halve the panels with tails above the threshold, as far as the limits and the floats allow.

    A panel that is left of a halving after another, both towards the same point, is halved many times towards it. One
    with a root at an end is halved in the root, which is at a quarter.
    """
    width, floor = np.diff(edges), floor_width(measure, edges)
    chosen = np.flatnonzero((tails > threshold) & (width > floor))
    room = (min(limit, broad) if len(chosen) > _MOST_WITHOUT_CURVES else limit) - len(width)
    if room <= 0 or len(chosen) == 0:
        return edges
    middles = edges[:-1] + width * (0.5 if bends is None else np.where(bends == 2, 0.5, 0.5 - 0.25 * bends))
    if len(chosen) <= _MOST_WITHOUT_CURVES and len(chosen) * _HALVINGS_AT_ONCE <= room:
        steps = [_towards(edges, width, tails <= threshold, p, floor[p]) if bends is None else np.zeros(0)
                 for p in chosen.tolist()]
        return np.unique(np.concatenate([edges, *steps, middles[chosen[[len(some) == 0 for some in steps]]]]))
    return np.union1d(edges, middles[chosen[np.argsort(-tails[chosen], kind="stable")[:room]]])


def _towards(edges: np.ndarray, width: np.ndarray, good: np.ndarray, p: int, floor: float) -> np.ndarray:
    """Cuts of panel p in steps towards an end from which good panels go out, equal, then twice as wide; maybe none."""
    for end, out in ((edges[p], 1), (edges[p + 1], -1)):
        following = p + out * np.arange(1, 4)
        if following.min() >= 0 and following.max() < len(width) and good[following].all():
            ratios = width[following] / width[p]
            if np.abs(ratios - np.array([1.0, 2.0, 4.0])).max() < 1e-6:
                steps = width[p] * 2.0 ** -np.arange(1.0, _HALVINGS_AT_ONCE + 1.0)
                return np.asarray(end + out * steps[2.0 * steps > floor])
    return np.zeros(0)
