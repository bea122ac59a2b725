"""The Gaussian measure on the line."""

from dataclasses import dataclass
from inspect import Parameter, Signature
from typing import Any

import numpy as np
from scipy.special import ndtri

from .._support.validation import affordable, described, finite_float, generator, is_array, points, positive_float
from ..quadrature import Rule, gauss_hermite
from .base import node_count, standard_coordinates
from .gaussian_vector import GaussianVector
from .line import LineMeasure
from .quad_law import QuadLaw, gaussian_law


@dataclass(frozen=True)
class Gaussian(LineMeasure):
    r"""The Gaussian measure on the real line, with density :math:`e^{-(x - m)^2 / 2 s^2} / (s \sqrt{2\pi})`.

    ``Gaussian(mean, cov)`` with a mean of shape (k,), k > 1, is a `GaussianVector`, and so is ``Gaussian.standard(k)``.

    Parameters
    ----------
    mean : float, default 0.0
        The mean m.
    std : float, default 1.0
        The standard deviation s, in the units of x.
    cov : array_like, optional
        In place of `std` where x is a vector; see `GaussianVector`.

    Raises
    ------
    TypeError, ValueError
        If a parameter is not a finite number, or `std` is not positive.

    Examples
    --------
    >>> from opsvd import Gaussian
    >>> rule = Gaussian(mean=1.0, std=2.0).gauss_rule(10)
    >>> print(round(float(rule.weights @ rule.nodes**2), 10))    # mean^2 + std^2
    5.0
    """

    mean: float = 0.0
    std: float = 1.0

    arguments = ("mean", "std")
    logarithmic_strip = 0.25    # exp(-e^(2u) / 4) decays in the strip of half-width pi / 4
    rotatable = True
    # What help and notebooks show of a class that makes two kinds of measure.
    __signature__ = Signature([Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, default=default)
                               for name, default in (("mean", 0.0), ("std", 1.0), ("cov", None))])

    def __new__(cls, *args: Any, **options: Any) -> Any:
        """Make a measure of vectors if the mean is one, or there is a covariance."""
        mean = args[0] if args else options.get("mean", 0.0)
        if "cov" in options or is_array(mean):
            if "std" in options:
                raise TypeError(f"std must be left out where x is a vector, got {described(options['std'])}; pass "
                                f"cov=std**2")
            return GaussianVector(*args, **options)
        return super().__new__(cls)

    @staticmethod
    def standard(k: int = 1) -> "Gaussian | GaussianVector":
        """The standard Gaussian of R^k: independent coordinates of mean 0 and variance 1."""
        return Gaussian() if affordable(k, "k") == 1 else GaussianVector(np.zeros(k), 1.0)

    def __post_init__(self) -> None:
        """Validate the parameters and store them as floats."""
        object.__setattr__(self, "mean", finite_float(self.mean, "mean"))
        object.__setattr__(self, "std", positive_float(self.std, "std"))

    @property
    def symmetry(self) -> float:    # type: ignore[override]
        """The mean."""
        return self.mean

    @property
    def span(self) -> tuple[float, float]:
        """The line."""
        return -np.inf, np.inf

    @property
    def center(self) -> float:
        """The mean."""
        return self.mean

    @property
    def scale(self) -> float:
        """The standard deviation."""
        return self.std

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n independent points, shape (n,)."""
        return self.mean + self.std * generator(rng).standard_normal(affordable(n, "n"))

    def sqrt_density(self, x: np.ndarray) -> np.ndarray:
        """The square root of the density at x, shape (...); zero beyond 53 standard deviations, by underflow."""
        with np.errstate(over="ignore"):
            z = (points(x, "x", 1) - self.mean) / self.std
            return np.asarray(np.exp(-0.25 * z * z) / np.sqrt(self.std * np.sqrt(2.0 * np.pi)))

    def box(self, tol: float) -> tuple[float, float]:
        """The interval where the root of the density exceeds tol of its maximum: at least four deviations a side."""
        # Never less, since a kernel may grow.
        reach = self.std * max(float(np.sqrt(-4.0 * np.log(tol))), 4.0)
        return self.mean - reach, self.mean + reach

    @property
    def lines(self) -> tuple["Gaussian", ...]:
        """The standard Gaussian: the coordinate is (x - m) / s."""
        return (_STANDARD,)

    def placed(self, t: np.ndarray) -> np.ndarray:
        """The points m + s t: (..., 1) gives (...)."""
        return np.asarray(self.mean + self.std * t[..., 0])

    def unplaced(self, x: np.ndarray) -> np.ndarray:
        """The standard coordinates of points, (..., 1)."""
        return np.asarray((x - self.mean) / self.std)[..., None]

    def coordinates_of_normal(self, z: np.ndarray) -> np.ndarray:
        """The numbers themselves."""
        return z

    def unwhiten(self, z: np.ndarray) -> np.ndarray:
        """The points m + s z: (..., 1) gives (...)."""
        return np.asarray(self.mean + self.std * standard_coordinates(z, 1)[..., 0])

    def quantile(self, p: np.ndarray) -> np.ndarray:
        """The points below which there is the part p of the mass."""
        return np.asarray(self.mean + self.std * ndtri(p))

    def recurrence(self, n: int) -> tuple[np.ndarray, np.ndarray]:
        """That of Hermite polynomials, moved to this mean and standard deviation."""
        return np.full(n, self.mean), np.append(1.0, self.std * np.sqrt(np.arange(1.0, n)))

    @property
    def quad_law(self) -> QuadLaw:
        """The measure in quadruple precision."""
        return gaussian_law(self.mean, self.std)

    def gauss_rule(self, n: int) -> Rule:
        """The n-point Gauss-Hermite rule, moved to this mean and standard deviation."""
        nodes, lebesgue = gauss_hermite(node_count(n))
        return self.rule(self.mean + self.std * nodes, self.std * lebesgue)


GaussianVector.line = Gaussian()    # here, since this file needs that one


_STANDARD = Gaussian()
