"""How a kernel spreads in position and in wave number: the Gaussians whose Hermite functions fit it."""

import numpy as np

from .._support.arrays import squares
from .._support.floats import TINY
from ..measures import Gaussian
from ..operator.problem import Problem
from ..probing.domain import Domain

# Points of each of eight rounds: averages over them, and so the lengths, are known to some percent.
_POINTS = 6000


def fitting_gaussians(problem: Problem) -> tuple[Gaussian, Gaussian] | None:
    r"""The Gaussians in x and in y at whose scales the energy spreads equally in position and in wave number.

    With :math:`H = h \sqrt{\rho_x \rho_y}` and averages over :math:`|H|^2`, let :math:`c = \langle x \rangle`,
    :math:`v = \langle (x - c)^2 \rangle` and :math:`q = \langle |\partial_x H / H|^2 \rangle`. A combination of Hermite
    functions of a Gaussian of deviation s has :math:`v = s^4 \cdot 4 q`, whatever the degrees, so that

    .. math:: s^4 = v / (4 q) .

    The averages come from importance sampling in a few rounds, each from the mean and covariance of the one before.

    Returns
    -------
    (Gaussian, Gaussian) or None
        None if too few points carry the energy for a result, or h has no slopes.
    """
    kernel, domain, (mu_x, mu_y) = problem.kernel, problem.domain, problem.gaussians
    rng = np.random.default_rng(20240301)
    count = _POINTS // 10 if problem.given.dear else _POINTS    # then lengths are known to ten percent
    x, y, density = _first_points(domain, mu_x, mu_y, count, rng)

    def amplitude(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        inside = (x >= domain.x[0]) & (x <= domain.x[1]) & (y >= domain.y[0]) & (y <= domain.y[1])
        # The densities go in one after the other: their product may underflow where h makes up for it.
        with np.errstate(all="ignore"):
            values = (kernel(x, y) * mu_x.sqrt_density(x)) * mu_y.sqrt_density(y)
        return np.where(inside & np.isfinite(values), values, 0.0)

    for rounds_left in range(4)[::-1]:
        share = squares(amplitude(x, y)) / density
        total = float(share.sum())
        if not 0.0 < total < np.inf:
            return None
        share /= total
        effective = 1.0 / float(np.sum(share**2))
        points = np.stack([x, y])
        mean = points @ share
        covariance = (points - mean[:, None]) * share @ (points - mean[:, None]).T
        if rounds_left:
            if (drawn := _next_points(mean, covariance, mu_x, mu_y, rng.standard_normal((2, count)))) is None:
                return None
            x, y, density = drawn
    if effective < 30.0:    # the averages would be off by more than a fifth
        return None
    # The error of these differences is of order 1e-8, and rounding leaves 1e-12.
    slopes = [(amplitude(x + dx, y + dy) - amplitude(x - dx, y - dy)) / (2.0 * (dx + dy))
              for dx, dy in ((1e-4 * mu_x.scale, 0.0), (0.0, 1e-4 * mu_y.scale))]
    q = [float(np.sum(squares(slope) / density)) / total for slope in slopes]
    if min(q) <= 0.0:
        return None
    return _fitting(mu_x, mean[0], covariance[0, 0], q[0], effective), _fitting(mu_y, mean[1], covariance[1, 1], q[1],
                                                                               effective)


def fitting_of_coefficients(matrix: np.ndarray, x: Gaussian, y: Gaussian) -> tuple[Gaussian, Gaussian]:
    """The same from coefficients between Hermite functions of two Gaussians, as far as these hold the energy."""
    return _from_hermite(matrix, x), _from_hermite(matrix.T, y)


def _from_hermite(matrix: np.ndarray, gaussian: Gaussian) -> Gaussian:
    """The Gaussian for the variable of the rows: position and derivative take functions to their neighbours."""
    roots, none = np.sqrt(np.arange(1.0, len(matrix) + 1.0))[:, None], np.zeros((1, matrix.shape[1]))
    raised = np.concatenate([none, roots * matrix])
    lowered = np.concatenate([roots[:-1] * matrix[1:], none, none])
    energy = max(float(squares(matrix).sum()), TINY)
    mean = float(np.vdot(matrix, (raised + lowered)[:-1]).real) / energy
    variance = float(squares(raised + lowered).sum()) / energy - mean**2
    q = float(squares(lowered - raised).sum()) / (4.0 * energy)    # at least half of the lowest degree's
    near = abs(mean) < 0.25 * np.sqrt(variance)
    return Gaussian(gaussian.mean + (0.0 if near else gaussian.std * mean),
                    gaussian.std * float((variance / (4.0 * q)) ** 0.25))


def _fitting(measure: Gaussian, mean: float, variance: float, q: float, effective: float) -> Gaussian:
    """The Gaussian for one variable."""
    # A centre that is off by less than a quarter of the deviation, or four of its own, is that of the measure.
    near = abs(mean - measure.center) < max(0.25, 4.0 / np.sqrt(effective)) * np.sqrt(variance)
    return Gaussian(measure.center if near else float(mean), float((variance / (4.0 * q)) ** 0.25))


def _first_points(domain: Domain, mu_x: Gaussian, mu_y: Gaussian, count: int,
                  rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points x and y, from the measures or from the box of the domain by the toss of a coin, and their density."""
    anywhere = rng.random(count) < 0.5
    x, y = (np.where(anywhere, rng.uniform(*interval, count), measure.sample(count, rng))
            for measure, interval in ((mu_x, domain.x), (mu_y, domain.y)))
    area = (domain.x[1] - domain.x[0]) * (domain.y[1] - domain.y[0])
    return x, y, 0.5 / area + 0.5 * (mu_x.sqrt_density(x) * mu_y.sqrt_density(y)) ** 2


def _next_points(mean: np.ndarray, covariance: np.ndarray, mu_x: Gaussian, mu_y: Gaussian,
                 z: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Points of a Gaussian in the plane, of twice the covariance, from standard ones (2, n), and their density.

    None if it has no width.
    """
    floor = 1e-12 * np.array([mu_x.scale, mu_y.scale]) ** 2
    try:
        factor = np.linalg.cholesky(2.0 * covariance + np.diag(floor))
    except np.linalg.LinAlgError:
        return None
    x, y = mean[:, None] + factor @ z
    return x, y, np.exp(-0.5 * np.sum(z**2, axis=0)) / (2.0 * np.pi * factor[0, 0] * factor[1, 1])
