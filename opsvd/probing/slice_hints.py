"""What breaks of a slice say of its neighbours: strips that lie between the nodes of some slices, and not of others."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .._support.floats import EPS


class KnownBreaks(NamedTuple):
    """The breaks of slices that were looked at before: where these are, (n,), and x_i and y of each break, (b, 2)."""

    x: np.ndarray = np.zeros(0)
    breaks: np.ndarray = np.zeros((0, 2))

    def beside(self, x: np.ndarray) -> "KnownBreaks":
        """Of the slices that are next to one of others, on either side."""
        if len(self.x) == 0:
            return self
        here = np.sort(self.x)
        place = np.searchsorted(here, x)
        chosen = here[np.unique(np.clip(np.concatenate([place - 1, place]), 0, len(here) - 1))]
        return KnownBreaks(chosen, self.breaks[np.isin(self.breaks[:, 0], chosen)])

    def on_lines(self, y: np.ndarray, near: float) -> np.ndarray:
        """The y of points, (m,), moved to lines y = const along which h breaks, if these are so near.

        Where three slices break at one y, to rounding, it is such a line, and known to rounding, which points where
        curves meet are not.
        """
        breaks = np.unique(self.breaks, axis=0)[:, 1]
        breaks.sort()
        apart = np.diff(breaks) > 8.0 * EPS * np.maximum(np.abs(breaks[1:]), near)
        lines = np.array([group[len(group) // 2] for group in np.split(breaks, np.flatnonzero(apart) + 1)
                          if len(group) >= 3])
        if len(lines) == 0:
            return y
        nearest = lines[np.abs(y[:, None] - lines).argmin(axis=1)]
        return np.where(np.abs(y - nearest) <= near, nearest, y)


NONE_KNOWN = KnownBreaks()
"""No other slices."""


class Hints(NamedTuple):
    """Pairs of neighbouring breaks of some slices that others, next to these, do not have.

    Attributes
    ----------
    of, to : ndarray, shape (m,)
        The number of the slice that has the pair, and of the one that does not.
    low, high : ndarray, shape (m,)
        The breaks.
    shift : ndarray, shape (m,)
        How much farther the pair is expected on the other slice.
    """

    of: np.ndarray
    to: np.ndarray
    low: np.ndarray
    high: np.ndarray
    shift: np.ndarray

    def points(self) -> np.ndarray:
        """Where the slice of the pair is to be looked at, shape (m, 13): from one width below it to one above it."""
        return np.asarray(self.low[:, None] + (self.high - self.low)[:, None] * np.linspace(-1.0, 2.0, 13))


def unmatched_pairs(x: np.ndarray, breaks: np.ndarray, wanted: np.ndarray, fresh: np.ndarray,
                    widest: Callable[[np.ndarray], np.ndarray]) -> Hints:
    """Find them among slices at x, shape (n,), in any order, whose breaks are x_i and y: shape (b, 2).

    A pair is matched if its neighbour has a break as near to both as they are to each other, where they are expected:
    a strip along a steep curve is farther by more than its width, and the slice on the other side tells how far.

    Parameters
    ----------
    x, breaks
        The slices, and all that is known of them.
    wanted : ndarray of bool, shape (n,)
        The slices that may be told something.
    fresh : ndarray of bool, shape (n,)
        The slices that may tell something.
    widest : callable
        How far apart both breaks of a pair may be, at points y: nodes of the next slice see what is wider.
    """
    slices = _Ordered.of(x, breaks)
    order, rank, y = slices.order, slices.rank, slices.y
    every = np.flatnonzero((np.diff(rank) == 0) & (np.diff(y) > 0.0))
    pair = every[fresh[order[rank[every]]] & (np.diff(y)[every] < widest(y[every]))]
    pairs, found = _Pairs(rank[every], y[every], y[every + 1]), []
    for step in (-1, 1):
        some, there = slices.beside(pair, step, wanted)
        width = y[some + 1] - y[some]
        shift = pairs.shift(x[order], np.searchsorted(every, some), there)
        lost = slices.breaks_between(there, y[some] - width + shift, y[some + 1] + width + shift) == 0
        found.append([part[lost] for part in (order[rank[some]], order[there], y[some], y[some + 1], shift)])
    return Hints(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


def lost_at_edges(x: np.ndarray, breaks: np.ndarray, wanted: np.ndarray, fresh: np.ndarray, *,
                  widest: Callable[[np.ndarray], np.ndarray],
                  edges: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Slices with no break beside an edge of panels to which one of a neighbour is near, and points beside that edge.

    A break between an edge and the nearest node is seen at the edge, unless its height is zero there, as that of
    x (x > y) along x = 0. Parameters are those of `unmatched_pairs`, and edges.

    Returns
    -------
    ndarray, shape (m,) each
        The slices, points that may lie between the edge and a break, and how far these are from the edge.
    """
    slices, found = _Ordered.of(x, breaks), []
    order, rank, y = slices.order, slices.rank, slices.y
    above = np.clip(np.searchsorted(edges, y), 1, len(edges) - 1)
    edge = np.where(y - edges[above - 1] < edges[above] - y, edges[above - 1], edges[above])
    near = np.flatnonzero(fresh[order[rank]] & (y != edge) & (np.abs(y - edge) < widest(y)))
    for step in (-1, 1):
        some, there = slices.beside(near, step, wanted)
        gap = y[some] - edge[some]
        around = edge[some] - 2.0 * np.abs(gap), edge[some] + 2.0 * np.abs(gap)
        # Several breaks there are rounding.
        lost = (slices.breaks_between(there, *around) == 0) & (slices.breaks_between(rank[some], *around) == 1)
        # The break of the neighbour, if it has one, is nearer to the edge.
        found += [(order[there[lost]], (edge[some] + part * gap)[lost], part * np.abs(gap[lost]))
                  for part in (0.5, 0.1, 0.02)]
    index, where, widths = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return index, where, widths


class _Ordered(NamedTuple):
    """Slices in the order of their x, and all breaks in the order of slices and of places.

    Attributes
    ----------
    order : ndarray, shape (n,)
        The number of each slice.
    rank, y : ndarray, shape (b,)
        The place of its slice, and the break.
    low, size : float
        Where the breaks begin, and how far they reach.
    keys : ndarray, shape (b,)
        Both in one number, increasing.
    """

    order: np.ndarray
    rank: np.ndarray
    y: np.ndarray
    low: float
    size: float
    keys: np.ndarray

    @classmethod
    def of(cls, x: np.ndarray, breaks: np.ndarray) -> "_Ordered":
        order = np.argsort(x, kind="stable")
        rank = np.searchsorted(x[order], breaks[:, 0])
        by_place = np.lexsort((breaks[:, 1], rank))
        y = breaks[by_place, 1]
        low, size = (float(y.min()), float(np.ptp(y))) if len(y) else (0.0, 0.0)
        slices = cls(order, rank[by_place], y, low, size, np.zeros(0))
        return slices._replace(keys=slices.key(slices.rank, slices.y))

    def key(self, ranks: np.ndarray, places: np.ndarray) -> np.ndarray:
        """One number for a slice and a place on it."""
        return np.asarray(ranks + np.clip((places - self.low) / (1.01 * self.size + 1.0), 0.0, 0.999))

    def beside(self, some: np.ndarray, step: int, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Those of some breaks whose slice has a neighbour on one side that is wanted, and the place of that one."""
        other = self.rank[some] + step
        inside = (other >= 0) & (other < len(self.order))
        inside[inside] = wanted[self.order[other[inside]]]
        return some[inside], other[inside]

    def breaks_between(self, ranks: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """How many breaks slices have between two places."""
        first, stop = (np.searchsorted(self.keys, self.key(ranks, places)) for places in (low, high))
        return np.asarray(stop - first)


class _Pairs(NamedTuple):
    """Neighbouring breaks of slices, in the order of slices and of places: slice number, and both places, (m,) each."""

    rank: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def shift(self, x: np.ndarray, some: np.ndarray, there: np.ndarray) -> np.ndarray:
        """How far some of the pairs move towards slices there, as the nearest pair on the slice behind tells.

        Zero where there is none of about the same width. Slices are at x, in increasing order.
        """
        here, middle, width = self.rank[some], 0.5 * (self.low + self.high), self.high - self.low
        behind = np.where(there > here, np.searchsorted(x, x[here], side="left") - 1,
                          np.searchsorted(x, x[here], side="right"))
        first, stop = (np.searchsorted(self.rank, behind, side=side) for side in ("left", "right"))
        known = np.flatnonzero(first < stop)
        shift = np.zeros(len(some))
        if len(known) == 0:
            return shift
        some, here, there, behind = some[known], here[known], there[known], behind[known]
        part = (middle - middle.min()) / (1.01 * float(np.ptp(middle)) + 1.0)    # of one slice
        place = np.searchsorted(self.rank + part, behind + part[some])
        before, after = (np.clip(place + side, first[known], stop[known] - 1) for side in (-1, 0))
        nearest = np.where(np.abs(middle[before] - middle[some]) < np.abs(middle[after] - middle[some]), before, after)
        alike = np.abs(width[nearest] - width[some]) < 0.5 * width[some]
        moved = (middle[some] - middle[nearest]) * (x[there] - x[here]) / (x[here] - x[behind])
        shift[known] = np.where(alike, moved, 0.0)
        return shift


def hidden_strips(values: Callable[[np.ndarray, np.ndarray], np.ndarray],
                  hints: Hints) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The slices that have such a strip as well, points in it, and the widths of the pairs.

    Parameters
    ----------
    values : callable
        Numbers of slices (m,) and points (m, k) -> values of h there, (m, k).
    hints : Hints
    """
    points = hints.points()
    there, points = _standing_out(values(hints.of, points)), points + hints.shift[:, None]
    here = _standing_out(values(hints.to, points))
    # Of the places that stand out the one in the middle: the first may be a break itself.
    out = here > 0.3 * np.maximum(here, there).max(axis=1, keepdims=True)
    out &= here.max(axis=1, keepdims=True) > 0.3 * there.max(axis=1, keepdims=True)
    seen = np.flatnonzero(out.any(axis=1) & (there.max(axis=1) > 0.0))
    count = np.cumsum(out[seen], axis=1)
    middle = np.argmax(2 * count >= count[:, -1:], axis=1)
    return hints.to[seen], points[seen, middle], (hints.high - hints.low)[seen]


def _standing_out(values: np.ndarray) -> np.ndarray:
    """How far each of some values, (m, k), is from the median of its row."""
    return np.asarray(np.abs(values - np.median(values, axis=1, keepdims=True)))
