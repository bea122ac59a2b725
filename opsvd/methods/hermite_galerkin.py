"""Galerkin projection onto Hermite polynomials, by Gauss-Hermite quadrature."""

from ..operator.problem import Problem
from .polynomials import Polynomials


class HermiteGalerkin(Polynomials):
    r"""`Polynomials` under Gaussian measures alone, of which they are the Hermite polynomials.

    Parameters
    ----------
    degree, quadrature : int, optional
        As for `Polynomials`.

    Raises
    ------
    ValueError
        If `quadrature` is below degree + 1, or a measure is not Gaussian.
    """

    of_gaussians = True

    def refusal(self, problem: Problem) -> str | None:
        """It takes Gaussian measures."""
        if not problem.of_numbers or problem.gaussian:
            return super().refusal(problem)
        return (f"takes other measures: mu_x and mu_y must be Gaussian for Hermite polynomials, got {problem.mu_x!r} "
                f"and {problem.mu_y!r}; use method='polynomials'")
