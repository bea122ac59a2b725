"""Every family of measures, with what scipy, or a formula, says about it: for tests that run under each of them."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy import stats

import opsvd

__all__ = ["LINE", "ROUND", "ROWS", "Row", "Wedge", "kernel"]

# Points of equal probability in the rules: a sum over 400 has four digits for the kernel below.
COUNT = 400


class Wedge(opsvd.LineMeasure):
    """A measure that a user writes: the density 2x on [0, 1]."""

    span = (0.0, 1.0)
    center, scale = 0.7, 0.25

    def sqrt_density(self, t):
        """Its square root."""
        inside = (t >= 0.0) & (t <= 1.0)
        return np.sqrt(np.where(inside, 2.0 * t, 0.0))


@dataclass(frozen=True, eq=False)
class Row:
    """A measure and its law, known without opsvd.

    Attributes
    ----------
    name : str
    measure : Measure
    rule : (ndarray, ndarray)
        Points, (n,), and their probabilities, (n,): a coarse rule of means under the measure.
    inside : callable
        Whether points may be given to a kernel: an end of infinite density may not.
    text : str
        The measure as the command line takes it; empty if it cannot be written as text.
    saved : bool
        Whether it can be saved.
    atoms : bool
        Whether it has finitely many points.
    """

    name: str
    measure: opsvd.Measure
    rule: tuple[np.ndarray, np.ndarray] = field(repr=False)
    inside: Callable[[np.ndarray], np.ndarray] = field(repr=False)
    text: str = ""
    saved: bool = True
    atoms: bool = False

    def __str__(self) -> str:
        """The name, as the id of a test."""
        return self.name


def _equal(quantile, count=COUNT):
    """Points of equal probability, from a quantile function."""
    p = (np.arange(count) + 0.5) / count
    return quantile(p), np.full(count, 1.0 / count)


def _mixed(*parts):
    """The rule of a mixture, from quantile functions and weights."""
    rules = [(_equal(quantile), weight) for quantile, weight in parts]
    return np.concatenate([x for (x, _), _ in rules]), np.concatenate([p * weight for (_, p), weight in rules])


def _between(low, high):
    """Whether points are at least `low` and at most `high`."""
    return lambda x: (x >= low) & (x <= high)


def _within(low, high):
    """Whether points are between the ends, and at none of them."""
    return lambda x: (x > low) & (x < high)


def _among(points):
    """Whether numbers are among some points."""
    return lambda x: np.isin(x, points)


def _lengths(x):
    """The lengths of vectors."""
    return np.sqrt(np.sum(x * x, axis=-1))


def _sphere():
    """400 points of the sphere in R^3: equal steps of height and of angle."""
    height = (np.arange(20) + 0.5) / 10.0 - 1.0
    angle = 2.0 * np.pi * np.arange(20) / 20.0
    radius = np.sqrt(1.0 - height**2)
    grid = np.stack(np.broadcast_arrays(radius[:, None] * np.cos(angle), radius[:, None] * np.sin(angle),
                                        height[:, None]), axis=-1)
    return grid.reshape(-1, 3), np.full(COUNT, 1.0 / COUNT)


def _disc():
    """400 points of the disc: equal steps of the squared length and of angle."""
    radius, angle = np.sqrt((np.arange(20) + 0.5) / 20.0)[:, None], 2.0 * np.pi * np.arange(20) / 20.0
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1).reshape(-1, 2), \
        np.full(COUNT, 1.0 / COUNT)


def _plane():
    """400 points of the plane, for the standard Gaussian: equal steps of the mass within a circle and of angle."""
    radius, angle = np.sqrt(-2.0 * np.log((np.arange(20) + 0.5) / 20.0))[:, None], 2.0 * np.pi * np.arange(20) / 20.0
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1).reshape(-1, 2)


def _pairs():
    """400 points of a product: 10 of a uniform law, and 40 of a Gamma law."""
    (x, _), (y, _) = _equal(stats.uniform().ppf, 10), _equal(stats.gamma(2.5).ppf, 40)
    return np.stack(np.broadcast_arrays(x[:, None], y), axis=-1).reshape(-1, 2), np.full(COUNT, 1.0 / COUNT)


DICE, SHARES = np.array([-1.0, 0.0, 0.5, 2.0, 4.0]), np.array([0.1, 0.3, 0.2, 0.25, 0.15])
SAMPLE = np.random.default_rng(5).standard_normal(40)

LINE = (
    Row("Gaussian", opsvd.Gaussian(1.0, 0.5), _equal(stats.norm(1.0, 0.5).ppf), np.isfinite, "gaussian(1, 0.5)"),
    Row("Uniform", opsvd.Uniform(2.0, 5.0), _equal(stats.uniform(2.0, 3.0).ppf), _between(2.0, 5.0), "uniform(2, 5)"),
    Row("Exponential", opsvd.Exponential(2.0), _equal(stats.expon(scale=0.5).ppf), _between(0.0, np.inf),
        "exponential(rate=2)"),
    Row("Gamma, infinite at 0", opsvd.Gamma(0.3), _equal(stats.gamma(0.3).ppf), _within(0.0, np.inf), "gamma(0.3)"),
    Row("Gamma", opsvd.Gamma(2.5, 2.0), _equal(stats.gamma(2.5, scale=2.0).ppf), _between(0.0, np.inf),
        "gamma(2.5, scale=2)"),
    Row("Beta, infinite at both ends", opsvd.Beta(0.5, 0.5), _equal(stats.beta(0.5, 0.5).ppf), _within(0.0, 1.0),
        "beta(1/2, 1/2)"),
    Row("Beta, infinite at 1", opsvd.Beta(2.0, 0.3, -1.0, 1.0), _equal(stats.beta(2.0, 0.3, -1.0, 2.0).ppf),
        lambda x: (x >= -1.0) & (x < 1.0), "beta(2, 0.3, -1, 1)"),
    Row("Beta", opsvd.Beta(2.0, 3.0), _equal(stats.beta(2.0, 3.0).ppf), _between(0.0, 1.0), "beta(2, 3)"),
    Row("StudentT, 1", opsvd.StudentT(1.0), _equal(stats.cauchy().ppf), np.isfinite, "student_t(1)"),
    Row("StudentT, 3", opsvd.StudentT(3.0, 1.0, 2.0), _equal(stats.t(3.0, 1.0, 2.0).ppf), np.isfinite,
        "studentt(3, mean=1, scale=2)"),
    Row("StudentT, 10", opsvd.StudentT(10.0), _equal(stats.t(10.0).ppf), np.isfinite, "StudentT(10)"),
    Row("LogNormal", opsvd.LogNormal(0.0, 1.0), _equal(stats.lognorm(1.0).ppf), _within(0.0, np.inf), "lognormal"),
    Row("Mixture", opsvd.Mixture([opsvd.Gaussian(-2.0, 0.5), opsvd.Exponential()], [0.3, 0.7]),
        _mixed((stats.norm(-2.0, 0.5).ppf, 0.3), (stats.expon().ppf, 0.7)), np.isfinite,
        "mixture([gaussian(-2, 0.5), exponential], [0.3, 0.7])"),
    Row("Mixture with a gap", opsvd.Mixture([opsvd.Uniform(0.0, 1.0), opsvd.Uniform(2.0, 4.0)], [0.5, 0.5]),
        _mixed((stats.uniform(0.0, 1.0).ppf, 0.5), (stats.uniform(2.0, 2.0).ppf, 0.5)),
        lambda x: ((x >= 0.0) & (x <= 1.0)) | ((x >= 2.0) & (x <= 4.0)),
        "mixture([uniform(0, 1), uniform(2, 4)], [0.5, 0.5])"),
    Row("Circle", opsvd.Circle(), _equal(lambda p: 2.0 * np.pi * p), _between(0.0, 2.0 * np.pi), "circle"),
    Row("Density", opsvd.Density(lambda x: 1.0 - np.abs(x), (-1.0, 1.0), breaks=(0.0,)),
        _equal(stats.triang(0.5, -1.0, 2.0).ppf), _between(-1.0, 1.0)),
    Row("Pushforward", opsvd.Pushforward(opsvd.Gaussian(), np.sinh, np.arcsinh),
        _equal(lambda p: np.sinh(stats.norm.ppf(p))), np.isfinite, saved=False),
    Row("a user's own", Wedge(), _equal(np.sqrt), _between(0.0, 1.0), saved=False),
    Row("Discrete", opsvd.Discrete(DICE, SHARES), (DICE, SHARES), _among(DICE),
        "discrete([-1, 0, 0.5, 2, 4], [0.1, 0.3, 0.2, 0.25, 0.15])", atoms=True),
    Row("Empirical", opsvd.Empirical(SAMPLE), (np.sort(SAMPLE), np.full(40, 1.0 / 40.0)), _among(SAMPLE), atoms=True),
)
"""Measures of numbers: one or more of each family."""

ROUND = (
    Row("Sphere", opsvd.Sphere(3), _sphere(), lambda x: np.abs(_lengths(x) - 1.0) < 1e-12, "sphere(3)"),
    Row("Ball", opsvd.Ball(2), _disc(), lambda x: _lengths(x) <= 1.0 + 1e-12, "ball(2)"),
    Row("Gaussian of vectors", opsvd.Gaussian(np.zeros(2), 0.04 * np.eye(2)),
        (0.2 * _plane(), np.full(COUNT, 1.0 / COUNT)),
        lambda x: np.isfinite(_lengths(x)), "gaussian([0, 0], cov=0.04)"),
)
"""Measures of vectors that no rotation changes."""

VECTORS = (
    *ROUND,
    Row("Product", opsvd.Product(opsvd.Uniform(), opsvd.Gamma(2.5)), _pairs(), lambda x: (x[..., 0] >= 0.0)
        & (x[..., 0] <= 1.0) & (x[..., 1] > 0.0), "product(uniform, gamma(2.5))"),
)
"""All measures of vectors."""

ROWS = LINE + VECTORS


def kernel(row: Row, other: Row | None = None) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """A smooth kernel with bounded values, that raises where a point is outside of the support of its measure.

    That of numbers differs from its transpose. Singular functions are bounded, so that all moments are finite.
    """
    other = row if other is None else other

    def h(x, y):
        for one, points in ((row, x), (other, y)):
            inside = one.inside(points)
            if not np.all(inside):
                raise AssertionError(f"{points[~inside][:3]} outside of the support of {one.measure!r}")
        if row in ROUND:
            return 1.0 / (1.5 + np.tanh(np.sum(x * y, axis=-1)))
        if row.measure.dim > 1:
            return np.exp(-x[..., 0] * y[..., 1]) + np.cos(x[..., 1]) * y[..., 0]
        return 1.0 / (1.5 + np.sin(2.0 * np.arctan(x) - np.arctan(y)))

    return h
