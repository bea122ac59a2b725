"""The Gaussian measure on R^k."""

import math
from typing import Any

import numpy as np

from .._support.arrays import read_only
from .._support.floats import EPS
from .._support.validation import affordable, described, generator, is_array, points, positive_float, real_array
from ..quadrature import Rule, gauss_hermite
from .base import LARGEST_COORDINATE, Measure, node_count, weighted
from .chi import Chi
from .line import LineMeasure

# Eigenvalues below this part of the largest count as zero: it is k eps, the rounding of eigenvalues, for k = 450.
_ZERO_EIGENVALUE = 1e-13


class GaussianVector(Measure):
    r"""The Gaussian measure on R^k, k > 1: :math:`x = m + A z` with z standard in :math:`R^r`, :math:`A A^T = C`.

    Made by ``Gaussian(mean, cov)`` and ``Gaussian.standard(k)``. Points have shape (..., k).

    Parameters
    ----------
    mean : array_like, shape (k,)
        The mean m.
    cov : array_like, shape (k, k), or float, default 1.0
        The covariance C, symmetric and positive semidefinite; a number c stands for c times the identity, and takes
        no memory. C may be singular, of rank r < k: then x lies in an affine subspace of dimension r, there is no
        density on R^k, and the measure is that of z on R^r, moved there. Eigenvalues below 1e-13 of the largest count
        as zero.

    Attributes
    ----------
    mean : ndarray, shape (k,)
    root : ndarray, shape (k, r), or float
        The factor A, its columns orthogonal; a number if the covariance is one.
    rank : int
        The rank r of the covariance.
    lengths : Chi
        The law of the length, for a measure that is `round`.

    Raises
    ------
    TypeError, ValueError
        If the mean is not a vector of finite numbers, or the covariance does not fit it, is not symmetric, not
        positive semidefinite, or zero.

    Examples
    --------
    >>> import numpy as np
    >>> from opsvd import Gaussian
    >>> mu = Gaussian(mean=[0.0, 1.0], cov=[[2.0, 1.0], [1.0, 2.0]])
    >>> mu.sample(5, np.random.default_rng(0)).shape
    (5, 2)
    >>> print(mu.unwhiten(mu.whiten(np.array([3.0, -1.0]))).round(12))
    [ 3. -1.]
    >>> Gaussian([0.0, 0.0], [[1.0, 1.0], [1.0, 1.0]])
    GaussianVector(k=2, singular covariance of rank 1)
    """

    everywhere = True
    rotatable = True
    line: LineMeasure    # the standard Gaussian

    def __init__(self, mean: Any, cov: Any = 1.0) -> None:
        self.mean = read_only(real_array(mean, "mean") + 0.0)    # a copy, without negative zeros
        if self.mean.ndim != 1 or len(self.mean) < 2 or not np.isfinite(self.mean).all():
            raise ValueError(f"mean must be a vector of at least two finite numbers, got {described(mean)}; for one "
                             f"number use Gaussian(mean, std)")
        self.root: Any = float(np.sqrt(positive_float(cov, "cov"))) if not is_array(cov) else _root(cov, len(self.mean))
        self.rank = len(self.mean) if isinstance(self.root, float) else self.root.shape[1]

    @classmethod
    def of_root(cls, mean: Any, root: Any) -> "GaussianVector":
        """The measure of m + A z for this very factor A, an array or a number as in `root`.

        A covariance has many factors, and where eigenvalues are equal the one that is found depends on rounding.
        """
        measure = cls(mean)
        if np.ndim(root) == 0:
            measure.root = float(root)
        else:
            measure.root, measure.rank = read_only(root.copy(order="K")), root.shape[1]
        return measure

    def __repr__(self) -> str:
        """Name the dimension, and say plainly where the covariance is singular."""
        if self.rank < self.dim:
            return f"GaussianVector(k={self.dim}, singular covariance of rank {self.rank})"
        if self.isotropic_std is None:
            return f"GaussianVector(k={self.dim}, mean={_brief(self.mean)}, cov={_brief(self.cov)})"
        return (f"Gaussian.standard({self.dim})" if self.isotropic_std == 1.0 and not self.mean.any() else
                f"GaussianVector(k={self.dim}, mean={_brief(self.mean)}, std={self.isotropic_std:g})")

    def __eq__(self, other: object) -> bool:
        """Whether mean and covariance are the same."""
        if not isinstance(other, GaussianVector) or self.dim != other.dim or not np.array_equal(self.mean, other.mean):
            return False
        if isinstance(self.root, float) and isinstance(other.root, float):
            return self.root == other.root
        return np.array_equal(self.root, other.root) or np.array_equal(self.cov, other.cov)

    def __hash__(self) -> int:
        """By dimension and mean."""
        return hash((self.dim, self.mean.tobytes()))

    @property
    def dim(self) -> int:
        """The dimension k."""
        return len(self.mean)

    @property
    def cov(self) -> np.ndarray:
        """The covariance, shape (k, k)."""
        return self.root**2 * np.eye(self.dim) if isinstance(self.root, float) else np.asarray(self.root @ self.root.T)

    @property
    def isotropic_std(self) -> float | None:
        """The standard deviation if all directions have the same, else None."""
        if isinstance(self.root, float):
            return self.root
        sizes = np.linalg.norm(self.root, axis=0)
        alike = self.rank == self.dim and np.ptp(sizes) <= 8.0 * EPS * sizes[0]
        return float(sizes[0]) if alike else None

    @property
    def round(self) -> bool:    # type: ignore[override]
        """Whether the mean is zero, and all directions have the same standard deviation."""
        return self.isotropic_std is not None and not self.mean.any()

    @property
    def lengths(self) -> Chi:
        """The law of the length, for a measure that is `round`."""
        return Chi(self.dim, self.isotropic_std or 1.0)

    @property
    def center(self) -> np.ndarray:
        """The mean, shape (k,)."""
        return self.mean

    @property
    def scale(self) -> np.ndarray:
        """The standard deviations of the coordinates, shape (k,)."""
        if isinstance(self.root, float):
            return np.full(self.dim, self.root)
        return np.asarray(np.linalg.norm(self.root, axis=1))

    def unwhiten(self, z: np.ndarray) -> np.ndarray:
        """The points m + A z: (..., r) gives (..., k)."""
        z = points(z, "z", self.rank) if self.rank > 1 else real_array(z, "z")
        return np.asarray(self.mean + (self.root * z if isinstance(self.root, float) else z @ self.root.T))

    @property
    def lines(self) -> tuple[LineMeasure, ...]:
        """As many standard Gaussians as the rank."""
        return (self.line,) * self.rank

    def placed(self, t: np.ndarray) -> np.ndarray:
        """The points m + A t, as by `unwhiten`."""
        return self.unwhiten(t)

    def unplaced(self, x: np.ndarray) -> np.ndarray:
        """The standard coordinates of points, as by `whiten`."""
        return self.whiten(x)

    def coordinates_of_normal(self, z: np.ndarray) -> np.ndarray:
        """The numbers themselves."""
        return z

    def whiten(self, x: np.ndarray) -> np.ndarray:
        """The z with x = m + A z, of the nearest x on the flat: (..., k) gives (..., r), standard if x is drawn."""
        x = np.clip(points(x, "x", self.dim), -LARGEST_COORDINATE, LARGEST_COORDINATE)
        if isinstance(self.root, float):
            return np.asarray((x - self.mean) / self.root)
        return np.asarray((x - self.mean) @ (self.root / np.sum(self.root**2, axis=0)))

    def state(self) -> dict[str, Any]:
        """The mean and the factor A: functions of whitened coordinates belong to this very factor."""
        # A mean of zero needs no memory, in however many dimensions.
        return {"dim": self.dim, "root": self.root, **({"mean": self.mean} if self.mean.any() else {})}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> "GaussianVector":
        """With this very factor."""
        return cls.of_root(state.get("mean", np.zeros(int(state["dim"]))), state["root"])

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n independent points, shape (n, k)."""
        return self.unwhiten(generator(rng).standard_normal((affordable(n, "n", self.dim), self.rank)))

    def sqrt_density(self, x: np.ndarray) -> np.ndarray:
        """The square root of the density: (..., k) gives (...). Raises ValueError if the covariance is singular."""
        if self.rank < self.dim:
            raise ValueError(f"the measure must have a density, but its covariance has rank {self.rank} in dimension "
                             f"{self.dim}; work with whiten(x), which is standard in R^{self.rank}")
        z = self.whiten(x)
        return np.asarray(np.exp(-0.25 * np.sum(z * z, axis=-1) - 0.5 * self._log_volume
                                 - 0.25 * self.dim * np.log(2.0 * np.pi)))

    @property
    def _log_volume(self) -> float:
        """The logarithm of the volume that A makes of the unit cube."""
        if isinstance(self.root, float):
            return self.dim * math.log(self.root)
        return float(np.log(np.linalg.norm(self.root, axis=0)).sum())

    def gauss_rule(self, n: int) -> Rule:
        """The tensor product of n-point Gauss-Hermite rules in the whitened coordinates: n^k nodes, shape (n^k, k)."""
        most = 10_000_000    # the nodes take 80 MB a coordinate, and others of their size are made on the way
        if self.dim * math.log(node_count(n)) > math.log(most):
            raise ValueError(f"n must give at most {most} nodes in all, got n = {n} in dimension {self.dim}, "
                             f"{n}^{self.dim}; take fewer nodes, or sample")
        z, weights = (np.stack(np.meshgrid(*[part] * self.dim, indexing="ij"), axis=-1).reshape(-1, self.dim)
                      for part in gauss_hermite(n))
        return weighted(self, self.unwhiten(z), weights.prod(axis=1) * math.exp(self._log_volume))


def _root(cov: Any, k: int) -> np.ndarray:
    """A factor A with orthogonal columns and A A^T = cov, of as many columns as the rank."""
    matrix = real_array(cov, "cov")
    if matrix.shape != (k, k) or not np.isfinite(matrix).all():
        raise ValueError(f"cov must be a matrix of finite numbers, shape ({k}, {k}) as the mean has {k}, got shape "
                         f"{matrix.shape}; pass for example np.eye({k})")
    size = float(np.abs(matrix).max())
    if np.abs(matrix - matrix.T).max() > _ZERO_EIGENVALUE * size:
        raise ValueError("cov must be symmetric, got a matrix that is not; pass (cov + cov.T) / 2 if that is meant")
    if not np.any(matrix - np.diag(np.diag(matrix))):
        values, vectors = np.diag(matrix).copy(), np.eye(k)    # the coordinates stay as they are
    else:
        values, vectors = np.linalg.eigh(0.5 * (matrix + matrix.T))
    if values.min() < -_ZERO_EIGENVALUE * size or size == 0.0:
        raise ValueError(f"cov must be positive semidefinite and not zero, got eigenvalues from {values.min():.3g} to "
                         f"{values.max():.3g}; a covariance has none below zero")
    kept = values > _ZERO_EIGENVALUE * size
    return read_only(vectors[:, kept] * np.sqrt(values[kept]))


def _brief(array: np.ndarray) -> str:
    return f"{array.round(4).tolist()}" if array.size <= 9 else f"<shape {array.shape}>"
