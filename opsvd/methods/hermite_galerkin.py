"""Galerkin projection onto Hermite polynomials, by Gauss-Hermite quadrature."""

from collections.abc import Iterator

from .._support.validation import positive_int
from ..bases import HermiteBasis
from ..evidence.comparison import compared
from ..operator.discretisation import Discretisation, galerkin_block
from ..operator.problem import Problem
from .base import Method, measures_refused
from .hermite_checks import hermite_check_rules, relative_tail

__all__ = ["DEGREES", "HermiteAttempt", "HermiteGalerkin"]

DEGREES = (47, 95, 127, 191)
"""The degrees tried when none is given."""

_SPARE = 16
# More nodes in y than in x: none of them coincide, where log|x - y| is infinite.
_UNLIKE = 2
# Functions at as many nodes are a matrix of 0.2 GB, and take seconds.
_MOST = 5000


class HermiteGalerkin(Method):
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

    def __init__(self, degree: int | None = None, quadrature: int | None = None) -> None:
        self.degree = None if degree is None else positive_int(degree, "degree", _MOST)
        self.quadrature = None if quadrature is None else positive_int(quadrature, "quadrature", 2 * _MOST)
        if self.quadrature is None:
            return
        if self.degree is None:
            raise ValueError(f"quadrature needs a degree to go with, got quadrature={self.quadrature} alone; "
                             f"pass HermiteGalerkin(degree=..., quadrature={self.quadrature})")
        if self.quadrature <= self.degree:
            raise ValueError(f"quadrature must be at least degree + 1 = {self.degree + 1} nodes, "
                             f"got {self.quadrature}; leave it out to have it chosen")

    def __repr__(self) -> str:
        """The call that makes it."""
        return f"HermiteGalerkin(degree={self.degree}, quadrature={self.quadrature})"

    def refusal(self, problem: Problem) -> str | None:
        """It takes Gaussian measures."""
        return super().refusal(problem) or measures_refused(
            problem, problem.gaussian, "Gaussian for Hermite polynomials", "panels")

    def discretisations(self, problem: Problem) -> Iterator[Discretisation]:
        """Yield the given degree, or the default ones in turn."""
        for degree in DEGREES if self.degree is None else (self.degree,):
            yield self.at_degree(problem, degree).discretisation()

    def at_degree(self, problem: Problem, degree: int) -> "HermiteAttempt":
        """Find the coefficients to one degree."""
        mu_x, mu_y = problem.gaussians
        nodes = degree + 1 + _SPARE if self.quadrature is None else self.quadrature
        return HermiteAttempt(problem, HermiteBasis(mu_x, degree, nodes), HermiteBasis(mu_y, degree, nodes + _UNLIKE))


class HermiteAttempt:
    """The coefficients to one degree, which may or may not do."""

    def __init__(self, problem: Problem, left: HermiteBasis, right: HermiteBasis) -> None:
        self.problem, self.left, self.right = problem, left, right
        self.block = galerkin_block(problem, left, right)
        self.tail = relative_tail(self.block.matrix)

    def discretisation(self, remark: str = "") -> Discretisation:
        """With the evidence, and words that follow the note."""
        note = (f"Hermite-Galerkin, degree {self.left.degree}, {self.left.quadrature} and {self.right.quadrature} "
                f"Gauss-Hermite nodes{remark}")
        checks = hermite_check_rules(self.left, self.right, self.problem.domain)
        return compared(self.problem, (self.block,), checks, note)
