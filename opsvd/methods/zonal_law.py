r"""Where a(x) of a kernel phi(<a(x), b(y)>) lies, if it moves on a plane: rules for x, as rows a_n.

:math:`a = (\tau u + s, \beta)` in R^(p + 1), with :math:`\beta > 0`, which a bias gives. u is a number under any
measure, and then operators commute with no rotation; or a vector of R^p with uniform directions, and then they commute
with the rotations of u. Or u is a Gaussian vector of independent coordinates that is not round. Its law has a density
against that of the standard Gaussian, for which the rows are, and which couples the harmonics of u of different
degrees.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple, cast

import numpy as np

from ..bases import Polyspherical
from ..kernels import Side
from ..measures import Chi, GaussianVector, LineMeasure, Measure, lengths_of
from ..probing.bilinear import Bilinear
from ..quadrature import angle_density, composite_gauss_legendre, equal_panels
from .angular_slices import CHECK_CUT
from .polar_law import Directions, PolarLaw, gauss_directions, legendre_directions


@dataclass(frozen=True, eq=False)
class Rows:
    """A rule for x.

    Attributes
    ----------
    points : ndarray, shape (n, p + 1)
        The points a; where u is a vector, those on one ray.
    roots : ndarray, shape (n,)
        The roots of the weights.
    masses : ndarray, shape (n,)
        The weights, times the mean of the density of u on the sphere where it is not round.
    density : ndarray, shape (n,)
        The density of the direction of a against uniform directions, at most; infinite where a does not move.
    law : PolarLaw or None
        That of u on spheres, where it is not round.
    """

    points: np.ndarray
    roots: np.ndarray
    masses: np.ndarray
    density: np.ndarray
    law: PolarLaw | None = None


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
    deviations, mean : ndarray, shape (p,), or None
        Those of u, where it is a Gaussian vector that is not round; deviations are at most one.
    """

    line: LineMeasure
    slope: float
    start: float
    bias: float
    scale: float
    turns: tuple[np.ndarray, np.ndarray]
    shift: np.ndarray
    deviations: np.ndarray | None = None
    mean: np.ndarray | None = None

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
        masses = weights * density
        if self.deviations is None or self.mean is None:
            law, largest, mean = None, np.ones(1), np.ones(1)
        else:
            law = PolarLaw(self.deviations, self.directions(top, check=check), t, self.mean)
            values = law.density.reshape(-1, len(t))
            largest, mean = (values / law.directions.masses.reshape(-1, 1)).max(axis=0), values.sum(axis=0)
        with np.errstate(divide="ignore"):
            return Rows(points, np.sqrt(masses), masses * mean, largest * density / (slopes * uniform), law)

    @property
    def coupled(self) -> bool:
        """Whether u is not round."""
        return self.deviations is not None

    @property
    def mixed(self) -> tuple[bool, ...]:
        """In which coordinates a vector u that is not round has no reflection that keeps its law."""
        return () if self.mean is None else tuple((self.mean != 0.0).tolist())

    def directions(self, top: int, *, check: bool = False) -> Directions:
        """A rule for products of harmonics up to a degree with the density of a law that is not round."""
        deviations, mean = cast("np.ndarray", self.deviations), cast("np.ndarray", self.mean)
        # Within four deviations of the wider coordinates the density varies like exp(-A sin^2), with a Fourier series
        # that falls like exp(-d^2 / A): to 1e-8 at the degree (18 A)^(1/2) in twice the angle.
        widest = np.maximum.accumulate(deviations**2 + mean**2)[1:]
        ratios = widest / np.minimum.accumulate(deviations)[1:] ** 2
        counts = 0.5 * top + 6.0 * np.sqrt(np.maximum(ratios - 1.0, 0.0)) + 3.0
        rule = legendre_directions if check else gauss_directions
        return rule(self.mixed, np.ceil((1.15 if check else 1.0) * counts).astype(int).tolist())

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
    slopes, constant = root @ form.form.matrix.T, root @ form.form.shift    # a = slopes x + constant
    plane = _find_plane(affine.measure, slopes, constant, 1e-12 + 10.0 * form.form.rounding)
    if isinstance(plane, str):
        return plane
    across = plane.start - plane.axes @ plane.along
    bias = float(np.linalg.norm(across))
    if bias <= 1e-12 * (float(np.linalg.norm(plane.start)) + plane.slope):
        return "takes forms with a bias"
    turn = np.column_stack([plane.axes, across / bias]).T    # from v to b, and from root (...) to a
    scale = math.sqrt((plane.square + bias**2) / (plane.axes.shape[1] + 1.0))
    start = float(plane.along[0]) if plane.axes.shape[1] == 1 else 0.0
    return ZonalLaw(plane.line, plane.slope / scale, start / scale, bias / scale, scale,
                    (turn @ slopes / scale, turn @ to_v), turn @ constant / scale, plane.deviations, plane.mean)


class _Plane(NamedTuple):
    """Orthonormal axes (q, p) of a plane, and a point of it; the law on it; and the mean square of the part along it.

    On the plane a is slope times u, and for a number u the part of the point along the plane. If u is a Gaussian vector
    that is not round, this is in its mean, and the line is the law of the length of the standard Gaussian.
    """

    axes: np.ndarray
    start: np.ndarray
    slope: float
    line: LineMeasure
    square: float
    deviations: np.ndarray | None = None
    mean: np.ndarray | None = None

    @property
    def along(self) -> np.ndarray:
        """The part of the point along the plane."""
        return np.asarray(self.axes.T @ self.start)


def _find_plane(measure: Measure, slopes: np.ndarray, constant: np.ndarray, rounding: float) -> _Plane | str:
    """The plane of slopes x + constant, or why there is none."""
    if isinstance(measure, GaussianVector):
        return _gaussian_plane(measure, slopes, constant, rounding)
    line = measure if isinstance(measure, LineMeasure) else lengths_of(measure) if measure.round else None
    if line is None:
        return "takes numbers x, Gaussian vectors, or vectors that are invariant under rotations about zero"
    p = slopes.shape[1]
    slope = float(np.linalg.norm(slopes) / math.sqrt(p))
    axes = slopes / (slope or 1.0)
    along, size = axes.T @ constant, float(np.linalg.norm(constant)) + slope
    if np.abs(axes.T @ axes - np.eye(p)).max() > rounding or (p > 1 and np.abs(along).max() > rounding * size):
        return "takes vectors x that are round as y sees them, or Gaussian"
    # So that the mean square of a is about its dimension, as that of b.
    low, middle, high = (slope * float(line.from_uniform(np.array(u))) + (float(along[0]) if p == 1 else 0.0)
                         for u in (0.16, 0.5, 0.84))
    return _Plane(axes, constant, slope, line, middle**2 + 0.25 * (high - low) ** 2)


def _gaussian_plane(measure: GaussianVector, slopes: np.ndarray, constant: np.ndarray, rounding: float) -> _Plane | str:
    """The same for a Gaussian vector, in the order of increasing deviations."""
    start = constant + slopes @ measure.mean
    axes, sizes, _ = np.linalg.svd(slopes @ (measure.unwhiten(np.eye(measure.rank)) - measure.mean).T.reshape(
        measure.dim, measure.rank), full_matrices=False)
    if not sizes[0] > 0.0:
        return "takes forms that depend on x"
    kept = sizes > max(rounding, 1e-13) * sizes[0]
    axes, sizes = axes[:, kept][:, ::-1], sizes[kept][::-1]
    largest, square = float(sizes[-1]), float(np.sum(sizes**2))
    size, p = float(np.linalg.norm(start)) + largest, len(sizes)
    if p == 1:
        return _Plane(axes, start, largest, measure.line, square)
    # In directions of equal deviations the axes are turned so that the mean has a part along one of them alone.
    for group in np.split(np.arange(p), np.flatnonzero(np.diff(sizes) > rounding * largest) + 1):
        along = axes[:, group].T @ start
        axes[:, group] = axes[:, group] @ np.linalg.qr(np.column_stack([along, np.eye(len(group))]))[0][:, ::-1]
    along = axes.T @ start
    along[np.abs(along) <= rounding * size] = 0.0
    if sizes[0] >= (1.0 - rounding) * largest and not along.any():
        return _Plane(axes, start, largest, Chi(p, 1.0), square)
    reference = _reference(sizes, along)
    return _Plane(axes, start, reference, Chi(p, 1.0), square + float(along @ along), sizes / reference,
                  along / reference)


def _reference(deviations: np.ndarray, mean: np.ndarray) -> float:
    """The deviation of the centred round Gaussian against which the density of another one is the least, at most."""
    if not mean.any():
        return float(deviations[-1])
    squares = deviations[-1] ** 2 + float(mean @ mean) * np.geomspace(1e-3, 10.0, 200)
    heights = 0.5 * len(mean) * np.log(squares) + 0.5 * np.sum(mean**2 / (squares[:, None] - deviations**2), axis=1)
    return math.sqrt(float(squares[np.argmin(heights)]))
