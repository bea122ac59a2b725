"""How far a kernel of vectors is from the product of kernels of numbers that it was seen to be."""

import math

import numpy as np

from .._support.arrays import squares
from ..probing.factors import Factors
from .carriers import mean_of_grid
from .remainder import NORM_MARGIN


def away_from_product(factors: Factors) -> float:
    """A bound of the norm of the difference, from all pairs of random points of x and of y.

    Each coordinate is drawn from its law or, in one or two of a point on average, from three times as wide a one: there
    corners have some points of which the laws themselves have next to none.
    """
    frame, each = factors
    values = 600 if frame.kernel.dear else 500_000    # of h and of all factors
    count, rng = math.isqrt(values // (len(each) + 1)), np.random.default_rng(17)
    (s, left), (t, right) = (_spread(len(frame.turn_x), count, rng) for _ in range(2))
    x, y = (mu.coordinates_of_normal(z) for mu, z in ((frame.mu_x, s), (frame.mu_y, t)))
    product: np.ndarray = np.ones((count, count))
    for factor in each:
        product = product * factor.scale * factor.kernel.finite_grid(*(
            law.points(some[:, i]) for law, some, i in zip(factor.laws, (x, y), (factor.x, factor.y), strict=True)))
    energies = squares(frame.kernel.finite_grid(*frame.points(x, y)) - product) * left[:, None] * right
    return NORM_MARGIN * mean_of_grid(energies)[1]


def _spread(size: int, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Points (count, size) of which some coordinates are wider than standard Gaussian, and what each counts for."""
    wide, share = 3.0, min(0.5, 1.5 / size)
    z = rng.standard_normal((count, size)) * np.where(rng.random((count, size)) < share, wide, 1.0)
    z = np.clip(z, -7.5, 7.5)    # beyond, quantiles are the ends of a law to rounding
    widened = np.exp(0.5 * (1.0 - wide**-2) * np.square(z)) / wide    # the density over the standard one
    return z, np.prod(1.0 / (1.0 - share + share * widened), axis=1)
