r"""Means over (w, b) of products of integrals along a number z of phi(|w| z + b), and what they are on each degree.

For x round in R^p, z is the coordinate of x along w. Of functions :math:`F(|x|) Y(x / |x|)`, Y a harmonic of degree m,
the mean over all x of one z is :math:`Y(w / |w|) (R_m F)(z)`, and with t the cosine between x and w

.. math:: (R_m^* q)(r) = E_t[q(r t)\, p_m(t)] / \sqrt{N(p, m)}, \qquad
    T_m = R_m^* S, \qquad (S g)(z) = E_{w, b}[\varphi(|w| z + b)\, g(|w|, b)] .

So the matrix of :math:`S S^*` between functions of the number z serves all degrees. A number x has z = x, a w with its
sign, and no degrees.

If x = D u with u round and D diagonal, :math:`\langle w, x \rangle = \langle D w, u \rangle`, and D w is not round: the
law of its length depends on its direction. So :math:`S S^*` is another matrix for each direction, but all of them are
sums, over the same lengths, of the same matrices with other weights.
"""

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import cast

import numpy as np

from .._support.budget import check_time
from .._support.floats import chunks
from ..bases import ContinuedPanels, NeuronSlices
from ..measures import Gaussian, radial_half_density
from ..quadrature import (
    divided,
    gauss_gegenbauer,
    gegenbauer,
    harmonics,
    weighted_polynomials,
)
from .polar_law import Directions, gauss_directions, legendre_directions
from .zonal_law import mean_square
from .zonal_planes import RoundPlane, cut
from .zonal_slice_rules import Neurons, SliceSize, WeightsRule


@dataclass(frozen=True, eq=False)
class SliceGrid:
    """S S* between functions on panels of z, from a rule for (w, b), and T T* on each degree.

    Attributes
    ----------
    neurons : Neurons
    plane : RoundPlane
        Of x, or of u if x is stretched.
    size : SliceSize
    check : bool
        Whether no panel is to be as it was.
    deviations : ndarray, shape (p,), or None
        The diagonal of D, at most one, if x is stretched, or weights have a mean.
    """

    neurons: Neurons
    plane: RoundPlane
    size: SliceSize
    check: bool
    deviations: np.ndarray | None = None

    @cached_property
    def across(self) -> RoundPlane:
        """The plane on which (z, 1) moves: that of a number x, or of the coordinate along w of a Gaussian vector."""
        return self.plane if self.plane.p == 1 else replace(self.plane, p=1, line=Gaussian())

    @cached_property
    def rule(self) -> WeightsRule:
        """That for (w, b), or for (|D w|, b)."""
        mean, vectors, deviations = self.neurons.law.mean, self.plane.p > 1, self.deviations
        w = mean[:-1] * (1.0 if deviations is None else deviations)
        center = float(np.linalg.norm(w) if vectors else w[0]), float(mean[-1])
        return WeightsRule(self.neurons, self.across, self.size, self.check, center,
                           1.0 if deviations is None else float(deviations[0]), vectors)

    @property
    def mixed(self) -> tuple[bool, ...]:
        """In which coordinates the law of D w is not even."""
        return tuple((self.neurons.law.mean[:-1] != 0.0).tolist())

    @cached_property
    def _edges_of_w(self) -> np.ndarray:
        return self.rule.edges_of_w(self.slices.ends, (float(self.basis.edges[0]), float(self.basis.edges[-1])))

    @cached_property
    def basis(self) -> ContinuedPanels:
        """Panels of z on which polynomials in the angle are resolved."""
        return self._panels(self.across)

    @cached_property
    def lengths(self) -> ContinuedPanels:
        """Panels of a number x, or of the length of a vector."""
        return self.basis if self.plane.p == 1 else self._panels(self.plane)

    def turned(self, plane: RoundPlane) -> RoundPlane:
        r"""The plane in whose angle the polynomials are: at a distance that may be another one than that of the bias.

        If phi breaks at zero, functions are singular where :math:`z^2 + \beta^2` is zero. If it first breaks at z_0,
        they have the factor :math:`e^{-z_0^2 / (2 z^2 + 2 \beta^2)}`, which is smooth to a distance of about z_0, and
        small nearer to zero: polynomials that tell points apart there are wasted. If the distance is large beside the
        deviation of z, these are polynomials in z, which do not resolve functions that oscillate where most z are and
        hardly vary beyond.
        """
        if self.deviations is not None:
            return plane
        nearest = float(np.abs(self.neurons.breaks).min(initial=math.inf))
        width = math.sqrt(mean_square(self.across.line, self.across.slope, self.across.start))
        return replace(plane, bias=min(max(plane.bias, 0.7 * nearest), width))

    def _panels(self, plane: RoundPlane) -> ContinuedPanels:
        # If x is stretched, panels near zero are narrow beside the distance of the pole of the angle: with wider ones,
        # as for fewer degrees, functions of 20 nodes a panel err by 1e-5.
        turned, line = self.turned(plane), plane.line
        edges = turned.edges(self.size.degrees // 2 if self.deviations is None else 28)
        while (len(edges) - 1) * self.size.z < 2.2 * self.size.degrees:
            edges = np.union1d(edges, 0.5 * (edges[1:] + edges[:-1]))
        for _ in range(8):    # until nodes tell the zeros on each panel apart
            edges = divided(edges, 1 + (self._zeros(turned, edges) > 0.45 * self.size.z))
        if math.isfinite(self.size.wave):    # the rule is for integrals along x at the largest w
            largest = self.rule.reach + abs(self.rule.center[0])
            waves = largest * np.abs(np.diff(plane.first(edges))) / (4.0 * self.size.wave)
            edges = divided(edges, np.ceil(waves).astype(int).clip(1))
        if self.check:
            edges = cut(edges, line.edges[(line.edges > edges[0]) & (line.edges < edges[-1])])
        return ContinuedPanels(line, edges, self.size.z)

    def _zeros(self, turned: RoundPlane, edges: np.ndarray) -> np.ndarray:
        """How many zeros the last polynomial has on each panel."""
        rule = ContinuedPanels(turned.line, edges, self.size.z).rule
        last = weighted_polynomials(turned.angle(rule.nodes), rule.sqrt_weights, self.size.degrees)[:, -1]
        last[np.abs(last) < 1e-10 * np.abs(last).max()] = 0.0    # where there is no weight it is rounding
        last = last.reshape(-1, self.size.z)
        return np.asarray(np.sum(last[:, 1:] * last[:, :-1] < 0.0, axis=1))

    @cached_property
    def smooth(self) -> np.ndarray:
        """Polynomials in the angle of (z, 1) that are orthonormal under the law of z, (nodes, degrees)."""
        rule = self.basis.rule
        return weighted_polynomials(self.turned(self.across).angle(rule.nodes), rule.sqrt_weights, self.size.degrees)

    @cached_property
    def spans(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Those of which functions of even degrees, of odd ones, and of both are sums."""
        return self.smooth[:, self.polynomials(0)], self.smooth[:, self.polynomials(1)], self.smooth

    @cached_property
    def slices(self) -> NeuronSlices:
        """Their images under S*."""
        return NeuronSlices.of(self.basis, self.across.first, self.plane.bias, self.neurons.breaks)

    @cached_property
    def by_length(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Lengths of w, their weights, and of each the matrix of S S* under the law of b, and the mean of phi^2."""
        rule, ends = self.rule, self.slices.ends
        lengths, weights = rule.of_w(self._edges_of_w)
        squares, energies = np.empty((len(lengths), *(self.smooth.shape[1],) * 2)), np.empty(len(lengths))
        for some in chunks(len(lengths), max(points * panels for points, panels in self._counts), 50_000):
            check_time()
            rules = [rule.of_b(w, ends) for w in lengths[some].tolist()]
            v = np.concatenate([np.column_stack([np.full_like(b, w), b])
                                for w, (b, _) in zip(lengths[some].tolist(), rules, strict=True)])
            masses = np.concatenate([masses for _, masses in rules])
            images, means = self.slices.means(self.neurons.phi, v)
            images = np.sqrt(masses)[:, None] * (images @ self.smooth)
            last = np.cumsum([len(b) for b, _ in rules])
            for i, low, high in zip(range(some.start, some.stop), [0, *last[:-1]], last, strict=False):
                squares[i] = images[low:high].T @ images[low:high]
                energies[i] = masses[low:high] @ means[low:high]
        if rule.separate:
            squares[:, ::2, 1::2], squares[:, 1::2, ::2] = 0.0, 0.0
        return lengths, weights, squares, energies

    @cached_property
    def laws(self) -> np.ndarray:
        """The probabilities of the lengths of w; if x is stretched, of D w, with those of every direction: (m, n)."""
        lengths, weights, *_ = self.by_length
        p, mean = self.plane.p, self.neurons.law.mean[:-1]
        density = radial_half_density(np.log(np.abs(lengths) / math.sqrt(p)), p) ** 2 / np.abs(lengths)
        round_law = (1.0 if self.rule.positive[0] else 0.5) * weights * density
        if self.deviations is None:    # if x is a vector, the mean is zero
            return np.asarray((round_law * np.exp(lengths * mean[0] - 0.5 * mean[0] ** 2))[None])
        # Of a direction alpha, |w - m|^2 - r^2 for D w = r alpha.
        coordinates = self.directions.coordinates.reshape(p, -1) / self.deviations[:, None]
        beside_round = np.multiply.outer(np.sum(coordinates**2, axis=0) - 1.0, lengths**2) + mean @ mean
        beside_round -= 2.0 * np.multiply.outer(mean @ coordinates, lengths)
        masses = self.directions.masses.ravel() / np.prod(self.deviations)
        return np.asarray(masses[:, None] * np.exp(-0.5 * beside_round) * round_law)

    def squares(self, some: slice) -> np.ndarray:
        """The matrices of S S* between some polynomials, times the probabilities of directions: (m, q, q)."""
        squares = self.by_length[2][:, some, some]
        return np.asarray(self.laws @ squares.reshape(len(squares), -1)).reshape(-1, *squares.shape[1:])

    @cached_property
    def norm(self) -> float:
        """That of h."""
        return math.sqrt(float(np.sum(self.laws @ self.by_length[3])))

    @cached_property
    def directions(self) -> Directions:
        """A rule for the directions of D w."""
        deviations = cast("np.ndarray", self.deviations)
        # In the angle of a join the density is singular at the distance artanh(d_1 / d_j), so that a rule of n nodes
        # errs by exp(-4 n) to the power of that.
        level = math.log(1e3 / self.neurons.problem.rtol)
        poles = np.arctanh(np.minimum(deviations[0] / deviations[1:], 1.0 - 1e-9))
        counts = np.maximum(0.5 * np.array(self.size.tops) + 3.0, 0.25 * level / poles)
        counts += 0.25 * self._degree_of_density(level)
        rule = legendre_directions if self.check else gauss_directions
        return rule(self.mixed, np.ceil((1.15 if self.check else 1.0) * counts).astype(int).tolist())

    def _degree_of_density(self, level: float) -> float:
        """To which the density of directions is known, if weights have a mean m, to e^-level.

        At the length r it is as exp(r |m| cos t), t the angle from m, whose coefficients of the degree n are below
        exp(r |m| (cosh(tau) - 1) - n tau) of the largest for any tau.
        """
        mean, tau = float(np.linalg.norm(self.neurons.law.mean[:-1])), np.linspace(0.05, 4.0, 80)
        r = mean + np.linspace(-min(mean, 6.0), 6.0, 41)[:, None]
        needed = (level - 0.5 * (r - mean) ** 2 + r * mean * (np.cosh(tau) - 1.0)) / tau
        return float(needed.min(axis=1).max()) if mean else 0.0

    @property
    def degrees(self) -> range:
        """Those of harmonics of x: polynomials in the angle are few where these are of a high degree."""
        most = self.size.tops[-1] + 1 if self.size.tops else self.size.degrees // 2
        return range(1 if self.plane.p == 1 else most)

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
    def factors(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Of every degree, `averaged` as orthonormal functions of the length times a triangle."""
        return [np.linalg.qr(self.averaged(degree)) for degree in self.degrees]

    @cached_property
    def _along(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Positive cosines, twice their weights, and the polynomials at them times the lengths: (lengths, n, degrees).

        In the cosine they have poles at the distance of the bias over the largest length: to 1e-13 at that many nodes.
        """
        lengths = self.lengths.measure.points(self.lengths.rule.nodes)
        pole = self.turned(self.plane).bias / float(self.plane.first(self.lengths.rule.nodes[-1:])[0])
        count = 2 * math.ceil(0.5 * (15.0 / math.asinh(pole) + max(self.size.degrees, len(self.degrees))))
        cosines, weights = (part[count // 2:] for part in gauss_gegenbauer(self.plane.p, count))
        values = self.basis.sums(np.multiply.outer(lengths, cosines).ravel(), self.smooth)
        return cosines, 2.0 * weights, values.reshape(len(lengths), len(cosines), -1)

    @property
    def cost(self) -> int:
        """About how many values of phi the square takes."""
        return math.ceil(sum(points * panels for points, panels in self._counts) * self.size.w * self.size.z)

    @cached_property
    def _counts(self) -> list[tuple[int, int]]:
        """For a w on every panel: the points b, and about how many panels of z, with pieces between breaks, one takes.

        Where phi breaks in a panel, its integrals take some nodes more than others.
        """
        panels, reach = len(self.basis.edges) - 1, float(np.abs(self.slices.ends).max())
        counts = []
        for w in (0.5 * (self._edges_of_w[1:] + self._edges_of_w[:-1])).tolist():
            points = self.size.b * (len(self.rule.edges_of_b(w, self.slices.ends)) - 1)
            seen = int(np.sum(np.abs(self.neurons.breaks) < abs(w) * reach + self.plane.bias))
            counts.append((points, panels + 2 * seen))
        return counts
