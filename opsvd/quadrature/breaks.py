"""Where functions of one variable break: jumps, kinks, roots and logarithms, by division on second differences."""

from collections.abc import Callable

import numpy as np

__all__ = ["classify_breaks", "find_breaks"]

_EPS = float(np.finfo(np.float64).eps)
# Parts of an interval, of which two are kept at every level: eight cost more evaluations than four, and fewer levels.
_PARTS = 8
_LEVELS = 28
_NOISE = 64.0 * _EPS
# Stands for infinity: its square is a number.
_HUGE = 1e140
# Over this many levels second differences fall by 2^-16 where a function is smooth, 2^-8 at a kink, and not at a jump.
_WINDOW = 4
_BREAKS = 2.0 ** -10.5
# Near a root or logarithm they fall by less than this, and yet, unlike at a jump, the change is spread over the parts
# of an interval: the third largest is at least this share of the largest. After so many levels that is clear.
_SINGULAR, _SPREAD, _EARLY = 2.0 ** -6.5, 0.02, 8


def find_breaks(function: Callable[[np.ndarray, np.ndarray], np.ndarray], left: np.ndarray, right: np.ndarray,
                noise: float = _NOISE) -> np.ndarray:
    """Find one break in each of many intervals; `classify_breaks` without the classes."""
    return classify_breaks(function, left, right, noise)[0]


def classify_breaks(function: Callable[[np.ndarray, np.ndarray], np.ndarray], left: np.ndarray, right: np.ndarray,
                    noise: float = _NOISE) -> tuple[np.ndarray, np.ndarray]:
    r"""Find one break in each of many intervals of many functions, all at once.

    Points divide an interval into eight equal parts. The two around the largest second difference are kept, and divided
    again, until the differences are rounding. Near a jump they do not fall with the width d, near \|y\|^(1/2)
    like d^(1/2), near a kink like d, where the function is smooth like d^2: if they fall nearly as fast as that, there
    is no break to be found in this way (discontinuous second derivatives are left to halving).

    Parameters
    ----------
    function : callable
        Indices (p,) of intervals and points (p, m) -> values (p, m), or (p, m, c) for functions of c components.
        Values that are not finite count as breaks.
    left, right : ndarray, shape (n,)
        The ends of the intervals; they are not evaluated themselves.
    noise : float
        Second differences below this part of the values say nothing.

    Returns
    -------
    where : ndarray, shape (n,)
        The places of the breaks, to rounding of the argument or of the values; NaN where there is none.
    singular : ndarray of bool, shape (n,)
        Whether a break is a root or a logarithm, near which no polynomial is good, and not a jump or kink between two
        smooth functions.

    Notes
    -----
    Roots and logarithms in the first or last eighth of an interval are missed now and then: the nearest second
    difference may be symmetric about them.
    """
    where, spreads = np.full(len(left), np.nan), np.zeros(len(left))
    if len(left) == 0:
        return where, spreads > 0.0
    live = np.arange(len(left))
    points = left[:, None] + (right - left)[:, None] * np.linspace(0.0, 1.0, _PARTS + 1)
    points[:, 0] += 8.0 * _EPS * np.abs(left) + np.finfo(np.float64).tiny
    points[:, -1] -= 8.0 * _EPS * np.abs(right) + np.finfo(np.float64).tiny
    values = _evaluated(function, live, points)
    history = np.full((len(left), _LEVELS), np.nan)
    for level in range(_LEVELS):
        second = _sizes(values[:, :-2] - 2.0 * values[:, 1:-1] + values[:, 2:])
        middle = 1 + np.argmax(second, axis=1)
        largest = second[np.arange(len(live)), middle - 1]
        history[live, level] = largest
        width, far = points[:, -1] - points[:, 0], np.abs(points).max(axis=1)
        # Values are rounded, and so are points, which slopes turn into values; a jump, in one part or two, is no slope.
        changes = np.sort(_sizes(np.diff(values, axis=1)), axis=1)
        slopes = _PARTS * changes[:, -3] / width
        done = (largest <= noise * _sizes(values).max(axis=1) + 2.0 * _EPS * far * slopes) | (width <= 4.0 * _EPS * far)
        done |= level == _LEVELS - 1
        where[live[done]] = points[done, middle[done]]
        if level <= _EARLY:
            spreads[live] = changes[:, -3] / np.maximum(changes[:, -1], np.finfo(np.float64).tiny)
        live, points, values, middle = live[~done], points[~done], values[~done], middle[~done]
        if len(live) == 0:
            break
        points, values = _closer(function, live, points, values, middle)
    fell = _fall(history)
    return np.where(fell >= _BREAKS, where, np.nan), (fell >= _SINGULAR) & (spreads > _SPREAD)


def _closer(function: Callable[[np.ndarray, np.ndarray], np.ndarray], live: np.ndarray, points: np.ndarray,
            values: np.ndarray, middle: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Divide the two parts of each interval around its point `middle`; the values at three points are known."""
    rows, kept = np.arange(len(live))[:, None], middle[:, None] + np.array([-1, 0, 1])
    old, half = points[rows, kept], _PARTS // 2
    share = np.arange(half) / half
    finer = np.concatenate([old[:, :1] + (old[:, 1] - old[:, 0])[:, None] * share,
                            old[:, 1:2] + (old[:, 2] - old[:, 1])[:, None] * share, old[:, 2:]], axis=1)
    known = np.empty((len(live), _PARTS + 1, values.shape[2]))
    known[:, ::half] = values[rows, kept]
    fresh = np.arange(_PARTS + 1) % half != 0
    known[:, fresh] = _evaluated(function, live, finer[:, fresh])
    return finer, known


def _evaluated(function: Callable[[np.ndarray, np.ndarray], np.ndarray], live: np.ndarray,
               points: np.ndarray) -> np.ndarray:
    """Values (p, m, c), with infinities and NaN as very large numbers, so that bisection goes to them."""
    values = function(live, points)
    return np.clip(np.where(np.isfinite(values), values, _HUGE), -_HUGE, _HUGE).reshape(*points.shape, -1)


def _sizes(values: np.ndarray) -> np.ndarray:
    """Norms over the components: (p, m, c) gives (p, m)."""
    return np.asarray(np.abs(values[..., 0]) if values.shape[2] == 1 else np.sqrt(np.sum(values**2, axis=2)))


def _fall(history: np.ndarray) -> np.ndarray:
    """By what factor second differences, (n, levels) with NaN at the end, fell over the last window; 0 if too soon."""
    levels = np.sum(np.isfinite(history), axis=1)
    rows = np.arange(len(history))
    last = np.maximum(levels - 2, 0)
    before = history[rows, np.maximum(last - _WINDOW, 0)]
    known = (levels > _WINDOW + 1) & (before > 0.0)
    return np.asarray(np.where(known, history[rows, last] / np.where(known, before, 1.0), 0.0))
