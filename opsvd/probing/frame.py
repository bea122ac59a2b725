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

    def spread(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Coordinates of random points x (n, r) and y (n, r') that reach farther, and what each pair counts for, (n,).

        Means with these weights are those of the measures.
        """
        (x, left), (y, right) = (spread_coordinates(mu, n, rng) for mu in (self.mu_x, self.mu_y))
        return x, y, left * right


def spread_coordinates(measure: Measure, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates of random points (count, r) that reach farther, and what each counts for, (count,).

    Each coordinate is drawn from its law or, in one or two of a point on average, from three times as wide a one: there
    corners have some points of which the laws themselves have next to none.
    """
    size, wide = len(measure.lines), 3.0
    share = min(0.5, 1.5 / max(size, 1))
    z = rng.standard_normal((count, size)) * np.where(rng.random((count, size)) < share, wide, 1.0)
    z = np.clip(z, -7.5, 7.5)    # beyond, quantiles are the ends of a law to rounding
    widened = np.exp(0.5 * (1.0 - wide**-2) * np.square(z)) / wide    # the density over the standard one
    return measure.coordinates_of_normal(z), np.prod(1.0 / (1.0 - share + share * widened), axis=1)
