"""Measures of vectors that are invariant under rotations: the uniform directions, and a law of the length."""

import math

import numpy as np
from scipy.special import chdtr

from .._support.floats import EPS, TINY
from .._support.validation import affordable, generator, positive_float
from .atom import Atom
from .base import LARGEST_COORDINATE, Measure, standard_coordinates
from .beta import Beta
from .line import LineMeasure, require_line


def _dimension(k: object) -> int:
    """Return `k` as the dimension of vectors, or raise naming it."""
    number = affordable(k, "k")
    if number < 2:
        raise ValueError(f"k must be at least 2, the dimension of vectors, got {number}; take a measure on the line "
                         f"for numbers")
    return number


def _directed(z: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The directions (..., k) and the lengths (...) of standard coordinates; none at zero."""
    z = np.clip(standard_coordinates(z, k), -LARGEST_COORDINATE, LARGEST_COORDINATE)
    size = np.linalg.norm(z, axis=-1)
    return z / np.maximum(size, TINY)[..., None], size


class Rotational(Measure):
    r"""Vectors x = r u of R^k: u is uniform on the unit sphere, and the length r is independent of it, of a given law.

    Kernels with h(Qx, Qy) = h(x, y) for all rotations Q are decomposed degree by degree of spherical harmonics, as
    under ``Gaussian.standard(k)``; others at quasi-random points.

    Parameters
    ----------
    k : int
        The dimension, at least 2.
    lengths : LineMeasure
        The law of r, on the half-line.

    Raises
    ------
    TypeError, ValueError
        If `k` is not an integer of at least 2, or `lengths` no measure of positive numbers.

    Examples
    --------
    Vectors of Student's law, of which every coordinate has four degrees of freedom:

    >>> import numpy as np
    >>> import opsvd
    >>> mu = opsvd.Rotational(3, opsvd.Pushforward(opsvd.Beta(1.5, 2.0), lambda b: np.sqrt(4.0 * b / (1.0 - b)),
    ...                                            lambda r: r**2 / (4.0 + r**2)))
    >>> mu.sample(5, np.random.default_rng(0)).shape
    (5, 3)
    """

    arguments: tuple[str, ...] = ("k", "lengths")
    round = True

    def __init__(self, k: int, lengths: LineMeasure) -> None:
        self.k = self.rank = _dimension(k)
        self.lengths = require_line(lengths, "lengths")
        self.uncertainty = self.lengths.uncertainty
        if not (low := lengths.support[0]) >= 0.0:
            raise ValueError(f"lengths must be a measure of numbers that are not negative, got {lengths!r}, whose "
                             f"support begins at {low:.6g}; pass for example opsvd.Exponential()")

    @property
    def dim(self) -> int:
        """The dimension k."""
        return self.k

    @property
    def center(self) -> np.ndarray:
        """Zero, shape (k,)."""
        return np.zeros(self.k)

    @property
    def scale(self) -> np.ndarray:
        """The median of the length over the root of k, shape (k,)."""
        return np.full(self.k, float(self.lengths.from_uniform(np.array(0.5))) / math.sqrt(self.k))

    def unwhiten(self, z: np.ndarray) -> np.ndarray:
        """The points of the directions of z, whose lengths are the same quantiles as those of z: (..., k), as z."""
        z, size = _directed(z, self.k)
        return np.asarray(z * self.lengths.from_uniform(chdtr(self.k, size**2))[..., None])

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n independent points, shape (n, k)."""
        rng = generator(rng)
        z = rng.standard_normal((affordable(n, "n", self.k), self.k))
        return np.asarray(z * (self.lengths.sample(n, rng) / np.linalg.norm(z, axis=1))[:, None])


class Sphere(Rotational):
    r"""The uniform measure on the sphere :math:`|x| = r` of R^k.

    A kernel :math:`\varphi(\langle x, y \rangle)` has one singular value for every degree of spherical harmonics, as
    often as there are harmonics: see `opsvd.exact.exp_on_sphere` and its like. ``Sphere(2)`` is the circle in the
    plane; for angles as numbers there is `Circle`.

    Parameters
    ----------
    k : int
        The dimension of the space, at least 2.
    radius : float, default 1.0
        The radius r. With ``math.sqrt(k)`` coordinates have the variance one, as those of ``Gaussian.standard(k)``.

    Raises
    ------
    TypeError, ValueError
        If `k` is not an integer of at least 2, or `radius` not a positive number.

    Examples
    --------
    >>> import numpy as np
    >>> import opsvd
    >>> sphere = opsvd.Sphere(3)
    >>> svd = opsvd.decompose(opsvd.elementwise(np.exp, 3), sphere, sphere)
    >>> svd.values[:3].round(9).tolist(), svd.multiplicities[:3].tolist()    # sinh(1), 1 / e, ...
    ([1.175201194, 0.367879441, 0.07156287], [1, 3, 5])
    """

    arguments = ("k", "radius")

    def __init__(self, k: int, radius: float = 1.0) -> None:
        self.radius = positive_float(radius, "radius")
        super().__init__(k, Atom(self.radius))

    def unwhiten(self, z: np.ndarray) -> np.ndarray:
        """The points of the directions of z: (..., k), as z."""
        return np.asarray(self.radius * _directed(z, self.k)[0])


class Ball(Rotational):
    r"""The uniform measure in the ball :math:`|x| \le r` of R^k.

    Parameters
    ----------
    k : int
        The dimension, at least 2.
    radius : float, default 1.0
        The radius r.

    Raises
    ------
    TypeError, ValueError
        If `k` is not an integer of at least 2, or `radius` not a positive number.

    Examples
    --------
    >>> import numpy as np
    >>> import opsvd
    >>> points = opsvd.Ball(2).sample(10_000, np.random.default_rng(0))
    >>> print(round(float(np.mean(np.sum(points**2, axis=1))), 2))    # k / (k + 2)
    0.5
    """

    arguments = ("k", "radius")

    def __init__(self, k: int, radius: float = 1.0) -> None:
        self.radius, k = positive_float(radius, "radius"), _dimension(k)
        # A length is a sum of squares, rounded by some eps: none is to lie outside.
        super().__init__(k, Beta(float(k), 1.0, 0.0, (1.0 - 8.0 * EPS) * self.radius))
