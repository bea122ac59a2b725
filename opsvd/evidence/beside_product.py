"""How far a kernel of vectors is from the product of kernels of numbers that it was seen to be."""

import math

import numpy as np

from .._support.arrays import squares
from ..probing.factors import Factors
from ..probing.frame import spread_coordinates
from .carriers import mean_of_grid
from .remainder import NORM_MARGIN


def away_from_product(factors: Factors) -> float:
    """A bound of the norm of the difference, from all pairs of random points of x and y; some of these reach far."""
    frame, each = factors
    values = 600 if frame.kernel.dear else 500_000    # of h and of all factors
    count, rng = math.isqrt(values // (len(each) + 1)), np.random.default_rng(17)
    (x, left), (y, right) = (spread_coordinates(mu, count, rng) for mu in (frame.mu_x, frame.mu_y))
    product: np.ndarray = np.ones((count, count))
    for factor in each:
        product = product * factor.scale * factor.kernel.finite_grid(*(
            law.points(some[:, i]) for law, some, i in zip(factor.laws, (x, y), (factor.x, factor.y), strict=True)))
    energies = squares(frame.kernel.finite_grid(*frame.points(x, y)) - product) * left[:, None] * right
    return NORM_MARGIN * mean_of_grid(energies)[1]
