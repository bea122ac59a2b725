"""Where figures show a measure on the line: its bulk, and points of it."""

import numpy as np

from ..measures import LineMeasure


def bulk(measure: LineMeasure, deviations: float, count: int) -> np.ndarray:
    """Points that increase through the bulk of a measure, at most so many, shape (n,).

    They are what as many numbers, equally spaced over so many standard deviations of a Gaussian to either side, become:
    of a Gaussian these numbers themselves, and of others more where there is more of the mass. Points of positive
    probability are there once. Vectors, (n, k), are in the order of their first coordinates.
    """
    z = deviations * np.linspace(-1.0, 1.0, count)
    return np.unique(measure.unwhiten(z[:, None]), axis=0)


def window(measure: LineMeasure, deviations: float) -> tuple[float, float]:
    """The interval that `bulk` covers; to an end of the support that is nearer than a hundredth of it."""
    low, high = bulk(measure, deviations, 2)[[0, -1]].tolist()
    if low == high:    # a single point
        return low - 0.5, high + 0.5
    (first, last), room = measure.support, 0.01 * (high - low)
    return first if low - first < room else low, last if last - high < room else high


def nearest_points(measure: LineMeasure, x: np.ndarray) -> np.ndarray:
    """Numbers, (n,), each moved to a point of the measure if it is none, as between parts of a mixture, or atoms."""
    t = measure.coordinate(x)
    back = measure.points(np.where(np.isnan(t), measure.center, t))
    some = bulk(measure, 4.0, 2000)    # four deviations: beyond the window of any figure
    after = np.minimum(np.searchsorted(some, x), len(some) - 1)
    below, above = some[np.maximum(after - 1, 0)], some[after]
    # Coordinates and back again: to rounding, or as well as the inverse of a user's map does it.
    known = ~np.isnan(t) & (np.abs(back - x) <= 1e-6 * (some[-1] - some[0]))
    return np.where(known, x, np.where(x - below <= above - x, below, above))


def broken(measure: LineMeasure, x: np.ndarray) -> np.ndarray:
    """Points that increase, with NaN between neighbours where the middle between them is no point of the measure."""
    middle = 0.5 * (x[1:] + x[:-1])
    apart = nearest_points(measure, middle) != middle
    return np.insert(x, np.flatnonzero(apart) + 1, np.nan)
