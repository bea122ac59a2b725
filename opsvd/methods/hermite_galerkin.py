"""Galerkin projection onto Hermite polynomials, by Gauss-Hermite quadrature."""

from collections.abc import Iterator

from .._support.validation import positive_int
from ..operator.discretisation import Discretisation
from ..operator.problem import Problem
from .base import GaussianMethod
from .hermite_attempt import HermiteAttempt

DEGREES = (47, 95, 127, 191)
"""The degrees tried when none is given: each takes up to four times the values of h of the one before."""


class HermiteGalerkin(GaussianMethod):
    r"""Singular values of :math:`C_{mn} = E[h(x, y) \psi_m(x) \psi_n(y)]`, with :math:`\psi` Hermite polynomials.

    The best method for entire kernels of moderate growth, where the values converge faster than geometrically. Poor
    for a kernel with poles near the real axis (tanh(xy): 1e-8 at 320 nodes), and useless for singular ones (log\|xy\|:
    6 % at 1280 nodes). The values of an exact projection never exceed the true ones.

    Parameters
    ----------
    degree : int, optional
        The highest degree of the polynomials. By default 47, 95, 127 and 191 in turn.
    quadrature : int, optional
        Gauss-Hermite nodes in x (two more in y), at least degree + 1. By default degree + 17: the spare nodes lessen
        the aliasing of what lies beyond the degree.

    Raises
    ------
    ValueError
        If `quadrature` is below degree + 1, or a measure is not Gaussian.

    References
    ----------
    L. N. Trefethen, Exactness of quadrature formulas, SIAM Review 64 (2022), on where Gauss-Hermite is not the best.
    """

    _measures, _otherwise = "Gaussian for Hermite polynomials", "panels"

    def __init__(self, degree: int | None = None, quadrature: int | None = None) -> None:
        # 5000 functions at as many nodes are a matrix of 0.2 GB, and take seconds.
        self.degree = None if degree is None else positive_int(degree, "degree", 5000)
        self.quadrature = None if quadrature is None else positive_int(quadrature, "quadrature", 10_000)
        if self.quadrature is None:
            return
        if self.degree is None:
            raise ValueError(f"quadrature needs a degree to go with, got quadrature={self.quadrature} alone; "
                             f"pass HermiteGalerkin(degree=..., quadrature={self.quadrature})")
        if self.quadrature <= self.degree:
            raise ValueError(f"quadrature must be at least degree + 1 = {self.degree + 1} nodes, "
                             f"got {self.quadrature}; leave it out to have it chosen")

    def discretisations(self, problem: Problem) -> Iterator[Discretisation]:
        """Yield the given degree, or the default ones in turn."""
        for degree in DEGREES if self.degree is None else (self.degree,):
            yield galerkin(HermiteAttempt(problem, degree, self.quadrature))


def galerkin(attempt: HermiteAttempt, remark: str = "") -> Discretisation:
    """A discretisation by the polynomials of the measures themselves, with words that follow the note."""
    return attempt.discretisation(f"Hermite-Galerkin, degree {attempt.degree}, {attempt.left.quadrature} and "
                                  f"{attempt.right.quadrature} Gauss-Hermite nodes{remark}")
