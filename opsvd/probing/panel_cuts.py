"""Where panels of cells between curves are cut: at the ends of curves."""

import numpy as np

from ..kernels import Kernel


def changes_at(kernel: Kernel, start: float, stop: float, y: np.ndarray) -> float:
    """Where between two x the values at some y change from those at the first to those at the other, by bisection."""
    first, last = (kernel.finite_beside(np.full(len(y), end), y) for end in (start, stop))
    for _ in range(50):
        middle = 0.5 * (start + stop)
        if not min(start, stop) < middle < max(start, stop):
            break
        values = kernel.finite_beside(np.full(len(y), middle), y)
        nearer = np.abs(values - first).sum() < np.abs(values - last).sum()
        start, stop = (middle, stop) if nearer else (start, middle)
    return 0.5 * (start + stop)


def where_curves_end(kernel: Kernel, x: np.ndarray, breaks: list[np.ndarray],
                     box: tuple[float, float]) -> tuple[float, int] | None:
    """Where a break of a slice leaves the box before the next slice, or two meet where a curve turns back.

    Parameters
    ----------
    kernel : Kernel
    x : ndarray, shape (n,)
        Increasing, of slices along y.
    breaks : list of ndarray
        The breaks of each.
    box : (float, float)
        The ends of y.

    Returns
    -------
    (float, int) or None
        A place in x, where a slice with the most breaks more than the next one shows that some come near to each other,
        or to the box; and 1 if the curve lies to its right, -1 to its left.
    """
    counts = np.array([len(some) for some in breaks])
    k = int(np.argmax(np.abs(np.diff(counts))))
    more, fewer = (k, k + 1) if counts[k] > counts[k + 1] else (k + 1, k)
    behind = 2 * more - fewer
    if counts[more] == counts[fewer] or not 0 <= behind < len(x) or counts[behind] != counts[more]:
        return None
    places = np.array([box[0], *breaks[more], box[1]])
    gaps, wider = np.diff(places), np.diff([box[0], *breaks[behind], box[1]])
    # One that vanishes before the next slice was not four times what it has changed by since the slice behind.
    part = np.divide(gaps, wider - gaps, where=wider > gaps, out=np.full(len(gaps), np.inf))
    i = int(np.argmin(part))
    if part[i] > 4.0:
        return None

    def ends_at(y: float) -> float:
        return changes_at(kernel, float(x[more]), float(x[fewer]), np.array([y]))

    inside = 1e-13 * (box[1] - box[0])
    y, step = 0.5 * float(places[i] + places[i + 1]), 0.2 * float(gaps[i])
    if i in {0, len(gaps) - 1}:
        y, step = (box[0] + inside, 0.0) if i == 0 else (box[1] - inside, 0.0)
    for _ in range(3 if step else 0):    # the vertex of a parabola through three places
        low, there, high = (ends_at(y + side * step) for side in (-1, 0, 1))
        bend = low - 2.0 * there + high
        y += 0.5 * step * float(np.clip((low - high) / bend, -1.0, 1.0)) if bend else 0.0
        step *= 0.02
    return ends_at(y), 1 if more > fewer else -1
