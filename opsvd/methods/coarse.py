"""Methods that give a coarse answer, where a budget has left nothing for a better one."""

import math
from collections.abc import Iterator
from contextlib import suppress

from .._support.budget import BudgetExhaustedError
from ..operator.problem import Problem
from .base import Method
from .few_values import FewValues
from .polynomials import Polynomials
from .quasi_random import QuasiRandom
from .uniform import UniformPanels

COARSE_VALUES = 200_000
"""Values of h that a coarse answer on ten panels a side takes, in 15 calls: counted."""
LAST = FewValues(), QuasiRandom()
"""What gives an answer where nothing else did."""


def coarse_methods(problem: Problem) -> Iterator[Method]:
    """Those that may give one in what a budget kept back for it, one after the other."""
    budget = problem.budget
    # Panels end at atoms, and take more values than few: points are drawn then.
    panels = problem.few_edges and not problem.discrete and not (problem.half_discrete and budget.dear)
    if budget.few:
        yield FewValues()
    if panels and budget.affords(_coarse_values(problem), 15):
        yield _affordable(problem) if budget.dear else UniformPanels(10)
    elif budget.dear:    # it takes two calls, of as many values as there are
        yield FewValues()
    yield QuasiRandom()


def _coarse_values(problem: Problem) -> int:
    """Values of h that a coarse answer takes at least, for numbers."""
    edges = [len(mu.edges) for mu in problem.lines]    # each ends a panel
    if not problem.budget.dear:
        return COARSE_VALUES * math.prod(10 + count for count in edges) // 100
    # For the smallest matrix, of polynomials or of a panel and two, with what checks it; and for two grids of sixteen
    # points a side to find the domain, with twelve points of four lines along each tail.
    matrix = 240 if Polynomials(degree=3).refusal(problem) is None else 720 * math.prod(1 + count for count in edges)
    return matrix if "domain" in vars(problem) else matrix + 520 + 48 * sum(len(mu.tails) for mu in problem.lines)


def _affordable(problem: Problem) -> Method:
    """A method that takes half of the values that are left: what checks it takes others."""
    budget = problem.budget
    with budget.part(0.6), suppress(BudgetExhaustedError):    # of which a wider domain may take no more
        _ = problem.domain
    nodes = int(min(max(0.5 * budget.values_left, 36.0), 40_000.0) ** 0.5) - 1
    polynomials = Polynomials(degree=max(3 * nodes // 4, 1), quadrature=nodes)
    edges = max(len(mu.edges) for mu in problem.lines)
    return polynomials if polynomials.refusal(problem) is None else UniformPanels(max(1, nodes // 16 - edges))
