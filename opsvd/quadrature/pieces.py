"""Pieces on which a function of one variable is smooth: where they end, and where the function breaks."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from .._support.floats import EPS
from .breaks import ROUNDING, find_breaks, halvings_before_search
from .gauss_legendre import gauss_legendre, on_panels
from .legendre import TRUNCATED, legendre_analysis

PIECE_ORDER = 16
"""Gauss-Legendre nodes on a piece: halving it divides the error of a smooth function by 2^16, nearly five digits."""

WIDE = 1e-3
"""Narrower pieces are on the way to a singular point or beside a steep place."""

Function = Callable[[np.ndarray], np.ndarray]
Span = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Pieces:
    """Intervals on which a function is a polynomial of degree below 16, to some accuracy.

    Attributes
    ----------
    edges : ndarray, shape (pieces + 1,)
        Increasing.
    breaks : ndarray, shape (b,)
        Those edges at which bisection found the function to break.
    """

    edges: np.ndarray
    breaks: np.ndarray


def find_pieces(function: Function, weight: Function, pieces: Pieces, tol: float, *, search_width: float, limit: int,
                unit: float = 1.0, looks: int = 12) -> Pieces | None:
    r"""Halve intervals, and cut them at breaks, until a function times its weight is resolved on all of them.

    A piece is resolved when the last Legendre coefficients on it, and the misfit at its ends, are below tol relative to
    the largest value, or are rounding. In the end all are compared with the function at random points, since something
    narrow may lie between the nodes.

    Parameters
    ----------
    function : callable
        Points (n,) -> values (n, c), real or complex.
    weight : callable
        Points (n,) -> positive weights (n,), smooth: how much the function matters there.
    pieces : Pieces
        To begin with. A break that falls on an edge is not found: let them be irregular numbers.
    tol : float
    search_width : float
        A piece that is narrower than this and not resolved is searched for a break.
    limit : int
        The most pieces.
    looks : int
        The random points on a piece: one in each of as many equal parts.
    unit : float
        Arguments t are taken to be rounded like max(unit, \|t\|).

    Returns
    -------
    Pieces or None
        None if the limit does not suffice.
    """
    def weighted(points: np.ndarray) -> np.ndarray:
        """Values (..., c) at points of any shape."""
        flat = points.ravel()
        values = function(flat) * weight(flat)[:, None]
        if values.dtype.kind == "c":
            values = np.concatenate([values.real, values.imag], axis=1)
        return np.asarray(values.reshape(*points.shape, -1))

    edges, breaks = pieces.edges, pieces.breaks
    known: dict[Span, _Look] = {}
    searched: set[Span] = set()
    checked: set[Span] = set()
    waiting = 0
    while len(edges) <= limit + 1:
        spans = list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
        fresh = [span for span in spans if span not in known]
        known.update(zip(fresh, _looks(weighted, np.array(fresh), unit), strict=True))
        missed, size = np.array([(known[span].missed, known[span].size) for span in spans]).T
        threshold = tol * size.max()
        bad = [span for span, rough in zip(spans, missed > threshold, strict=True) if rough]
        if not bad:
            unchecked = {span: known[span] for span in spans if span not in checked}
            unseen = _overlooked(weighted, unchecked, threshold, looks)
            if len(unseen) == 0:
                return Pieces(edges, breaks)
            checked.update(spans)
            edges = np.union1d(edges, unseen)
            continue
        # What is rough at its end, as beside a logarithm or root, need not be searched: halving leads there.
        cuts = set(breaks.tolist())
        suspects = [span for span in bad if span[1] - span[0] <= search_width and span not in searched
                    and cuts.isdisjoint(span)] if waiting == 0 else []
        searched.update(suspects)
        found = _breaks(function, weighted, suspects, threshold, unit)
        waiting = halvings_before_search(waiting, searched=bool(suspects), found=len(found) > 0)
        breaks = np.union1d(breaks, found)
        halved = [0.5 * (a + b) for a, b in bad if (a, b) not in suspects or not ((found > a) & (found < b)).any()]
        edges = np.union1d(edges, np.concatenate([found, halved]))
    return None


class _Look(NamedTuple):
    """A piece as seen from its nodes: what polynomials miss, how large the function is, its rounding, and they."""

    missed: float
    size: float
    noise: float
    coefficients: np.ndarray


def _looks(weighted: Function, spans: np.ndarray, unit: float) -> list[_Look]:
    """Look at the weighted function on pieces, shape (p, 2)."""
    left, right = spans[:, :1], spans[:, 1:]
    nodes, _ = on_panels(left, right, *gauss_legendre(PIECE_ORDER))
    far = np.maximum(unit, np.abs(spans))
    points = np.concatenate([nodes, left + 16.0 * EPS * far[:, :1], right - 16.0 * EPS * far[:, 1:]], axis=1)
    with np.errstate(all="ignore"):    # what is not finite at a node is missed
        values = weighted(points)
        size = np.abs(values).max(axis=(1, 2))
        coefficients = legendre_analysis(PIECE_ORDER) @ values[:, :PIECE_ORDER]
        ends = values[:, PIECE_ORDER:] - np.polynomial.legendre.legvander([-1.0, 1.0], PIECE_ORDER - 1) @ coefficients
        missed = np.maximum(np.abs(coefficients[:, -TRUNCATED:]).sum(axis=1), np.abs(ends).max(axis=1)).max(axis=1)
        slope = np.abs(np.diff(values[:, :PIECE_ORDER], axis=1) / np.diff(nodes, axis=1)[:, :, None]).max(axis=(1, 2))
        noise = ROUNDING * (size + slope * far.max(axis=1))
        missed[missed <= noise] = 0.0
    finite = np.isfinite(missed) & np.isfinite(size)
    missed[~finite], size[~finite] = np.inf, 0.0
    missed[(right - left)[:, 0] <= ROUNDING * far.max(axis=1)] = 0.0
    return [_Look(*look) for look in zip(missed.tolist(), size.tolist(), noise.tolist(), coefficients, strict=True)]


def _overlooked(weighted: Function, looks: dict[Span, _Look], threshold: float, count: int) -> np.ndarray:
    """Points at which the polynomials on pieces are wrong, at most one a piece."""
    # On the way to a singular point they are wrong by nature.
    wide = {span: look for span, look in looks.items() if span[1] - span[0] > WIDE}
    if not wide:
        return np.zeros(0)
    left, right = np.array(list(wide)).T[:, :, None]
    t, polynomials = (part[np.arange(len(wide)) % len(part)] for part in _random_places(count))
    points = 0.5 * (left + right) + 0.5 * (right - left) * t
    with np.errstate(all="ignore"):
        coefficients = np.array([look.coefficients for look in wide.values()])
        wrong = np.abs(weighted(points) - polynomials @ coefficients).max(axis=2)
    # Between nodes a polynomial whose last coefficients are at the threshold may be wrong by more than these: a factor
    # of a hundred sees a bump as narrow as the gaps, and takes no piece of a smooth function for wrong.
    allowed = 100.0 * np.maximum(threshold, [look.noise for look in wide.values()])
    bad = np.flatnonzero(wrong.max(axis=1) > allowed)
    return np.asarray(points[bad, np.argmax(wrong[bad], axis=1)])


@lru_cache(maxsize=2)
def _random_places(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Random points of [-1, 1], one in each of equal parts, for some pieces, and Legendre polynomials there.

    Later pieces take the same: three thousand points are enough to be irregular.
    """
    rng = np.random.default_rng(256)
    t = 2.0 * (np.arange(count) + rng.random((max(3072 // count, 2), count))) / count - 1.0
    return t, np.polynomial.legendre.legvander(t, PIECE_ORDER - 1)


def _breaks(function: Function, weighted: Function, spans: list[Span], threshold: float, unit: float) -> np.ndarray:
    """The places where the function breaks in some of the pieces."""
    left, right = np.array(spans).reshape(-1, 2).T
    # To bisection, which sees no slopes, values are good to 1e-12: rounding of the points is in them as well.
    found = find_breaks(lambda _, points: function(points.ravel()).reshape(*points.shape, -1), left, right, 1e-12)
    good = np.isfinite(found)
    if not good.any():
        return np.zeros(0)
    # Bisection takes steep slopes for breaks; but on a piece narrower by a thousand these are polynomials, and breaks
    # still show.
    found, beside = found[good], 1e-3 * (right - left)[good]
    looks = _looks(weighted, np.stack([found - beside, found + beside], axis=1), unit)
    return np.asarray(found[np.array([look.missed for look in looks]) > threshold])
