"""Functions of the length of a vector times the spherical harmonics of one degree."""

import math
from functools import lru_cache
from typing import Any

import numpy as np

from ..kernels import Side
from ..measures import lengths_of
from ..quadrature import gauss_hermite, harmonics, hermite_functions, mixed_moments
from .base import Basis
from .harmonics import polar, spherical_harmonics
from .lengths import LengthBasis, RadialFunctions
from .radial import RadialBasis

_MOST_NODES = 100_000    # of products of Gauss rules for moments of harmonics: a second, and 100 MB for 40 harmonics


class SectorBasis(Basis):
    r"""The functions :math:`F(|x|)\, Y(x / |x|)` on R^k, F of a radial basis and Y all harmonics of one degree.

    F is known at the lengths that the measure has and where h has its energy: see `trusted` of the radial basis. At
    shorter and longer ones it keeps the value that it has at the end of that range; x = 0 has the direction of the last
    coordinate.

    Parameters
    ----------
    side : Side
        Vectors of a measure that is `round`.
    radial : RadialBasis or LengthBasis
        Of the coordinate of the law of the length.
    degree : int
    """

    def __init__(self, side: Side, radial: RadialFunctions, degree: int) -> None:
        self.side, self.radial, self.degree = side, radial, degree
        self.multiplicity = harmonics(side.measure.dim, degree)


    @property
    def size(self) -> int:
        """The number of radial functions."""
        return self.radial.count

    def radial_sums(self, lengths: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
        """The radial functions F: lengths (...) and coefficients (size, r) give (..., r)."""
        inside = np.clip(lengths_of(self.side.measure).coordinate(lengths.ravel()), *self.radial.trusted)
        return self.radial.functions(inside, coefficients).reshape(*lengths.shape, coefficients.shape[1])

    def sums(self, points: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
        """Radial functions times all harmonics, (n, r, multiplicity)."""
        radial = self.radial_sums(polar(points)[0], coefficients)
        return np.asarray(radial[:, :, None] * spherical_harmonics(points, self.degree)[:, None])

    def mean_rule(self) -> None:
        """None: moments are those of lengths, see `moments` of the radial basis."""

    def fourth_moments_of_members(self) -> np.ndarray | None:
        """E[Y_i Y_j Y_k Y_l] of the harmonics, (N, N, N, N); None where there are too many."""
        if self.degree > 1 and (2 * self.degree + 1) ** self.side.measure.dim > _MOST_NODES:
            return None
        return _of_harmonics(self.side.measure.dim, self.degree)

    def state(self) -> dict[str, Any]:
        """The degree, and the arguments of the radial basis."""
        return {"degree": self.degree, **self.radial.state()}

    @classmethod
    def from_state(cls, side: Side, state: dict[str, Any]) -> "SectorBasis":
        """From a side, a degree and the arguments of a radial basis."""
        if "line" in state:
            return cls(side, LengthBasis.from_state(lengths_of(side.measure), state), state["degree"])
        return cls(side, RadialBasis(state["k"], state["step"], state["last"], state["count"]), state["degree"])


@lru_cache(maxsize=64)
def _of_harmonics(k: int, degree: int) -> np.ndarray:
    """Mixed moments of the harmonics of one degree on the sphere of R^k."""
    if degree <= 1:
        one = np.eye(k if degree else 1)
        paired = np.einsum("ij,kl->ijkl", one, one)
        return np.asarray((paired + paired.transpose(0, 2, 1, 3) + paired.transpose(0, 3, 2, 1)) * (
            k / (k + 2.0) if degree else 1.0 / 3.0))
    # Made homogeneous, a product of four is a polynomial of degree 4 l, for which so many Gauss nodes are exact.
    nodes, lebesgue = gauss_hermite(2 * degree + 1)
    weights = lebesgue * hermite_functions(nodes, 1)[:, 0] ** 2
    points = np.stack(np.meshgrid(*[nodes] * k, indexing="ij"), axis=-1).reshape(-1, k)
    mass = np.prod(np.stack(np.meshgrid(*[weights] * k, indexing="ij"), axis=-1).reshape(-1, k), axis=1)
    homogeneous = mass * (points**2).sum(axis=1) ** (2 * degree)
    scale = math.prod(k + 2.0 * i for i in range(2 * degree))    # E |x|^(4 l)
    return mixed_moments(spherical_harmonics(points, degree), homogeneous / scale)
