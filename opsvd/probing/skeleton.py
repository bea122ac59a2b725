"""Rows and columns that give all of a kernel of finite rank."""

import numpy as np
import scipy.linalg

from .._support.linalg import equilibrated
from ..kernels import SMALLEST_SIZE
from .probe_points import Probe


def find_skeleton(probe: Probe) -> tuple[np.ndarray, np.ndarray] | None:
    """Rows and columns that give all of h, if at most seven do."""
    # The points are in no order. With 7 rows and columns not all ranks are seen, and 72 are too many values for what
    # test_structure.py allows.
    count = 24 if len(probe.x) > 200 else 16
    # Rows and columns of zeros tell nothing.
    telling = probe.h != 0.0 if np.count_nonzero(probe.h) < 0.5 * len(probe.h) else np.ones(len(probe.h), dtype=bool)
    x, y = (points[telling & side.central(points, 1.0)][cut] for points, side, cut in
            ((probe.x, probe.sides[0], slice(count)), (probe.y, probe.sides[1], slice(-count, None))))
    matrix = probe.kernel(x[:, None], y[None, :])
    if not np.isfinite(matrix).all() or np.abs(matrix).max(initial=0.0) < SMALLEST_SIZE:
        return None
    scaled, rows, columns = equilibrated(matrix)
    s = np.linalg.svd(scaled, compute_uv=False)
    # A finite rank shows as a gap, from 1e-6 to rounding; at 1e-11 tanh(xy) has one (test_structure.py).
    rank = int(np.sum(s > 1e-6 * s[0]))
    support = min(int(scaled.any(axis=1).sum()), int(scaled.any(axis=0).sum()))
    # A few rows that are not zero have a small rank whatever they are.
    if not 0 < rank <= min(7, support // 2 - 2) or s[rank] > 1e-13 * s[0]:
        return None
    chosen_x = scipy.linalg.qr(scaled.T, mode="r", pivoting=True)[1][:rank]
    chosen_y = scipy.linalg.qr(scaled[chosen_x], mode="r", pivoting=True)[1][:rank]
    # h(x, y) = h(x, Y) h(X, Y)^-1 h(X, y), if a rank is all there is.
    inverse = np.linalg.inv(scaled[np.ix_(chosen_x, chosen_y)])
    with np.errstate(all="ignore"):
        left = probe.kernel(probe.x[:, None], y[chosen_y]) * columns[chosen_y]
        right = probe.kernel(x[chosen_x][:, None], probe.y) * rows[chosen_x][:, None]
        predicted = np.sum(left * (inverse @ right).T, axis=1)
        roundings = np.sum(np.abs(left) * (np.abs(inverse) @ np.abs(right)).T, axis=1)
    told = np.flatnonzero(probe.sides[0].central(probe.x, 30.0) & probe.sides[1].central(probe.y, 30.0))
    agrees = probe.agree(told, predicted[told], roundings[told])
    return (x[chosen_x], y[chosen_y]) if agrees else None
