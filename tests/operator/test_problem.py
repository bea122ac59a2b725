"""Problems: what is found out about one is found once; and what follows from its tolerance."""

import math

import numpy as np
import pytest

from opsvd import Gaussian, Kernel
from opsvd.operator.problem import Problem
from opsvd.operator.tolerances import Tolerances

NAMES = list(vars(Tolerances(1e-8)))


def test_the_domain_and_the_structure_are_found_once():
    """Asking again takes no more values of h; another tolerance is another problem, with another domain."""
    problem = Problem(Kernel(lambda x, y: np.tanh(x * y)), Gaussian(), Gaussian())
    assert problem.structure.product
    evaluations = problem.kernel.evaluations
    assert problem.structure.symmetric
    assert problem.domain.norm > 0.0
    assert problem.kernel.evaluations == evaluations
    assert problem.at(1e-2).domain.x[1] < problem.domain.x[1]


@pytest.mark.parametrize("name", NAMES)
def test_tolerances_rise_with_rtol_and_stay_finite(name):
    """From the smallest rtol, whose floors are those of rounding, to one."""
    found = [getattr(Tolerances(rtol), name) for rtol in (1e-300, 1e-16, 1e-10, 1e-4, 0.5)]
    assert found == sorted(found)
    assert found[0] > 0.0
    assert found[-1] < 1.0


def test_tolerances_of_values_are_below_rtol_and_those_of_functions_at_most_its_root():
    """What a step may miss leaves room for the others."""
    tolerances = Tolerances(1e-8)
    for name in ("standstill", "panels", "pieces", "integrals", "trapezoid"):
        assert getattr(tolerances, name) < 1e-8
    for name in ("functions", "images", "convolutions", "broken_trapezoid", "coefficients"):
        assert getattr(tolerances, name) <= math.sqrt(1e-8)
