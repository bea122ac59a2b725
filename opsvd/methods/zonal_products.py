r"""Two or three independent inputs of other laws: a rule of points of u, and functions of u that are interpolated.

In polar coordinates the law of u may have jumps, as that of a square has. So functions are summed at points of a
product rule, in harmonics of the direction of u, and by polynomials in the logarithm of its length on panels.
"""

import math
from dataclasses import dataclass

import numpy as np

from .._support.budget import check_time
from .._support.floats import chunks
from ..bases import Polyspherical
from ..measures import LineMeasure
from ..quadrature import composite_gauss_legendre, equal_panels, legendre_analysis
from .zonal_planes import Rows, cut, line_edges, nodes, order


@dataclass(frozen=True, eq=False)
class PointLaw:
    """A rule of points of u.

    Attributes
    ----------
    points : ndarray, shape (n, p)
    weights : ndarray, shape (n,)
    edges : ndarray
        Of panels in the logarithm of the length, that cover the points.
    order : int
        The number of rows on a panel.
    roots : ndarray
        By which values at the rows are multiplied.
    """

    points: np.ndarray
    weights: np.ndarray
    edges: np.ndarray
    order: int
    roots: np.ndarray

    def tables(self, angular: Polyspherical) -> list[np.ndarray]:
        """The harmonics at the points, (n, harmonics)."""
        directions = self.points / np.linalg.norm(self.points, axis=1, keepdims=True)
        return [angular.at(directions).reshape(len(directions), math.prod(angular.shape))]

    def gram(self, tables: list[np.ndarray], coefficients: np.ndarray) -> np.ndarray:
        """Inner products of all harmonics with sums of them, in rows: (*shape, rows, r) gives the same shape."""
        count = coefficients.shape[-1]
        flat = coefficients.reshape(-1, *coefficients.shape[-2:])
        inner = np.zeros_like(flat)
        for some, rows, inside in self._parts(tables[0].shape[1] * count):
            harmonics = tables[0][some]
            values = inside @ np.moveaxis(flat[:, rows], 1, 0).reshape(self.order, len(flat) * count)
            sums = np.einsum("nh,nhr->nr", harmonics, values.reshape(len(some), len(flat), count))
            inner[:, rows] += self._back(harmonics, inside, self.weights[some, None] * sums)
        return inner.reshape(coefficients.shape)

    def noise(self, tables: list[np.ndarray], shape: tuple[int, ...], count: int) -> np.ndarray:
        """Inner products of all harmonics with white noise, as many times: (*shape, rows, count)."""
        white = np.random.default_rng(count).standard_normal((len(self.points), count))
        inner = np.zeros((tables[0].shape[1], len(self.roots), count))
        for some, rows, inside in self._parts(tables[0].shape[1] * count):
            inner[:, rows] += self._back(tables[0][some], inside, np.sqrt(self.weights[some, None]) * white[some])
        return inner.reshape(*shape, len(self.roots), count)

    @property
    def masses(self) -> np.ndarray:
        """The sums over all points of the polynomials that are one at a row and zero at the others of its panel."""
        masses = np.zeros(len(self.roots))
        for some, rows, inside in self._parts(1):
            masses[rows] += (self.weights[some] @ inside) * self.roots[rows]
        return masses

    def largest(self, values: np.ndarray) -> np.ndarray:
        """The largest of values at the points on the panel of each row."""
        found = np.zeros(len(self.roots))
        for some, rows, _ in self._parts(1):
            found[rows] = np.maximum(found[rows], values[some].max(initial=0.0))
        return found

    def _back(self, harmonics: np.ndarray, inside: np.ndarray, values: np.ndarray) -> np.ndarray:
        """The adjoint of sums on a panel: values (n, r) give (harmonics, order, r)."""
        products = (harmonics[:, :, None] * values[:, None]).reshape(len(values), -1)
        return np.moveaxis((inside.T @ products).reshape(self.order, harmonics.shape[1], values.shape[1]), 0, 1)

    def _parts(self, width: int) -> "list[tuple[np.ndarray, slice, np.ndarray]]":
        """Points on a panel, its rows, and the polynomials at the points over the roots: (n, order)."""
        check_time()
        delta = np.log(np.linalg.norm(self.points, axis=1))
        panel = np.clip(np.searchsorted(self.edges, delta, side="right") - 1, 0, len(self.edges) - 2)
        parts = []
        for i, (low, high) in enumerate(zip(self.edges[:-1], self.edges[1:], strict=True)):
            rows, members = slice(i * self.order, (i + 1) * self.order), np.flatnonzero(panel == i)
            for chunk in chunks(len(members), width):
                some = members[chunk]
                place = (2.0 * delta[some] - low - high) / (high - low)
                inside = np.polynomial.legendre.legvander(place, self.order - 1) @ legendre_analysis(self.order)
                parts.append((some, rows, inside / self.roots[rows]))
        return parts


@dataclass(frozen=True, eq=False)
class ProductPlane:
    r"""Numbers :math:`u_j = \tau_j t_j + s_j` that are independent.

    Attributes
    ----------
    lines : tuple of LineMeasure
        Of the t_j.
    slopes, starts : ndarray, shape (p,)
    bias : float
    """

    lines: tuple[LineMeasure, ...]
    slopes: np.ndarray
    starts: np.ndarray
    bias: float

    @property
    def p(self) -> int:
        """The dimension of u."""
        return len(self.lines)

    @property
    def mixed(self) -> tuple[bool, ...]:
        """In which coordinates the law is not symmetric about zero."""
        return tuple(line.symmetry is None or abs(slope * line.symmetry + start) > 1e-14 * slope
                     for line, slope, start in zip(self.lines, self.slopes, self.starts, strict=True))

    def rows(self, top: int, *, check: bool = False) -> Rows:
        """Rows on panels in the logarithm of the length of u that cover the points of a product rule."""
        rules = [self._rule(j, top, check=check) for j in range(self.p)]
        points, weights, density = (np.stack(np.meshgrid(*parts, indexing="ij"), axis=-1).reshape(-1, self.p)
                                    for parts in zip(*rules, strict=True))
        delta = np.log(np.linalg.norm(points, axis=1))
        edges = self._edges(float(delta.min()), float(delta.max()), top)
        edges = cut(edges, edges[:0]) if check else edges
        t, lebesgue = composite_gauss_legendre(edges, order(check=check))
        law = PointLaw(points, weights.prod(axis=1), edges, order(check=check), np.sqrt(lebesgue))
        a = np.zeros((len(t), self.p + 1))
        a[:, 0], a[:, -1] = np.exp(t), self.bias
        # Directions of a plane at the distance beta have the density beta |a|^-(p + 1) over the area of the sphere.
        area = 2.0 * math.pi ** (0.5 * (self.p + 1)) / math.gamma(0.5 * (self.p + 1))
        lengths = np.hypot(np.linalg.norm(points, axis=1), self.bias)
        directions = law.largest(density.prod(axis=1) * area * lengths ** (self.p + 1) / self.bias)
        return Rows(a, law.roots, law.masses, directions, law)

    def _rule(self, j: int, top: int, *, check: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Nodes u_j, positive if the law is symmetric, with weights, and the density there."""
        line, slope, start = self.lines[j], float(self.slopes[j]), float(self.starts[j])
        if self.p > 2:
            return self._gauss(j, top, check=check)

        def varied(t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            """A bound of angles by which a direction moves for any other coordinates, and the logarithm of a length."""
            u = slope * line.points(t) + start
            size = np.maximum(np.abs(u) / self.bias, 1.0)
            angle = np.arctan(np.minimum(np.abs(u) / self.bias, 1.0)) + 0.5 * np.log(size)
            return np.copysign(angle, u), np.log(np.hypot(u, self.bias))

        edges = line_edges(line, varied, top)
        if not self.mixed[j]:
            middle = float(line.coordinate(np.array(line.symmetry)))
            edges = np.unique(np.append(edges[edges > middle], middle))
        t, weights = nodes(line, edges, check=check)
        u, density = slope * line.points(t) + start, line.sqrt_density(t) ** 2
        with np.errstate(divide="ignore"):
            return u, weights * density * (1.0 if self.mixed[j] else 2.0), density / np.abs(np.gradient(u, t))

    def _gauss(self, j: int, top: int, *, check: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The same by the Gauss rule of a law of bounded support, which has fewer nodes than panels.

        Functions of a coordinate have poles off its interval, and for directions the degree `top`.
        """
        line, slope, start = self.lines[j], float(self.slopes[j]), float(self.starts[j])
        rule = line.gauss_rule(2 * (top // 2 + (11 if check else 8)))    # an even number: no node is at the middle
        t, weights = rule.nodes, rule.weights
        if not self.mixed[j]:
            half = len(t) // 2
            t, weights = t[half:], 2.0 * weights[half:]
        u = slope * line.points(t) + start
        return u, weights, line.sqrt_density(t) ** 2 / np.abs(np.gradient(u, t))

    def _edges(self, low: float, high: float, top: int) -> np.ndarray:
        """Panels in the logarithm of |u| on which the angle of a times the highest degree varies little."""
        edges = equal_panels(low - 1e-9, high + 1e-9, 1.5)
        while True:
            wide = np.diff(np.arctan(np.exp(edges) / self.bias)) * max(top, 1) > 10.0
            if not wide.any():
                return edges
            edges = np.union1d(edges, 0.5 * (edges[:-1] + edges[1:])[wide])
