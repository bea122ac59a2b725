"""The default method in quadruple precision: Gauss rules while they converge; else logarithms."""

from collections.abc import Iterator

from ..bases import QuadBasis
from ..operator.discretisation import Discretisations
from ..operator.problem import Problem
from .quad_grid import QuadMethod, relative_error
from .quad_logarithmic import QuadLogarithmic
from .quad_polynomials import QuadPolynomials


class QuadAuto(QuadMethod):
    """Gauss rules of 48 and more nodes, and logarithms under Gaussians where those would be too many.

    The error of Gauss rules of an entire kernel falls at least geometrically. If it does not fall to the tolerance by
    384 nodes at the rate that it has, logarithms are taken, which resolve poles near the real axis as well.
    """

    def bases(self, problem: Problem) -> Iterator[tuple[QuadBasis, QuadBasis, str]]:
        """Those of Gauss rules."""
        return QuadPolynomials().bases(problem)

    def discretisations(self, problem: Problem) -> Discretisations:
        """Yield from one and then, if need be, from the other, as the bars of each answer tell."""
        answer, found, logarithmic = None, super().discretisations(problem), QuadLogarithmic()
        others = logarithmic.refusal(problem) is None
        try:
            discretisation = next(found)
            while True:
                answer = yield discretisation
                count = sum(min(block.matrix.shape) for block in discretisation.blocks)
                if others and relative_error(answer) ** (384 / count) > problem.rtol:
                    return (yield from logarithmic.discretisations(problem))
                discretisation = found.send(answer)
        except StopIteration:
            return answer
