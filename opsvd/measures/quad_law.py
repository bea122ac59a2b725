"""What a measure knows of itself in quadruple precision."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .._support.quad import as_quad, quad_pi
from ..quadrature.quad_gauss import OffDiagonal, hermite_off_diagonal, legendre_off_diagonal


@dataclass(frozen=True)
class QuadLaw:
    """A measure as the image of one that is symmetric about zero, x = center + scale z.

    Attributes
    ----------
    center, scale : ndarray, shape ()
    off_diagonal : callable
        The recurrence of the orthonormal polynomials of z.
    sqrt_density : callable
        The square root of the density of z.
    bounded : bool
        Whether z ends at -1 and 1; if not, at no number.
    """

    center: np.ndarray
    scale: np.ndarray
    off_diagonal: OffDiagonal
    sqrt_density: Callable[[np.ndarray], np.ndarray]
    bounded: bool

    def points(self, z: np.ndarray) -> np.ndarray:
        """The points x of numbers z."""
        return np.asarray(self.center + self.scale * z)

    def places(self, x: np.ndarray) -> np.ndarray:
        """The numbers z of points x."""
        return np.asarray((as_quad(x) - self.center) / self.scale)

    def sqrt_density_of_points(self, z: np.ndarray) -> np.ndarray:
        """The square root of the density of x, at the points of numbers z."""
        return np.asarray(self.sqrt_density(z) / np.sqrt(self.scale))


def gaussian_sqrt_density(z: np.ndarray) -> np.ndarray:
    """That of the standard Gaussian."""
    return np.asarray(np.exp(-0.25 * z * z) / np.sqrt(np.sqrt(2.0 * quad_pi())))


def uniform_sqrt_density(z: np.ndarray) -> np.ndarray:
    """That of the uniform law on [-1, 1]."""
    return np.asarray(np.where(np.abs(z) <= 1.0, np.sqrt(as_quad(0.5)), as_quad(0.0)))


def gaussian_law(mean: float, std: float) -> QuadLaw:
    """Of a Gaussian."""
    return QuadLaw(as_quad(mean), as_quad(std), hermite_off_diagonal, gaussian_sqrt_density, bounded=False)


def uniform_law(low: float, high: float) -> QuadLaw:
    """Of a uniform measure."""
    first, last = as_quad(low), as_quad(high)
    return QuadLaw(np.asarray(0.5 * (first + last)), np.asarray(0.5 * (last - first)), legendre_off_diagonal,
                   uniform_sqrt_density, bounded=True)
