r"""What a rotation-invariant kernel is on each degree of spherical harmonics: a function of two lengths.

A kernel with h(Qx, Qy) = h(x, y) for all rotations Q commutes with them. On harmonics of degree l it is

.. math:: \frac{c_l(|x|, |y|)}{\sqrt{N(k, l)}}, \qquad c_l(r, s) = E_t[h(r, s, t)\, p_l(t)],

the same for each of the N(k, l) harmonics. The variable for a length is :math:`\delta = \log(|x| / \sqrt k)`.
"""

import math
from typing import NamedTuple, Protocol

import numpy as np

from ..measures import radial_half_density


class LengthRule(NamedTuple):
    """Lengths (n,), and the roots of their weights, (n,): sums of squares times weights are means."""

    lengths: np.ndarray
    roots: np.ndarray


class Sections(NamedTuple):
    """What a kernel is on each degree between lengths of x and y, n by m.

    Attributes
    ----------
    values : ndarray, shape (size, n, m)
        c_l for l < size.
    beyond : ndarray, shape (n, m)
        The root mean square over the angle of what all other degrees hold.
    truncation : float
        The norm of truncation errors in the angle: so much may be wrong on each degree.
    """

    values: np.ndarray
    beyond: np.ndarray
    truncation: float

    def norm_beyond(self, x: np.ndarray, y: np.ndarray, k: int) -> float:
        """The norm of what all other degrees hold, by the trapezoid rule between equidistant nodes x and y."""
        left, right = radial_half_density(x, k), radial_half_density(y, k)
        return float(math.sqrt(grid_step(x) * grid_step(y)) * np.linalg.norm((self.beyond * left[:, None]) * right))


class Profiles(Protocol):
    r"""What a rotation-invariant kernel is on each degree, between radii :math:`\sqrt k\, e^\delta`."""

    @property
    def k(self) -> int:
        """The dimension."""

    def sections(self, x: np.ndarray, y: np.ndarray, size: int, *, check: bool = False) -> Sections:
        """c_l for l < size between equidistant nodes x and y; for `check` other angles are used."""

    @property
    def hidden(self) -> tuple[float, float]:
        r"""What lies nearer to singular points than nodes: :math:`\sup_v \int |c_l(u + v)| du`, and the energy."""

    @property
    def breaks(self) -> bool:
        """Whether h may have kinks or jumps in the lengths, or along a curve of them."""

    def filtered(self, step: float) -> "tuple[Profiles, Profiles] | None":
        """The same for h and h^2, filtered where they break for the trapezoid rule with a step; None if need not be."""


def grid_step(nodes: np.ndarray) -> float:
    """The distance of equidistant nodes.

    It is taken from end to end: the distance of two neighbours is rounded, and a sum over the grid would multiply its
    error by their number.
    """
    return float((nodes[-1] - nodes[0]) / (len(nodes) - 1))
