"""The measure of one point of the line."""

import numpy as np

from .._support.validation import affordable, finite_float
from ..quadrature import Rule
from .line import LineMeasure


class Atom(LineMeasure):
    """All mass at one point: the law of the length on a sphere.

    The coordinate is uniform on [0, 1]. There is one polynomial, the constant.

    Parameters
    ----------
    point : float
    """

    arguments: tuple[str, ...] = ("point",)
    span, center, scale, most_polynomials = (0.0, 1.0), 0.5, 12.0**-0.5, 1.0

    def __init__(self, point: float) -> None:
        self.point = self.symmetry = finite_float(point, "point")

    def sqrt_density(self, t: np.ndarray) -> np.ndarray:
        """One between zero and one."""
        t = np.asarray(t, dtype=np.float64)
        return np.where((t >= 0.0) & (t <= 1.0), 1.0, 0.0)

    def points(self, t: np.ndarray) -> np.ndarray:
        """The point, as often as there are coordinates."""
        return np.full(np.shape(t), self.point)

    def coordinate(self, x: np.ndarray) -> np.ndarray:
        """The middle."""
        return np.full(np.shape(x), 0.5)

    def quantile(self, p: np.ndarray) -> np.ndarray:
        """The coordinates t below which there is the part p of the mass."""
        return np.asarray(p, dtype=np.float64)

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:    # noqa: ARG002 -- nothing is random
        """The point, n times."""
        return np.full(affordable(n, "n"), self.point)

    def gauss_rule(self, n: int) -> Rule:    # noqa: ARG002 -- one node is exact for all functions
        """One node."""
        return self.rule(np.array([0.5]), np.ones(1))

    def polynomials(self, t: np.ndarray, size: int) -> np.ndarray:
        """The constant one."""
        self.require_polynomials(size)
        return self.sqrt_density(t)[..., None]
