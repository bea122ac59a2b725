r"""Means over (w, b) of products of integrals along a number z of phi(|w| z + b), and what they are on each degree.

For x round in R^p, z is the coordinate of x along w. Of functions :math:`F(|x|) Y(x / |x|)`, Y a harmonic of degree m,
the mean over all x of one z is :math:`Y(w / |w|) (R_m F)(z)`, and with t the cosine between x and w

.. math:: (R_m^* q)(r) = E_t[q(r t)\, p_m(t)] / \sqrt{N(p, m)}, \qquad
    T_m = R_m^* S, \qquad (S g)(z) = E_{w, b}[\varphi(|w| z + b)\, g(|w|, b)] .

So the matrix of :math:`S S^*` between functions of the number z serves all degrees. A number x has z = x, a w with its
sign, and no degrees.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from .._support.budget import check_time
from ..bases import ContinuedPanels, NeuronSlices
from ..measures import Gaussian, radial_half_density, radial_reach
from ..operator.problem import Problem
from ..probing.bilinear import Bilinear
from ..quadrature import (
    composite_gauss_legendre,
    divided,
    gauss_gegenbauer,
    gegenbauer,
    harmonics,
    weighted_polynomials,
)
from .angular_profile import ProductProfile
from .sector_evidence import Unseen
from .zonal_law import ZonalLaw
from .zonal_planes import RoundPlane, cut


class SliceSize(NamedTuple):
    """Nodes on panels of z, of w and of b; the number of functions of z; by how much (w, b) reaches farther."""

    z: int
    w: int
    b: int
    degrees: int
    farther: float = 0.0


class Neurons(NamedTuple):
    """What all sizes have in common."""

    problem: Problem
    form: Bilinear
    law: ZonalLaw
    profile: ProductProfile
    breaks: np.ndarray
    unseen: Unseen

    def phi(self, z: np.ndarray) -> np.ndarray:
        """The function of the scaled form."""
        return np.asarray(self.profile.line(z, 1.0))


@dataclass(frozen=True, eq=False)
class SliceGrid:
    """S S* between functions on panels of z, from a rule for (w, b), and T T* on each degree.

    Attributes
    ----------
    neurons : Neurons
    plane : RoundPlane
        Of x.
    size : SliceSize
    check : bool
        Whether no panel is to be as it was.
    """

    neurons: Neurons
    plane: RoundPlane
    size: SliceSize
    check: bool

    @cached_property
    def across(self) -> RoundPlane:
        """The plane on which (z, 1) moves: that of a number x, or of the coordinate along w of a Gaussian vector."""
        return self.plane if self.plane.p == 1 else replace(self.plane, p=1, line=Gaussian())

    @cached_property
    def basis(self) -> ContinuedPanels:
        """Panels of z on which polynomials in the angle are resolved."""
        return self._panels(self.across)

    @cached_property
    def lengths(self) -> ContinuedPanels:
        """Panels of a number x, or of the length of a vector."""
        return self.basis if self.plane.p == 1 else self._panels(self.plane)

    def _panels(self, plane: RoundPlane) -> ContinuedPanels:
        line, edges = plane.line, plane.edges(self.size.degrees // 2)
        while (len(edges) - 1) * self.size.z < 2.2 * self.size.degrees:
            edges = np.union1d(edges, 0.5 * (edges[1:] + edges[:-1]))
        if self.check:
            edges = cut(edges, line.edges[(line.edges > edges[0]) & (line.edges < edges[-1])])
        return ContinuedPanels(line, edges, self.size.z)

    @cached_property
    def smooth(self) -> np.ndarray:
        """Polynomials in the angle of (z, 1) that are orthonormal under the law of z, (nodes, degrees)."""
        rule = self.basis.rule
        return weighted_polynomials(self.across.angle(rule.nodes), rule.sqrt_weights, self.size.degrees)

    @cached_property
    def slices(self) -> NeuronSlices:
        """Their images under S*."""
        return NeuronSlices.of(self.basis, self.across.first, self.plane.bias, self.neurons.breaks)

    @cached_property
    def square(self) -> tuple[np.ndarray, float]:
        """The matrix of S S*, and the norm of h.

        If the law of z is even, (w, b) and (-w, b) give the same but for the signs of odd functions, so that even and
        odd ones are apart. If phi is even or odd, (w, b) and (-w, -b) give the same. So positive w, and b, may do.
        """
        smooth = self.smooth
        square, energy = np.zeros((smooth.shape[1], smooth.shape[1])), 0.0
        for v, weights in self._rule():
            check_time()
            images, squares = self.slices.means(self.neurons.phi, v)
            images = np.sqrt(weights)[:, None] * (images @ smooth)
            square += images.T @ images
            energy += float(weights @ squares)
        if self._mirrored:
            square[::2, 1::2], square[1::2, ::2] = 0.0, 0.0
        return square, math.sqrt(energy)

    @property
    def degrees(self) -> range:
        """Those of harmonics of x: polynomials in the angle are few where these are of a high degree."""
        return range(1 if self.plane.p == 1 else self.size.degrees // 2)

    def multiplicity(self, degree: int) -> int:
        """The number of harmonics of a degree."""
        return 1 if self.plane.p == 1 else harmonics(self.plane.p, degree)

    def polynomials(self, degree: int) -> slice:
        """Those of the parity of a degree; all, if x is a number."""
        return slice(None) if self.plane.p == 1 else slice(degree % 2, None, 2)

    def averaged(self, degree: int) -> np.ndarray:
        """R_m* of these polynomials, times roots of weights, at the nodes of lengths; if x is a number, they."""
        if self.plane.p == 1:
            return self.smooth
        cosines, weights, values = self._along
        legendre = gegenbauer(cosines, self.plane.p, degree + 1)[degree] / math.sqrt(self.multiplicity(degree))
        means = np.einsum("c,ncd->nd", weights * legendre, values[:, :, self.polynomials(degree)])
        return np.asarray(self.lengths.rule.sqrt_weights[:, None] * means)

    @cached_property
    def _along(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Positive cosines, twice their weights, and the polynomials at them times the lengths: (lengths, n, degrees).

        In the cosine they have poles at the distance of the bias over the largest length: to 1e-13 at that many nodes.
        """
        lengths = self.lengths.measure.points(self.lengths.rule.nodes)
        pole = self.plane.bias / float(self.plane.first(self.lengths.rule.nodes[-1:])[0])
        count = 2 * math.ceil(0.5 * (15.0 / math.asinh(pole) + self.size.degrees))
        cosines, weights = (part[count // 2:] for part in gauss_gegenbauer(self.plane.p, count))
        values = self.basis.sums(np.multiply.outer(lengths, cosines).ravel(), self.smooth)
        return cosines, 2.0 * weights, values.reshape(len(lengths), len(cosines), -1)

    @property
    def cost(self) -> int:
        """About how many values of phi the square takes."""
        panels, along = len(self.basis.edges) - 1, len(self._edges_of_w()) - 1
        lines = (panels * len(self.neurons.breaks) + 12) / (2.0 if self._positive[1] else 1.0)
        return math.ceil(along * self.size.w * lines * self.size.b * self.basis.size)

    @property
    def _mirrored(self) -> bool:
        """Whether the law of z is even."""
        line = self.across.line
        return line.symmetry is not None and self.plane.slope * line.symmetry + self.plane.start == 0.0

    @property
    def _positive(self) -> tuple[bool, bool]:
        """Whether positive w, and positive b, are enough."""
        definite = not all(self.neurons.profile.parities)
        return self._mirrored or definite, self._mirrored and definite

    @property
    def _reach(self) -> float:
        """How far (w, b) goes: its density there is a thousandth of the tolerance, or 1e-16, of the largest."""
        k = self.plane.p + 1
        level = min(-math.log(1e-3 * self.neurons.problem.rtol), 37.0)
        return math.sqrt(k) * math.exp(radial_reach(level, k)[1]) + self.size.farther

    def _rule(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Points (w, b), (n, 2), and their probabilities, some thousand at a time."""
        some: list[np.ndarray] = []
        for w, weight in zip(*composite_gauss_legendre(self._edges_of_w(), self.size.w), strict=True):
            b, weights = composite_gauss_legendre(self._edges_of_b(float(w)), self.size.b)
            some.append(np.column_stack([np.full_like(b, w), b, weight * weights]))
            if sum(map(len, some)) > 3000:
                yield self._probable(np.concatenate(some))
                some = []
        if some:
            yield self._probable(np.concatenate(some))

    def _edges_of_w(self) -> np.ndarray:
        """Panels that become narrower towards zero, as far as the largest x needs, and end where two lines cross."""
        largest = float(np.abs(self.slices.ends).max())
        shift = 0.8 if self.check else 1.0
        edges = [0.5 * shift]    # a third each time
        while edges[-1] * largest > 0.5:
            edges.append(edges[-1] / 3.0)
        positive = np.concatenate([edges, shift * np.array([1.1, 1.9, 2.9, 4.2, 6.0]), [self._reach]])
        line, breaks = self.across.line, self.neurons.breaks
        low, high = self.basis.edges[[0, -1]]
        # Where the density of x jumps, functions of (w, b) are not smooth along a line.
        ends = [end for end in line.span if math.isfinite(end) and line.sqrt_density(np.array(end)) > 0.0]
        t = np.unique(np.concatenate([ends, line.edges[(line.edges > low) & (line.edges < high)]]))
        hard = self.across.first(t)
        with np.errstate(divide="ignore", invalid="ignore"):
            crossed = np.abs(np.subtract.outer(breaks, breaks).ravel()[:, None]
                             / np.subtract.outer(hard, hard).ravel()).ravel()
        crossed = crossed[(crossed > positive.min()) & (crossed < 0.9 * self._reach)]
        found = np.unique(np.round(np.concatenate([[0.0], positive, crossed]), 13))
        return found if self._positive[0] else np.concatenate([-found[:0:-1], found])

    def _edges_of_b(self, w: float) -> np.ndarray:
        """Ends of panels where phi breaks at the ends of panels of x, and between them."""
        top = math.sqrt(max(self._reach**2 - w**2, 0.01))
        lines = np.subtract.outer(self.neurons.breaks, w * self.slices.ends).ravel() / self.plane.bias
        low = 0.0 if self._positive[1] else -top
        edges = np.sort(np.concatenate([lines[(lines > low) & (lines < top)], [low, top]]))
        edges = edges[np.append(True, np.diff(edges) > 1e-12)]
        return divided(edges, np.ceil(np.diff(edges) / (1.0 if self.check else 1.2)).astype(int))

    def _probable(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Points, and their weights times the density of the length of w, or of a number w, and of b."""
        v, p = points[:, :2], self.plane.p
        length = np.abs(v[:, 0])
        density = radial_half_density(np.log(length / math.sqrt(p)), p) ** 2 / length
        across = np.exp(-0.5 * v[:, 1] ** 2) / math.sqrt(2.0 * math.pi)
        copies = math.prod(2.0 if positive else 1.0 for positive in self._positive)
        return v, points[:, 2] * 0.5 * copies * density * across
