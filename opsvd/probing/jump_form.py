r"""The form of phi(<M^T x + c, y>) from where phi jumps, for functions that have no slopes, such as the sign.

Where :math:`\varphi` jumps at :math:`z_0`, h jumps at the y with :math:`\langle M^T x + c, y \rangle = z_0`. Each
point of that surface is a linear equation for M, c and :math:`z_0`, which are found up to a factor.
"""

import numpy as np

from ..kernels import Kernel
from ..measures import Measure


def form_of_jumps(kernel: Kernel, measures: tuple[Measure, Measure],
                  affine: int) -> tuple[np.ndarray, np.ndarray, float] | None:
    """M (p, q), c (q,), and how far they may be off relative to their size; None if h does not jump on one surface."""
    p, q = measures[affine].dim, measures[1 - affine].dim
    unknowns = q * (p + 1) + 1
    points, places = _jumps(kernel, measures, affine, 16 * unknowns)
    if len(places) < unknowns + 4:    # to verify it
        return None
    lifted = np.column_stack([points.reshape(-1, p), np.ones(len(points))])
    rows = np.column_stack([(places[:, :, None] * lifted[:, None]).reshape(len(places), q * (p + 1)),
                            -np.ones(len(places))])
    sizes = np.linalg.norm(rows, axis=0)
    s, vt = np.linalg.svd(rows / sizes, full_matrices=False)[1:]
    if s[-1] > 1e-11 * s[-2] or s[-2] < 1e-3 * s[0]:
        return None    # other surfaces, or several
    table = (vt[-1] / sizes)[:-1].reshape(q, p + 1)
    table = table / table.flat[np.argmax(np.abs(table))]
    table[np.abs(table) < 1e-12] = 0.0    # which is rounding
    return table[:, :p].T, table[:, p], 4.0 * float(s[-1] / s[-2]) + 1e-14


def _jumps(kernel: Kernel, measures: tuple[Measure, Measure], affine: int,
           count: int) -> tuple[np.ndarray, np.ndarray]:
    """Points of the affine variable, and for each a point of the other at which h jumps."""
    rng = np.random.default_rng(20240313)
    points = measures[affine].sample(count, rng)
    ends = [measures[1 - affine].sample(count, rng) for _ in range(2)]

    def values(vectors: np.ndarray) -> np.ndarray:
        return kernel(*((points, vectors) if affine == 0 else (vectors, points)))

    left, right = map(values, ends)
    for _ in range(60):    # until the ends are neighbours among floats
        middle = 0.5 * (ends[0] + ends[1])
        between = values(middle)
        first = np.abs(between - left) > np.abs(right - between)    # the half in which h changes more
        ends = [np.where(first[:, None], ends[0], middle), np.where(first[:, None], middle, ends[1])]
        left, right = np.where(first, left, between), np.where(first, between, right)
    steps = np.abs(right - left)
    jumped = steps > 1e-3 * steps.max(initial=0.0)
    close = np.abs(ends[1] - ends[0]).max(axis=1) <= 1e-14 * np.abs(ends[0]).max(axis=1)
    kept = jumped & close
    return points[kept], ends[0][kept]
