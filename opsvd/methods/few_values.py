"""Kernels of numbers of which some tens or hundreds of values are affordable: few polynomials, and random pairs."""

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from ..evidence.vector_pairs import evidence_of_few_pairs
from ..operator.discretisation import Discretisation
from ..operator.problem import Problem
from ..probing.domain import Domain
from .base import Method
from .polynomial_attempt import PolynomialAttempt


class FewValues(Method):
    """Polynomials at a third of the values that there are, held against h at random pairs of points, the others.

    Nothing else is found out about h: the box that holds its energy takes 300 to 700 values. What lies far out is seen
    by the half of the pairs that is drawn from wider measures.
    """

    def refusal(self, problem: Problem) -> str | None:
        """It takes measures with polynomials."""
        if not problem.of_numbers or problem.discrete:
            return super().refusal(problem) or "takes measures on the line"
        _, nodes, _ = _shares(problem)
        few = [mu for mu in problem.lines if mu.most_polynomials < nodes + 2]
        return f"takes measures with {nodes + 2} polynomials of finite norm" if few else None

    def discretisations(self, problem: Problem) -> Iterator[Discretisation]:
        """Yield one that the budget has values for, and larger ones where calls turn out to be cheaper; or none."""
        budget, before = problem.budget, 0
        degree, nodes, pairs = _shares(problem)
        if degree < 1 or pairs < 30:    # with 30 pairs six bars of 4590 are false (benchmarks/few_values.py)
            budget.forgo(45)
        while degree >= 1 and pairs >= 30 and nodes >= 2 * before:
            yield self._discretisation(problem, degree, nodes, pairs)
            before = nodes
            degree, nodes, pairs = _shares(problem)

    def _discretisation(self, problem: Problem, degree: int, nodes: int, pairs: int) -> Discretisation:
        """The one of a degree, with so many pairs, or more where the first calls make them cheaper."""
        anywhere = replace(problem)
        vars(anywhere).update(domain=Domain((-math.inf, math.inf), (-math.inf, math.inf), 0.0, 1.0, widened=False))
        attempt = PolynomialAttempt(anywhere, degree, nodes)
        # What the coefficients go on to, if they fall as they did last: of exp(0.45xy) it lies where no pair does.
        # Without it 16 of 12,353 answers were false, and with it one is (benchmarks/few_values.py).
        beyond = attempt.tail * attempt.decay * float(np.linalg.norm(attempt.block.matrix))
        pairs = max(pairs, _affordable(problem, 1))
        return Discretisation(
            (attempt.block,), partial(evidence_of_few_pairs, problem, pairs, beyond),
            f"polynomials to degree {degree} from {nodes * (nodes + 2)} values, and {pairs} random pairs",
            limit=problem.budget.few_values_left)


def _affordable(problem: Problem, calls: int) -> int:
    """How many values there are for so many calls: at most those of degree 96, whose functions take 0.1 s at pairs."""
    return min(problem.budget.most_affordable(calls), 50_000)


def _shares(problem: Problem) -> tuple[int, int, int]:
    """A degree, the nodes in x, two less than in y, and pairs: what values that are affordable in two calls do for."""
    values = _affordable(problem, 2)
    nodes = max(math.isqrt(values // 3 + 1) - 1, 0)
    # Spare nodes lessen the aliasing of what lies beyond the degree.
    return nodes - 1 - nodes // 4, nodes, values - nodes * (nodes + 2)
