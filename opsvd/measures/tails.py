"""Tails of measures that go farther than floats tell points apart, or than tables of densities."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

# Of 32 points that divide the reach, the last three, and groups of three farther in, as those on which the tails of a
# kernel are looked at (probing/domain.py); in sixty-fourths of the reach from its end.
_INWARDS = np.array([0.0, 12.0, 24.0, 36.0])[:, None] + np.array([1.0, 3.0, 5.0])


class Tail(NamedTuple):
    """Coordinates along a tail, up to where points are no longer told apart, or a table ends.

    Beyond, all points are one float, or none: the mass of t goes on falling, and what a kernel does there is not seen.

    Attributes
    ----------
    coordinates : ndarray, shape (4, 3)
        In four groups, the first of which is next to the last point.
    sqrt_density : ndarray, shape (4, 3)
        The root of the density by distance from the middle of the mass.
    distances : ndarray, shape (4,)
        Those of the groups.
    reach : float
        The distance of the last coordinate whose point differs from those farther out, with a density in the table.
    """

    coordinates: np.ndarray
    sqrt_density: np.ndarray
    distances: np.ndarray
    reach: float


def tail_to(points: Callable[[np.ndarray], np.ndarray], sqrt_density: Callable[[np.ndarray], np.ndarray],
            center: float, end: float, negligible: float) -> Tail | None:
    """The tail from a centre towards an end, up to where points or a table of the density end.

    None if points go on to the end, and the root of the density is negligible there.
    """
    last = points(np.array([end]))[0]
    same = bool(points(center + 0.999 * np.array([end - center]))[0] == last)
    reach = _reach(lambda t: (points(t) != last) & (sqrt_density(t) > 0.0), center, end)
    fractions = 1.0 - _INWARDS / 64.0
    t = center + math.copysign(reach, end - center) * fractions
    density = sqrt_density(t)
    return Tail(t, density, reach * fractions.mean(axis=1), reach) if same or density[0, 0] > negligible else None


def _reach(seen: Callable[[np.ndarray], np.ndarray], center: float, end: float) -> float:
    """How far from the centre towards the end the last coordinate is that is seen."""
    near, far = 0.0, end - center
    if seen(center + 0.999 * np.array([far]))[0]:
        return abs(far)
    for _ in range(3):    # each time to a hundredth of the interval
        t = np.linspace(near, far, 101)
        k = int(np.flatnonzero(np.append(True, seen(center + t[1:-1])))[-1])
        near, far = float(t[k]), float(t[k + 1])
    return abs(near)
