r"""Rules for weights and biases (w, b) of neurons, whose panels end on lines <w, x> + b = z_0, and where these cross.

Let w be a number, or the length of a vector, and z the number that it multiplies. Of polynomials q and r in the angle
of z, the matrices of :math:`S S^*` are

.. math:: E_w[M_{qr}(w)], \qquad M_{qr}(w) = E_b[g_q(w, b)\, g_r(w, b)], \qquad
    g_q(w, b) = E_z[\varphi(w z + \beta b)\, q(z)] .

As a function of b, :math:`g_q` is :math:`\varphi` smoothed over w times the lengths in z over which q varies. So near a
break :math:`z_0` it varies over lengths in b that become short with w: panels of b end at
:math:`(z_0 - w z_i) / \beta`, :math:`z_i` the ends of panels of z. As a function of w, M varies over lengths of 1 / z,
so that panels of w become narrower towards zero. It breaks where lines cross along which :math:`g_q` breaks. These are
:math:`w z_i + \beta b = z_0` for the :math:`z_i` at which the density of z breaks, and b fixed at the breaks of its own
density.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ..measures import Gaussian, LineMeasure, radial_reach
from ..operator.problem import Problem
from ..probing.bilinear import Bilinear
from ..quadrature import composite_gauss_legendre, divided
from .angular_profile import ProductProfile
from .sector_evidence import Unseen
from .zonal_law import ZonalLaw
from .zonal_planes import RoundPlane


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
        even = 2 * (self.degrees * 5 // 8 + 2)    # as many functions are even as are odd
        return SliceSize(self.z + 2, self.w + 2, self.b + 2, even, self.farther + 0.4,
                         tuple(math.ceil(1.15 * top) + 2 for top in self.tops), self.wave)


class Neurons(NamedTuple):
    """What all sizes have in common."""

    problem: Problem
    form: Bilinear
    law: ZonalLaw
    profile: ProductProfile
    breaks: np.ndarray
    longest: float    # the length of (w, b), less their mean, beyond which there is too little of the energy of phi
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
class WeightsRule:
    """A rule for (w, b) that is one in b for every w; w is a length, or with its sign if x is a number.

    Attributes
    ----------
    neurons : Neurons
    across : RoundPlane
        Of a number z along w.
    size : SliceSize
    check : bool
        Whether no panel is to be as it was.
    center : (float, float)
        About which the law of (w, b) is; of a vector w the length of its mean.
    least : float
        The least deviation of a coordinate of w.
    vectors : bool
        Whether w is the length of a vector, and functions are times harmonics of its direction.
    """

    neurons: Neurons
    across: RoundPlane
    size: SliceSize
    check: bool
    center: tuple[float, float]
    least: float
    vectors: bool

    @cached_property
    def reach(self) -> float:
        """How far (w, b) goes from its mean: its density there, and the energy, are a thousandth of the tolerance.

        The density is 1e-16 of the largest, if that is more. The energy of phi that grows is about a mean that is
        farther out than that of (w, b).
        """
        k = self.neurons.law.k
        level = min(-math.log(1e-3 * self.neurons.problem.rtol), 37.0)
        length = math.sqrt(k) * math.exp(radial_reach(level, k)[1])
        grown = max(self.neurons.longest / length, 1.0)
        return length * grown + (grown**2 - 1.0) * math.hypot(*self.center) + self.size.farther

    @property
    def positive(self) -> tuple[bool, bool]:
        """Whether positive w, and positive b, are enough.

        If the law of z is even, (w, b) and (-w, b) give the same but for the signs of odd functions. If phi is even or
        odd, (w, b) and (-w, -b) give the same. Both must be as likely.
        """
        even = self.center[0] == 0.0
        return self.vectors or (even and (self._mirrored or (self._definite and self._even))), self._turned

    @property
    def separate(self) -> bool:
        """Whether means of products of an even and an odd function of z are zero, for numbers w of both signs."""
        return self._turned or (self._mirrored and not self.vectors and self.center[0] == 0.0)

    @property
    def _turned(self) -> bool:
        """Whether (w, -b) gives the same as (w, b), but for the signs of odd functions."""
        return self._mirrored and self._definite and self._even

    @property
    def _even(self) -> bool:
        """Whether the law of b is even."""
        return self.neurons.law.biases[0].symmetry == 0.0

    @property
    def _definite(self) -> bool:
        """Whether phi is even or odd."""
        return not all(self.neurons.profile.parities)

    @property
    def _mirrored(self) -> bool:
        """Whether the law of z is even."""
        line = self.across.line
        return line.symmetry is not None and self.across.slope * line.symmetry + self.across.start == 0.0

    def of_w(self, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Nodes and weights on panels."""
        return composite_gauss_legendre(edges, self.size.w)

    def of_b(self, w: float, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Nodes, and weights times their probability densities, for one w."""
        line, slope = self.neurons.law.biases
        t, weights = composite_gauss_legendre(self.edges_of_b(w, ends), self.size.b)
        return slope * line.points(t), (2.0 if self.positive[1] else 1.0) * weights * line.sqrt_density(t) ** 2

    def edges_of_w(self, ends: np.ndarray, box: tuple[float, float]) -> np.ndarray:
        """Panels that become narrower towards zero, as far as largest z, and D, need, and end where two lines cross.

        Parameters
        ----------
        ends : ndarray
            The numbers z at the ends of panels.
        box : (float, float)
            The first coordinate of z and the last.
        """
        largest, shift, mean = float(np.abs(ends).max()), 0.8 if self.check else 1.0, self.center[0]
        near = [0.5 * shift]    # a third each time
        while near[-1] * largest > 0.5 or near[-1] > 5.0 * self.least:
            near.append(near[-1] / 3.0)
        crossed = self._crossings(box)
        crossed = crossed[(crossed > near[-1]) & (crossed < abs(mean) + 0.9 * self.reach)]
        wide = shift * np.array([0.5, 1.1, 1.9, 2.9, 4.2, 6.0])
        about = mean + np.concatenate([-wide, [0.0], wide])
        found = np.concatenate([near, crossed])
        found = np.concatenate([-found, [0.0], found, about[np.abs(about) > near[0] + 0.2]])
        low, high = mean - self.reach, mean + self.reach
        low = max(low, 0.0) if self.positive[0] else low
        found = found[(found > low) & (found < high)]
        found = np.unique(np.round(np.concatenate([[low], found, [high]]), 13))
        # Products of two images have twice the frequency.
        waves = np.diff(found) * largest / (2.0 * self.size.wave)
        return divided(found, np.ceil(waves).astype(int).clip(1))

    def _crossings(self, box: tuple[float, float]) -> np.ndarray:
        """The sizes of w at which two lines cross along which images break."""
        (biases, slope), breaks = self.neurons.law.biases, self.neurons.breaks
        z = self.across.first(_not_smooth(self.across.line, box))
        fixed = self.across.bias * slope * biases.points(_not_smooth(biases, self._box_of_b))
        with np.errstate(divide="ignore", invalid="ignore"):
            among = np.divide.outer(np.subtract.outer(breaks, breaks).ravel(), np.subtract.outer(z, z).ravel())
            beside = np.divide.outer(np.subtract.outer(breaks, fixed).ravel(), z)
        return np.asarray(np.abs(np.concatenate([among.ravel(), beside.ravel()])))

    def edges_of_b(self, w: float, ends: np.ndarray) -> np.ndarray:
        """Ends of panels, in the coordinate of b, where phi breaks at the ends of panels of z, and between them.

        Lines that are nearer to each other than images vary, of many breaks, are taken as one.
        """
        line, slope = self.neurons.law.biases
        t = np.array(self._box_of_b)
        if isinstance(line, Gaussian):    # within the circle of (w, b)
            top = math.sqrt(max(self.reach**2 - (w - self.center[0]) ** 2, 0.01))
            t = line.mean + top * np.array([-1.0, 1.0])
        if self.positive[1]:
            t[0] = line.coordinate(np.zeros(1))[0]
        low, high = np.sort(slope * line.points(t))
        lines = np.subtract.outer(self.neurons.breaks, w * ends).ravel() / self.across.bias
        edges = np.sort(np.concatenate([lines[(lines > low) & (lines < high)], [low, high]]))
        if are_many(self.neurons.breaks):
            edges = _apart(edges, 1.5 * abs(w) * float(np.diff(ends).min()) / self.across.bias)
        own = line.edges[(line.edges > t[0]) & (line.edges < t[1])]
        edges = np.sort(np.concatenate([t, line.coordinate(edges[1:-1] / slope), own]))
        edges = edges[np.append(True, np.diff(edges) > 1e-12)]
        waves = np.abs(np.diff(slope * line.points(edges))) / (2.0 * self.size.wave)
        return divided(edges, np.ceil(np.maximum(np.diff(edges) / ((1.0 if self.check else 1.2) * line.scale),
                                                 waves)).astype(int).clip(1))

    @property
    def _box_of_b(self) -> tuple[float, float]:
        """Where the law of b has all but 1e-18 of its mass, or 1e-22: in its coordinate."""
        return self.neurons.law.biases[0].box(1e-11 if self.check else 1e-9)


def _not_smooth(line: LineMeasure, box: tuple[float, float]) -> np.ndarray:
    """Where a density or a derivative of it jumps, in its coordinate."""
    ends = [end for end in line.span if math.isfinite(end) and line.sqrt_density(np.array(end)) > 0.0]
    return np.unique(np.concatenate([ends, line.edges[(line.edges > box[0]) & (line.edges < box[1])]]))


def _apart(edges: np.ndarray, least: float) -> np.ndarray:
    """Those of increasing numbers that are at least so far apart, with the first and the last."""
    kept = [float(edges[0])]
    for edge in edges[1:-1].tolist():
        if edge >= kept[-1] + least and edge <= edges[-1] - least:
            kept.append(edge)
    return np.array([*kept, float(edges[-1])])
