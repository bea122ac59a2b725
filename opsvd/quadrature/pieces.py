"""Pieces on which a function of one variable is smooth: where they end, and where the function breaks."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from .breaks import find_breaks
from .gauss_legendre import gauss_legendre, on_panels

__all__ = ["Pieces", "find_pieces", "hidden_energy", "legendre_analysis", "poles"]

_EPS = float(np.finfo(np.float64).eps)
_ORDER = 16
# Legendre coefficients at the end of a piece that are taken for its truncation error.
_TAIL = 3
# Values are good to this, and so are the points at which they are taken, in units of max(1, |t|).
_NOISE = 64.0 * _EPS
# After a search that found nothing, so many halvings come before the next.
_REST = 3
# A break still shows on a piece that is narrower than the one in which it was found by this factor.
_BESIDE = 1e-3
# To bisection, which sees no slopes, values are good to this.
_NOISE_IN_BISECTION = 1e-12
# At these distances from a break a function shows the power by which it grows; from one half on, that is a pole.
_BESIDE_A_BREAK = np.array([1e-10, 1e-9, 1e-8, 1e-7])
_POLE = 0.49
# Pieces not wider than this, in units of max(1, |t|), lead to singular points. Those within a factor of the narrowest,
# or below the third number, are where halving has ended. Energy that falls by less, from piece to piece, is not told
# from energy that does not fall.
_SMALL, _NARROWEST, _ENDED, _SLOWEST, _DIVERGES = 1e-8, 1.6, 3e-12, 0.995, 0.9998
# Random points on a piece at which its polynomial is tried; it may be wrong by so many times what is allowed.
_LOOKS, _WRONG = 12, 100.0
# They are the same on pieces that are so many apart.
_PIECES = 256
# Pieces that are narrower than the ones before by less than the first factor do not lead to a singular point; where the
# density of energy is not larger than that on wide ones by the second, there is no pole.
_SHRINKING, _DENSE, _WIDE = 0.75, 1e6, 1e-3
# Legendre polynomials at -1 and 1.
_AT_ENDS = np.stack([(-1.0) ** np.arange(_ORDER), np.ones(_ORDER)])


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


def find_pieces(function: Callable[[np.ndarray], np.ndarray], weight: Callable[[np.ndarray], np.ndarray],
                pieces: Pieces, tol: float, *, search_width: float, limit: int, unit: float = 1.0) -> Pieces | None:
    r"""Halve intervals, and cut them at breaks, until a function times its weight is resolved on all of them.

    A piece is resolved when the last Legendre coefficients on it, and the misfit at its ends, are below tol relative to
    the largest value, or are rounding. In the end all are compared with the function at random points, since something
    narrow may lie between the nodes.

    Parameters
    ----------
    function : callable
        Points (n,) -> values (n, c).
    weight : callable
        Points (n,) -> positive weights (n,), smooth: how much the function matters there.
    pieces : Pieces
        To begin with. A break that falls on an edge is not found: let them be irregular numbers.
    tol : float
    search_width : float
        A piece that is narrower than this and not resolved is searched for a break.
    limit : int
        The most pieces.
    unit : float
        Arguments t are taken to be rounded like max(unit, \|t\|).

    Returns
    -------
    Pieces or None
        None if the limit does not suffice.
    """
    edges, breaks = pieces.edges, pieces.breaks
    known: dict[tuple[float, float], _Look] = {}
    searched: set[tuple[float, float]] = set()
    looked_at: set[tuple[float, float]] = set()
    rest = 0
    while len(edges) <= limit + 1:
        spans = list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
        fresh = [span for span in spans if span not in known]
        known.update(zip(fresh, _looks(function, weight, np.array(fresh), unit), strict=True))
        missed, size = np.array([(known[span].missed, known[span].size) for span in spans]).T
        bad = [span for span, rough in zip(spans, missed > tol * size.max(), strict=True) if rough]
        if not bad:
            again = {span: known[span] for span in spans if span not in looked_at}
            unseen = _overlooked(function, weight, again, tol * size.max())
            if len(unseen) == 0:
                return Pieces(edges, breaks)
            looked_at.update(spans)
            edges = np.union1d(edges, unseen)
            continue
        # What is rough at its end, as beside a logarithm or root, need not be searched: halving leads there.
        suspects = [span for span in bad if span[1] - span[0] <= search_width and span not in searched
                    and not np.isin(span, breaks).any()] if rest == 0 else []
        searched.update(suspects)
        found = _breaks(function, weight, suspects, tol * size.max(), unit)
        rest = _REST if suspects and len(found) == 0 else max(rest - 1, 0)
        breaks = np.union1d(breaks, found)
        halved = [0.5 * (a + b) for a, b in bad if (a, b) not in suspects or not ((found > a) & (found < b)).any()]
        edges = np.union1d(edges, np.concatenate([found, halved]))
    return None


def poles(function: Callable[[np.ndarray], np.ndarray], breaks: np.ndarray) -> np.ndarray:
    """Whether a function, (n,) -> (n, ...), grows towards each break like a power that is not square-integrable."""
    if len(breaks) == 0:
        return np.zeros(0, dtype=bool)
    steps = np.concatenate([-_BESIDE_A_BREAK, _BESIDE_A_BREAK])
    with np.errstate(all="ignore"):
        at = np.array([function(breaks + step) for step in steps]).reshape(2, len(_BESIDE_A_BREAK), len(breaks), -1)
        powers = -np.diff(np.log(np.abs(at)), axis=1) / np.diff(np.log(_BESIDE_A_BREAK))[:, None, None]
    return np.asarray((powers >= _POLE).all(axis=1).any(axis=(0, 2)))


def hidden_energy(edges: np.ndarray, energies: np.ndarray) -> float:
    """The energy nearer to singular points than pieces reach, continued by its law of decay on the way there.

    Where a function is bounded, a constant is most of it, which the last pieces have: only what grows is hidden.
    Infinite where it does not fall on the way: the function is not square-integrable.

    Parameters
    ----------
    edges : ndarray, shape (n + 1,)
        Of pieces that halve towards singular points, down to rounding.
    energies : ndarray, shape (n,)
        On the pieces; those on the narrowest do not count.
    """
    width = np.diff(edges)
    small = width <= _SMALL * np.maximum(1.0, np.abs(edges[1:]))
    # Runs of small pieces lead to a singular point from one side or two, and end in the narrowest of theirs.
    runs = np.cumsum(np.diff(small, prepend=False) & small) * small
    hidden, typical = 0.0, float(energies[width > _WIDE].sum() / width.sum())
    for run in range(1, int(runs.max(initial=0)) + 1):
        here = np.flatnonzero(runs == run)
        ends = here[width[here] <= max(_NARROWEST * width[here].min(), _ENDED * max(1.0, abs(edges[here[0]])))]
        for nearer, farther in ((ends[0] - 1, ends[0] - 2), (ends[-1] + 1, ends[-1] + 2)):
            if 0 <= farther < len(energies):
                dense = energies[nearer] / width[nearer] > _DENSE * typical
                hidden += _continued(energies[nearer], energies[farther], width[nearer] / width[farther], dense=dense)
    return hidden


def _continued(nearer: float, farther: float, ratio: float, *, dense: bool) -> float:
    """The sum of energies on ever nearer pieces, each narrower by the ratio, from those on the last two.

    Less that of a constant, which polynomials have: where a power or a logarithm grows, no less than they lack.
    """
    if ratio > _SHRINKING or not 0.0 < farther * ratio < nearer:
        return 0.0    # pieces do not shrink, or the density of energy does not grow, towards this point
    if dense and nearer / farther >= _DIVERGES:
        return float("inf")
    share = min(nearer / farther, _SLOWEST)
    return float(nearer * (share / (1.0 - share) - ratio / (1.0 - ratio)))


class _Look(NamedTuple):
    """A piece as seen from its nodes: what polynomials miss, how large the function is, its rounding, and they."""

    missed: float
    size: float
    noise: float
    coefficients: np.ndarray


def _looks(function: Callable[[np.ndarray], np.ndarray], weight: Callable[[np.ndarray], np.ndarray],
           spans: np.ndarray, unit: float) -> list[_Look]:
    """Look at the weighted function on pieces, shape (p, 2)."""
    left, right = spans[:, :1], spans[:, 1:]
    nodes, _ = on_panels(left, right, *gauss_legendre(_ORDER))
    far = np.maximum(unit, np.abs(spans))
    points = np.concatenate([nodes, left + 16.0 * _EPS * far[:, :1], right - 16.0 * _EPS * far[:, 1:]], axis=1)
    with np.errstate(all="ignore"):    # what is not finite at a node is missed
        values = (function(points.ravel()) * weight(points.ravel())[:, None]).reshape(*points.shape, -1)
        size = np.abs(values).max(axis=(1, 2))
        coefficients = legendre_analysis() @ values[:, :_ORDER]
        ends = values[:, _ORDER:] - _AT_ENDS @ coefficients
        missed = np.maximum(np.abs(coefficients[:, -_TAIL:]).sum(axis=1), np.abs(ends).max(axis=1)).max(axis=1)
        slope = np.abs(np.diff(values[:, :_ORDER], axis=1) / np.diff(nodes, axis=1)[:, :, None]).max(axis=(1, 2))
        noise = _NOISE * (size + slope * far.max(axis=1))
        missed[missed <= noise] = 0.0
    finite = np.isfinite(missed) & np.isfinite(size)
    missed[~finite], size[~finite] = np.inf, 0.0
    missed[(right - left)[:, 0] <= _NOISE * far.max(axis=1)] = 0.0
    return [_Look(*look) for look in zip(missed.tolist(), size.tolist(), noise.tolist(), coefficients, strict=True)]


def _overlooked(function: Callable[[np.ndarray], np.ndarray], weight: Callable[[np.ndarray], np.ndarray],
                looks: dict[tuple[float, float], _Look], threshold: float) -> np.ndarray:
    """Points at which the polynomials on pieces are wrong, at most one a piece."""
    # On the way to a singular point they are wrong by nature.
    wide = {span: look for span, look in looks.items() if span[1] - span[0] > _WIDE}
    if not wide:
        return np.zeros(0)
    left, right = np.array(list(wide)).T[:, :, None]
    t, polynomials = (part[np.arange(len(wide)) % _PIECES] for part in _places())
    points = 0.5 * (left + right) + 0.5 * (right - left) * t
    with np.errstate(all="ignore"):
        values = (function(points.ravel()) * weight(points.ravel())[:, None]).reshape(*points.shape, -1)
        coefficients = np.array([look.coefficients for look in wide.values()])
        wrong = np.abs(values - polynomials @ coefficients).max(axis=2)
    allowed = _WRONG * np.maximum(threshold, [look.noise for look in wide.values()])
    bad = np.flatnonzero(wrong.max(axis=1) > allowed)
    return np.asarray(points[bad, np.argmax(wrong[bad], axis=1)])


@lru_cache(maxsize=1)
def _places() -> tuple[np.ndarray, np.ndarray]:
    """Random points of [-1, 1] for every piece, and Legendre polynomials there: (pieces, looks), and (..., 16)."""
    t = np.random.default_rng(_PIECES).uniform(-1.0, 1.0, (_PIECES, _LOOKS))
    return t, np.polynomial.legendre.legvander(t, _ORDER - 1)


@lru_cache(maxsize=1)
def legendre_analysis() -> np.ndarray:
    """The matrix from values at Gauss-Legendre nodes to Legendre coefficients, shape (16, 16), read-only."""
    nodes, weights = gauss_legendre(_ORDER)
    polynomials = np.polynomial.legendre.legvander(nodes, _ORDER - 1).T
    matrix: np.ndarray = (np.arange(_ORDER) + 0.5)[:, None] * polynomials * weights
    matrix.setflags(write=False)
    return matrix


def _breaks(function: Callable[[np.ndarray], np.ndarray], weight: Callable[[np.ndarray], np.ndarray],
            spans: list[tuple[float, float]], threshold: float, unit: float) -> np.ndarray:
    """The places where the function breaks in some of the pieces."""
    if not spans:
        return np.zeros(0)
    left, right = np.array(spans).T
    found = find_breaks(lambda _, points: function(points.ravel()).reshape(*points.shape, -1), left, right,
                        _NOISE_IN_BISECTION)
    there = np.isfinite(found)
    if not there.any():
        return np.zeros(0)
    # Bisection takes steep slopes for breaks, but these are polynomials on a narrower piece.
    found, beside = found[there], _BESIDE * (right - left)[there]
    looks = _looks(function, weight, np.stack([found - beside, found + beside], axis=1), unit)
    return np.asarray(found[np.array([look.missed for look in looks]) > threshold])
