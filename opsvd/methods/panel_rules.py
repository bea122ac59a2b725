"""Panels in one variable: the first ones, rules on them for checks, and what samples there leave unresolved."""

import numpy as np

from .._support.arrays import squares
from .._support.floats import EPS
from ..measures import LineMeasure
from ..quadrature import BENDS, Rule, bent_rule, gauss_lobatto, hidden_energy, on_panels
from ..quadrature.legendre import TRUNCATED

ORDER = 16
"""Gauss-Legendre nodes on a panel."""
FIRST_PANELS = (4, 5)
"""Panels to begin with, on each side of zero, for x and y: unequal, so that no nodes coincide."""

MOST_AT_POINTS = 8
"""Unresolved panels that singular points may leave, of which each leaves two: more show a break along a curve."""


def first_edges(measure: LineMeasure, interval: tuple[float, float], count: int) -> np.ndarray:
    """A few equal panels over the domain, `count` a side, with edges where kernels have singular points, or densities.

    Kernels have them at zero.
    """
    low, high = interval
    if not low < 0.0 < high:
        return with_edges_of(measure, np.linspace(low, high, 2 * count + 1))
    below = min(max(1, round(-2 * count * low / (high - low))), 2 * count - 1)
    edges = np.concatenate([np.linspace(low, 0.0, below + 1)[:-1], np.linspace(0.0, high, 2 * count - below + 1)])
    return with_edges_of(measure, edges)


def with_edges_of(measure: LineMeasure, edges: np.ndarray) -> np.ndarray:
    """Edges of panels, and those of the measure between them."""
    return np.union1d(edges, measure.edges[(measure.edges > edges[0]) & (measure.edges < edges[-1])])


def with_edges_at(edges: np.ndarray, points: np.ndarray, measure: LineMeasure) -> np.ndarray:
    """Add edges at inner points that are none to within 1e-6: meeting points are known to the root of rounding."""
    for point in points[(points > edges[0]) & (points < edges[-1])]:
        if np.abs(edges - point).min() > 1e-6 * measure.scale:
            edges = np.union1d(edges, point)
    return edges


def floor_width(measure: LineMeasure, edges: np.ndarray) -> np.ndarray:
    """The width, for each panel, below which it is not halved: shape (panels,).

    Beside zero floats do not end: of |x|^-0.3, whose energy falls like w^0.4, a width of 1e-25 leaves out 1e-10.
    """
    nearest = np.minimum(np.abs(edges[:-1]), np.abs(edges[1:]))
    return np.asarray(np.maximum(1e-25 * measure.scale, 64.0 * EPS * nearest))


def next_to(ends: np.ndarray, width: np.ndarray | float, side: np.ndarray | float, ulps: float = 8.0) -> np.ndarray:
    """Points inside panels as close to their left (side = 1) or right (side = -1) ends as floats tell apart."""
    return np.asarray(ends + side * ulps * EPS * np.maximum(width, np.abs(ends)))


def ends_from_inside(edges: np.ndarray, measure: LineMeasure) -> np.ndarray:
    """Where densities end or jump: T g has kinks where curves of breaks get there."""
    return np.append(next_to(edges[[0, -1]], edges[-1] - edges[0], np.array([1.0, -1.0])), measure.edges)


def panel_tails(matrix: np.ndarray, norm: float = 0.0, bends: np.ndarray | int = 0) -> np.ndarray:
    """Norm of the last coefficients of weighted samples (.., functions) on every panel, shape (panels,).

    What is rounding beside `norm` counts as zero. Panels have the bends of their roots: see `opsvd.quadrature.rooted`.
    """
    panels = matrix.reshape(-1, ORDER, matrix.shape[-1])
    transforms = np.stack([bent_rule(ORDER, bend).transform[-TRUNCATED:] for bend in BENDS])
    last = transforms[bends] @ panels    # up to two of which parity makes zero
    tails = np.sqrt(np.sum(squares(last), axis=(1, 2)))
    return np.where(tails > 8.0 * EPS * norm, tails, 0.0)


def hidden_share(edges: np.ndarray, energies: np.ndarray) -> float:
    """The part of a norm that is nearer to singular points than panels reach, from energies (n,) at their nodes."""
    of_panels = energies.reshape(-1, ORDER).sum(axis=1)
    return float(np.sqrt(hidden_energy(edges, of_panels) / of_panels.sum()))


def check_rule(measure: LineMeasure, edges: np.ndarray, ulps: float, order: int) -> Rule:
    """A Gauss-Lobatto rule on the panels: no node in common, and the ends, seen from inside, among them.

    On narrow panels, which lead to points where h may be infinite, the ends are seen from farther away: a node at a
    distance of rounding has the weight of a hundredth of its panel, and says nothing of how much of h is there.
    """
    left, right = edges[:-1, None], edges[1:, None]
    width = right - left
    nodes, weights = on_panels(left, right, *gauss_lobatto(order))
    narrow = 0.5 * width <= np.maximum(floor_width(measure, edges), 1e-8 * measure.scale)[:, None]
    nodes[:, :1] = np.where(narrow, left + 0.01 * width, next_to(left, width, 1.0, ulps))
    nodes[:, -1:] = np.where(narrow, right - 0.01 * width, next_to(right, width, -1.0, ulps))
    return measure.rule(nodes.ravel(), weights.ravel())


def random_rule(measure: LineMeasure, edges: np.ndarray, rng: np.random.Generator, count: int) -> Rule:
    """Random points, one in each of `count` equal parts of every panel."""
    width = np.diff(edges)[:, None] / count
    nodes = edges[:-1, None] + width * (np.arange(count) + rng.random((len(width), count)))
    return measure.rule(nodes.ravel(), np.broadcast_to(width, nodes.shape).ravel())
