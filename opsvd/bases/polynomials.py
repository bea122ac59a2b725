"""Polynomials orthonormal under any measure on the line."""

from functools import lru_cache

import numpy as np

from .._support.arrays import read_only
from ..measures import Gaussian, LineMeasure
from ..quadrature import Rule, equal_panels
from .base import LineBasis
from .fourier import FourierBasis
from .hermite import HermiteBasis


class PolynomialBasis(LineBasis):
    r"""The polynomials :math:`p_0, \dots, p_d` that are orthonormal under a measure, in its `variable`.

    They are those of Legendre under a uniform measure, of Jacobi under a beta measure, of Laguerre under a gamma
    measure. Of a `Gaussian` they are in `opsvd.bases.HermiteBasis`.

    Parameters
    ----------
    measure : LineMeasure
    degree : int
        The highest degree d; the basis has d + 1 functions.
    quadrature : int, optional
        The number of Gauss nodes, by default d + 1, with which the basis is orthonormal in the rule too.

    Raises
    ------
    ValueError
        If the measure has not so many polynomials of finite norm.
    """

    arguments = ("degree", "quadrature")

    def __init__(self, measure: LineMeasure, degree: int, quadrature: int | None = None) -> None:
        self.measure, self.degree = measure, degree
        self.quadrature = degree + 1 if quadrature is None else quadrature
        self.rule, self.at_nodes = _at_nodes(measure, degree + 1, self.quadrature)

    @property
    def panels(self) -> np.ndarray:
        """Edges at every fourth node, or so: two wavelengths of the fastest function apart.

        Farther out panels are as wide as the half-density allows.
        """
        mu = self.measure
        nodes = self.rule.nodes[::max(1, self.quadrature // max(self.size // 4, 2))]
        low, high = mu.box(1e-8)
        outer = [equal_panels(start, stop, width) for start, stop, width in
                 zip((low, nodes[-1]), (nodes[0], high), mu.outer_widths, strict=True)]
        return np.unique(np.concatenate([*outer, nodes, mu.edges[(mu.edges > low) & (mu.edges < high)]]))

    def panels_of_width(self, width: float) -> np.ndarray:    # noqa: ARG002 -- polynomials change in theirs
        """The panels themselves, of two wavelengths each."""
        return self.panels

    def half_density(self, x: np.ndarray) -> np.ndarray:
        """By the recurrence."""
        return self.measure.polynomials(np.asarray(x, dtype=np.float64), self.size)


def polynomials_of(measure: LineMeasure, degree: int, quadrature: int | None = None) -> LineBasis:
    """The orthonormal polynomials of a measure, trigonometric ones on a circle.

    Those of a Gaussian are Hermite functions, known also where the density is no number.
    """
    if isinstance(measure, Gaussian):
        return HermiteBasis(measure, degree, quadrature)
    return (PolynomialBasis if measure.period is None else FourierBasis)(measure, degree, quadrature)


@lru_cache(maxsize=32)
def _at_nodes(measure: LineMeasure, size: int, quadrature: int) -> tuple[Rule, np.ndarray]:
    """A Gauss rule, and polynomials at its nodes times the roots of the weights, (quadrature, size)."""
    rule = measure.gauss_rule(quadrature)
    return rule, read_only(measure.polynomials(rule.nodes, size) * rule.sqrt_lebesgue[:, None])
