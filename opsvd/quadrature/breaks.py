"""Where functions of one variable break: jumps, kinks, roots and logarithms, by division on second differences."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from .._support.floats import EPS, TINY

ROUNDING = 64.0 * EPS
"""Values are good to this, relatively, and so are the points at which they are taken: some operations of each."""

# All levels together divide an interval by two to this power: 53 bits of a double, and some more for intervals that
# begin at zero.
_BITS = 56
# Second differences are compared over levels that divide by two to this power. They fall by 2^-16 where a function is
# smooth, by 2^-8p at |t|^p, and not at a jump. Half of it takes sin(t) for a break, twice as much misses |t|^1.2
# (tests/quadrature/test_breaks.py).
_WINDOW = 8
# From so many bits on, what is alone at its scale is followed as a jump or kink: differences at the start of a search
# have seen too little of the function.
_FOLLOWED_FROM = 4
# Alone is what leaves all other changes, or second differences, below this part of its own. At ten times as much roots
# and logarithms are followed as jumps, and placed wrongly (tests/quadrature/test_breaks.py).
_ALONE = 0.05
# A jump that loses more than this, relatively, was a steep place. A jump keeps all of itself, a kink half at least.
_REMAINS = 0.6
# Parts of an interval, of which two are kept at every level: more cost more evaluations, and take fewer levels.
_PARTS = 8

Function = Callable[[np.ndarray, np.ndarray], np.ndarray]


def halvings_before_search(waiting: int, *, searched: bool, found: bool) -> int:
    """How many halvings come before the next search for breaks: three after one that found nothing.

    What it was made for, as where a high derivative jumps, is left to halving; on pieces an eighth as wide a search may
    find more.

    Parameters
    ----------
    waiting : int
        How many it were before this pass.
    searched, found : bool
        Whether this pass searched, and whether it found a break.
    """
    return 3 if searched and not found else max(waiting - 1, 0)


def parts_of_each(count: int, *, dear: bool) -> int:
    """Into how many parts each of so many intervals is divided: into few where values are dear, or intervals many.

    Not into more than sixteen: with 32 the bars of log|x - y| under the arcsine law, of tests/measured_problems.py,
    become a thousand times as wide.
    """
    few = 256    # whose values take about the time of the call, and of what is done about it at every level
    return _PARTS if dear or count > few else 2 * _PARTS


def find_breaks(function: Function, left: np.ndarray, right: np.ndarray,
                noise: float = ROUNDING, parts: int = _PARTS) -> np.ndarray:
    """Find one break in each of many intervals; `classify_breaks` without the classes."""
    return classify_breaks(function, left, right, noise, parts)[0]


def classify_breaks(function: Function, left: np.ndarray, right: np.ndarray, noise: float = ROUNDING,
                    parts: int = _PARTS, *, dear: bool = False) -> tuple[np.ndarray, np.ndarray]:
    r"""Find one break in each of many intervals of many functions, all at once.

    Points divide an interval into equal parts. The two around the largest second difference are kept, and divided
    again, until the differences are rounding, or those of sixth order are, in which any break would show. Near a jump
    second differences do not fall with the width d, near \|y\|^(1/2) like d^(1/2), near a kink like d, where the
    function is smooth like d^2: if they fall nearly as fast as that, there is no break to be found in this way
    (discontinuous second derivatives are left to halving).

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
    dear : bool
        Whether evaluations are: then jumps are followed with one at a time, by bisection.

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
    return _Search(function, left, right, noise, parts, dear=dear).run()


class _Search:
    """The work of `classify_breaks` on the p intervals that are not done, which are the last axis of all arrays.

    The table, shape (1 + c, parts + 1, p), holds points, and the components of the values there.
    """

    def __init__(self, function: Function, left: np.ndarray, right: np.ndarray, noise: float,
                 parts: int, *, dear: bool) -> None:
        n, self.dear = len(left), dear
        self.parts, self.bits = parts, parts.bit_length() - 2    # bits a level
        self.levels = -(-_BITS // self.bits)
        self.function, self.noise = function, noise
        self.where, self.spreads = np.full(n, np.nan), np.zeros(n)
        self.history, self.widths = np.full((2, self.levels, n), np.nan)
        # Whether a break was followed to its end as a jump or kink, and where one was followed in vain.
        self.followed, self.no_jump, self.no_kink = np.zeros((3, n), dtype=bool)
        self.live = np.arange(n)
        points = left + (right - left) * _shares(parts)
        points[0] += 8.0 * EPS * np.abs(left) + TINY
        points[-1] -= 8.0 * EPS * np.abs(right) + TINY
        self.table = np.concatenate([points[None], _evaluated(function, self.live, points)])
        self.second, self.middle = np.zeros((0, 0)), np.zeros(0, dtype=np.intp)

    def run(self) -> tuple[np.ndarray, np.ndarray]:
        """Divide until all is done: where the breaks are, and which are singular."""
        for level in range(self.levels):
            self._look(level)
            follow = level * self.bits >= _FOLLOWED_FROM
            followed = self._follow_kinks() if follow else np.zeros(len(self.live), dtype=bool)
            if len(self.live) == 0:
                break
            self._go_closer((~followed).nonzero()[0])
        singular = np.zeros(len(self.where), dtype=bool)
        rows = np.flatnonzero(np.isfinite(self.where) & ~self.followed)
        fell = _fall(self.history[:, rows].T, self.widths[:, rows].T)
        # Between |t|^1.2, which is found, and what is smooth.
        self.where[rows[fell < 2.0 ** (-1.3125 * _WINDOW)]] = np.nan
        # Between |t|^(3/4) and a kink; and, unlike at a jump, the change is spread over the parts of an interval. A
        # share of 0.2 misses logarithms (tests/quadrature/test_breaks.py).
        singular[rows] = (fell >= 2.0 ** (-0.8125 * _WINDOW)) & (self.spreads[rows] > 0.02)
        return self.where, singular

    def _look(self, level: int) -> None:
        """Take differences, and put aside what is done."""
        live, points, parts = self.live, self.table[0], self.parts
        steps = self.table[1:, 1:] - self.table[1:, :-1]
        changes, sizes = _sizes(steps), _sizes(_differences(parts) @ steps)
        self.second, sixth = sizes[:parts - 1], sizes[parts - 1:]
        self.middle, bend = self.second.argmax(axis=0) + 1, self.second.max(axis=0)
        width, far = points[-1] - points[0], np.maximum(np.abs(points[0]), np.abs(points[-1]))
        self.history[level, live], self.widths[level, live] = bend, width
        first, second, third = _largest(changes)
        if level * self.bits <= 16:    # on narrower intervals differences of logarithms are lost in the values
            self.spreads[live] = third / np.maximum(first, TINY)
        # Values are rounded, and so are points, which slopes turn into values; a jump, in one part or two, is no slope.
        slope = parts * third / np.where(width > 0.0, width, np.inf)
        rounding = self.noise * _sizes(self.table[1:]).max(axis=0) + 2.0 * EPS * far * slope
        done = (bend <= rounding) | (width <= 4.0 * EPS * far)
        if level == self.levels - 1:
            done[:] = True
        rows = done.nonzero()[0]
        self.where[live[rows]] = points[self.middle[rows], rows]
        before = self.history[level - 1, live]    # NaN at first
        # All that is seen is smooth: second differences fall like a power of the width between a kink's and two.
        done |= (sixth.max(axis=0) <= rounding) & (bend <= 2.0 ** (-1.5 * self.bits) * before)
        if level * self.bits >= _FOLLOWED_FROM:
            # What is a kink changes less in narrower parts.
            jumps = (second <= _ALONE * first) & (bend >= _REMAINS * before) & ~done & ~self.no_jump[live]
            done[self._follow_jumps(jumps.nonzero()[0], changes)] = True
        self._drop(done)

    def _drop(self, done: np.ndarray) -> None:
        if done.any():
            self.live, self.middle, self.second = self.live[~done], self.middle[~done], self.second[:, ~done]
            self.table = self.table[:, :, ~done]

    def _follow_jumps(self, rows: np.ndarray, changes: np.ndarray) -> np.ndarray:
        """Follow the largest changes of some rows of the live ones; return the rows where they remain jumps."""
        if len(rows) == 0:
            return rows
        live, part = self.live[rows], changes[:, rows].argmax(axis=0)
        # A few jumps are followed in few calls, and many with few evaluations each: two parts take 56, and eight 133.
        many = self.dear or len(rows) >= 1000
        parts = 2 if many else 2 * self.parts if len(rows) < 32 else self.parts
        place, there = _jump(self.function, live, self.table[:, [part, part + 1], rows], parts)
        self.where[live[there]], self.followed[live], self.no_jump[live] = place[there], there, ~there
        return np.asarray(rows[there])

    def _follow_kinks(self) -> np.ndarray:
        """Go on where the lines on both sides of a kink meet; return for which of the live ones that was done."""
        largest, _, third = _largest(self.second)
        followed = third <= _ALONE * largest
        followed &= ~self.no_kink[self.live] & (self.middle >= 2) & (self.middle <= self.parts - 2)
        rows = followed.nonzero()[0]
        if len(rows) == 0:
            return np.asarray(followed)
        live, table = self.live[rows], self.table[:, :, rows]
        centre, bend = _meeting(table, self.middle[rows])
        step = (table[0, -1] - table[0, 0]) / self.parts
        least = ROUNDING * np.abs(centre)    # near zero points are dense, and functions may be infinite there
        # Lines are trusted to meet within 2^-13 of a step, and no better: curvature that is rounding at one scale may
        # show at the next.
        reach = np.maximum(step * np.maximum(8.0 * third[rows] / largest[rows], 2.0**-13), least)
        near = centre + reach * (2.0 * _shares(self.parts) - 1.0)
        values = _evaluated(self.function, live, near)
        seen = _sizes(values[:, :-2] - 2.0 * values[:, 1:-1] + values[:, 2:]).max(axis=0)
        narrower = 2.0 * reach / (self.parts * step)
        # The change of slope must be there at the smaller scale, in good part; at a jump it is not.
        there = (seen > 0.3 * bend * narrower) & (bend > 0.3 * largest[rows])
        self.followed[live], self.no_kink[live] = there, ~there
        table[0], table[1:] = near, values
        self.table[:, :, rows[there]] = table[:, :, there]
        followed[rows[~there]] = False
        placed = there & (reach <= least)
        self.where[live[placed]] = centre[placed]
        done = np.zeros(len(followed), dtype=bool)
        done[rows[placed]] = True
        self._drop(done)
        return np.asarray(followed[~done])

    def _go_closer(self, rows: np.ndarray) -> None:
        """Divide the two parts around the point `middle` of some rows; the values at three points are known."""
        if len(rows) == 0:
            return
        live, half, (fresh, shares) = self.live[rows], self.parts // 2, _halves(self.parts)
        self.followed[live] = False    # it is no more than one of several things, at this scale
        middle = self.middle[rows]
        old = self.table[:, [middle - 1, middle, middle + 1], rows]
        points = old[0, 1] + shares @ (old[0, ::2] - old[0, 1])
        table = np.empty((len(old), self.parts + 1, len(rows)))
        table[:, ::half], table[0, fresh], table[1:, fresh] = old, points, _evaluated(self.function, live, points)
        if len(rows) == len(self.live):
            self.table = table
        else:
            self.table[:, :, rows] = table


def _jump(function: Function, live: np.ndarray, ends: np.ndarray, parts: int) -> tuple[np.ndarray, np.ndarray]:
    """Follow jumps between two ends, a table of shape (1 + c, 2, n): where they are, and whether they remain jumps.

    Of the parts of an interval one is kept.
    """
    size, rows, share = _sizes(ends[1:, 1:] - ends[1:, :1])[0], np.arange(len(live)), _shares(parts)
    table, nearer = np.empty((len(ends), parts + 1, len(live))), np.ones((parts, len(live)), dtype=bool)
    for _ in range(-(-_BITS // (parts.bit_length() - 1))):
        # A place within rounding of zero, as the end of an interval there, becomes zero.
        table[0], table[1:, ::parts] = ends[0, 0] + (ends[0, 1] - ends[0, 0]) * share, ends[1:]
        inner = table[1:, 1:-1] = _evaluated(function, live, table[0, 1:-1])
        # The first point that is nearer to the value on the right than to that on the left.
        nearer[:-1] = _sizes(inner - ends[1:, :1]) > _sizes(inner - ends[1:, 1:])
        part = nearer.argmax(axis=0)
        ends = table[:, [part, part + 1], rows]
        if (ends[0, 1] - ends[0, 0] <= 4.0 * EPS * np.abs(ends[0]).max(axis=0)).all():
            break
    return ends[0, 1], np.asarray(_sizes(ends[1:, 1:] - ends[1:, :1])[0] > _REMAINS * size)


def _meeting(table: np.ndarray, middle: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where lines on both sides of the point `middle` meet, in the component that bends most; and how much, a step."""
    points, rows = table[0], np.arange(len(middle))
    around = table[1:, [middle - 2, middle - 1, middle + 1, middle + 2], rows]
    component = np.abs(around[:, 3] - around[:, 2] - (around[:, 1] - around[:, 0])).argmax(axis=0)
    around = around[component, :, rows].T
    below, above = around[1] - around[0], around[3] - around[2]
    gap = (around[1] + below) - (around[2] - above)    # of the lines, at the middle
    bend = above - below
    shift = gap / np.where(bend == 0.0, np.inf, bend)
    step = (points[-1] - points[0]) / (len(points) - 1)
    return points[middle, rows] + step * np.minimum(np.maximum(shift, -1.0), 1.0), np.abs(bend)


def _evaluated(function: Function, live: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Values at points (m, p), (c, m, p), with infinities and NaN as very large numbers: bisection goes to them.

    The real and the imaginary part of a complex value are two components.
    """
    values = np.asarray(function(live, points.T))
    if values.dtype.kind == "c":
        values = np.stack([values.real, values.imag], axis=-1)
    values = values.astype(np.float64, copy=False)
    if not np.abs(values).max() <= 1e140:    # a number whose square is one
        values = np.clip(np.where(np.isfinite(values), values, 1e140), -1e140, 1e140)
    return values.reshape(*points.T.shape, -1).T


def _sizes(values: np.ndarray) -> np.ndarray:
    """Norms over the components: (c, m, p) gives (m, p)."""
    return np.asarray(np.abs(values[0]) if len(values) == 1 else np.sqrt(np.sum(values**2, axis=0)))


def _largest(sizes: np.ndarray) -> np.ndarray:
    """The three largest in each column, in order: (m, p) gives (3, p)."""
    rows = sizes.T.copy()
    rows.sort(axis=1)
    return rows.T[:-4:-1]


@lru_cache
def _shares(parts: int) -> np.ndarray:
    """Points that divide [0, 1] into equal parts, as a column."""
    return (np.arange(parts + 1) / parts)[:, None]


@lru_cache
def _differences(parts: int) -> np.ndarray:
    """The matrix from first differences at parts + 1 points to those of second and sixth order."""
    return np.concatenate([np.diff(np.eye(parts), order, axis=0) for order in (1, 5)])


@lru_cache
def _halves(parts: int) -> tuple[np.ndarray, np.ndarray]:
    """Which points divide two parts anew, and the matrix from the steps to their far ends to those to the points."""
    places = np.arange(-parts // 2, parts // 2 + 1) / (parts // 2)
    fresh = np.flatnonzero(places % 1.0)
    return fresh, np.maximum(places[fresh, None] * [-1.0, 1.0], 0.0)


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
