r"""Where a(x) of a kernel phi(<a(x), b(y)>) lies: rules on a plane at a distance from zero, as rows a_n.

:math:`a = (u, \beta)` in R^(p + 1), with :math:`\beta > 0`, which a bias gives. Rows are for laws of u that are round.
Another law of u is a density against one of these, or a rule of points; it couples the harmonics of u of different
degrees.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np

from ..measures import Chi, LineMeasure
from ..quadrature import angle_density, composite_gauss_legendre, equal_panels
from .angular_slices import CHECK_CUT
from .polar_law import Directions, Law, PolarLaw, gauss_directions, legendre_directions


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
        The weights under the law of the length of u, which is another one where a law is given.
    density : ndarray, shape (n,)
        The density of the direction of a against uniform directions, at most; infinite where a does not move.
    law : Law or None
        That of u on spheres, where it is not round.
    """

    points: np.ndarray
    roots: np.ndarray
    masses: np.ndarray
    density: np.ndarray
    law: Law | None = None


class Plane(Protocol):
    """A law of u, and the distance of its plane from zero."""

    @property
    def p(self) -> int:
        """The dimension of u."""

    @property
    def mixed(self) -> tuple[bool, ...] | None:
        """In which coordinates no reflection keeps the law; None if it is round."""

    def rows(self, top: int, *, check: bool = False) -> Rows:
        """A rule for functions with harmonics up to a degree."""


@dataclass(frozen=True, eq=False)
class RoundPlane:
    r"""A number :math:`u = \tau t + s` under any measure, or a vector with uniform directions and the length tau t.

    Attributes
    ----------
    p : int
    line : LineMeasure
        Of t.
    slope, start, bias : float
        The numbers tau, s (zero for vectors) and beta.
    """

    p: int
    line: LineMeasure
    slope: float
    start: float
    bias: float

    mixed = None

    def rows(self, top: int, *, check: bool = False) -> Rows:
        """A rule for functions with harmonics up to a degree."""
        t, weights = nodes(self.line, self.edges(top), check=check)
        points, angle = np.zeros((len(t), self.p + 1)), self.angle(t)
        points[:, 0], points[:, -1] = self.first(t), self.bias
        slopes = np.abs(np.gradient(angle, t))
        # A number has one direction at each angle, of the two that there are in the plane.
        uniform = angle_density(angle, self.p + 1) * (0.5 if self.p == 1 else 1.0)
        density = self.line.sqrt_density(t) ** 2
        with np.errstate(divide="ignore"):
            return Rows(points, np.sqrt(weights * density), weights * density, density / (slopes * uniform))

    def first(self, t: np.ndarray) -> np.ndarray:
        """The first coordinate of a, u or its length, at coordinates t."""
        return np.asarray(self.slope * self.line.points(t) + self.start)

    def angle(self, t: np.ndarray) -> np.ndarray:
        """The angle between a and the plane in which u moves; for numbers, beyond a right angle on the other side."""
        return np.asarray(np.arctan2(self.bias, self.first(t)))

    def edges(self, top: int) -> np.ndarray:
        """Panels on which the angle times the highest degree and the logarithm of the length vary little."""
        def varied(t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            return self.angle(t), np.log(np.hypot(self.first(t), self.bias))

        return line_edges(self.line, varied, top)


def line_edges(line: LineMeasure, varied: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]],
               top: int) -> np.ndarray:
    """Panels on which the density, an angle times the highest degree, and another function vary little.

    Outside of the box lies 1e-18 of the mass.
    """
    (low, high), inner, outer = line.box(1e-9), line.box(0.1), line.outer_widths
    ends = zip((low, *inner), (*inner, high), (2.0 * outer[0], 4.0 * line.scale, 2.0 * outer[1]), strict=True)
    edges = np.unique(np.concatenate([equal_panels(*panel) for panel in ends]))
    edges = np.union1d(edges, line.edges[(line.edges > low) & (line.edges < high)])
    while True:
        angle, other = varied(edges)
        # Of waves that turn by 20 radians on a panel, 24 nodes integrate the product of two to 1e-12.
        wide = (np.abs(np.diff(angle)) * max(top, 1) > 20.0) | (np.abs(np.diff(other)) > 1.0)
        if not wide.any() or len(edges) > 400:    # more would take a minute
            return edges
        edges = np.union1d(edges, 0.5 * (edges[:-1] + edges[1:])[wide])


def nodes(line: LineMeasure, edges: np.ndarray, *, check: bool) -> tuple[np.ndarray, np.ndarray]:
    """Gauss-Legendre nodes and weights on panels; for checks no edge is as it was, but those of the measure."""
    if check:
        inner = line.edges[(line.edges > edges[0]) & (line.edges < edges[-1])]
        edges = cut(edges, inner)
    return composite_gauss_legendre(edges, order(check=check))


def order(*, check: bool) -> int:
    """The nodes on a panel: for checks they are others."""
    return 20 if check else 24


def cut(edges: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """Panels for checks: of the edges only the ends are as they were, and those that are kept."""
    return np.unique(np.concatenate([edges[:1], edges[:-1] + CHECK_CUT * np.diff(edges), edges[-1:], kept]))


@dataclass(frozen=True, eq=False)
class GaussianPlane:
    """A Gaussian vector of independent coordinates, that is not round.

    Attributes
    ----------
    deviations, mean : ndarray, shape (p,)
        In units of `slope`; deviations are at most one.
    slope : float
        The deviation of the centred round Gaussian that the rows are for.
    bias : float
    """

    deviations: np.ndarray
    mean: np.ndarray
    slope: float
    bias: float

    @property
    def p(self) -> int:
        """The dimension of u."""
        return len(self.deviations)

    @cached_property
    def mixed(self) -> tuple[bool, ...]:
        """In which coordinates the mean is not zero."""
        return tuple((self.mean != 0.0).tolist())

    def rows(self, top: int, *, check: bool = False) -> Rows:
        """Those of the round Gaussian, with the law."""
        line = Chi(self.p, 1.0)
        rows = RoundPlane(self.p, line, self.slope, 0.0, self.bias).rows(top, check=check)
        delta = line.coordinate(rows.points[:, 0] / self.slope)
        law = PolarLaw(self.deviations, self.directions(top, check=check), delta, self.mean)
        values = law.density.reshape(-1, len(delta))
        largest = (values / law.directions.masses.reshape(-1, 1)).max(axis=0)
        return replace(rows, masses=rows.masses * values.sum(axis=0), density=rows.density * largest, law=law)

    def directions(self, top: int, *, check: bool = False) -> Directions:
        """A rule for products of harmonics up to a degree with the density."""
        # Within four deviations of the wider coordinates the density varies like exp(-A sin^2), with a Fourier series
        # that falls like exp(-d^2 / A): to 1e-8 at the degree (18 A)^(1/2) in twice the angle.
        widest = np.maximum.accumulate(self.deviations**2 + self.mean**2)[1:]
        ratios = widest / np.minimum.accumulate(self.deviations)[1:] ** 2
        counts = 0.5 * top + 6.0 * np.sqrt(np.maximum(ratios - 1.0, 0.0)) + 3.0
        rule = legendre_directions if check else gauss_directions
        return rule(self.mixed, np.ceil((1.15 if check else 1.0) * counts).astype(int).tolist())
