"""Where two breaks of neighbouring slices meet: turning points, as at the tip of a closed curve, and crossings."""

from collections.abc import Callable
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from .._support.budget import check_time
from ..kernels import Kernel
from ..quadrature import find_breaks
from ..quadrature.breaks import parts_of_each
from .trails import Trail

# The most turning points that are looked for between slices: more are noise. Of floor(x^2 + y^2) under Gaussians there
# are more than a hundred; in noise all searches took 73,000 values.
_MOST_POINTS = 256
# Slices outside of a turning point that may not show its two breaks, because they are too near to each other.
_BEYOND = 3

Matters: TypeAlias = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
"""Points x and y, and by how much an integral along y differs there -> whether that is more than rounding of h."""


NO_POINTS = np.zeros((0, 2))
"""None are known."""


def meeting_points(kernel: Kernel, x: np.ndarray, breaks: np.ndarray, matters: Matters | None = None,
                   known: np.ndarray = NO_POINTS) -> np.ndarray:
    """Find turning points and crossings, shape (m, 2), from the breaks of the slices h(x_i, .).

    Some of those that are known, shape (k, 2), may be left out: where they explain all that slices show.
    """
    return _placed(kernel, np.concatenate([turning_points(kernel, x, breaks, known, matters),
                                           crossings(kernel, x, breaks, matters, known)]), float(x[-1] - x[0]))


def _placed(kernel: Kernel, points: np.ndarray, width: float) -> np.ndarray:
    """The same points, (m, 2), with x where h breaks along y = const, and y where it does along x = const.

    Of a tip both are known to the square root of rounding, and a break on the line through it is off by the square of
    that: there functions of x are smooth in a root, which must be of the distance from the right point.
    """
    if len(points) == 0:
        return points
    (x, y), near, dear = points.T, 1e-6 * width, kernel.dear
    along_x = _break_on(lambda at, where: kernel(where, at), y, x - near, x + near, dear=dear)
    along_y = _break_on(kernel, x, y - near, y + near, dear=dear)
    found = np.stack([along_x, along_y], axis=1)
    return np.where(np.isfinite(found), found, points)


def turning_points(kernel: Kernel, x: np.ndarray, breaks: np.ndarray, known: np.ndarray = NO_POINTS,
                   matters: Matters | None = None) -> np.ndarray:
    r"""Find the points (x, y) where a curve of breaks turns back, so that slices h(x, .) beyond have two breaks less.

    A slice just inside such a point differs from its neighbour outside on a strip that may be narrower than the
    distance between nodes: it would not be seen. Between two neighbouring slices whose numbers of breaks differ, the
    two breaks that vanish bracket the point in y, and the curve, x as a function of y, has its extremum there.

    Parameters
    ----------
    kernel : Kernel
    x : ndarray, shape (n,)
        Increasing: where slices were looked at.
    breaks : ndarray, shape (b, 2)
        The breaks that were found: x_i and y.
    known : ndarray, shape (k, 2)
        Points that are known: behind a crossing two breaks that vanish are there again.
    matters : callable, optional
        Which pairs of breaks are followed: rounding of h has breaks everywhere, of which pairs vanish.

    Returns
    -------
    ndarray, shape (m, 2)
        To rounding in x, and to its square root in y.
    """
    lists = _on_each(x, breaks)
    most = 32 if kernel.dear else _MOST_POINTS
    # Each pair that vanishes is a candidate, so that lists of very different lengths have more than are looked at.
    if sum(abs(len(after) - len(before)) // 2 for before, after in pairwise(lists)) > most:
        return np.zeros((0, 2))
    vanishing: list[tuple[int, int, tuple[float, float]]] = []
    for i in range(len(x) - 1):
        more, fewer = (i, i + 1) if len(lists[i]) > len(lists[i + 1]) else (i + 1, i)
        vanishing += [(more, fewer, pair) for pair in _vanishing(lists[more], lists[fewer])
                      if not _there_again(x, lists, (more, fewer), pair, known)]
        if len(vanishing) > most:
            return np.zeros((0, 2))
    neighbours = np.array([one[:2] for one in vanishing], dtype=np.intp).reshape(-1, 2)
    pairs = np.array([one[2] for one in vanishing]).reshape(-1, 2)
    if matters is not None and len(pairs) > 0:
        chosen = _matter(kernel, x[neighbours[:, 0]], pairs, matters)
        neighbours, pairs = neighbours[chosen], pairs[chosen]
    if len(pairs) == 0:
        return np.zeros((0, 2))
    inside, outside = neighbours[:, 0], _without_break_between(kernel, x, lists, neighbours, pairs)
    low, high = pairs.T
    tips, waiting, step = np.full((len(pairs), 2), np.nan), np.arange(len(pairs)), np.sign(outside - inside)
    for _ in range(_BEYOND):
        tips[waiting], farther = _extrema(kernel, x[inside[waiting]], x[outside[waiting]], low[waiting], high[waiting])
        following = outside + step
        waiting = waiting[farther & (following[waiting] >= 0) & (following[waiting] < len(x))]
        outside[waiting] = following[waiting]
        if len(waiting) == 0:
            break
    found = np.flatnonzero(np.isfinite(tips).all(axis=1))
    return np.asarray(tips[found[_ends(kernel, tips[found], x[inside[found]], (high - low)[found])]])


def _there_again(x: np.ndarray, lists: list[np.ndarray], neighbours: tuple[int, int], pair: tuple[float, float],
                 known: np.ndarray) -> bool:
    """Whether slices behind a known point between a pair of breaks have as many breaks again: lines cross there."""
    i, beyond = neighbours[0], _as_far_as(lists, neighbours[0], neighbours[1] - neighbours[0])
    low, high = min(x[i], x[beyond]), max(x[i], x[beyond])
    between = (known[:, 0] >= low) & (known[:, 0] <= high) & (known[:, 1] >= pair[0]) & (known[:, 1] <= pair[1])
    return len(lists[beyond]) >= len(lists[i]) and bool(between.any())


def _ends(kernel: Kernel, tips: np.ndarray, inside: np.ndarray, gaps: np.ndarray) -> np.ndarray:
    """Whether curves end at tips, (m,): behind a crossing, which looks alike from one side, there are breaks again.

    The two breaks of a curve that turns back are a twentieth of `gaps` away at a hundredth of the distance in x, and
    those of lines that cross a two-hundredth, on both sides.
    """
    beyond, half = tips[:, 0] + 0.01 * (tips[:, 0] - inside), 0.1 * gaps
    where = _break_on(kernel, beyond, tips[:, 1] - half, tips[:, 1] + half, dear=kernel.dear)
    found = np.flatnonzero(np.isfinite(where))
    wide, narrow = _second_differences(kernel, beyond[found], where[found, None], 1e-3 * gaps[found])[..., 0]
    ends = np.ones(len(tips), dtype=bool)
    ends[found] = (narrow == 0.0) | (3.0 * narrow <= wide)
    return ends


def _extrema(kernel: Kernel, inside: np.ndarray, outside: np.ndarray, low: np.ndarray,
             high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where curves reach farthest from `inside` towards `outside`, between `low` and `high`: (m, 2), NaN where nowhere.

    And whether a curve reaches farther than that, since the slice `outside` has its two breaks, but they are too near
    to each other to be seen there.
    """
    # Windows shrink by 2^28: to the square root of rounding, as near as an extremum is known. From all parts to two at
    # each step. More parts take fewer steps, and more values.
    bits, parts = 28, 8 if kernel.dear else 32
    interior, shares, steps = np.zeros(len(low)), np.arange(1, parts) / parts, bits // (parts.bit_length() - 2)
    for _ in range(steps):
        y = low[:, None] + (high - low)[:, None] * shares
        reach = _reach(kernel, inside, outside, y)
        best = np.argmax(reach, axis=1)
        interior += (best > 0) & (best < len(shares) - 1)
        step = (high - low) / parts
        centre = y[np.arange(len(y)), best]
        low, high = centre - step, centre + step
    farthest = reach.max(axis=1)
    farther = farthest >= (1.0 - 1e-6) * np.abs(outside - inside)
    # A break that leaves the box, or goes on too faintly to be seen, has no extremum: the window runs after it.
    good = np.isfinite(farthest) & (farthest > 0.0) & (interior > steps // 2) & ~farther
    tips = inside + farthest * np.sign(outside - inside)
    return np.where(good[:, None], np.stack([tips, centre], axis=1), np.nan), farther


def _vanishing(more: np.ndarray, fewer: np.ndarray) -> list[tuple[float, float]]:
    """The close neighbours without which the longer list is nearest to the shorter.

    Of several that vanish at once, as where two curves turn back side by side, neighbours among all of these besides:
    the shorter list may not tell whether one pair lies within another.
    """
    pairs: list[tuple[float, float]] = []
    while len(more) >= len(fewer) + 2:
        check_time()    # of some thousand breaks a pair takes seconds
        j = int(np.argmin(_distances_without(more, fewer) + np.diff(more)))
        pairs.append((float(more[j]), float(more[j + 1])))
        more = np.delete(more, [j, j + 1])
    gone = sorted(end for pair in pairs for end in pair)
    return list(dict.fromkeys(pairs + list(zip(gone[::2], gone[1::2], strict=True))))


def _without_break_between(kernel: Kernel, x: np.ndarray, lists: list[np.ndarray], neighbours: np.ndarray,
                           pairs: np.ndarray) -> np.ndarray:
    """The first slices from the second neighbours on, (m, 2), that have no break between pairs of the first's, (m, 2).

    Breaks that were not seen, for they are nearer to each other than the nodes, are found by a search between the pair.
    """
    outside, step, waiting = neighbours[:, 1].copy(), np.diff(neighbours)[:, 0], np.arange(len(pairs))
    for _ in range(_BEYOND):
        waiting = waiting[[0 <= outside[i] + step[i] < len(x) and not _any_between(lists[outside[i]], pairs[i])
                           for i in waiting]]
        found = _break_on(kernel, x[outside[waiting]], *pairs[waiting].T, dear=kernel.dear)
        waiting = waiting[np.isfinite(found)]
        outside[waiting] += step[waiting]
    return outside


def _any_between(breaks: np.ndarray, ends: np.ndarray) -> bool:
    return bool(((breaks > ends[0]) & (breaks < ends[1])).any())


def _distances_without(more: np.ndarray, fewer: np.ndarray) -> np.ndarray:
    """How far the members of two lists, less two neighbours of the first, are from the nearest of the other: (n - 1,).

    Zero where the second list is empty.
    """
    count = len(more) - 1
    if len(fewer) == 0:
        return np.zeros(count)
    gaps, nothing = np.abs(more[:, None] - fewer), np.full((1, len(fewer)), np.inf)
    below = np.concatenate([nothing, np.minimum.accumulate(gaps)])[:count]
    above = np.concatenate([np.minimum.accumulate(gaps[::-1])[::-1], nothing])[2:]
    left = np.arange(count - 1)
    others = gaps.min(axis=1)[left + 2 * (left >= np.arange(count)[:, None])]
    return np.asarray(np.minimum(below, above).sum(axis=1) + others.sum(axis=1))


def _reach(kernel: Kernel, inside: np.ndarray, outside: np.ndarray, y: np.ndarray) -> np.ndarray:
    """How far from `inside` towards `outside` the break on each line y lies, shape (n, m); -inf where there is none."""
    ends = np.repeat(np.sort([inside, outside], axis=0), y.shape[1], axis=1)
    where = _break_on(lambda at, points: kernel(points, at), y.ravel(), *ends, dear=kernel.dear).reshape(y.shape)
    return np.where(np.isfinite(where), np.abs(where - inside[:, None]), -np.inf)


def crossings(kernel: Kernel, x: np.ndarray, breaks: np.ndarray, matters: Matters | None = None,
              known: np.ndarray = NO_POINTS) -> np.ndarray:
    r"""Find the points (x, y) where two curves of breaks cross or touch, or end together in a cusp.

    Slices close to one show two breaks closer together than the distance between nodes, which may not be seen. Two
    breaks that approach each other from slice to slice are followed to where they meet, by extrapolation. Where
    they touch, their distance falls like a power of that to the point, and the power follows from two derivatives.

    Parameters
    ----------
    kernel, x, breaks
        As for `turning_points`.
    matters : callable, optional
        Which pairs are followed: rounding of h has breaks that meet everywhere.
    known : ndarray, shape (k, 2)
        Points that are known: pairs that lead to one of them, both as lines, are not followed.

    Returns
    -------
    ndarray, shape (m, 2)
        To about the square root of rounding.
    """
    lists = _on_each(x, breaks)
    # From both sides of a crossing: x and both breaks at two slices, and how far it may be.
    several = [i for i in range(len(x)) if len(lists[i]) > 1]
    pairs = np.array([pair for step in (1, -1) for i in several if 0 < i < len(x) - 1
                      for pair in _approaching(x, lists, i, step)]).reshape(-1, 7)
    most_pairs = 2 * _MOST_POINTS    # as of grids with some hundred different x
    pairs = pairs[:0] if len(pairs) > most_pairs else pairs[~_lead_to(pairs, known)]
    if len(pairs) == 0:
        return NO_POINTS
    if matters is not None:
        pairs = pairs[_matter(kernel, pairs[:, 3], pairs[:, 4:6], matters)]
    nearest = 1e-10 * (x[-1] - x[0])    # panels end at points to within much more: see `with_edges_at`
    # As both at once: a search costs by the call.
    powers = np.repeat([1.0, 2.0], len(pairs))
    crossing, turning = np.split(_followed(kernel, np.tile(pairs, (2, 1)), powers, nearest), 2)
    points = np.where(np.isfinite(crossing), crossing, turning)
    return np.asarray(points[np.isfinite(points[:, 0])])


def _matter(kernel: Kernel, x: np.ndarray, pairs: np.ndarray, matters: Matters) -> np.ndarray:
    """Whether pairs of breaks, (m, 2), of slices at x are no rounding of h, and h is not smooth there: shape (m,)."""
    low, high = pairs.T
    across = np.stack([1.5 * low - 0.5 * high, 0.5 * (low + high), 1.5 * high - 0.5 * low], axis=1)
    values = kernel.finite_beside(x[:, None], across)
    integral = np.abs(values[:, 1] - 0.5 * (values[:, 0] + values[:, 2])) * (high - low)
    wide, narrow = _second_differences(kernel, x, pairs, (high - low) / 64.0)    # no wave is so short
    return np.asarray(matters(x, across[:, 1], integral) & np.all((wide == 0.0) | (3.0 * narrow > wide), axis=1))


def _lead_to(pairs: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Whether both of two breaks, (m, 7), go through the same one of some known points as lines; it lies ahead."""
    x0, x1, last = pairs[:, 0, None], pairs[:, 3, None], pairs[:, 4:6]
    slopes, steps = (last - pairs[:, 1:3]) / (x1 - x0), known[:, 0] - x1
    off = np.abs(last[:, None] + slopes[:, None] * steps[:, :, None] - known[:, 1, None]).max(axis=2)
    # Nearer slices tell a point that is so near to a known one.
    return np.asarray(np.any((off <= 0.02 * np.diff(last)) & (steps * (x1 - x0) > 0.0), axis=1))


def _second_differences(kernel: Kernel, x: np.ndarray, y: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Two along y at points x (m,) and y (m, k), shape (2, m, k), with steps (m,) and half of these.

    Those of a smooth function fall by four, and at kinks and jumps by two or less: searches find something where h is
    smooth as well. They are zero where they are rounding.
    """
    shifts = steps[:, None, None] * np.array([-1.0, -0.5, 0.0, 0.5, 1.0])
    values = kernel.finite_beside(x[:, None, None], y[:, :, None] + shifts)
    differences = np.abs([values[..., 2 - k] + values[..., 2 + k] - 2.0 * values[..., 2] for k in (2, 1)])
    return np.where(differences > 1e3 * kernel.eps * np.abs(values).max(axis=2), differences, 0.0)


def _followed(kernel: Kernel, pairs: np.ndarray, power: np.ndarray, nearest: float) -> np.ndarray:
    """Where pairs of breaks meet, (m, 2), of which powers (m,) of the distance are smooth: NaN where they were lost.

    They need not come nearer in x than `nearest`.

    Two curves that cross have a smooth distance, and the two parts of a curve that turns back a smooth square of it.
    """
    def places(rows: np.ndarray) -> np.ndarray:
        """From x and both breaks to x, the middle, and the power of the distance."""
        return np.stack([rows[:, 0], 0.5 * (rows[:, 1] + rows[:, 2]), (rows[:, 2] - rows[:, 1]) ** power], axis=1)

    trail = Trail(np.full((len(pairs), 3), np.nan), places(pairs[:, :3]), places(pairs[:, 3:6]))
    limit, width = pairs[:, 6], np.abs(pairs[:, 3] - pairs[:, 0])
    nearer_by = 0.9    # of the distance to a crossing, at each step: 12 steps come to 1e-12 of it
    share, confirmed = np.full(len(pairs), nearer_by), np.zeros(len(pairs), dtype=bool)
    for _ in range(24):
        # Nearer to a zero of second order, as of sin x + sin y, breaks are rounding.
        live = np.flatnonzero((np.abs(trail.ahead) > 1e-6 * width) & (share > 1e-3))
        if len(live) == 0:
            break
        x, middle, distance = trail.at(trail.now[:, 0] + share * _within(trail.ahead, limit - trail.now[:, 0])).T
        # Each in a window about where it is expected, as wide as both are apart.
        distance = np.minimum(np.abs(distance), trail.now[:, 2])
        half, nearer = 0.5 * distance ** (1.0 / power), np.full((len(pairs), 3), np.nan)
        both = (middle[:, None] + half[:, None] * np.array([-1.0, 1.0]))[live]
        nearer[live, 1:] = _break_on(kernel, np.repeat(x[live], 2), (both - half[live, None]).ravel(),
                                     (both + half[live, None]).ravel(), dear=kernel.dear).reshape(-1, 2)
        nearer[:, 0] = x
        good = np.isfinite(nearer).all(axis=1) & (nearer[:, 2] > nearer[:, 1]) & (x != trail.now[:, 0])
        # Very near to each other, breaks that are known to rounding or its root are not told from smooth functions.
        gaps = nearer[:, 2] - nearer[:, 1]
        told = good & (~confirmed | (gaps > 1e-2 * (pairs[:, 5] - pairs[:, 4])))
        wide, narrow = _second_differences(kernel, x[told], nearer[told, 1:], gaps[told] / 64.0)
        good[told] = np.all((narrow > 0.0) & (3.0 * narrow > wide), axis=1)
        confirmed |= good
        nearer[~good] = 0.0
        trail = trail.followed(places(nearer), good)
        share = np.where(good, nearer_by, 0.5 * share)    # curves bend: what was not found is looked for less far away
    meeting = trail.at(trail.now[:, 0] + trail.ahead)
    near = np.abs(trail.ahead) < np.maximum(1e-5 * width, nearest)
    reached = confirmed & near & trail.smooth & np.isfinite(meeting).all(axis=1)
    return np.where(reached[:, None], meeting[:, :2], np.nan)


def _as_far_as(lists: list[np.ndarray], i: int, step: int) -> int:
    """The next slice; if breaks are lost there, as two too near to each other to be seen, the next that has as many."""
    beyond = i + step
    while 0 <= beyond + step < len(lists) and len(lists[beyond]) < len(lists[i]):
        beyond += step
    return beyond


def _approaching(x: np.ndarray, lists: list[np.ndarray], i: int, step: int) -> list[tuple[float, ...]]:
    """Neighbouring breaks of slices i - step and i that will have met before the next, as lines or a curve that turns.

    Of several that are to meet at the same x, as in a grid of lines, the one nearest to the middle of all.
    """
    (x0, x1), (b0, b1) = x[[i - step, i]], (lists[i - step], lists[i])
    if min(len(b0), len(b1)) < 2:
        return []
    middle0, middle1, gap0, gap1 = *(0.5 * (b[:-1] + b[1:]) for b in (b0, b1)), np.diff(b0), np.diff(b1)
    j = np.arange(len(gap1))
    k = j if len(b0) == len(b1) else _nearest(middle0, middle1)
    nearer = (gap1 < gap0[k]) & (gap1 > 0.0)
    if not nearer.any():
        return []
    x2 = x[_as_far_as(lists, i, step)]
    ahead = gap1**2 / np.where(nearer, gap0[k] ** 2 - gap1**2, np.nan)
    meets = np.flatnonzero(ahead <= (x2 - x1) / (x1 - x0))
    if len(meets) == 0:
        return []
    meets = meets[np.argsort(np.abs(middle1[meets] - np.median(b1)), kind="stable")]
    _, first = np.unique(np.round(ahead[meets], 2), return_index=True)
    return [(x0, b0[k[n]], b0[k[n] + 1], x1, b1[n], b1[n + 1], x2) for n in meets[first]]


def _nearest(places: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Which of increasing places is nearest to each point; a table of all pairs of thousands would take seconds."""
    after = np.minimum(np.searchsorted(places, points), len(places) - 1)
    before = np.maximum(after - 1, 0)
    return np.where(np.abs(points - places[before]) <= np.abs(places[after] - points), before, after)


def _within(steps: np.ndarray, most: np.ndarray) -> np.ndarray:
    """Steps in x, (m,), shortened to at most so far; none where there is no step."""
    steps, most = np.where(np.isfinite(steps), steps, 0.0), np.abs(most)
    return np.asarray(np.clip(steps, -most, most))


def _break_on(function: Callable[..., np.ndarray], x: np.ndarray, low: np.ndarray, high: np.ndarray, *,
              dear: bool) -> np.ndarray:
    """The break of each slice, function(x_i, .), between `low` and `high`; NaN where there is none."""
    return find_breaks(
        lambda which, points: function(np.broadcast_to(x[which][:, None], points.shape), points),
        low, high, parts=parts_of_each(len(low), dear=dear))


def _on_each(x: np.ndarray, breaks: np.ndarray) -> list[np.ndarray]:
    """The breaks of each slice x_i, x increasing: sorted, without those found again, as where a curve is steep."""
    breaks = breaks[np.lexsort(breaks.T[::-1])]
    steps = np.diff(breaks, axis=0)
    again = (steps[:, 0] == 0.0) & (steps[:, 1] <= 1e-9 * (1.0 + np.abs(breaks[1:, 1])))
    breaks = breaks[np.append(True, ~again)[:len(breaks)]]
    ends = np.searchsorted(breaks[:, 0], x, side="right")
    return np.split(breaks[:, 1], ends)[:-1]
