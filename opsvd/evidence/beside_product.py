"""How far a kernel of vectors is from the product or the sum of kernels of numbers that it was seen to be."""

import math

import numpy as np

from .._support.arrays import squares
from ..probing.factors import Factors
from ..probing.frame import spread_coordinates
from .carriers import mean_of_grid
from .remainder import NORM_MARGIN


def away_from(factors: Factors, combine: np.ufunc) -> float:
    """A bound of the norm of h less its factors or summands, combined, from all pairs of random points of x and y.

    Some of these reach far.
    """
    frame, each, number = factors
    values = 600 if frame.kernel.dear else 500_000    # of h and of all factors
    count, rng = math.isqrt(values // (len(each) + 1)), np.random.default_rng(17)
    (x, left), (y, right) = (spread_coordinates(mu, count, rng) for mu in (frame.mu_x, frame.mu_y))
    grids = (factor.scale * factor.kernel.finite_grid(*(law.points(some[:, i]) for law, some, i in zip(
        factor.laws, (x, y), (factor.x, factor.y), strict=True))) for factor in each)
    total = next(grids)
    for grid in grids:
        total = combine(total, grid)
    energies = squares(frame.kernel.finite_grid(*frame.points(x, y)) - (total + number)) * left[:, None] * right
    return NORM_MARGIN * mean_of_grid(energies)[1]
