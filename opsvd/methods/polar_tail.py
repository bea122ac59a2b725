r"""What spherical harmonics beyond a degree can hold of phi(<a, b>): a bound of the operator norm of each.

On degree l the kernel between round laws has the norm :math:`\|c_l\| N(k, l)^{-1/2}`, and between laws of densities of
at most P and Q against these a norm at most :math:`\sqrt{PQ}` times that. Up to some degree c_l is computed. Beyond it,
none is larger than all that follow together, which is known from :math:`E[\varphi^2]`; and by parts, with V(z) the
total variation of :math:`\varphi` on [-z, z],

.. math:: |c_l(z)| \le V(z) \max_t |q_l(t)|, \qquad q_l(t) = \int_t^1 p_l\, \rho_k\, dt ,

which falls as well where :math:`\varphi` jumps.
"""

import math

import numpy as np

from .._support.floats import TINY
from ..kernels import Elementwise
from ..measures import radial_half_density
from ..quadrature import angle_density, gegenbauer, harmonics
from .angular_profile import ProductProfile, nodes_on
from .radii import MOST_DEGREES, Radii


class PolarTail:
    """The norms of c_l on all degrees, between round laws.

    Parameters
    ----------
    profile : ProductProfile
    radii : Radii
        The lengths that matter.
    """

    def __init__(self, profile: ProductProfile, radii: Radii) -> None:
        k = self.k = profile.k
        low, high = min(radii.x[0], radii.y[0]), max(radii.x[1], radii.y[1])
        # Half a unit apart: between these the energy of a degree is smooth.
        delta = np.linspace(low, high, math.ceil(2.0 * (high - low)) + 8)
        masses = (delta[1] - delta[0]) * radial_half_density(delta, k) ** 2
        seen = profile.sections(delta, delta, MOST_DEGREES)
        pairs = np.multiply.outer(masses, masses)
        roots = np.array([math.exp(0.5 * math.log(harmonics(k, degree))) for degree in range(MOST_DEGREES + 1)])
        self.norms = np.sqrt(np.einsum("lij,ij->l", seen.values**2, pairs)) / roots[:-1]
        self.energies = (self.norms * roots[:-1]) ** 2
        self.beyond = math.sqrt(float(np.sum(seen.beyond**2 * pairs)))
        log_products = np.add.outer(delta, delta) + math.log(k)
        self.variation = math.sqrt(float(np.sum(_variation(profile, log_products) ** 2 * pairs)))

    def bound(self, top: int) -> float:
        """The largest norm of a degree above `top`."""
        last = max(top, MOST_DEGREES - 1)
        count = math.exp(0.5 * math.log(harmonics(self.k, last + 1)))
        by_parts = self.variation * _largest_integral(self.k, last + 1)
        return max(float(self.norms[top + 1:].max(initial=0.0)), min(self.beyond, by_parts) / count)


def _variation(profile: ProductProfile, log_z: np.ndarray) -> np.ndarray:
    """The total variation of phi on [-z, z], as far as nodes on the pieces of phi show it."""
    inner = nodes_on(profile.pieces)[0].ravel()
    w = np.exp(inner)
    steps = [np.abs(np.diff(values)) for values in (_finite(profile.line, w), _finite(profile.line, -w))]
    across = abs(float(_finite(profile.line, w[:1])[0] - _finite(profile.line, -w[:1])[0]))
    # Between the nodes the variation may be a little larger.
    total = 1.1 * (across + np.append(0.0, np.cumsum(steps[0] + steps[1])))
    # Up to the next node beyond z.
    return np.asarray(total[np.minimum(np.searchsorted(inner, log_z) + 1, len(total) - 1)])


def _finite(line: Elementwise, z: np.ndarray) -> np.ndarray:
    """phi, or zero where it is no number, which is beyond the end of what matters."""
    values = line(z, 1.0)
    return np.where(np.isfinite(values), values, 0.0)


def _largest_integral(k: int, degree: int) -> float:
    r"""The largest of :math:`|q_l(t)|`, which is :math:`c_k (1 - t^2)^{(k-1)/2} |p_l'(t)| / (l (l + k - 2))`.

    The derivative is a polynomial :math:`p_{l-1}` of R^(k+2), times the root of :math:`l (l + k - 2) k / (k - 1)`, by
    the eigenvalue equation and the ratio of the two densities.
    """
    theta = np.linspace(0.0, 0.5 * np.pi, 8 * degree)
    derivative = gegenbauer(np.sin(theta), k + 2, degree)[-1]
    scale = math.sqrt(k / ((k - 1.0) * max(degree * (degree + k - 2.0), TINY)))
    return float(np.abs(np.cos(theta) * angle_density(theta, k) * derivative).max() * scale)
