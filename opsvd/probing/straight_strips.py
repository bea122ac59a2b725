"""Strips a < y < b that are narrower than the distance between nodes: slices show them that are looked at closely."""

from functools import lru_cache

import numpy as np

from .._support.arrays import read_only
from ..kernels import Kernel
from ..measures import LineMeasure


def ends_of_strips(kernel: Kernel, mu_x: LineMeasure, mu_y: LineMeasure) -> np.ndarray:
    """Places in y between which h has something narrow at the same y on at least two of three slices.

    A few thousand points of a slice, as dense as the mass is, have fourth differences that change slowly wherever h is
    smooth, and stand out at a jump or a kink. Along other curves they do so at another y on each slice. A strip has two
    places near to each other; a single line, of which slices see one side or the other, is left to them.

    Parameters
    ----------
    kernel : Kernel
        Of coordinates.
    mu_x, mu_y : LineMeasure

    Returns
    -------
    ndarray, shape (2 n,)
        Two places around each strip; none if there are more than sixteen.
    """
    nearest, most = 96, 16    # strips of up to 96 / 4096 of the mass; wider ones have nodes inside
    x = mu_x.quantile(np.array([0.2113, 0.5441, 0.8377]))    # no plain numbers, where h may be special
    y = _dense_places(mu_y)
    h = kernel.finite_beside(x[:, None], y[None])
    bends = np.abs(np.diff(h, 4, axis=1))
    # Below 1e-12 of h they are rounding.
    rounding = 1e-12 * np.abs(h).max()
    slices, places = np.nonzero(bends > rounding)
    marked = bends[slices, places] > 1e3 * _around(bends, slices, places) + rounding
    marks = np.flatnonzero(np.bincount(places[marked], minlength=bends.shape[1]) >= 2)
    groups = [group for group in np.split(marks, np.flatnonzero(np.diff(marks) > nearest) + 1)
              if len(group) and group[-1] - group[0] >= 4]    # a single jump is in four differences
    if len(groups) > most:
        return np.zeros(0)
    return np.array([place for group in groups for place in (y[group[0]], y[group[-1] + 4])])


def _around(bends: np.ndarray, slices: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The medians of 65 differences around some places (m,), of which half are those of the smooth parts there."""
    reach = 32
    beyond = np.pad(bends, ((0, 0), (reach, reach)), mode="symmetric")
    windows = np.lib.stride_tricks.sliding_window_view(beyond, 2 * reach + 1, axis=1)[slices, places]
    return np.asarray(np.partition(windows, reach, axis=1)[:, reach])


@lru_cache(maxsize=64)
def _dense_places(measure: LineMeasure) -> np.ndarray:
    """Points as dense as the mass is: quantiles may take 4 microseconds each."""
    count = 4096
    return read_only(measure.quantile((np.arange(count) + 0.5) / count))
