"""What lies nearer to the singular points of a function than pieces reach, and which of these points are poles."""

import math
from collections.abc import Callable

import numpy as np

from .continuation import continued, fall
from .pieces import WIDE


def poles(function: Callable[[np.ndarray], np.ndarray], breaks: np.ndarray) -> np.ndarray:
    """Whether a function, (n,) -> (n, ...), grows towards each break like a power that is not square-integrable."""
    if len(breaks) == 0:
        return np.zeros(0, dtype=bool)
    # At these distances the power shows: nearer places are rounded, by 1e-15, and farther out other terms come in.
    distances = np.array([1e-10, 1e-9, 1e-8, 1e-7])
    with np.errstate(all="ignore"):
        at = np.array([function(breaks + step) for step in (*-distances, *distances)])
        slopes = np.diff(np.log(np.abs(at.reshape(2, len(distances), len(breaks), -1))), axis=1)
        powers = -slopes / np.diff(np.log(distances))[:, None, None]
    # Square-integrable powers end at 1/2; slowly varying factors and rounding hide the last hundredth.
    return np.asarray((powers >= 0.49).all(axis=1).any(axis=(0, 2)))


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
    # Runs of pieces that are not wider than the square root of rounding lead to a singular point from one side or two.
    small = width <= 1e-8 * np.maximum(1.0, np.abs(edges[1:]))
    runs = np.cumsum(np.diff(small, prepend=False) & small) * small
    hidden, typical = 0.0, float(energies[width > WIDE].sum() / width.sum())
    for run in range(1, int(runs.max(initial=0)) + 1):
        here = np.flatnonzero(runs == run)
        ends = here[_narrowest(edges[here[0]:here[-1] + 2])]
        for outward in (slice(ends[0] - 1, None, -1) if ends[0] > 0 else slice(0), slice(ends[-1] + 1, None)):
            # Two steps of quarters that were halved are four pieces.
            beside, wide = energies[outward][:8], width[outward][:8]
            # Pieces that do not shrink towards this side, as where a function jumps, tell nothing of a pole.
            if len(beside) > 1 and wide[0] <= 16.0 * width[ends].max():
                # Without a pole the density of energy does not rise a million times above that on wide pieces.
                dense = beside[0] / wide[0] > 1e6 * typical
                hidden += _nearer_energy(*_two_steps(_distance(width[ends], edges, ends), wide, beside), dense=dense)
    return hidden


def _narrowest(edges: np.ndarray) -> np.ndarray:
    """Which pieces of a run do not count: they hold the singular point, or are rounding."""
    width, distance = np.diff(edges), np.minimum(np.abs(edges[:-1]), np.abs(edges[1:]))
    if (edges == 0.0).any():    # beside which floats do not end
        return np.asarray(distance <= 0.1 * width)
    # Halving ends in pieces of one width, up to a cut that is not in the middle, and goes on below 3e-12 only by
    # chance: there rounding of the places, 1e-14 of them, shows in the energies.
    return np.asarray(width <= max(1.6 * width.min(), 3e-12 * max(1.0, abs(edges[0]))))


def _distance(width: np.ndarray, edges: np.ndarray, ends: np.ndarray) -> float:
    """From a singular point to the ends of the narrowest pieces: half of them, but where it is an end of all."""
    at_end = ends[0] == 0 or ends[-1] == len(edges) - 2
    return float(width.sum()) * (1.0 if at_end else 0.5)


def _two_steps(distance: float, width: np.ndarray, energies: np.ndarray) -> tuple[float, float, float]:
    """The energies of two steps away from a singular point, and by what factor the nearer one is narrower.

    The distance grows by one factor in both, so that a step may have several pieces, as where some were halved. Without
    such steps each is one piece.
    """
    distances = distance + np.append(0.0, np.cumsum(width))
    for nearer in range(1, len(width)):
        following = distances[nearer] ** 2 / distance
        farther = int(np.argmin(np.abs(distances - following)))
        if farther > nearer and abs(distances[farther] - following) < 0.01 * following:
            break
    else:
        nearer, farther = 1, 2
    return (float(energies[:nearer].sum()), float(energies[nearer:farther].sum()),
            float(width[:nearer].sum() / width[nearer:farther].sum()))


def _nearer_energy(nearer: float, farther: float, narrower: float, *, dense: bool) -> float:
    """The sum of energies on ever nearer pieces, each narrower by a factor, from those on the last two.

    Less that of a constant, which polynomials have: where a power or a logarithm grows, no less than they lack.
    """
    # Towards a singular point pieces halve, or nearly; and the density of energy grows.
    if narrower > 0.75 or not 0.0 < farther * narrower < nearer:
        return 0.0
    factor = float(fall(nearer, farther))
    # On pieces that halve, a factor of 0.9998 is that of the power -0.49986.
    if dense and factor >= 0.9998 ** -math.log2(narrower):
        return float("inf")
    return float(nearer * (continued(1.0, factor) - continued(1.0, narrower)))
