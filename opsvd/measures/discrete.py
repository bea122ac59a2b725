"""Measures of finitely many points, numbers or vectors."""

from functools import cached_property
from typing import Any

import numpy as np

from .._support.arrays import read_only
from .._support.validation import affordable, described, generator, points, real_array
from .line import LineMeasure


class Discrete(LineMeasure):
    r"""The measure :math:`\sum_i p_i \delta_{x_i}` of finitely many points, which are numbers or vectors.

    Equal points become one atom, and points of probability zero are left out. The atoms are in order: numbers by size,
    vectors by their first coordinates. The coordinate t is a label: the atom with the number i, from zero, is the
    interval from i to i + 1, where t has the density :math:`p_i`. So a vector has a coordinate on the line as well.

    Parameters
    ----------
    points : array_like, shape (n,) or (n, k)
        The points :math:`x_i`.
    probabilities : array_like, shape (n,)
        The :math:`p_i`, not negative, of the sum one.

    Attributes
    ----------
    atoms : ndarray, shape (m,) or (m, k)
        The distinct points of positive probability, in order.
    masses : ndarray, shape (m,)
        Their probabilities.

    Raises
    ------
    TypeError, ValueError
        If `points` are not finite numbers or vectors, or `probabilities` not as many numbers that are not negative and
        sum to one.

    Examples
    --------
    >>> from opsvd import Discrete
    >>> mu = Discrete([1.0, 0.0, 1.0], [0.2, 0.7, 0.1])
    >>> mu.atoms.tolist(), mu.masses.round(12).tolist()
    ([0.0, 1.0], [0.7, 0.3])
    """

    arguments: tuple[str, ...] = ("points", "probabilities")
    most_polynomials = 0.0    # atoms are an exact basis, and take no other

    def __init__(self, points: Any, probabilities: Any) -> None:
        array, shares = _points(points), real_array(probabilities, "probabilities")
        if shares.shape != (len(array),) or not (np.isfinite(shares) & (shares >= 0.0)).all():
            raise ValueError(f"probabilities must be {len(array)} finite numbers that are not negative, one for each "
                             f"point, got {described(probabilities)}; use opsvd.Empirical(points) for equal ones")
        if abs(shares.sum() - 1.0) > 1e-8:    # the digits of a table, as for opsvd.Mixture
            raise ValueError(f"probabilities must sum to one, got {described(probabilities)} of the sum "
                             f"{shares.sum():.9g}; pass probabilities / probabilities.sum(), or use "
                             f"opsvd.Empirical(points, weights)")
        self._gather(array, shares)

    def _gather(self, points: np.ndarray, weights: np.ndarray) -> None:
        """Merge equal points, and leave out those of no weight."""
        points, weights = points[weights > 0.0], weights[weights > 0.0]
        atoms, owner = np.unique(points + 0.0, axis=0, return_inverse=True)    # -0.0 is 0.0
        # By a power of two, so that sums do not overflow.
        masses = np.bincount(owner.ravel(), np.ldexp(weights, -np.frexp(weights.max())[1]), len(atoms))
        self._keep(atoms, masses / masses.sum())

    def _keep(self, atoms: np.ndarray, masses: np.ndarray) -> None:
        self.atoms, self.masses = read_only(atoms), read_only(masses)
        self.edges = np.arange(1.0, len(atoms))
        ends = np.append(0.0, np.cumsum(self.masses))
        self._cumulative = ends / ends[-1]
        self.symmetry = self._symmetry()

    def _symmetry(self) -> float | None:
        """The middle between the extreme atoms, if all others have a mirror image of the same probability."""
        if self.atoms.ndim > 1:
            return None
        middle = 0.5 * (self.atoms[0] + self.atoms[-1])
        same = np.array_equal(self.atoms - middle, (middle - self.atoms)[::-1])
        return float(middle) if same and np.allclose(self.masses, self.masses[::-1], rtol=1e-14, atol=0.0) else None

    @property
    def given(self) -> dict[str, Any]:
        """The atoms and their probabilities, by the names of the arguments."""
        return dict(zip(self.arguments, (self.atoms, self.masses), strict=True))

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> "Discrete":
        """The same to the last bit: nothing is added up again."""
        measure = cls.__new__(cls)
        measure._keep(*(np.array(state[name]) for name in cls.arguments))
        return measure

    def __repr__(self) -> str:
        """The call that makes it, if it is short."""
        name, count = type(self).__name__, len(self.atoms)
        if self.dim > 1:
            return f"{name}({count} points of R^{self.dim})"
        if count > 6:    # the short form is a line
            return f"{name}({count} points from {self.atoms[0]:.4g} to {self.atoms[-1]:.4g})"
        return f"{name}({', '.join(f'{key}={value.round(12).tolist()}' for key, value in self.given.items())})"

    @property
    def dim(self) -> int:
        """The dimension k of a point."""
        return self.atoms.shape[1] if self.atoms.ndim > 1 else 1

    @property
    def span(self) -> tuple[float, float]:
        """From zero to the number of atoms."""
        return 0.0, float(len(self.atoms))

    @property
    def support(self) -> tuple[Any, Any]:
        """The smallest and the largest atom; of vectors, those of each coordinate."""
        return self.atoms.min(axis=0), self.atoms.max(axis=0)

    @cached_property
    def center(self) -> float:
        """The label of the median."""
        return float(self.quantile(np.array(0.5)))

    @cached_property
    def scale(self) -> float:
        """The standard deviation of the label."""
        labels = np.arange(len(self.atoms)) + 0.5
        return float(np.sqrt(self.masses @ (labels - self.masses @ labels) ** 2 + 1.0 / 12.0))

    def box(self, tol: float) -> tuple[float, float]:    # noqa: ARG002 -- no atom is left out
        """The span."""
        return self.span

    def label(self, t: np.ndarray) -> np.ndarray:
        """The number of the atom that coordinates t, (...), belong to."""
        return np.clip(np.asarray(t, dtype=np.float64), 0.0, len(self.atoms) - 1.0).astype(np.intp)

    def sqrt_density(self, t: np.ndarray) -> np.ndarray:
        """The root of the probability of the atom; zero outside the span."""
        t = points(t, "t", 1)
        inside = (t >= 0.0) & (t <= len(self.atoms))
        return np.where(inside, np.sqrt(self.masses)[self.label(np.where(inside, t, 0.0))], 0.0)

    def points(self, t: np.ndarray) -> np.ndarray:
        """The atoms of coordinates t, (...): shape (...), or (..., k) for vectors."""
        return np.asarray(self.atoms[self.label(t)])

    def coordinate(self, x: np.ndarray) -> np.ndarray:
        """The middle of the interval of the nearest atom: points (...) or (..., k) give (...)."""
        x = np.asarray(x, dtype=np.float64)
        return np.asarray(self._tree.query(x if self.dim > 1 else x[..., None])[1] + 0.5)

    @cached_property
    def _tree(self) -> Any:
        from scipy.spatial import KDTree  # importing opsvd would take longer by a tenth
        return KDTree(self.atoms.reshape(len(self.atoms), -1))

    def contains(self, x: np.ndarray) -> np.ndarray:
        """Whether points are atoms, (...)."""
        same = self.points(self.coordinate(x)) == x
        return np.asarray(same.all(axis=-1) if self.dim > 1 else same)

    def supported(self, x: np.ndarray) -> np.ndarray:
        """The nearest atoms."""
        return self.points(self.coordinate(x))

    def coarseness(self, t: np.ndarray) -> np.ndarray:
        """The size of t: points do not change within an interval."""
        return np.abs(np.asarray(t, dtype=np.float64))

    def quantile(self, p: np.ndarray) -> np.ndarray:
        """The coordinates t below which there is the part p of the mass."""
        return np.asarray(np.interp(p, self._cumulative, np.arange(len(self.atoms) + 1.0)))

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n independent points: shape (n,), or (n, k) for vectors."""
        return self.from_uniform(generator(rng).random(affordable(n, "n", self.dim)))


class Empirical(Discrete):
    r"""The measure of a sample: weights :math:`w_i / \sum_j w_j` at points :math:`x_i`, by default equal ones.

    Under two of them ``decompose(h, Empirical(X), Empirical(Y))`` gives the singular values of the matrix
    :math:`h(X_i, Y_j) / \sqrt{nm}`. Equal points become one atom, which does not change them.

    Parameters
    ----------
    points : array_like, shape (n,) or (n, k)
        The points :math:`x_i`, numbers or vectors.
    weights : array_like, shape (n,), optional
        The :math:`w_i`, not negative and not all zero.

    Raises
    ------
    TypeError, ValueError
        If `points` are not finite numbers or vectors, or `weights` not as many numbers that are not negative.

    Examples
    --------
    >>> import numpy as np
    >>> from opsvd import Empirical, decompose
    >>> X, Y = np.array([0.0, 1.0, 2.0]), np.array([0.5, 1.5])
    >>> svd = decompose(lambda x, y: np.exp(-x * y), Empirical(X), Empirical(Y))
    >>> matrix = np.exp(-X[:, None] * Y) / np.sqrt(6.0)
    >>> bool(np.allclose(svd.singular_values, np.linalg.svd(matrix, compute_uv=False), rtol=1e-13))
    True
    """

    arguments = ("points", "weights")

    def __init__(self, points: Any, weights: Any = None) -> None:
        array = _points(points)
        shares = np.ones(len(array)) if weights is None else real_array(weights, "weights")
        if shares.shape != (len(array),) or not (np.isfinite(shares) & (shares >= 0.0)).all() or not shares.any():
            raise ValueError(f"weights must be {len(array)} finite numbers that are not negative, one for each point, "
                             f"and not all zero, got {described(weights)}; leave them out for equal ones")
        self._gather(array, shares)


def _points(points: Any) -> np.ndarray:
    """Points of the line, (n,), or vectors, (n, k); or raise."""
    array = real_array(points, "points")
    if array.ndim not in {1, 2} or 0 in array.shape or not np.isfinite(array).all():
        raise ValueError(f"points must be finite, and have shape (n,) for numbers or (n, k) for vectors, n at least "
                         f"one, got {described(points)} of shape {array.shape}; leave out what is not a point")
    return array[:, 0] if array.ndim == 2 and array.shape[1] == 1 else array
