"""Thin strips, which most slices of a kernel cross: panels whose nodes are near enough to each other to see them."""

import numpy as np

from ..quadrature import divided, gauss_legendre


def panels_for_strips(edges: np.ndarray, breaks: np.ndarray, x: np.ndarray, weights: np.ndarray,
                      order: int) -> np.ndarray:
    """Divide panels so that nodes lie within the thin strips that most slices cross.

    A strip that is narrower than the distance between nodes is seen by those slices in which a random point hits it,
    and missed by the others. So panels are divided on which most of the slices that break there, by their weights, have
    such a strip. Two curves that cross are near to each other on few slices, and the two sides of a band on all of
    them. Panels on which no slice was seen to break are divided like the nearest ones, as far as to the neighbours of
    the outermost of these: a strip may cross them unseen.

    Parameters
    ----------
    edges : ndarray
        The panels in y.
    breaks : ndarray, shape (b, 2)
        The breaks of slices: x_i and y.
    x, weights : ndarray, shape (n,)
        The slices, all over the measure of x, and their weights there.
    order : int
        Gauss-Legendre nodes on a panel.

    Returns
    -------
    ndarray
        The edges of finer panels, or `edges`.
    """
    # So many panels have the values that some dozen breaks of a slice take. Of a strip that is as wide as most, so many
    # nodes are between its two ends.
    most_panels, nodes_inside = 512, 2
    breaks = breaks[np.lexsort(breaks.T[::-1])]
    order_of = np.argsort(x)
    which, y = order_of[np.searchsorted(x[order_of], breaks[:, 0])], breaks[:, 1]
    panels, width = len(edges) - 1, np.diff(edges)
    panel = np.clip(np.searchsorted(edges, y, side="right") - 1, 0, panels - 1)
    nearest_nodes = 0.5 * float(np.diff(gauss_legendre(order)[0]).max()) * width
    # What is narrower than the finest panels allow is rounding of one break, or cannot be helped.
    strips, limit = np.diff(y), nearest_nodes[panel[:-1]]
    thin = np.flatnonzero((np.diff(which) == 0) & (strips < limit) & (strips > limit / most_panels))
    # Over all panels together most slices must have one: beside tips and crossings a narrow panel has few slices.
    if len(thin) == 0 or 2.0 * weights[np.unique(which[thin])].sum() <= weights[np.unique(which)].sum():
        return edges
    crossed = _weights_on(panel, which, weights, panels)
    mostly = 2.0 * _weights_on(panel[thin], which[thin], weights, panels) > crossed
    if not mostly.any():
        return edges
    distances = np.where(mostly, 1.0, np.inf)
    for p in np.flatnonzero(mostly):
        distances[p] = np.median(strips[thin][panel[thin] == p]) / nodes_inside
    known = np.flatnonzero(crossed)
    distances = distances[known[np.abs(np.arange(panels)[:, None] - known).argmin(axis=1)]]
    distances[:max(known[0] - 1, 0)] = distances[known[-1] + 2:] = np.inf
    counts = np.maximum(np.ceil(nearest_nodes / distances), 1.0)
    counts = np.maximum(counts * min(1.0, most_panels / counts.sum()), 1.0).astype(int)
    return divided(edges, counts)


def _weights_on(panel: np.ndarray, which: np.ndarray, weights: np.ndarray, panels: int) -> np.ndarray:
    """The weights of the slices that have an entry on each panel, together."""
    pairs = np.unique(np.stack([panel, which], axis=1), axis=0)
    return np.bincount(pairs[:, 0], weights[pairs[:, 1]], minlength=panels)
