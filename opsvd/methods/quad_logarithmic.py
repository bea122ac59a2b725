"""The trapezoid rule in the logarithm in quadruple precision, for kernels whose poles come near to the real axis."""

import math
from collections.abc import Iterator

from ..bases import QuadLogarithmicBasis
from ..measures import Gaussian
from ..operator.problem import Problem
from .quad_grid import QuadMethod


class QuadLogarithmic(QuadMethod):
    r"""The trapezoid rule in :math:`\log\lvert x - m \rvert` under Gaussians of mean m.

    For functions of :math:`(x - m)(y - n)`, and others that are smooth in the logarithms: see `opsvd.Logarithmic`. A
    step h makes an error of :math:`e^{-\pi^2 / 4h}` in functions, which is 1e-34 at h = 1/32, and of its square in
    values. The first step is 1/16, 3/64 or 1/32, as the tolerance needs it, and 3/128 and 1/64 follow.

    Parameters
    ----------
    max_nodes : int, default 1600
        The most nodes on either side of the mean.
    """

    def __init__(self, max_nodes: int = 1600) -> None:
        self.max_nodes = max_nodes

    def refusal(self, problem: Problem) -> str | None:
        """What others refuse, and other measures than Gaussian ones."""
        other = [mu for mu in problem.lines if not isinstance(mu, Gaussian)] if problem.of_numbers else []
        if not other:
            return super().refusal(problem)
        return (f"takes Gaussian measures in quadruple precision, got {other[0]!r}; use method='polynomials' for "
                f"Uniform measures, or leave precision out")

    def bases(self, problem: Problem) -> Iterator[tuple[QuadLogarithmicBasis, QuadLogarithmicBasis, str]]:
        """Those of ever smaller steps, as far as nodes are allowed."""
        for step in (1.0 / 16.0, 3.0 / 64.0, 1.0 / 32.0, 3.0 / 128.0, 1.0 / 64.0):
            if math.exp(-(math.pi**2) / (4.0 * step)) > problem.rtol and step > 1.0 / 32.0:
                continue
            # From e^3 = 20 deviations, where a density is 1e-87, to e^-172: functions there are below 1e-37.
            count = 2 * math.ceil(6.1 / step) + 1
            if count > self.max_nodes:
                return
            left, right = (QuadLogarithmicBasis(mu, step, 3.0, count) for mu in problem.lines)
            yield left, right, f"step {step:.3g} in the logarithm, {count} nodes on either side"
