"""Galerkin projection onto the orthonormal polynomials of the measures, by their Gauss rules."""

from collections.abc import Iterator

from .._support.validation import positive_int
from ..operator.discretisation import Discretisation
from ..operator.problem import Problem
from .base import Method
from .polynomial_attempt import PolynomialAttempt

DEGREES = (23, 47, 95, 127, 191)
"""The degrees tried when none is given, the first only where values of h are dear: each takes about four times the
values of the one before."""


class Polynomials(Method):
    r"""Singular values of :math:`C_{mn} = E[h(x, y)\, p_m(x)\, q_n(y)]`, with the orthonormal polynomials p and q.

    They are Hermite polynomials under a Gaussian, those of Legendre under a uniform measure, of Jacobi under a beta
    measure, of Laguerre under an exponential or gamma one; for other densities they come from a Lanczos process.

    The best method for entire kernels of moderate growth, where the values converge faster than geometrically. On a
    bounded interval the rate is that of the nearest singular point of h; under a Gaussian it is poor for a kernel with
    poles near the real axis (tanh(xy): 1e-8 at 320 nodes), and useless for singular ones (log\|xy\|: 6 % at 1280
    nodes). The values of an exact projection never exceed the true ones. Polynomials of x are not dense under heavy
    tails, where they are not tried.

    Parameters
    ----------
    degree : int, optional
        The highest degree of the polynomials. By default 47, 95, 127 and 191 in turn; on circles, where they are
        trigonometric, up to 1535.
    quadrature : int, optional
        Gauss nodes in x (two more in y), at least degree + 1. By default degree + 17, or degree + 9 below degree
        47: the spare nodes lessen the aliasing of what lies beyond the degree.

    Raises
    ------
    ValueError
        If `quadrature` is below degree + 1, or a measure has too few polynomials of finite norm.

    References
    ----------
    L. N. Trefethen, Exactness of quadrature formulas, SIAM Review 64 (2022), on where Gauss-Hermite is not the best.

    Examples
    --------
    >>> import numpy as np
    >>> import opsvd
    >>> uniform = opsvd.Uniform(-1.0, 1.0)
    >>> svd = opsvd.decompose(lambda x, y: np.exp(x * y), uniform, uniform, method="polynomials")
    >>> svd.singular_values[:3].round(9).tolist()
    [1.059907407, 0.354086577, 0.044587989]
    """

    def __init__(self, degree: int | None = None, quadrature: int | None = None) -> None:
        # 5000 functions at as many nodes are a matrix of 0.2 GB, and take seconds.
        self.degree = None if degree is None else positive_int(degree, "degree", 5000)
        self.quadrature = None if quadrature is None else positive_int(quadrature, "quadrature", 10_000)
        if self.quadrature is None:
            return
        if self.degree is None:
            raise ValueError(f"quadrature needs a degree to go with, got quadrature={self.quadrature} alone; "
                             f"pass {type(self).__name__}(degree=..., quadrature={self.quadrature})")
        if self.quadrature <= self.degree:
            raise ValueError(f"quadrature must be at least degree + 1 = {self.degree + 1} nodes, "
                             f"got {self.quadrature}; leave it out to have it chosen")

    of_gaussians = False
    """Whether it is for Gaussian measures alone."""

    def in_quad(self) -> Method:
        """As many Gauss nodes, or as polynomials."""
        from .quad_polynomials import QuadPolynomials  # few decompose in quadruple precision

        return QuadPolynomials(self.quadrature or (self.degree and self.degree + 1), gaussian=self.of_gaussians)

    def refusal(self, problem: Problem) -> str | None:
        """It takes measures with enough polynomials."""
        if not problem.of_numbers:
            return super().refusal(problem)
        needed = (self.quadrature or (self.degree or DEGREES[1]) + 17) + 2
        few = [mu for mu in problem.lines if mu.most_polynomials < needed]
        if not few:
            return None
        return (f"takes measures with at least {needed} polynomials of finite norm, and {few[0]!r} has "
                f"{few[0].most_polynomials:.0f}; use method='panels'")

    def discretisations(self, problem: Problem) -> Iterator[Discretisation]:
        """Yield the given degree, or the default ones in turn."""
        for degree in degrees(problem) if self.degree is None else (self.degree,):
            yield galerkin(PolynomialAttempt(problem, degree, self.quadrature))


def degrees(problem: Problem) -> tuple[int, ...]:
    """The default degrees for which the measures have polynomials and nodes, or trigonometric functions."""
    if all(mu.period is not None for mu in problem.lines):
        return 47, 95, 191, 383, 767, 1535    # of which the last takes a second
    most = min(mu.most_polynomials for mu in problem.lines) - 19
    return tuple(degree for degree in DEGREES[0 if problem.given.dear else 1:] if degree <= most)


def galerkin(attempt: PolynomialAttempt, remark: str = "") -> Discretisation:
    """A discretisation by the polynomials of the measures themselves, with words that follow the note."""
    hermite = attempt.problem.gaussian
    return attempt.discretisation(
        f"{'Hermite-Galerkin' if hermite else 'orthonormal polynomials'}, degree {attempt.degree}, {attempt.nodes} and "
        f"{attempt.nodes + 2} {'Gauss-Hermite' if hermite else 'Gauss'} nodes{remark}")
