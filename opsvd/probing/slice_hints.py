"""What breaks of a slice say of its neighbours: strips that lie between the nodes of some slices, and not of others."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np


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
    order = np.argsort(x, kind="stable")
    rank = np.searchsorted(x[order], breaks[:, 0])
    by_place = np.lexsort((breaks[:, 1], rank))
    rank, y = rank[by_place], breaks[by_place, 1]
    low, size = (float(y.min()), float(np.ptp(y))) if len(y) else (0.0, 0.0)

    def key(ranks: np.ndarray, places: np.ndarray) -> np.ndarray:
        """One number for a slice and a place on it."""
        return np.asarray(ranks + np.clip((places - low) / (1.01 * size + 1.0), 0.0, 0.999))

    every = np.flatnonzero((np.diff(rank) == 0) & (np.diff(y) > 0.0))
    pair = every[fresh[order[rank[every]]] & (np.diff(y)[every] < widest(y[every]))]
    pairs = _Pairs(rank[every], y[every], y[every + 1])
    keys, found = key(rank, y), []
    for step in (-1, 1):
        other = rank[pair] + step
        inside = (other >= 0) & (other < len(x))
        inside[inside] = wanted[order[other[inside]]]
        some, there = pair[inside], other[inside]
        width = y[some + 1] - y[some]
        shift = pairs.shift(x[order], np.searchsorted(every, some), there)
        first, stop = (np.searchsorted(keys, key(there, place + shift))
                       for place in (y[some] - width, y[some + 1] + width))
        lost = first == stop
        found.append([part[lost] for part in (order[rank[some]], order[there], y[some], y[some + 1], shift)])
    return Hints(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


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
