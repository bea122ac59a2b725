"""Measures on the line, each as the image of a density on a coordinate of its own."""

import math
from abc import abstractmethod
from functools import cached_property

import numpy as np
from scipy.special import ndtr

from .._support.floats import EPS
from .._support.validation import affordable, generator, instance
from ..quadrature import (
    Distribution,
    Rule,
    composite_gauss_legendre,
    gauss_nodes,
    improved_nodes,
    lanczos,
    orthonormal_polynomials,
)
from .base import LARGEST_COORDINATE, Measure, node_count, standard_coordinates, weighted
from .coordinates import strictly_between
from .quad_law import QuadLaw
from .tails import Tail, tail_to

UNDERFLOW = math.exp(-0.25 * 37.0**2)
"""Where the root of a density times a length is smaller, squares with weights are no normal numbers.

A Gaussian comes to that at 37 standard deviations.
"""


class LineMeasure(Measure):
    r"""A probability measure on the line, the image of a density :math:`\rho(t)` under a nondecreasing map x = x(t).

    .. math:: E[f] = \int f(x(t))\, \rho(t)\, dt .

    The coordinate t is x itself unless a subclass says otherwise by `points` and `coordinate`. Another coordinate is
    for densities with singular ends, which it moves infinitely far away, so that the distance to an end is computed and
    not subtracted; for heavy tails, which it makes light; for images of other measures; and for atoms, each of which is
    an interval of t with one point x. The operator SVD is the same in any coordinate, and methods work in t.

    A subclass gives `span`, `center`, `scale` and `sqrt_density`. All else follows by quadrature, to rounding; what is
    known in closed form overrides it.

    Attributes
    ----------
    edges : ndarray, shape (m,)
        Inner points of the span, increasing, at which the density, a derivative of it, or the map x(t) breaks.
    symmetry : float or None
        The point x about which the measure is symmetric, if it is.
    period : float or None
        The length of the span, if x is an angle that is uniform on a circle.
    most_polynomials : float
        How many polynomials have finite norms and are of use as a basis.
    logarithmic_strip : float or None
        Half the width, over pi, of the strip about the real line of log|x| in which the half-density is analytic, if it
        is known.
    """

    edges: np.ndarray = np.zeros(0)
    symmetry: float | None = None
    period: float | None = None
    most_polynomials: float = math.inf
    logarithmic_strip: float | None = None

    @property
    def dim(self) -> int:
        """One."""
        return 1

    @property
    def everywhere(self) -> bool:    # type: ignore[override]
        """Whether the support is the line."""
        low, high = self.support
        return bool(np.all(low < -LARGEST_COORDINATE) and np.all(high > LARGEST_COORDINATE))

    @property
    def lines(self) -> tuple["LineMeasure", ...]:
        """Itself: its coordinate t."""
        return (self,)

    def placed(self, t: np.ndarray) -> np.ndarray:
        """The points of coordinates, (..., 1)."""
        return self.points(t[..., 0])

    def unplaced(self, x: np.ndarray) -> np.ndarray:
        """The coordinates of points, (..., 1)."""
        return self.coordinate(x)[..., None]

    def unwhiten(self, z: np.ndarray) -> np.ndarray:
        """The points x of the same quantiles as standard Gaussian numbers: (..., 1) gives (...)."""
        return self.from_uniform(ndtr(standard_coordinates(z, 1)[..., 0]))

    @property
    @abstractmethod
    def span(self) -> tuple[float, float]:
        """The interval of t; the ends may be infinite."""

    @property
    @abstractmethod
    def center(self) -> float:
        """A coordinate t in the middle of the mass."""

    @property
    @abstractmethod
    def scale(self) -> float:
        """The length in t over which the density changes."""

    @abstractmethod
    def sqrt_density(self, t: np.ndarray) -> np.ndarray:
        """The square root of the density of t, shape (...); zero outside the span, and where it underflows."""

    def points(self, t: np.ndarray) -> np.ndarray:
        """The points x of coordinates t, (...): in the support, and never at an end of infinite density."""
        return strictly_between(t, *self.span)

    def coordinate(self, x: np.ndarray) -> np.ndarray:
        """A coordinate t of each point x, (...); those of an atom are in the middle of its interval."""
        return np.asarray(x, dtype=np.float64)

    @property
    def plain(self) -> bool:
        """Whether the coordinate is x itself."""
        return type(self).coordinate is LineMeasure.coordinate

    def coarseness(self, t: np.ndarray) -> np.ndarray:
        r"""What a relative rounding does to coordinates t, (...): :math:`\max(|t|, |x|\, |dt / dx|)` times it.

        Near an end that is not zero points x cannot hold the distance from it, which the coordinate does.
        """
        t = np.asarray(t, dtype=np.float64)
        if self.plain:
            return np.asarray(np.abs(t))
        step = 0.01 * self.scale
        moved = self.points(t + step) - self.points(t - step)
        with np.errstate(divide="ignore", invalid="ignore"):
            rounded = np.fmax(np.abs(t), 2.0 * step * np.abs(self.points(t)) / np.abs(moved))
        return np.asarray(np.minimum(rounded, LARGEST_COORDINATE))    # where points do not change at all

    def logarithmic_slope(self, t: np.ndarray) -> np.ndarray:
        r""":math:`|d \log|x| / dt|` at coordinates t, (...), of points that are not zero.

        By default it is the derivative of a polynomial through sixteen points nearby, within a fifth of the way to an
        end of the span, and to where x is zero: to about twelve digits.
        """
        t = np.asarray(t, dtype=np.float64)
        if self.plain:
            return np.asarray(1.0 / np.abs(t))
        low, high = self.support
        limits = [*self.span, *([float(self.coordinate(np.zeros(())))] if low < 0.0 < high else [])]
        reach = 0.2 * np.min([np.abs(t - limit) for limit in limits], axis=0, initial=self.scale)
        # Zeros of a Chebyshev polynomial, and the derivatives of their Lagrange functions in the middle.
        angles = np.pi * (np.arange(16.0) + 0.5) / 16.0
        places = np.cos(angles)
        derivative = (-1.0) ** np.arange(1, 17) * np.sin(angles) / (16.0 * places**2)
        with np.errstate(divide="ignore", invalid="ignore"):    # a point that is zero has no slope
            logarithms = np.log(np.abs(self.points(t[..., None] + reach[..., None] * places)))
            return np.asarray(np.abs(logarithms @ derivative) / reach)

    @property
    def has_atoms(self) -> bool:
        """Whether some point has a mass of a five-hundredth or more."""
        return bool(np.any(np.diff(self.from_uniform(np.linspace(0.001, 0.999, 500))) == 0.0))

    @property
    def covers_line(self) -> bool:
        """Whether coordinates are points, and there are no ends that a kernel must not be evaluated beyond."""
        return self.plain and self.span == (-math.inf, math.inf)

    @property
    def support(self) -> tuple[float, float]:
        """The smallest and the largest x at which a kernel may be evaluated; they may be infinite."""
        with np.errstate(over="ignore"):
            low, high = self.points(np.array(self.span)).tolist()
        return low, high

    def contains(self, x: np.ndarray) -> np.ndarray:
        """Whether functions of the coordinate tell of points x, (...) bools: of atoms, they do not beside them."""
        return np.ones(np.shape(x), dtype=bool)

    def supported(self, x: np.ndarray) -> np.ndarray:
        """Points x, (...), moved into the support."""
        return np.asarray(np.clip(x, *self.support))

    def box(self, tol: float) -> tuple[float, float]:
        r"""The interval of t where :math:`\sqrt{\rho(t) s} > tol`, s the `scale`: about tol^2 of the mass is outside.

        By default it is found by steps that grow by a tenth.
        """
        steps = 0.05 * 1.1 ** np.arange(160.0)    # to 2e5 scales: tails are light in t
        ends = []
        for end, outwards in zip(self.span, (-1.0, 1.0), strict=True):
            t = self.center + outwards * self.scale * steps
            dense = self.sqrt_density(np.clip(t, *self.span)) * math.sqrt(self.scale) > tol
            last = int(np.flatnonzero(dense).max(initial=0))
            far = float(t[min(last + 1, len(t) - 1)])
            ends.append(max(far, end) if outwards < 0.0 else min(far, end))
        return ends[0], ends[1]

    @cached_property
    def tails(self) -> tuple[Tail, ...]:
        """Those that go farther than floats tell points apart: towards infinite ends, in another coordinate than x."""
        if self.plain:
            return ()
        # Where a density underflows at the end of the box, its root at 63/64 of the way is below this.
        negligible = 1e9 * UNDERFLOW / math.sqrt(self.scale)
        found = [tail_to(self.points, self.sqrt_density, self.center, inner, negligible) for end, inner in
                 zip(self.span, self.box(UNDERFLOW), strict=True) if math.isinf(end)]
        return tuple(tail for tail in found if tail is not None)

    @cached_property
    def outer_widths(self) -> tuple[float, float]:
        """Widths of panels far below and far above the centre, on which a few nodes resolve the half-density.

        It falls by e^3 there, or they are as wide as the scale.
        """
        lows, highs = zip(self.box(1e-4), self.box(1e-8), strict=True)
        low, high = (max(self.scale, 3.0 * abs(far - near) / math.log(1e4)) for near, far in (lows, highs))
        return low, high

    @cached_property
    def distribution(self) -> Distribution:
        """The distribution function of t and its inverse, by quadrature."""
        low, high = self.box(1e-20)    # which leaves 1e-40 of the mass
        inner = self.edges[(self.edges > low) & (self.edges < high)]
        # Twice seven: no edge in the middle of a span, where a density has a kink if anywhere.
        return Distribution(self.sqrt_density, np.union1d(np.linspace(low, high, 14), inner))

    def quantile(self, p: np.ndarray) -> np.ndarray:
        """The coordinates t below which there is the part p of the mass: p (...), from 0 to 1."""
        return self.distribution.inverse(p)

    def from_uniform(self, u: np.ndarray) -> np.ndarray:
        """The points x that uniform numbers u, (...), become."""
        return self.points(self.quantile(u))

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n independent points x, shape (n,)."""
        return self.from_uniform(generator(rng).random(affordable(n, "n")))

    @property
    def quad_law(self) -> QuadLaw | None:
        """The measure in quadruple precision; None if only double precision knows it."""
        return None

    def rule(self, nodes: np.ndarray, lebesgue_weights: np.ndarray) -> Rule:
        """Turn nodes t and weights for Lebesgue measure into a rule for this measure."""
        return weighted(self, nodes, lebesgue_weights)

    def variable(self, t: np.ndarray) -> np.ndarray:
        """The variable of `polynomials`: x by default, and that of the other measure for an image of one."""
        return self.points(t)

    def coordinate_of_variable(self, v: np.ndarray) -> np.ndarray:
        """The inverse of `variable`."""
        return self.coordinate(v)

    def recurrence(self, n: int) -> tuple[np.ndarray, np.ndarray]:
        r"""The numbers of :math:`b_{k+1} p_{k+1} = (v - a_k) p_k - b_k p_{k-1}`, shape (n,) each; b_0 = 1.

        :math:`p_k` are the polynomials of the `variable` v that are orthonormal under the measure, and
        :math:`p_0 = 1`. By default they come from a discretised Lanczos process.

        Raises
        ------
        ValueError
            If n is larger than `most_polynomials`.
        """
        self.require_polynomials(n)
        a, b = vars(self).get("_recurrence", (np.zeros(0), np.zeros(0)))
        if len(a) < n:    # those of lower degree are the first of them
            t, weights = self._fine_rule(2 * n)
            a, b = vars(self)["_recurrence"] = lanczos(self.variable(t), self.rule(t, weights).weights, n)
        return a[:n], b[:n]

    def require_polynomials(self, n: int) -> None:
        """Raise ValueError if there are fewer than n polynomials."""
        if n > self.most_polynomials:
            raise ValueError(f"n must be at most {self.most_polynomials:.0f}, as {self!r} has no more polynomials of "
                             f"finite norm that are of use as a basis, got {n}; use panels")

    def _fine_rule(self, degree: int) -> tuple[np.ndarray, np.ndarray]:
        """Nodes t and Lebesgue weights that integrate polynomials of the variable of some degree to rounding."""
        low, high = self.box(UNDERFLOW)
        inner = np.union1d(self.edges, self.distribution.edges)
        count = math.ceil(min((high - low) / self.scale, 1000.0))
        edges = np.union1d(np.linspace(low, high, count + 1), inner[(inner > low) & (inner < high)])
        # Polynomials of degree d are like cos(d theta), v = cos(theta) on the interval that has nearly all of the mass:
        # of a phase of pi two nodes tell a sign each.
        first, last = self.variable(np.array(self.box(1e-10)))
        theta = np.arccos(np.clip((2.0 * self.variable(edges) - first - last) / (last - first), -1.0, 1.0))
        orders = 32 + np.ceil(degree * np.abs(np.diff(theta))).astype(int)
        rules = [composite_gauss_legendre(edges[p:p + 2], 8 * math.ceil(order / 8)) for p, order in enumerate(orders)]
        t, weights = (np.concatenate(parts) for parts in zip(*rules, strict=True))
        # Polynomials of norm one grow no faster than those of Chebyshev beyond the interval: elsewhere their squares
        # times the masses are no part of a sum.
        places = np.abs((2.0 * self.variable(t) - first - last) / (last - first))
        with np.errstate(divide="ignore"):
            sizes = np.log(self.rule(t, weights).weights) + degree * np.arccosh(np.maximum(places, 1.0))
        matter = sizes > np.log(EPS**2)
        return t[matter], weights[matter]

    def polynomials(self, t: np.ndarray, size: int) -> np.ndarray:
        r""":math:`p_k \sqrt{\rho(t)}` for k < size: shape (...) gives (..., size)."""
        return orthonormal_polynomials(self.variable(t), self.sqrt_density(t), *self.recurrence(size))

    def gauss_rule(self, n: int) -> Rule:
        """The rule of n nodes t that is exact for polynomials in the `variable` of degree below 2n."""
        a, b = self.recurrence(node_count(n))
        # Far from zero nodes are rounded to much of the distance between them, and polynomials change with that: so
        # weights are taken at distances from the mean.
        mean = a[0] if np.abs(a[0]) > 16.0 * b[1:].max(initial=0.0) else 0.0
        v = gauss_nodes(a - mean, b)
        for _ in range(2):    # from the rounding of the largest node to that of each
            v = improved_nodes(v, self.sqrt_density(self.coordinate_of_variable(v + mean)), a - mean, b)
        t = self.coordinate_of_variable(v + mean)
        density = self.sqrt_density(t)
        sizes = np.linalg.norm(orthonormal_polynomials(v, density, a - mean, b), axis=-1)
        # The weight over the density is 1 / sum_k p_k^2 rho, exact where the density is tiny; a node where it is zero
        # has no weight.
        return Rule(t, np.where(sizes > 0.0, 1.0 / np.where(sizes > 0.0, sizes, 1.0), 0.0), density)


def lengths_of(measure: Measure) -> LineMeasure:
    """The law of the length of points, for a measure that is `round`."""
    return require_line(getattr(measure, "lengths", None), "lengths")


def require_line(measure: object, name: str) -> LineMeasure:
    """Return `measure` if it is one on the line, or raise naming `name`."""
    return instance(measure, name, LineMeasure, "make it a subclass of opsvd.LineMeasure, by span, center, scale and "    # type: ignore[type-abstract]
                    "sqrt_density")
