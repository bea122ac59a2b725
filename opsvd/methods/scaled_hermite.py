"""Galerkin projection onto Hermite functions at the scale of the kernel, and not of the measure."""

from collections.abc import Iterator

from .._support.validation import boolean
from ..operator.discretisation import Discretisation
from ..operator.problem import Problem
from .base import GaussianMethod
from .phase_space import fitting_gaussians, fitting_of_coefficients
from .polynomial_attempt import PolynomialAttempt
from .polynomials import DEGREES

# The highest degree: 768 functions a side take 0.6 million values of h. What needs more is left to other methods.
_LAST = 767


class ScaledHermite(GaussianMethod):
    r"""Singular values of the matrix of h between Hermite functions of Gaussians that fit h.

    The functions :math:`\psi_n((x - c) / s) \sqrt{\rho_{c, s} / \rho_x}` are orthonormal under mu_x for every c and s.
    These are chosen such that the energy :math:`h^2 \rho_x \rho_y` spreads equally in position and in wave number (see
    `opsvd.methods.phase_space`). Then kernels that reach far out, oscillate fast, or have a short length, take as few
    functions as is possible: the singular functions of exp(0.49xy), sin(10xy) and exp(-(x - y)^2 / 2l^2) *are* such
    Hermite functions.

    Degrees of 127 to 767 are tried while they promise anything. Where the whole spectrum would take more,
    as that of the Mehler kernel of correlation 0.99, leading values that no longer move are given.

    Parameters
    ----------
    leading : bool, default True
        Whether to give leading values where the whole spectrum is out of reach.

    Raises
    ------
    ValueError
        If a measure is not Gaussian.

    References
    ----------
    T. Tang, The Hermite spectral method for Gaussian-type functions, SIAM J. Sci. Comput. 14 (1993), on scaling.

    Examples
    --------
    >>> import numpy as np
    >>> import opsvd
    >>> svd = opsvd.decompose(lambda x, y: np.exp(0.49 * x * y), method="scaled-hermite")
    >>> round(float(svd.singular_values[1] / svd.singular_values[0]), 9)    # (1 - sqrt(1 - 4 c^2)) / 2c at c = 0.49
    0.817349503
    """

    _measures, _otherwise = "Gaussian for Hermite functions", "panels"

    def __init__(self, *, leading: bool = True) -> None:
        self.leading = boolean(leading, "leading")

    def discretisations(self, problem: Problem) -> Iterator[Discretisation]:
        """Yield when all coefficients have decayed, or the leading values stand still."""
        fitting, tolerances = fitting_gaussians(problem), problem.tolerances
        if fitting is None:
            return
        degree, before, enough = 127, None, _enough(problem)
        while before is None or degree > before.degree:
            now = PolynomialAttempt(problem, degree, fitting=fitting)
            geometric = before is None or now.geometric(before)
            if now.tail <= enough:
                yield _discretisation(now, leading=now.tail > tolerances.coefficients)
            elif before is not None and (now.needed(enough) > _LAST or not geometric):
                if not self.leading or (not geometric and now.moved(before) > tolerances.standstill):
                    return
                # Leading values are known from gaps above what is beyond the degree: of norm z^(3/2), which is to be
                # small against a half.
                if now.decay**1.5 <= 0.15 or not geometric or degree == _LAST:
                    settled = _oversampled(now, tolerances.standstill)
                    if settled is None:
                        return
                    yield from settled
            if not geometric:
                return
            # One attempt does not tell how coefficients decay.
            following = now.needed(enough) if before is not None and geometric else 2 * degree + 1
            degree, before = following if following <= _LAST else min(2 * degree + 1, _LAST), now


def from_few_values(problem: Problem, first: PolynomialAttempt) -> Iterator[Discretisation]:
    """Where values are dear: the scales from coefficients, and no more degrees than their decay asks for.

    The scales come from the attempt before, at first from one with the Hermite functions of the measures. Yields
    nothing if other scales do not help, or degrees above 191 are needed.
    """
    enough, before, degree = problem.tolerances.left_out, first, first.degree
    while degree <= DEGREES[-1]:
        fitting = fitting_of_coefficients(before.block.matrix, *(before.fitting or problem.gaussians))
        # Coefficients that decay geometrically alias less than those for which degrees from 47 on have 17 nodes more.
        now = PolynomialAttempt(problem, degree, degree + 9, fitting)
        helps = now.tail <= 0.25 * before.tail if before is first else now.geometric(before)
        if now.tail <= enough:
            yield _discretisation(now, leading=now.tail > problem.tolerances.coefficients)
        elif not helps:
            return
        before, degree = now, now.sufficient(enough)


def _enough(problem: Problem) -> float:
    """What may be left of coefficients: they fall to what the domain misses of the kernel, but not further."""
    tolerances = problem.tolerances
    return float(max(tolerances.coefficients, min(2.0 * problem.domain.missing, tolerances.functions)))


def _oversampled(attempt: PolynomialAttempt, standstill: float) -> tuple[Discretisation, ...] | None:
    """With more nodes than functions: none if leading values are not settled; None if so many nodes do not resolve h.

    A ridge that is narrower than the functions of the degree can tell takes four times as many, or six.
    """
    more = attempt.oversampled(2)
    if attempt.unsettled <= standstill and more.moved(attempt) <= standstill:
        return (_discretisation(more, leading=True),)
    more = attempt.oversampled(4)
    if more.unsettled > standstill:
        return ()
    still_more = attempt.oversampled(6)
    return None if still_more.moved(more) > standstill else (_discretisation(still_more, leading=True),)


def _discretisation(attempt: PolynomialAttempt, *, leading: bool) -> Discretisation:
    """With a note."""
    x, y = attempt.fitting or attempt.problem.gaussians
    return attempt.discretisation(f"Hermite functions of degree {attempt.degree}, of mean {x.mean:.3g} and deviation "
                                  f"{x.std:.3g} in x, {y.mean:.3g} and {y.std:.3g} in y", leading=leading)
