"""Where functions of one variable break: jumps, kinks, roots and logarithms, by division on second differences."""

from collections.abc import Callable

import numpy as np

__all__ = ["classify_breaks", "find_breaks"]

_EPS = float(np.finfo(np.float64).eps)
# Parts of an interval, of which two are kept at every level: more cost more evaluations, and take fewer levels.
_PARTS = 8
# All levels together divide an interval by two to this power; so do those over which second differences are compared,
# and those after which it is clear what spreads.
_BITS, _WINDOW, _EARLY = 56, 8, 16
_NOISE = 64.0 * _EPS
# Stands for infinity: its square is a number.
_HUGE = 1e140
# Over the window second differences fall by 2^-16 where a function is smooth, 2^-8 at a kink, and not at a jump.
_BREAKS = 2.0 ** -10.5
# Near a root or logarithm they fall by less than this, and yet, unlike at a jump, the change is spread over the parts
# of an interval: the third largest is at least this share of the largest.
_SINGULAR, _SPREAD = 2.0 ** -6.5, 0.02
# From so many bits on, what is alone at its scale, so that other changes or second differences are at most this part of
# it, is followed as a jump or kink.
_FOLLOWED, _ALONE = 4, 0.05
# A jump that loses more than this was a steep place.
_REMAINS = 0.6
# How much nearer to a kink than the points are their lines may be trusted to meet; what part of the change of slope
# must be seen there; and how well kinks are placed.
_NEARER, _SEEN, _PLACED = 2.0 ** -13, 0.3, 64.0 * _EPS

Function = Callable[[np.ndarray, np.ndarray], np.ndarray]


def find_breaks(function: Function, left: np.ndarray, right: np.ndarray,
                noise: float = _NOISE, parts: int = _PARTS) -> np.ndarray:
    """Find one break in each of many intervals; `classify_breaks` without the classes."""
    return classify_breaks(function, left, right, noise, parts)[0]


def classify_breaks(function: Function, left: np.ndarray, right: np.ndarray,
                    noise: float = _NOISE, parts: int = _PARTS) -> tuple[np.ndarray, np.ndarray]:
    r"""Find one break in each of many intervals of many functions, all at once.

    Points divide an interval into equal parts. The two around the largest second difference are kept, and divided
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
    parts : int
        A power of two, at least eight: more where a call is dear, and an evaluation is not.

    Returns
    -------
    where : ndarray, shape (n,)
        The places of the breaks, to rounding of the argument or of the values; NaN where there is none.
    singular : ndarray of bool, shape (n,)
        Whether a break is a root or a logarithm, near which no polynomial is good, and not a jump or kink between two
        smooth functions.

    Notes
    -----
    What looks like a jump between two functions that hardly change is followed by comparing values with both; where two
    lines meet in a kink they predict it. Both must show at the smaller scale, or the search goes on as before.

    Roots and logarithms in the first or last eighth of an interval are missed now and then: the nearest second
    difference may be symmetric about them.
    """
    if len(left) == 0:
        return np.full(0, np.nan), np.zeros(0, dtype=bool)
    return _Search(function, left, right, noise, parts).run()


class _Search:
    """The work of `classify_breaks`: points (p, parts + 1), and values there, of the intervals that are not done."""

    def __init__(self, function: Function, left: np.ndarray, right: np.ndarray, noise: float,
                 parts: int) -> None:
        n = len(left)
        self.parts, self.bits = parts, parts.bit_length() - 2    # bits a level
        self.levels = -(-_BITS // self.bits)
        self.function, self.noise = function, noise
        self.where, self.spreads = np.full(n, np.nan), np.zeros(n)
        self.history, self.widths = np.full((2, n, self.levels), np.nan)
        # Whether a break was followed to its end as a jump or kink, and whether that failed.
        self.followed, self.failed = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
        self.live = np.arange(n)
        points = left[:, None] + (right - left)[:, None] * np.linspace(0.0, 1.0, parts + 1)
        points[:, 0] += 8.0 * _EPS * np.abs(left) + np.finfo(np.float64).tiny
        points[:, -1] -= 8.0 * _EPS * np.abs(right) + np.finfo(np.float64).tiny
        self.points, self.values = points, _evaluated(function, self.live, points)
        self.second, self.middle = np.zeros((0, 0)), np.zeros(0, dtype=np.intp)

    def run(self) -> tuple[np.ndarray, np.ndarray]:
        """Divide until all is done: where the breaks are, and which are singular."""
        for level in range(self.levels):
            self._look(level)
            closer = np.flatnonzero(~self._follow_kinks() if level * self.bits >= _FOLLOWED else self.live >= 0)
            if len(self.live) == 0:
                break
            if len(closer) > 0:
                self.followed[self.live[closer]] = False    # it is no more than one of several things, at this scale
                self.points[closer], self.values[closer] = _closer(
                    self.function, self.live[closer], self.points[closer], self.values[closer], self.middle[closer])
        fell = _fall(self.history, self.widths)
        return (np.where(self.followed | (fell >= _BREAKS), self.where, np.nan),
                ~self.followed & (fell >= _SINGULAR) & (self.spreads > _SPREAD))

    def _look(self, level: int) -> None:
        """Take differences, and put aside what is done."""
        live, points, values = self.live, self.points, self.values
        self.second = _sizes(values[:, :-2] - 2.0 * values[:, 1:-1] + values[:, 2:])
        self.middle = 1 + np.argmax(self.second, axis=1)
        largest = self.second[np.arange(len(live)), self.middle - 1]
        width, far = points[:, -1] - points[:, 0], np.abs(points).max(axis=1)
        self.history[live, level], self.widths[live, level] = largest, width
        # Values are rounded, and so are points, which slopes turn into values; a jump, in one part or two, is no slope.
        changes = _sizes(np.diff(values, axis=1))
        part = np.argmax(changes, axis=1)
        changes = np.sort(changes, axis=1)
        slopes = self.parts * changes[:, -3] / width
        done = (largest <= self.noise * _sizes(values).max(axis=1) + 2.0 * _EPS * far * slopes)
        done |= (width <= 4.0 * _EPS * far) | (level == self.levels - 1)
        self.where[live[done]] = points[done, self.middle[done]]
        if level * self.bits <= _EARLY:
            self.spreads[live] = changes[:, -3] / np.maximum(changes[:, -1], np.finfo(np.float64).tiny)
        if level * self.bits >= _FOLLOWED:
            alone = ~done & ~self.failed[live] & (changes[:, -2] <= _ALONE * changes[:, -1])
            done[self._follow_jumps(np.flatnonzero(alone), part)] = True
        self._keep(~done)

    def _keep(self, chosen: np.ndarray) -> None:
        if not chosen.all():
            self.live, self.points, self.values = self.live[chosen], self.points[chosen], self.values[chosen]
            self.middle, self.second = self.middle[chosen], self.second[chosen]

    def _follow_jumps(self, rows: np.ndarray, part: np.ndarray) -> np.ndarray:
        """Follow the jumps in one part of some rows of the live ones; return the rows where they remain jumps."""
        if len(rows) == 0:
            return rows
        live, ends = self.live[rows], part[rows, None] + np.array([0, 1])
        place, there = _jump(self.function, live, self.points[rows[:, None], ends], self.values[rows[:, None], ends],
                             2 * self.parts)
        self.where[live[there]], self.followed[live], self.failed[live] = place[there], there, ~there
        return np.asarray(rows[there])

    def _follow_kinks(self) -> np.ndarray:
        """Go on where the lines on both sides of a kink meet; return for which of the live ones that was done."""
        third = np.sort(self.second, axis=1)[:, -3] / self.second.max(axis=1, initial=np.finfo(np.float64).tiny)
        followed = ~self.failed[self.live] & (third <= _ALONE) & (self.middle >= 2) & (self.middle <= self.parts - 2)
        rows = np.flatnonzero(followed)
        if len(rows) == 0:
            return np.asarray(followed)
        live, points, middle = self.live[rows], self.points[rows], self.middle[rows]
        centre, bend = _meeting(points, self.values[rows], middle)
        step = (points[:, -1] - points[:, 0]) / self.parts
        least = _PLACED * np.abs(centre)
        reach = np.maximum(step * np.maximum(8.0 * third[rows], _NEARER), least)
        near = centre[:, None] + reach[:, None] * np.linspace(-1.0, 1.0, self.parts + 1)
        values = _evaluated(self.function, live, near)
        seen = _sizes(values[:, :-2] - 2.0 * values[:, 1:-1] + values[:, 2:]).max(axis=1)
        there = seen > _SEEN * bend * (2.0 * reach / (self.parts * step))
        self.followed[live], self.failed[live] = there, ~there
        self.points[rows[there]], self.values[rows[there]] = near[there], values[there]
        followed[rows[~there]] = False
        placed = there & (reach <= least)
        self.where[live[placed]] = centre[placed]
        keep = np.ones(len(followed), dtype=bool)
        keep[rows[placed]] = False
        self._keep(keep)
        return np.asarray(followed[keep])


def _jump(function: Function, live: np.ndarray, ends: np.ndarray, values: np.ndarray,
          parts: int) -> tuple[np.ndarray, np.ndarray]:
    """Follow jumps between two ends, (n, 2), with values (n, 2, c): where they are, and whether they remain jumps.

    Of the parts of an interval one is kept.
    """
    size, rows = _sizes(values[:, 1:] - values[:, :1])[:, 0], np.arange(len(live))
    share = np.arange(parts + 1) / parts
    for _ in range(-(-_BITS // (parts.bit_length() - 1))):
        points = ends[:, :1] + (ends[:, 1:] - ends[:, :1]) * share
        inner = np.concatenate([values[:, :1], _evaluated(function, live, points[:, 1:-1]), values[:, 1:]], axis=1)
        # The first point that is nearer to the value on the right than to that on the left.
        nearer = _sizes(inner - values[:, :1]) > _sizes(inner - values[:, 1:])
        over = np.maximum(np.argmax(nearer, axis=1), 1)
        ends = np.stack([points[rows, over - 1], points[rows, over]], axis=1)
        values = np.stack([inner[rows, over - 1], inner[rows, over]], axis=1)
        if (ends[:, 1] - ends[:, 0] <= 4.0 * _EPS * np.abs(ends).max(axis=1)).all():
            break
    return ends[:, 1], np.asarray(_sizes(values[:, 1:] - values[:, :1])[:, 0] > _REMAINS * size)


def _meeting(points: np.ndarray, values: np.ndarray, middle: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where lines on both sides of the point `middle` meet, in the component that bends most; and how much, a step."""
    rows = np.arange(len(points))
    around = values[rows[:, None], middle[:, None] + np.array([-2, -1, 1, 2])]
    below, above = around[:, 1] - around[:, 0], around[:, 3] - around[:, 2]
    component = np.argmax(np.abs(above - below), axis=1)
    below, above = below[rows, component], above[rows, component]
    gap = (around[rows, 1, component] + below) - (around[rows, 2, component] - above)    # of the lines, at the middle
    bend = above - below
    shift = gap / np.where(bend == 0.0, np.inf, bend)
    step = (points[:, -1] - points[:, 0]) / (points.shape[1] - 1)
    return points[rows, middle] + step * np.clip(shift, -1.0, 1.0), np.abs(bend)


def _closer(function: Function, live: np.ndarray, points: np.ndarray,
            values: np.ndarray, middle: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Divide the two parts of each interval around its point `middle`; the values at three points are known."""
    rows, kept = np.arange(len(live))[:, None], middle[:, None] + np.array([-1, 0, 1])
    old, parts = points[rows, kept], points.shape[1] - 1
    half = parts // 2
    share = np.arange(half) / half
    finer = np.concatenate([old[:, :1] + (old[:, 1] - old[:, 0])[:, None] * share,
                            old[:, 1:2] + (old[:, 2] - old[:, 1])[:, None] * share, old[:, 2:]], axis=1)
    known = np.empty((len(live), parts + 1, values.shape[2]))
    known[:, ::half] = values[rows, kept]
    fresh = np.arange(parts + 1) % half != 0
    known[:, fresh] = _evaluated(function, live, finer[:, fresh])
    return finer, known


def _evaluated(function: Function, live: np.ndarray,
               points: np.ndarray) -> np.ndarray:
    """Values (p, m, c), with infinities and NaN as very large numbers, so that bisection goes to them."""
    values = function(live, points)
    return np.clip(np.where(np.isfinite(values), values, _HUGE), -_HUGE, _HUGE).reshape(*points.shape, -1)


def _sizes(values: np.ndarray) -> np.ndarray:
    """Norms over the components: (p, m, c) gives (p, m)."""
    return np.asarray(np.abs(values[..., 0]) if values.shape[2] == 1 else np.sqrt(np.sum(values**2, axis=2)))


def _fall(history: np.ndarray, widths: np.ndarray) -> np.ndarray:
    """By what factor second differences, (n, levels) with NaN at the end, fall while widths do by 2^-8; 0 if too soon.

    From the last level but one, as the last may be rounding, and the latest that is wider by as much.
    """
    rows, levels = np.arange(len(history)), np.sum(np.isfinite(history), axis=1)
    last = np.maximum(levels - 2, 0)
    wider = np.nan_to_num(widths, nan=0.0) >= 0.99 * 2.0**_WINDOW * widths[rows, last][:, None]
    first = np.sum(wider, axis=1) - 1
    before = history[rows, np.maximum(first, 0)]
    known = (first >= 0) & (before > 0.0)
    bits = np.log2(widths[rows, np.maximum(first, 0)] / widths[rows, last])
    ratio = np.where(known, history[rows, last] / np.where(known, before, 1.0), 0.0)
    return np.asarray(ratio ** (_WINDOW / np.where(known, bits, 1.0)))
