"""Orthonormal Hermite functions of a Gaussian variable: its polynomials, or those of another Gaussian."""

from functools import lru_cache
from typing import Any

import numpy as np

from .._support.arrays import read_only
from ..measures import Gaussian
from ..quadrature import equal_panels, gauss_hermite, hermite_functions, hermite_polynomials
from .base import LineBasis


class HermiteBasis(LineBasis):
    r"""The functions :math:`\psi_n((x - c) / s) \sqrt{\rho_{c, s}(x) / \rho(x)}`, n = 0 ... degree.

    They are orthonormal under the measure whatever c and s are. With those of the measure itself, the default, they
    are its orthonormal polynomials; with others they reach farther, or oscillate faster.

    Parameters
    ----------
    measure : Gaussian
        The measure, of density rho.
    degree : int
        The highest degree; the basis has degree + 1 functions.
    quadrature : int, optional
        The number of Gauss-Hermite nodes, by default degree + 1, with which the basis is orthonormal in the rule too.
    center, std : float, optional
        The mean c and the standard deviation s of the Gaussian whose Hermite functions these are.
    """

    def __init__(self, measure: Gaussian, degree: int, quadrature: int | None = None, center: float | None = None,
                 std: float | None = None) -> None:
        self.measure: Gaussian = measure
        self.reference = Gaussian(measure.mean if center is None else center, measure.std if std is None else std)
        self.degree = degree
        self.quadrature = degree + 1 if quadrature is None else quadrature
        nodes, lebesgue = gauss_hermite(self.quadrature)
        self.rule = measure.rule(self.reference.mean + self.reference.std * nodes, self.reference.std * lebesgue)
        self.at_nodes = _at_nodes(degree + 1, self.quadrature)

    @property
    def interval(self) -> tuple[float, float]:
        """From the first node to the last, and no farther than Hermite functions are above 1e-7 of their maximum."""
        # Beyond its turning point a Hermite function falls like Airy's function, which at 8 is 9e-8 of its maximum.
        end = 2.0 * np.sqrt(self.size) + 8.0 * self.size ** (-1.0 / 6.0)
        low, high = self.reference.mean - end * self.reference.std, self.reference.mean + end * self.reference.std
        return max(low, float(self.rule.nodes[0])), min(high, float(self.rule.nodes[-1]))

    @property
    def panels(self) -> np.ndarray:
        """Panels of two wavelengths of the fastest function, of wave number sqrt(degree) / s, or less."""
        low, high = self.interval
        width = self.reference.std * min(1.0, 4.0 * np.pi / np.sqrt(self.degree + 1.0))
        return np.linspace(low, high, int(np.ceil((high - low) / width)) + 1)

    def panels_of_width(self, width: float) -> np.ndarray:
        """Equal ones."""
        return equal_panels(*self.interval, min(width, float(np.diff(self.panels).max())))

    def half_density(self, x: np.ndarray) -> np.ndarray:
        """Evaluate the Hermite functions, shifted and scaled."""
        z = (np.asarray(x) - self.reference.mean) / self.reference.std
        values, root = hermite_functions(z, self.size), np.sqrt(self.reference.std)
        if root != 1.0:    # a pass over so many values costs as much as half of the recurrence
            values /= root
        return values

    def state(self) -> dict[str, Any]:
        """Degree, number of nodes, and the Gaussian whose functions these are."""
        return {"degree": self.degree, "quadrature": self.quadrature,
                "center": self.reference.mean, "std": self.reference.std}


class ExactHermiteBasis(HermiteBasis):
    """The same functions where each sum is one of them: known to rounding at all points, however far out."""

    exact = True

    def trusted(self, points: np.ndarray) -> np.ndarray:
        """At all points."""
        return np.ones(np.shape(points), dtype=bool)

    def sums(self, points: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
        """By polynomials, times the root of the ratio of both densities, which does not underflow as they do.

        A value beyond the range of a double is the largest of these.
        """
        z, unit = ((points - mu.mean) / mu.std for mu in (self.reference, self.measure))
        with np.errstate(over="ignore", invalid="ignore"):
            log_root = 0.25 * (unit - z) * (unit + z) + 0.5 * np.log(self.measure.std / self.reference.std)
            values = hermite_polynomials(z, self.size, log_root)
        # The recurrence is no number where powers of z are none. The root is then zero, or the value as large as z^n.
        size, signs = np.where(log_root < 0.0, 0.0, np.finfo(float).max), np.sign(z)[:, None] ** np.arange(self.size)
        values = np.where(np.isnan(values), size[:, None] * signs, values)
        return np.asarray(np.nan_to_num(values) @ coefficients)

    def weighted_values(self, coefficients: np.ndarray) -> None:    # type: ignore[override]
        """Sums need no other evaluation."""


@lru_cache(maxsize=8)
def _at_nodes(size: int, quadrature: int) -> np.ndarray:
    r"""The matrix :math:`\sqrt{w_i}\, \psi_n(x_i)`, shape (quadrature, size), the same for every mean and scale."""
    nodes, lebesgue = gauss_hermite(quadrature)
    return read_only(np.sqrt(lebesgue)[:, None] * hermite_functions(nodes, size))
