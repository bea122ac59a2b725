"""The problem table from plain lambdas: convergence and honesty, asserted apart."""

import math

import numpy as np
import pytest
from problems import PROBLEMS
from solutions import SLOW, bars_hold, compared, solved, status_holds, tail_holds

LEADING = 6


def rows(problems):
    """Problems as arguments of a test, the slow ones marked."""
    return [pytest.param(p, id=str(p), marks=[pytest.mark.thorough] if p.name in SLOW else []) for p in problems]


@pytest.mark.parametrize("problem", rows(PROBLEMS))
def test_leading_values_converge(problem):
    """With no argument but the kernel: the six leading values, or all above the tolerance, within 1e-10 s_1."""
    svd = solved(problem)
    computed, exact = compared(svd, problem)
    goal = 1e-10 * problem.exact.max(initial=0.0)
    assert svd.rank >= min(LEADING, np.count_nonzero(problem.exact > goal))
    assert np.abs(computed - exact)[:LEADING].max(initial=0.0) <= goal


def test_slow_problems_are_rows():
    """The list names rows of the table."""
    assert {problem.name for problem in PROBLEMS} >= SLOW


@pytest.mark.parametrize("problem", rows(PROBLEMS))
def test_error_bars_hold(problem):
    """|computed - exact| <= errors, for every value that is returned."""
    assert bars_hold(solved(problem), problem)


@pytest.mark.parametrize("problem", rows(PROBLEMS))
def test_what_is_left_out_is_told(problem):
    """Its energy is in the tail; what converged leaves out nothing above the tolerance, or says that there is more."""
    svd = solved(problem)
    assert tail_holds(svd, problem)
    assert status_holds(svd, problem)


@pytest.mark.parametrize("problem", rows(PROBLEMS))
def test_norm_and_tail_account_for_all(problem):
    """sum s_i^2 + tail^2 = E[h^2], to the bar of the norm, which holds where E[h^2] is known exactly."""
    svd = solved(problem)
    if svd.converged:
        assert math.hypot(np.linalg.norm(svd.singular_values), svd.tail) == pytest.approx(svd.norm, rel=1e-10,
                                                                                          abs=svd.norm.error)
    if problem.tail_energy is not None:
        exact = math.sqrt(float(np.sum(problem.exact**2)) + problem.tail_energy)
        assert abs(svd.norm - exact) <= svd.norm.error + 1e-15 * exact


def test_error_bars_are_useful():
    """The largest bar of a result is below the tolerance for at least 85 % of the table."""
    results = [solved(problem) for problem in PROBLEMS if problem.name not in SLOW]
    assert np.mean([svd.converged for svd in results]) >= 0.85
