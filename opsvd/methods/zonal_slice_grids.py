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
from typing import NamedTuple, cast

import numpy as np

from .._support.budget import check_time
from .._support.floats import chunks
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
from .polar_law import Directions, gauss_directions, legendre_directions
from .sector_evidence import Unseen
from .zonal_law import ZonalLaw, mean_square
from .zonal_planes import RoundPlane, cut


class SliceSize(NamedTuple):
    """How fine a grid is.

    Attributes
    ----------
    z, w, b : int
        Nodes on panels of these.
    degrees : int
        The number of functions of z.
    farther : float
        By how much (w, b) reaches farther.
    tops : tuple of int
        If x is stretched, the highest degrees of harmonics in its first two coordinates, in the first three, and so on.
    wave : float
        About the length of a wave of phi, if it oscillates.
    """

    z: int
    w: int
    b: int
    degrees: int
    farther: float = 0.0
    tops: tuple[int, ...] = ()
    wave: float = math.inf

    @property
    def check(self) -> "SliceSize":
        """By which triplets are judged."""
        return SliceSize(self.z + 2, self.w + 2, self.b + 2, self.degrees * 5 // 4 + 4, self.farther + 0.4,
                         tuple(math.ceil(1.15 * top) + 2 for top in self.tops), self.wave)


class Neurons(NamedTuple):
    """What all sizes have in common."""

    problem: Problem
    form: Bilinear
    law: ZonalLaw
    profile: ProductProfile
    breaks: np.ndarray
    longest: float    # the length of (w, b) beyond which there is too little of the energy of phi
    unseen: Unseen

    def phi(self, z: np.ndarray) -> np.ndarray:
        """The function of the scaled form."""
        return np.asarray(self.profile.line(z, 1.0))


def are_many(breaks: np.ndarray) -> bool:
    """Whether breaks that do not matter are left out, and panels of b do not end at each."""
    return len(breaks) > 12


def wave_of(profile: ProductProfile) -> float:
    """The mean width of pieces of phi from z = 8 to 40, which are about a wave where it oscillates; or infinity.

    Pieces between breaks, as of floor(z), are no waves if there are no more than four for each break: a search for a
    break leaves some around it.
    """
    far, breaks = (numbers[(numbers > math.log(8.0)) & (numbers < math.log(40.0))]
                   for numbers in (profile.pieces.edges, profile.pieces.breaks))
    if len(far) <= 1 or len(far) <= 4 * len(breaks):
        return math.inf
    mean = float(np.ptp(np.exp(far))) / (len(far) - 1)
    return mean if mean < 6.0 else math.inf    # of tanh, relu and others it is 16 and more


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
        The diagonal of D, at most one, if x is stretched.
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
            waves = self._reach * np.abs(np.diff(plane.first(edges))) / (4.0 * self.size.wave)
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
    def spans(self) -> tuple[np.ndarray, np.ndarray]:
        """Those of which functions of even degrees, and of odd ones, are sums."""
        return self.smooth[:, self.polynomials(0)], self.smooth[:, self.polynomials(1)]

    @cached_property
    def slices(self) -> NeuronSlices:
        """Their images under S*."""
        return NeuronSlices.of(self.basis, self.across.first, self.plane.bias, self.neurons.breaks)

    @cached_property
    def by_length(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Lengths of w, their weights, and of each the matrix of S S* under the law of b, and the mean of phi^2.

        If the law of z is even, (w, b) and (-w, b) give the same but for the signs of odd functions, so that even and
        odd ones are apart. If phi is even or odd, (w, b) and (-w, -b) give the same. So positive w, and b, may do.
        """
        lengths, weights = composite_gauss_legendre(self._edges_of_w(), self.size.w)
        squares, energies = np.empty((len(lengths), *(self.smooth.shape[1],) * 2)), np.empty(len(lengths))
        for some in chunks(len(lengths), max(points * panels for points, panels in self._counts), 50_000):
            check_time()
            rules = [composite_gauss_legendre(self._edges_of_b(w), self.size.b) for w in lengths[some].tolist()]
            v = np.concatenate([np.column_stack([np.full_like(b, w), b])
                                for w, (b, _) in zip(lengths[some].tolist(), rules, strict=True)])
            masses = np.concatenate([weights for _, weights in rules]) * np.exp(-0.5 * v[:, 1] ** 2)
            masses *= (2.0 if self._positive[1] else 1.0) / math.sqrt(2.0 * math.pi)
            images, means = self.slices.means(self.neurons.phi, v)
            images = np.sqrt(masses)[:, None] * (images @ self.smooth)
            ends = np.cumsum([len(b) for b, _ in rules])
            for i, first, last in zip(range(some.start, some.stop), [0, *ends[:-1]], ends, strict=False):
                squares[i] = images[first:last].T @ images[first:last]
                energies[i] = masses[first:last] @ means[first:last]
        if self._mirrored:
            squares[:, ::2, 1::2], squares[:, 1::2, ::2] = 0.0, 0.0
        return lengths, weights, squares, energies

    @cached_property
    def laws(self) -> np.ndarray:
        """The probabilities of the lengths of w; if x is stretched, of D w, with those of every direction: (m, n)."""
        lengths, weights, *_ = self.by_length
        p = self.plane.p
        density = radial_half_density(np.log(np.abs(lengths) / math.sqrt(p)), p) ** 2 / np.abs(lengths)
        round_law = (1.0 if self._positive[0] else 0.5) * weights * density
        if self.deviations is None:
            return np.asarray(round_law[None])
        coordinates = self.directions.coordinates.reshape(p, -1)
        beside_round = np.sum((coordinates / self.deviations[:, None]) ** 2, axis=0) - 1.0
        masses = self.directions.masses.ravel() / np.prod(self.deviations)
        return np.asarray(masses[:, None] * np.exp(-0.5 * np.multiply.outer(beside_round, lengths**2)) * round_law)

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
        rule = legendre_directions if self.check else gauss_directions
        return rule((False,) * len(deviations), np.ceil((1.15 if self.check else 1.0) * counts).astype(int).tolist())

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
        for w in (0.5 * (np.abs(self._edges_of_w()[1:]) + np.abs(self._edges_of_w()[:-1]))).tolist():
            points = self.size.b * (len(self._edges_of_b(w)) - 1)
            seen = int(np.sum(np.abs(self.neurons.breaks) < w * reach + self.plane.bias))
            counts.append((points, panels + 2 * seen))
        return counts

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

    @cached_property
    def _reach(self) -> float:
        """How far (w, b) goes: its density there, and the energy, are a thousandth of the tolerance.

        The density is 1e-16 of the largest, if that is more.
        """
        k = self.plane.p + 1
        level = min(-math.log(1e-3 * self.neurons.problem.rtol), 37.0)
        length = math.sqrt(k) * math.exp(radial_reach(level, k)[1])
        return max(length, self.neurons.longest) + self.size.farther

    def _edges_of_w(self) -> np.ndarray:
        """Panels that become narrower towards zero, as far as largest x, and D, need, and end where two lines cross."""
        largest = float(np.abs(self.slices.ends).max())
        least = 1.0 if self.deviations is None else float(self.deviations[0])
        shift = 0.8 if self.check else 1.0
        edges = [0.5 * shift]    # a third each time
        while edges[-1] * largest > 0.5 or edges[-1] > 5.0 * least:
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
        # Products of two images have twice the frequency.
        waves = np.diff(found) * largest / (2.0 * self.size.wave)
        found = divided(found, np.ceil(waves).astype(int).clip(1))
        return found if self._positive[0] else np.concatenate([-found[:0:-1], found])

    def _edges_of_b(self, w: float) -> np.ndarray:
        """Ends of panels where phi breaks at the ends of panels of x, and between them.

        Images of polynomials vary over lengths in b that are w times those in x over which polynomials do. Lines that
        are nearer to each other, of many breaks, are taken as one.
        """
        top = math.sqrt(max(self._reach**2 - w**2, 0.01))
        lines = np.subtract.outer(self.neurons.breaks, w * self.slices.ends).ravel() / self.plane.bias
        low = 0.0 if self._positive[1] else -top
        edges = np.sort(np.concatenate([lines[(lines > low) & (lines < top)], [low, top]]))
        if are_many(self.neurons.breaks):
            edges = _apart(edges, 1.5 * abs(w) * float(np.diff(self.slices.ends).min()) / self.plane.bias)
        edges = edges[np.append(True, np.diff(edges) > 1e-12)]
        width = min(1.0 if self.check else 1.2, 2.0 * self.size.wave)
        return divided(edges, np.ceil(np.diff(edges) / width).astype(int))


def _apart(edges: np.ndarray, least: float) -> np.ndarray:
    """Those of increasing numbers that are at least so far apart, with the first and the last."""
    kept = [float(edges[0])]
    for edge in edges[1:-1].tolist():
        if edge >= kept[-1] + least and edge <= edges[-1] - least:
            kept.append(edge)
    return np.array([*kept, float(edges[-1])])
