"""A kernel of vectors in coordinates of its measures, turned where these are Gaussian."""

from dataclasses import dataclass

import numpy as np

from ..kernels import Kernel
from ..measures import Measure


@dataclass(frozen=True, eq=False)
class Frame:
    r"""Coordinates of x and of y: those of the measures, or of Gaussians turned by Q, so that :math:`x = m + A Q z`.

    Attributes
    ----------
    kernel : Kernel
    mu_x, mu_y : Measure
    turn_x, turn_y : ndarray, shape (r, r)
        The orthogonal matrices Q.
    """

    kernel: Kernel
    mu_x: Measure
    mu_y: Measure
    turn_x: np.ndarray
    turn_y: np.ndarray

    def points(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The points with some coordinates, (..., r)."""
        return self.mu_x.placed(x @ self.turn_x.T), self.mu_y.placed(y @ self.turn_y.T)

    def values(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """The kernel h at coordinates (..., r) that broadcast over the leading axes."""
        return np.asarray(self.kernel.finite_beside(*self.points(x, y)))

    def drawn(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Coordinates of random points x and y beside each other, (n, r + r')."""
        z = rng.standard_normal((n, len(self.turn_x) + len(self.turn_y)))
        x, y = np.split(z, [len(self.turn_x)], axis=1)
        return np.concatenate([self.mu_x.coordinates_of_normal(x), self.mu_y.coordinates_of_normal(y)], axis=1)
