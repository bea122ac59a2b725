r"""Where a(x) of a kernel phi(<a(x), b(y)>) lies, if it moves on rays from one point: rules for x, as rows a_n.

x is a number under any measure, or a vector that is round as y sees it. Then :math:`a = (\tau u + s, \beta)` in
R^(p + 1), with u a number, or a vector of R^p with uniform directions, and :math:`\beta > 0`, which a bias gives.
Operators commute with the rotations of u, if it is a vector, and with none otherwise.
"""

import math
from dataclasses import dataclass

import numpy as np

from ..bases import Polyspherical
from ..kernels import Side
from ..measures import Chi, GaussianVector, LineMeasure, Measure, lengths_of
from ..probing.bilinear import Bilinear
from ..quadrature import angle_density, composite_gauss_legendre, equal_panels
from .angular_slices import CHECK_CUT


@dataclass(frozen=True, eq=False)
class Rows:
    """A rule for x.

    Attributes
    ----------
    points : ndarray, shape (n, p + 1)
        The points a; where u is a vector, those on one ray.
    roots : ndarray, shape (n,)
        The roots of the weights.
    density : ndarray, shape (n,)
        The density of the direction of a against uniform directions; infinite where a does not move.
    """

    points: np.ndarray
    roots: np.ndarray
    density: np.ndarray


@dataclass(frozen=True, eq=False)
class ZonalLaw:
    """The laws of a and b.

    Attributes
    ----------
    line : LineMeasure
        Of the number u, or of its length.
    slope, start, bias : float
        The numbers tau, s and beta.
    scale : float
        By which a was divided: the kernel is phi(scale <a, b>).
    turns : (ndarray, ndarray)
        From the affine variable, and from the other one, to a and b.
    shift : ndarray, shape (p + 1,)
        What is added to the turned affine variable.
    """

    line: LineMeasure
    slope: float
    start: float
    bias: float
    scale: float
    turns: tuple[np.ndarray, np.ndarray]
    shift: np.ndarray

    @property
    def k(self) -> int:
        """The dimension p + 1."""
        return len(self.shift)

    @property
    def sizes(self) -> tuple[int, int]:
        """The groups of coordinates that rotations keep."""
        return self.k - 1, 1

    def classes(self, top: int) -> list[tuple[int, int]]:
        """Degrees of harmonics in these groups."""
        both = Polyspherical.BOTH
        return [(both, both)] if self.k == 2 else [(degree, both) for degree in range(top + 1)]

    def rows(self, top: int, *, check: bool = False) -> Rows:
        """A rule for functions with harmonics up to a degree."""
        edges = self._edges(top)
        if check:    # no edge is as it was, but those of the measure
            inner = self.line.edges[(self.line.edges > edges[0]) & (self.line.edges < edges[-1])]
            edges = np.unique(np.concatenate([edges[:1], edges[:-1] + CHECK_CUT * np.diff(edges), edges[-1:], inner]))
        t, weights = composite_gauss_legendre(edges, 20 if check else 24)
        points, angle = np.zeros((len(t), self.k)), self._angle(t)
        points[:, 0], points[:, -1] = self._first(t), self.bias
        slopes = np.abs(np.gradient(angle, t))
        # A number has one direction at each angle, of the two that there are in the plane.
        uniform = angle_density(angle, self.k) * (0.5 if self.k == 2 else 1.0)
        density = self.line.sqrt_density(t) ** 2
        with np.errstate(divide="ignore"):
            return Rows(points, np.sqrt(weights * density), density / (slopes * uniform))

    def _first(self, t: np.ndarray) -> np.ndarray:
        return np.asarray(self.slope * self.line.points(t) + self.start)

    def _angle(self, t: np.ndarray) -> np.ndarray:
        """The angle between a and the plane in which u moves; for numbers, beyond a right angle on the other side."""
        return np.asarray(np.arctan2(self.bias, self._first(t)))

    def _edges(self, top: int) -> np.ndarray:
        """Panels on which the density, the angle times the highest degree and the logarithm of the length vary little.

        Outside of the box lies 1e-18 of the mass.
        """
        law = self.line
        (low, high), inner, outer = law.box(1e-9), law.box(0.1), law.outer_widths
        ends = zip((low, *inner), (*inner, high), (2.0 * outer[0], 4.0 * law.scale, 2.0 * outer[1]), strict=True)
        edges = np.unique(np.concatenate([equal_panels(*panel) for panel in ends]))
        edges = np.union1d(edges, law.edges[(law.edges > low) & (law.edges < high)])
        while True:
            size = np.log(np.hypot(self._first(edges), self.bias))
            # Of waves that turn by 20 radians on a panel, 24 nodes integrate the product of two to 1e-12.
            wide = (np.abs(np.diff(self._angle(edges))) * max(top, 1) > 20.0) | (np.abs(np.diff(size)) > 1.0)
            if not wide.any() or len(edges) > 400:    # more would take a minute
                return edges
            edges = np.union1d(edges, 0.5 * (edges[:-1] + edges[1:])[wide])


def find_law(form: Bilinear, sides: tuple[Side, Side]) -> ZonalLaw | str:
    """The laws of a and b, or why there are none."""
    affine, linear = sides[form.affine], sides[1 - form.affine]
    root = np.atleast_2d(linear.points(np.eye(linear.directions)))    # B^T of y = B v
    to_v = linear.unplaced(np.eye(linear.measure.dim)).T
    to_u, origin, line = _round_coordinates(affine.measure)
    if line is None:
        return "takes numbers x, or vectors x that are invariant under rotations about their mean"
    # a = root (M^T x + c), and x = origin + from_u u.
    from_u = np.linalg.pinv(to_u)
    matrix, constant = form.form.matrix, form.form.shift
    slopes, start = root @ matrix.T @ from_u, root @ (matrix.T @ origin + constant)
    p = slopes.shape[1]
    slope = float(np.linalg.norm(slopes) / math.sqrt(p))
    axes = slopes / (slope or 1.0)
    along = axes.T @ start
    across = start - axes @ along
    bias, size = float(np.linalg.norm(across)), float(np.linalg.norm(start)) + slope
    rounding = 1e-12 + 10.0 * form.form.rounding
    if np.abs(axes.T @ axes - np.eye(p)).max() > rounding or (p > 1 and np.abs(along).max() > rounding * size):
        return "takes vectors x that are round as y sees them, and a bias that does not depend on their directions"
    if bias <= 1e-12 * size:
        return "takes forms with a bias"
    turn = np.column_stack([axes, across / bias]).T    # from v to b, and from root (...) to a
    # So that the mean square of a is about its dimension, as that of b.
    low, middle, high = (slope * float(line.from_uniform(np.array(u))) + (float(along[0]) if p == 1 else 0.0)
                         for u in (0.16, 0.5, 0.84))
    scale = math.sqrt((middle**2 + 0.25 * (high - low) ** 2 + bias**2) / (p + 1.0))
    shift = turn @ start - turn @ (slopes @ (to_u @ origin))
    return ZonalLaw(line, slope / scale, float(along[0]) / scale if p == 1 else 0.0, bias / scale, scale,
                    (turn @ slopes @ to_u / scale, turn @ to_v), shift / scale)


def _round_coordinates(measure: Measure) -> tuple[np.ndarray, np.ndarray, LineMeasure | None]:
    """The matrix from x, less a point, to u; that point; and the law of the number u, or of its length, or None."""
    if isinstance(measure, LineMeasure):
        return np.eye(1), np.zeros(1), measure
    if isinstance(measure, GaussianVector):
        to_u = measure.whiten(measure.mean + np.eye(measure.dim)).reshape(measure.dim, -1).T
        return to_u, measure.mean, Chi(measure.rank, 1.0) if measure.rank > 1 else measure.line
    return np.eye(measure.dim), np.zeros(measure.dim), lengths_of(measure) if measure.round else None
