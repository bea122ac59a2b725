"""Polynomials in quadruple precision, those of Hermite and of Legendre."""

import numpy as np

from .._support.quad import as_quad, product, rounded
from ..measures import LineMeasure
from ..quadrature import Rule
from ..quadrature.quad_gauss import composite_quad_gauss, quad_gauss, quad_polynomials
from .quad_basis import QuadBasis


class QuadPolynomialBasis(QuadBasis):
    r"""Polynomials of degree below N that are cardinal on the N nodes of the Gauss rule, in quadruple precision.

    With :math:`p_k` the orthonormal polynomials they are :math:`b_i = \sqrt{w_i} \sum_k p_k(x_i)\, p_k`.

    Parameters
    ----------
    measure : LineMeasure
        A Gaussian or a uniform one.
    count : int
        The number N of nodes, even.
    parity : int
        1 for even functions about the centre, -1 for odd ones, 0 for all.
    """

    arguments = ("count", "parity")

    def __init__(self, measure: LineMeasure, count: int, parity: int = 0) -> None:
        super().__init__(measure, parity)
        self.count = count
        self.places, weights, self._at_nodes = quad_gauss(self.law.off_diagonal, count)
        density = self.law.sqrt_density_of_points(self.places)
        self.rule = Rule(self.law.points(self.places), np.asarray(np.sqrt(weights) / density), density)

    def with_parity(self, parity: int) -> "QuadPolynomialBasis":
        """Those polynomials that are even or odd."""
        return QuadPolynomialBasis(self.measure, self.count, parity)

    def between(self, places: np.ndarray, samples: np.ndarray) -> np.ndarray:
        """By the coefficients of the orthonormal polynomials."""
        values, _ = quad_polynomials(places, self.law.off_diagonal, self.count)
        density = self.law.sqrt_density_of_points(places)
        return product((values * density).T, product(self._at_nodes.T, samples))

    def check_rule(self) -> Rule:
        """Panels that end at every eighth node, and at the ends of an interval."""
        edges = self.places[::8]
        ends = as_quad([-1.0, 1.0]) if self.law.bounded else self.places[[-1]]
        edges = np.sort(np.concatenate([edges, ends]))
        z, lebesgue = composite_quad_gauss(edges[np.append(np.diff(rounded(edges)) > 0.0, True)], 12)
        return Rule(self.law.points(z), np.asarray(np.sqrt(lebesgue * self.law.scale)),
                    self.law.sqrt_density_of_points(z))
