"""Narrow peaks of a density: found in its table, to make the coordinate fine there, or by a search at many points."""

from collections.abc import Callable, Sequence

import numpy as np

from .._support.floats import EPS
from .density_shape import Placed
from .focused import Focused
from .tabulated import Tabulated


def narrow_pieces(table: Tabulated, placed: Placed) -> tuple[Focused, float] | None:
    """A coordinate that is fine in the narrow peaks of a density, and the middle of the mass in it.

    None if no piece of the table is narrow.
    """
    old = placed.coordinates
    base, unit = (old.base, old.unit) if isinstance(old, Focused) else (old, placed.scale)
    places, widths = (list(old.places), list(old.widths)) if isinstance(old, Focused) else ([], [])
    t = table.panels
    masses = 0.5 * np.diff(t) * np.sum(table.coefficients**2, axis=0)
    ends = old.inner(t) if isinstance(old, Focused) else t
    middles, lengths = 0.5 * (ends[1:] + ends[:-1]), np.diff(ends)
    heights = masses / np.where(lengths > 0.0, lengths, np.inf)
    # Less mass is of no matter to singular values, which have errors of rounding. Beside a singular point inside pieces
    # become narrow as well, down to rounding.
    matter = (masses > 1e-15) & (lengths > 1e-13 * np.maximum(np.abs(middles), 1e-3 * unit))
    known = len(places)
    while len(places) < 60:    # each costs a hyperbolic sine for each point
        slopes = Focused(base, unit, tuple(places), tuple(widths)).slope(middles)
        # The pieces of a Gaussian are half a deviation wide. At eight deviations, as far as there is mass, they are a
        # sixteenth of the distance from the middle, and fine enough.
        narrow = np.flatnonzero(matter & (lengths * slopes < 0.04))
        if not len(narrow):
            break
        # From the highest, as the flanks are fine where the middle is.
        best = narrow[np.argmax(heights[narrow])]
        places.append(float(middles[best]))
        widths.append(2.0 * float(lengths[best]))
    if len(places) == known:
        return None
    coordinate = Focused(base, unit, tuple(places), tuple(widths))
    # Between the outermost masses, not in one of them, so that grids about it are as fine on either side.
    first, last = coordinate.outer(middles[np.flatnonzero(masses > 1e-3)[[0, -1]]]).tolist()
    return coordinate, 0.5 * (first + last)


def overlooked(pdf: Callable[[np.ndarray], np.ndarray], parts: Sequence[tuple[Tabulated, float]],
               support: tuple[float, float], count: int, apart: float) -> np.ndarray:
    """Places at which a density is not what its tables say: between points that were looked at.

    At most fifty, each with one on either side at which the difference is another one by half.

    Parameters
    ----------
    pdf : callable
        Points (n,) -> values (n,).
    parts : sequence of (Tabulated, float)
        The tables, and the masses of them.
    support : (float, float)
    count : int
        How many points are looked at.
    apart : float
        By how much it is another one, relatively.
    """
    def excess(points: np.ndarray) -> np.ndarray:
        """The density less what the tables say."""
        return np.asarray(values_of(points) - _density(parts, points))

    def values_of(points: np.ndarray) -> np.ndarray:
        """The density, and zero where it is next to nothing."""
        values = pdf(points)
        return np.where(values > 1e-290, values, 0.0)

    x = _search_points(parts, support, count)
    values, differences = values_of(x), np.abs(excess(x))
    # Points round the distance from an end.
    rounding = 16.0 * EPS * sum(abs(end) / np.abs(x - end) for end in support if np.isfinite(end))
    wrong = (values > 0.0) & (differences > np.maximum(apart, rounding) * (values + differences))
    runs = np.split(np.arange(len(x)), np.flatnonzero(np.diff(wrong.astype(int))) + 1)
    found = [run[np.argmax(differences[run])] for run in runs if len(run) and wrong[run[0]]]
    largest = sorted(found, key=lambda i: -differences[i])[:50]
    if not largest:
        return np.zeros(0)
    before, after = np.maximum(np.array(largest) - 1, 0), np.minimum(np.array(largest) + 1, len(x) - 1)
    return np.unique([x[largest], *(_half_way(excess, x[largest], x[ends]) for ends in (before, after))])


def _density(parts: Sequence[tuple[Tabulated, float]], x: np.ndarray) -> np.ndarray:
    """The density that tables, each with its mass, say: points (n,) -> (n,)."""
    total = np.zeros(len(x))
    for part, mass in parts:
        low, high = part.support
        mine = (x > low) & (x < high)
        t = part.coordinate(x[mine])
        total[mine] = mass * part.sqrt_density(t) ** 2 * np.exp(-part.coordinates.place(t).log_slope)
    return total


def _half_way(excess: Callable[[np.ndarray], np.ndarray], x: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Points on the way from x, (n,), to ends, at which a difference has first changed by half; or the ends."""
    way = np.append(2.0 ** -np.arange(24.0, 0.0, -1.0), 1.0)
    points = x[:, None] + (ends - x)[:, None] * way
    first, values = excess(x)[:, None], excess(points.ravel()).reshape(points.shape)
    changed = np.abs(values - first) > 0.5 * np.maximum(np.abs(first), np.abs(values))
    changed[:, -1] = True
    return np.asarray(points[np.arange(len(x)), np.argmax(changed, axis=1)])


def _search_points(parts: Sequence[tuple[Tabulated, float]], support: tuple[float, float], count: int) -> np.ndarray:
    """Points of the inside of a support: a quarter of them even over the bulk, the others even in the logarithm.

    A peak of width w is seen among points whose distances are below some eight w, or 76 w where there is nothing else.
    """
    quarters = [part.points(part.quantile(np.array([0.05, 0.5, 0.95]))) for part, _ in parts] or [
        np.array([-1.0, 0.0, 1.0])]
    first, middle, last = (float(end) for end in (min(q[0] for q in quarters), quarters[0][1],
                                                  max(q[2] for q in quarters)))
    width, (low, high) = last - first, support
    bulk = np.linspace(max(low, first - 10.0 * width), min(high, last + 10.0 * width), count // 4)
    # Six decades about the middle, and eighteen about zero.
    far = width * np.logspace(0.0, 6.0, count // 4)
    wide = np.logspace(-9.0, 9.0, count // 8)
    x = np.concatenate([bulk, middle - far, middle + far, -wide, wide])
    return np.unique(x[(x > low) & (x < high)])
