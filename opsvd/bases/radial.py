r"""Functions of the length of a standard Gaussian vector: cardinal functions of its logarithm."""

import math
from typing import Any

import numpy as np
from scipy.special import loggamma

from .._support.arrays import squares
from ..measures import radial_half_density, radial_reach
from ..quadrature import fourth_moments_by_rule
from .cardinal import CardinalFunctions
from .digits import SPARSE


def radial_spectrum(frequency: float, k: int) -> float:
    r"""The Fourier transform of w, over that at frequency zero: :math:`|\Gamma(k/4 + i\kappa/2)| / \Gamma(k/4)`."""
    return math.exp(float((loggamma(0.25 * k + 0.5j * frequency) - loggamma(0.25 * k)).real))


class RadialBasis:
    r"""Cardinal functions on an equidistant grid in :math:`\delta = \log(|x| / \sqrt k)`.

    A radial function F with :math:`E[F(|x|)^2] = 1` has the half-density :math:`F w` of norm one in
    :math:`L^2(d\delta)`. The basis is that of `LogarithmicBasis`: a sinc function made periodic, exactly orthonormal.

    Parameters
    ----------
    k : int
        The dimension of x.
    step : float
        The distance of the nodes.
    last : float
        The largest node.
    count : int
        The number of nodes, odd.
    """

    def __init__(self, k: int, step: float, last: float, count: int) -> None:
        self.k, self.step, self.last, self.count = k, step, last, count
        self.grid = last - step * np.arange(count)[::-1]
        self.weights = radial_half_density(self.grid, k)

    def half_density(self, delta: np.ndarray) -> np.ndarray:
        """The basis times w: points (n,) give (n, count); zero outside of the grid's interval."""
        return CardinalFunctions(self.grid, self.step)(delta) / math.sqrt(self.step)

    @property
    def trusted(self) -> tuple[float, float]:
        """The interval of delta on which sums in the basis, divided by w, keep half of their digits.

        A grid of this step leaves an error of the size of the frequencies of w that it does not resolve.
        """
        sparse = max(SPARSE, math.sqrt(radial_spectrum(math.pi / self.step, self.k)))
        low, high = radial_reach(-2.0 * math.log(sparse), self.k)
        return max(low, float(self.grid[0])), min(high, self.last)

    def functions(self, delta: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
        """Sums in the basis as functions F: points (n,) and coefficients (count, r) give (n, r)."""
        return np.asarray(self.half_density(delta) @ coefficients / radial_half_density(delta, self.k)[:, None])

    def moments(self, coefficients: np.ndarray) -> np.ndarray:
        """E[|F_i|^2 |F_j|^2] of sums in the basis, coefficients (count, r): shape (r, r), inf where not known."""
        low, high = self.trusted
        kept = (self.grid >= low) & (self.grid <= high)
        masses = self.step * self.weights[kept] ** 2
        energies = squares(coefficients[kept]) / masses[:, None]
        moments = fourth_moments_by_rule(energies, masses)
        # What the last tenth of a unit has a tenth of goes on beyond it, where the sums have no digits.
        fourth = masses[:, None] * energies**2
        last = fourth[-max(1, round(0.1 / self.step)):].sum(axis=0)
        unknown = last > 0.1 * fourth.sum(axis=0)
        np.fill_diagonal(moments, np.where(unknown, np.inf, np.diag(moments)))
        return moments

    def shells(self, coefficients: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        r"""A Gauss rule for the length: sums in the basis times the roots of the masses, (p, r), and the masses, (p,).

        Sums over p of products of two columns are :math:`E[F_i F_j]`.
        """
        order = np.arange(16)    # what so few nodes leave open is in the error of `RadialEquivalent`
        shape = 0.5 * self.k
        # |x|^2 / 2 is a Gamma variable: the Jacobi matrix of the Laguerre polynomials.
        off = np.sqrt(order[1:] * (order[1:] + shape - 1.0))
        nodes, vectors = np.linalg.eigh(np.diag(2.0 * order + shape) + np.diag(off, 1) + np.diag(off, -1))
        masses, delta = vectors[0] ** 2, 0.5 * np.log(2.0 * nodes / self.k)
        kept = masses > 1e-9    # lengths that a sample of up to 10^8 rows hardly has
        functions = self.functions(np.clip(delta[kept], *self.trusted), coefficients)
        return functions * np.sqrt(masses[kept])[:, None], masses[kept]

    def state(self) -> dict[str, Any]:
        """The arguments from which this basis can be made again."""
        return {"k": self.k, "step": self.step, "last": self.last, "count": self.count}
