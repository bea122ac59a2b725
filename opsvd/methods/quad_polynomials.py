"""Gauss rules of polynomials in quadruple precision, for kernels that are entire or nearly so."""

from collections.abc import Iterator

from ..bases import QuadPolynomialBasis
from ..operator.problem import Problem
from .quad_grid import QuadMethod


class QuadPolynomials(QuadMethod):
    r"""Singular values of :math:`\sqrt{w_i} h(x_i, y_j) \sqrt{v_j}` on Gauss-Hermite or Gauss-Legendre nodes.

    That is the matrix between the polynomials of degree below N, as `opsvd.Polynomials` takes it with as many nodes as
    polynomials, in another basis of them.

    Parameters
    ----------
    count : int, optional
        The number of nodes; by default 48, 96, 192 and 384 in turn.
    gaussian : bool, default False
        Whether it takes Gaussian measures alone.
    """

    def __init__(self, count: int | None = None, *, gaussian: bool = False) -> None:
        self.count, self.gaussian = count, gaussian

    def refusal(self, problem: Problem) -> str | None:
        """What others refuse, and other measures than Gaussian ones if it is for these."""
        if self.gaussian and problem.of_numbers and not problem.gaussian:
            return (f"takes other measures: mu_x and mu_y must be Gaussian for Hermite polynomials, got "
                    f"{problem.mu_x!r} and {problem.mu_y!r}; use method='polynomials'")
        return super().refusal(problem)

    def bases(self, problem: Problem) -> Iterator[tuple[QuadPolynomialBasis, QuadPolynomialBasis, str]]:
        """Those of the given number of nodes, or ever more; an even number, so that none is the centre."""
        for count in (48, 96, 192, 384) if self.count is None else (self.count + self.count % 2,):
            left, right = (QuadPolynomialBasis(mu, count) for mu in problem.lines)
            yield left, right, f"{count} Gauss nodes"
