"""Singular values computed knowing where h breaks: what the problem table holds where there is no closed form.

Nothing here is shared with the methods of opsvd. The operator is projected on Legendre polynomials on panels, in
half-density form, and each entry of the matrix

    M[m, n] = int int P_m(x) h(x, y) sqrt(rho(x) rho(y)) Q_n(y) dy dx

is integrated exactly: for each x, the integral in y is cut where h breaks at that x; as a function of x it is smooth
up to where a break crosses the end of a panel in y, and there the integral in x is cut. Graded pieces take care of
roots and logarithms. What is left is how well panels approximate the singular functions, and its square is the error
of the values: panels are graded towards the points where the singular functions themselves are singular.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.polynomial.legendre import leggauss, legvander

from opsvd.measures import Gaussian

__all__ = ["NO_BREAKS", "Breaks", "circle_spectrum", "energy", "lines", "spectrum"]

# Pieces shrink by this factor towards a singular point; it lies 1.5 half-widths from their centres.
RATIO = 0.2
# A piece needs this many Gauss-Legendre points: (3/2 + sqrt(5)/2)^(-2 * 20) is 2e-17.
ORDER = 20
# Slices are integrated this many at a time, to bound the memory.
CHUNK = 64


def _nowhere(t: np.ndarray) -> np.ndarray:
    return np.empty((len(t), 0))


@dataclass(frozen=True)
class Breaks:
    """Where h, or a derivative, breaks: curves, from both sides, and the points they make singular.

    Attributes
    ----------
    y_at, x_at : callable
        The places of the breaks of h(x, .), as a function of x: shape (n,) -> (n, k), not finite where there are fewer
        than k of them; and of h(., y) as a function of y.
    x_points, y_points : mapping
        Points where the singular functions are singular, by a tangent of a curve parallel to the other axis, by a
        corner, or by h itself: {point: width of the smallest panel beside it}.
    smallest : float or None
        Width of the smallest piece beside a curve; None where h is smooth on either side of it, up to the curve.
    """

    y_at: Callable[[np.ndarray], np.ndarray] = field(default=_nowhere, repr=False)
    x_at: Callable[[np.ndarray], np.ndarray] = field(default=_nowhere, repr=False)
    x_points: Mapping[float, float] = field(default_factory=dict)
    y_points: Mapping[float, float] = field(default_factory=dict)
    smallest: float | None = None

    def transposed(self) -> "Breaks":
        """The breaks of h(y, x)."""
        return Breaks(self.x_at, self.y_at, self.y_points, self.x_points, self.smallest)


NO_BREAKS = Breaks()


def lines(a: float, b: float, *levels: float, smallest: float | None = None) -> Breaks:
    """The lines a x + b y = level, for each of the levels."""
    c = np.array(levels)
    return Breaks(lambda x: (c - a * x[:, None]) / b, lambda y: (c - b * y[:, None]) / a, smallest=smallest)


def _ladder(smallest: float | None, largest: float = 0.4) -> np.ndarray:
    """Distances 0 and +-largest * RATIO^k, down to `smallest`; zero alone if that is None or too large."""
    if smallest is None or smallest >= largest:
        return np.zeros(1)
    rungs = largest * RATIO ** np.arange(int(np.log(smallest / largest) / np.log(RATIO)) + 2)
    return np.concatenate([-rungs, [0.0], rungs])


def panel_edges(mu: Gaussian, reach: float, panels: int, points: Mapping[float, float]) -> np.ndarray:
    """Equal panels within `reach` standard deviations, and graded ones beside the points."""
    wide = np.linspace(mu.mean - reach * mu.std, mu.mean + reach * mu.std, panels + 1)
    graded = [point + _ladder(smallest) for point, smallest in points.items()]
    return _sorted_edges(np.concatenate([wide, *graded]), wide[0], wide[-1])


def _sorted_edges(points: np.ndarray, low: float, high: float) -> np.ndarray:
    """The points within [low, high], in order; of those closer than rounding, one."""
    edges = np.unique(points[(points >= low) & (points <= high)])
    return edges[np.concatenate([[True], np.diff(edges) > 4e-16 * np.abs(edges[1:])])]


def _pieces(edges: np.ndarray, step: float, extra: np.ndarray) -> np.ndarray:
    """The edges, and more: no piece wider than `step`, and the points `extra`."""
    parts = [np.linspace(a, b, int(np.ceil((b - a) / step)) + 1) for a, b in pairwise(edges)]
    return _sorted_edges(np.concatenate([*parts, extra]), edges[0], edges[-1])


def sqrt_density(mu: Gaussian, x: np.ndarray) -> np.ndarray:
    """The square root of the Gaussian density."""
    return np.exp(-(((x - mu.mean) / (2.0 * mu.std)) ** 2)) / np.sqrt(mu.std * np.sqrt(2.0 * np.pi))


def _legendre(edges: np.ndarray, panel: np.ndarray, t: np.ndarray, order: int) -> np.ndarray:
    """Orthonormal Legendre polynomials of the given panels at the points t, shape (..., order)."""
    width = edges[panel + 1] - edges[panel]
    values = legvander(2.0 * (t - edges[panel]) / width - 1.0, order - 1)
    return values * np.sqrt((2.0 * np.arange(order) + 1.0) / width[..., None])


def _slice_pieces(breaks: Breaks, x: np.ndarray, y_pieces: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each of the x, the pieces of y between its breaks: which x, the left ends, the right ends."""
    with np.errstate(all="ignore"):
        at = (breaks.y_at(x)[:, :, None] + _ladder(breaks.smallest)).reshape(len(x), -1)
    # A place outside is moved to the end, where it makes pieces of width zero.
    at = np.where((at > y_pieces[0]) & (at < y_pieces[-1]), at, y_pieces[-1])
    ends = np.sort(np.hstack([np.broadcast_to(y_pieces, (len(x), len(y_pieces))), at]), axis=1)
    row, column = np.nonzero(np.diff(ends, axis=1) > 0.0)
    return row, ends[row, column], ends[row, column + 1]


def _weighted_values(problem, x, row, low, high):
    """Points of the pieces (s, q), h sqrt(rho(x) rho(y)) there, zero where it is infinite, and weights."""
    t, w = leggauss(ORDER)
    y = low[:, None] + 0.5 * (high - low)[:, None] * (1.0 + t)
    xs = np.broadcast_to(x[row][:, None], y.shape)
    with np.errstate(all="ignore"):
        values = problem.h(xs, y) * sqrt_density(problem.mu_x, xs) * sqrt_density(problem.mu_y, y)
    return y, np.where(np.isfinite(values), values, 0.0), 0.5 * (high - low)[:, None] * w


def _slices(problem, x, y_edges, y_pieces, *, order):
    """The integrals of h(x, .) against the functions of all panels in y, for each x: shape (n, panels * order)."""
    row, low, high = _slice_pieces(problem.breaks, x, y_pieces)
    panel = np.searchsorted(y_edges, 0.5 * (low + high)) - 1
    y, values, weights = _weighted_values(problem, x, row, low, high)
    functions = _legendre(y_edges, np.broadcast_to(panel[:, None], y.shape), y, order)
    integrals = np.einsum("sq,sqn->sn", values * weights, functions)
    # Pieces come in order of x and then of panels, and there is one at least for each of both.
    first = np.flatnonzero(np.diff(row * len(y_edges) + panel, prepend=-1))
    return np.add.reduceat(integrals, first, axis=0).reshape(len(x), -1)


def _rule(edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    t, w = leggauss(ORDER)
    half = 0.5 * np.diff(edges)[:, None]
    return (edges[:-1, None] + half * (1.0 + t)).ravel(), (half * w).ravel()


def _outer_pieces(breaks: Breaks, x_edges: np.ndarray, y_edges: np.ndarray, step: float) -> np.ndarray:
    """The pieces of x: cut, and graded, where a break crosses the end of a panel in y."""
    with np.errstate(all="ignore"):
        cuts = breaks.x_at(y_edges).ravel()
    # The integral in y is smoother than h by one degree: its pieces need not be as small.
    smallest = None if breaks.smallest is None else max(breaks.smallest, 1e-9)
    return _pieces(x_edges, step, (cuts[np.isfinite(cuts), None] + _ladder(smallest)).ravel())


def spectrum(problem, *, reach=11.0, panels=22, order=16, step=1.0):
    """All singular values of the projection on `panels` equal panels, and graded ones, of `order` polynomials each.

    Parameters
    ----------
    problem : Problem
        Its h, measures and breaks are used.
    reach : float
        The panels end at this many standard deviations.
    step : float
        No piece of an integral is wider than this.
    """
    breaks = problem.breaks
    x_edges = panel_edges(problem.mu_x, reach, panels, breaks.x_points)
    y_edges = panel_edges(problem.mu_y, reach, panels, breaks.y_points)
    y_pieces = _pieces(y_edges, step, np.empty(0))
    x, w = _rule(_outer_pieces(breaks, x_edges, y_edges, step))
    panel = np.searchsorted(x_edges, x) - 1
    matrix = np.zeros((len(x_edges) - 1, order, (len(y_edges) - 1) * order))
    for start in range(0, len(x), CHUNK):
        part = slice(start, start + CHUNK)
        integrals = _slices(problem, x[part], y_edges, y_pieces, order=order)
        functions = w[part, None] * _legendre(x_edges, panel[part], x[part], order)
        for p in np.unique(panel[part]):
            here = panel[part] == p
            matrix[p] += functions[here].T @ integrals[here]
    return np.linalg.svd(matrix.reshape(-1, matrix.shape[2]), compute_uv=False)


def energy(problem, *, reach=11.0, panels=22):
    """E[h^2], by the same slices: the integral of their squares."""
    breaks = problem.breaks
    x_edges = panel_edges(problem.mu_x, reach, panels, breaks.x_points)
    y_edges = panel_edges(problem.mu_y, reach, panels, breaks.y_points)
    x, w = _rule(_outer_pieces(breaks, x_edges, y_edges[[0, -1]], 1.0))
    total = 0.0
    for start in range(0, len(x), CHUNK):
        part = slice(start, start + CHUNK)
        row, low, high = _slice_pieces(breaks, x[part], y_edges)
        _, values, weights = _weighted_values(problem, x[part], row, low, high)
        total += float(np.sum(w[part][row][:, None] * weights * values**2))
    return total


def circle_spectrum(problem, n):
    """The singular values of an h(x, y) = k(x + y) of period 2 pi, under standard Gaussians: n-point trapezoid rule.

    Only x and y modulo 2 pi matter, and their density is a theta function, sum over j of rho(x + 2 pi j). For an
    analytic k the rule converges geometrically. The matrix is symmetric: singular values are absolute eigenvalues.
    """
    x = 2.0 * np.pi * np.arange(n) / n
    density = np.sum(sqrt_density(problem.mu_x, x[:, None] + 2.0 * np.pi * np.arange(-4, 4)) ** 2, axis=1)
    root = np.sqrt(2.0 * np.pi / n * density)
    values = np.linalg.eigvalsh(root[:, None] * problem.h(x[:, None], x) * root)
    return np.sort(np.abs(values))[::-1]
