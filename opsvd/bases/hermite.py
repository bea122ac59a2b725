"""Orthonormal Hermite polynomials of a Gaussian variable."""

from functools import lru_cache
from typing import Any

import numpy as np

from ..measures import Gaussian
from ..quadrature import gauss_hermite, hermite_functions
from .base import Basis

__all__ = ["HermiteBasis"]


class HermiteBasis(Basis):
    r"""The polynomials :math:`\psi_n((x - m) / s)`, n = 0 ... degree, orthonormal under Gaussian(m, s).

    Parameters
    ----------
    measure : Gaussian
        The measure.
    degree : int
        The highest degree; the basis has degree + 1 functions.
    quadrature : int, optional
        The number of Gauss-Hermite nodes, by default degree + 1, with which the basis is orthonormal in the rule too.
    """

    def __init__(self, measure: Gaussian, degree: int, quadrature: int | None = None) -> None:
        self.measure: Gaussian = measure
        self.degree = degree
        self.quadrature = degree + 1 if quadrature is None else quadrature
        self.rule = measure.gauss_rule(self.quadrature)
        self._at_nodes = _at_nodes(self.size, self.quadrature)

    @property
    def size(self) -> int:
        """Degree plus one."""
        return self.degree + 1

    @property
    def interval(self) -> tuple[float, float]:
        """From the first node to the last: beyond them the polynomials only grow."""
        return float(self.rule.nodes[0]), float(self.rule.nodes[-1])

    @property
    def panels(self) -> np.ndarray:
        """Panels of two wavelengths of the fastest function, of wave number sqrt(degree) a scale, or less."""
        low, high = self.interval
        width = self.measure.std * min(1.0, 4.0 * np.pi / np.sqrt(self.degree + 1.0))
        return np.linspace(low, high, int(np.ceil((high - low) / width)) + 1)

    def half_density(self, x: np.ndarray) -> np.ndarray:
        """Evaluate the Hermite functions, scaled to this measure."""
        z = (np.asarray(x) - self.measure.mean) / self.measure.std
        return np.asarray(hermite_functions(z, self.size) / np.sqrt(self.measure.std))

    def analyse(self, samples: np.ndarray) -> np.ndarray:
        """Project by the Gauss rule."""
        return np.asarray(self._at_nodes.T @ samples)

    def synthesise(self, coefficients: np.ndarray) -> np.ndarray:
        """Sum at the nodes of the Gauss rule."""
        return np.asarray(self._at_nodes @ coefficients)

    def state(self) -> dict[str, Any]:
        """Degree and number of nodes."""
        return {"degree": self.degree, "quadrature": self.quadrature}


@lru_cache(maxsize=8)
def _at_nodes(size: int, quadrature: int) -> np.ndarray:
    r"""The matrix :math:`\sqrt{w_i}\, \psi_n(x_i)`, shape (quadrature, size), the same for every mean and scale."""
    nodes, lebesgue = gauss_hermite(quadrature)
    matrix: np.ndarray = np.sqrt(lebesgue)[:, None] * hermite_functions(nodes, size)
    matrix.setflags(write=False)
    return matrix
