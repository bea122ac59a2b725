"""Measures from what people already have: distributions of scipy.stats, density estimates, arrays of samples.

Nothing is imported for it: objects are told by what they can do.
"""

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from .._support.floats import CHUNK
from .._support.validation import described, is_array, real_array
from .base import Measure
from .consistency import require_consistent
from .density import Density
from .discrete import Discrete, Empirical
from .gaussian import Gaussian
from .gaussian_vector import GaussianVector
from .known_laws import known_law
from .line import LineMeasure


class HasDensity(Protocol):
    """A distribution with a density: `scipy.stats.norm()`, `scipy.stats.Normal()`, a density estimate."""

    def pdf(self, x: Any, /) -> Any:
        """The density at points."""


class HasMasses(Protocol):
    """A distribution on integers: `scipy.stats.poisson(3.0)`, `scipy.stats.Binomial(n=10, p=0.5)`."""

    def pmf(self, x: Any, /) -> Any:
        """The probability of points."""


MeasureLike: TypeAlias = Measure | HasDensity | HasMasses | npt.ArrayLike
"""What is taken wherever a measure is: see `as_measure`."""

_ACCEPTED = ("pass a measure such as opsvd.Gaussian(mean=0.0, std=1.0), a distribution of scipy.stats such as "
             "scipy.stats.gamma(2.0), opsvd.Density(pdf, support) for a density, or an array of samples, shape (n,) "
             "or (n, k)")


def as_measure(measure: Any, name: str) -> Measure:
    """The measure that an object stands for.

    A measure is taken as it is. Distributions of scipy.stats that are families of this library become these, by their
    parameters. Others with a density become a `Density`: their mass, support and quantiles are found anew, and nothing
    that is said of them is relied on but the density itself. Those on integers become a `Discrete`, a Gaussian density
    estimate a `Density`, an array of samples an `Empirical`.

    Raises
    ------
    TypeError
        If it is none of these.
    ValueError
        If its parameters are arrays, its mass is not one, or it cannot be told where it is.
    """
    if isinstance(measure, Measure):
        return require_consistent(measure, name) if isinstance(measure, LineMeasure) else measure
    if is_array(measure) or (hasattr(measure, "__array__") and not isinstance(measure, np.ndarray | np.generic)):
        return _sampled(measure, name)
    for able, make in _KINDS:
        if not isinstance(measure, type) and able(measure):
            return make(measure, name)
    raise TypeError(f"{name} must be a probability measure, got {described(measure)}; {_ACCEPTED}")


def _sampled(array: Any, name: str) -> Empirical:
    """The measure of samples."""
    points = real_array(array, name)
    if points.ndim not in {1, 2} or 0 in points.shape or not np.isfinite(points).all():
        raise ValueError(f"{name} must be finite samples, shape (n,) for numbers or (n, k) for vectors, got "
                         f"{described(array)} of shape {points.shape}; leave out what is not a point")
    return Empirical(points)


def _has(*names: str) -> Callable[[Any], bool]:
    """Whether an object has all of these."""
    return lambda measure: all(hasattr(measure, name) for name in names)


def _gaussian(law: Any, name: str) -> Measure:
    """That of a mean vector and a covariance, as scipy.stats.multivariate_normal has."""
    mean, cov = real_array(law.mean, name), real_array(law.cov, name)
    if mean.shape == (1,):
        return Gaussian(float(mean[0]), float(np.sqrt(cov.ravel()[0])))
    return GaussianVector(mean, cov)


def _estimated(estimate: Any, name: str) -> Measure:
    """That of a Gaussian density estimate in one dimension: the mean of Gaussians about the data."""
    data = real_array(estimate.dataset, name)
    if len(data) != 1:
        raise ValueError(f"{name} must be a density estimate of numbers, got one of vectors of R^{len(data)}; pass the "
                         f"samples that it was made from as an array of shape (n, {len(data)}), or some of its own by "
                         f"estimate.resample(n).T")
    points, weights = data[0], np.broadcast_to(real_array(estimate.weights, name), data[0].shape)
    std = float(np.sqrt(real_array(estimate.covariance, name).ravel()[0]))
    factor = 1.0 / (std * np.sqrt(2.0 * np.pi))

    def pdf(x: np.ndarray) -> np.ndarray:
        parts = np.array_split(x, max(1, x.size * len(points) // CHUNK))
        return np.concatenate([factor * np.exp(-0.5 * ((part[:, None] - points) / std) ** 2) @ weights
                               for part in parts])

    return Density(pdf, (-np.inf, np.inf), near=np.unique(np.quantile(points, np.linspace(0.0, 1.0, 9))))


def _of_density(law: Any, name: str) -> Measure:
    """That of a distribution on the line with a density, or with probabilities of integers as well."""
    low, high = _support(law, name)
    middle = law.icdf(0.5) if hasattr(law, "icdf") else np.nan
    if hasattr(law, "pmf") and np.isinf(law.pdf(middle)):    # random variables of scipy.stats have both
        return _of_masses(law, name)
    known = known_law(law)
    if known is not None:
        return known
    # Edges of a histogram, which are jumps.
    breaks = np.asarray(getattr(getattr(law, "dist", law), "_hbins", ()), dtype=np.float64)
    return _named(name, lambda: Density(lambda x: np.asarray(law.pdf(x), dtype=np.float64), (low, high),
                                        breaks=breaks[(breaks > low) & (breaks < high)],
                                        near=_hints(law, low, high)))


def _hints(law: Any, low: float, high: float) -> np.ndarray:
    """Points where a distribution says that its mass is: where to look, no more."""
    quantile = getattr(law, "icdf", None) or getattr(law, "ppf", None)
    if quantile is None:
        return np.zeros(0)
    with np.errstate(all="ignore"):
        x = np.asarray(quantile(np.array([0.05, 0.25, 0.5, 0.75, 0.95])), dtype=np.float64)
    return np.unique(x[np.isfinite(x) & (x > low) & (x < high)])


def _of_masses(law: Any, name: str) -> Measure:
    """That of a distribution on integers, or on the points of a table."""
    family = getattr(law, "dist", law)
    if hasattr(family, "xk"):    # rv_discrete(values=(xk, pk)), whose points need not be integers
        shift = dict(getattr(law, "kwds", {})).get("loc", (*getattr(law, "args", ()), 0.0)[0])
        points = real_array(family.xk, name).ravel() + float(shift)
        return _named(name, lambda: Discrete(points, law.pmf(points)))
    points, masses = _integers(law, name)
    return _named(name, lambda: Discrete(points, masses))


def _integers(law: Any, name: str) -> tuple[np.ndarray, np.ndarray]:
    """The integers that have all of the mass but what rounding takes, and their probabilities."""
    low, high = _support(law, name)
    quantile = law.icdf if hasattr(law, "icdf") else law.ppf
    first, last = (float(end) for end in quantile(np.array([0.25, 0.75])))
    while True:
        first, last = max(first, low), min(last, high)
        points = np.arange(first, last + 1.0)
        masses = np.asarray(law.pmf(points), dtype=np.float64)
        # Where the outermost tenth has nothing, what is beyond has less.
        tenth = max(1, len(points) // 10)
        done = [first <= low or masses[:tenth].sum() <= 1e-17, last >= high or masses[-tenth:].sum() <= 1e-17]
        if all(done):
            return points, masses
        if len(points) > 1_000_000:    # vectors of more are large for any basis
            raise ValueError(f"{name} must have all but 1e-16 of its mass on a million integers, got {_title(law)}, "
                             f"which has {1.0 - masses.sum():.2g} of it outside of {first:.0f} to {last:.0f}; pass "
                             f"opsvd.Discrete(points, probabilities) with as many as you want to keep")
        step = 2.0 * (last - first + 8.0)
        first, last = first - (0.0 if done[0] else step), last + (0.0 if done[1] else step)


def _support(law: Any, name: str) -> tuple[float, float]:
    """The ends of the support of one distribution on the line."""
    try:
        low, high = (float(end) for end in law.support())
    except (TypeError, ValueError, AttributeError):
        raise ValueError(f"{name} must be one distribution of numbers, got {_title(law)}; give all of its "
                         f"parameters, as numbers, and for vectors pass an array of samples, opsvd.Sphere, "
                         f"opsvd.Gaussian(mean, cov) or the like") from None
    return low, high


def _title(law: Any) -> str:
    """The name of a distribution of scipy.stats, or what else it is."""
    return str(getattr(getattr(law, "dist", law), "name", type(law).__name__))


def _named(name: str, make: Callable[[], Measure]) -> Measure:
    """Make a measure; errors about its density name the argument that it came from."""
    try:
        return make()
    except ValueError as error:
        raise ValueError(f"{name} must be a probability measure, but of its density or probabilities: {error}"
                         ) from error


# From the most special ability to the least.
_KINDS: tuple[tuple[Callable[[Any], bool], Callable[[Any, str], Measure]], ...] = (
    (lambda measure: _has("mean", "cov", "logpdf")(measure) and not callable(measure.mean), _gaussian),
    (_has("dataset", "covariance", "weights"), _estimated),
    (_has("pdf"), _of_density),
    (_has("pmf"), _of_masses),
)
