"""Larger tolerances come first where the one asked for takes too much, unless it is all but met."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from opsvd._support.budget import Budget, BudgetExhaustedError
from opsvd.methods.tightening import tightened


class _Problem:
    """A budget, and a tolerance."""

    def __init__(self, budget, rtol, asked):
        self.budget, self.rtol, self.asked = budget, rtol, asked

    def at(self, rtol):
        return _Problem(self.budget, rtol, self.asked)


def _attempts(problem):
    """Two discretisations, of 200 and of 600 values; their notes are the tolerance."""
    problem.asked.append(problem.rtol)
    for values in (200, 600):
        problem.budget.spend(values)
        yield problem.rtol


def _first_answer(bar, *, refused):
    """Run it with 1000 values, of which a quarter is tried: the tolerances asked for, after a first answer."""
    problem = _Problem(Budget(1000, math.inf), 1e-10, [])
    steps = tightened(problem, _attempts)
    next(steps)
    answer = SimpleNamespace(errors=np.array([0.5 * bar, bar]), singular_values=np.ones(2), converged=False)
    if refused:
        assert steps.send(answer) == 1e-2
    else:
        assert steps.send(answer) == 1e-10
        assert problem.budget.spent == 800
    return problem.asked


@pytest.mark.parametrize(("bar", "refused"), [(1e-9, False), (9e-9, False), (1e-7, True), (0.3, True)])
def test_an_answer_that_is_nearly_within_the_tolerance_goes_on(bar, refused):
    """With all that is left; others begin anew with larger tolerances when their part is spent."""
    assert _first_answer(bar, refused=refused) == ([1e-10, 1e-2] if refused else [1e-10])


def test_no_answer_is_not_near():
    """A part that is spent before any answer is followed by the largest tolerance."""
    problem = _Problem(Budget(700, math.inf), 1e-10, [])
    steps = tightened(problem, _attempts)
    assert next(steps) == 1e-2
    assert problem.asked == [1e-10, 1e-2]
    problem.budget.give_up("spent")
    with pytest.raises(StopIteration):
        steps.throw(BudgetExhaustedError("spent"))
