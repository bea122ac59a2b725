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
    """

    of: np.ndarray
    to: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def points(self) -> np.ndarray:
        """Where both slices are to be looked at, shape (m, 13): from one width below the pair to one above it."""
        return np.asarray(self.low[:, None] + (self.high - self.low)[:, None] * np.linspace(-1.0, 2.0, 13))


def unmatched_pairs(x: np.ndarray, breaks: np.ndarray, wanted: np.ndarray, fresh: np.ndarray,
                    widest: Callable[[np.ndarray], np.ndarray]) -> Hints:
    """Find them among slices at x, shape (n,), in any order, whose breaks are x_i and y: shape (b, 2).

    A pair is matched if its neighbour has a break as near to both as they are to each other.

    Parameters
    ----------
    x, breaks
        The slices, and all that is known of them.
    wanted : ndarray of bool, shape (n,)
        The slices that may be told something.
    fresh : ndarray of bool, shape (n,)
        The slices that may tell something.
    widest : callable
        How far apart both breaks of a pair may be, at points y: nodes see what is wider.
    """
    order = np.argsort(x, kind="stable")
    rank = np.searchsorted(x[order], breaks[:, 0])
    by_place = np.lexsort((breaks[:, 1], rank))
    rank, y = rank[by_place], breaks[by_place, 1]
    low, size = float(y.min(initial=0.0)), float(np.ptp(y)) if len(y) else 0.0

    def key(ranks: np.ndarray, places: np.ndarray) -> np.ndarray:
        """One number for a slice and a place on it."""
        return np.asarray(ranks + np.clip((places - low) / (1.01 * size + 1.0), 0.0, 0.999))

    pair = np.flatnonzero((np.diff(rank) == 0) & (np.diff(y) > 0.0))
    pair = pair[fresh[order[rank[pair]]] & (np.diff(y)[pair] < widest(y[pair]))]
    keys, found = key(rank, y), []
    for step in (-1, 1):
        other = rank[pair] + step
        inside = (other >= 0) & (other < len(x))
        inside[inside] = wanted[order[other[inside]]]
        some, there = pair[inside], other[inside]
        width = y[some + 1] - y[some]
        first, stop = (np.searchsorted(keys, key(there, place)) for place in (y[some] - width, y[some + 1] + width))
        lost = first == stop
        found.append((order[rank[some[lost]]], order[there[lost]], y[some[lost]], y[some[lost] + 1]))
    return Hints(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


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
    there, here = (_standing_out(values(which, points)) for which in (hints.of, hints.to))
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
