"""Methods that aim at a tolerance at once: larger tolerances come first where the budget is short."""

from collections.abc import Callable, Iterator
from contextlib import suppress

from .._support.budget import BudgetExhaustedError
from ..operator.discretisation import Answer, Discretisation, Discretisations
from ..operator.problem import Problem

# What a tolerance may take at first, of the evaluations and of the seconds: little, so that a smaller tolerance leaves
# about as much for larger ones as these have of their own.
_TRIED = 0.25
_STEPS = (1e-2, 1e-4, 1e-6, 1e-8, 1e-10)    # tolerances that come before one that takes more than that


class _HiddenError(Exception):
    """h hides from a discretisation: it is not what the method takes it for."""


def tightened(problem: Problem, attempts: Callable[[Problem], Iterator[Discretisation]],
              tried: float = _TRIED) -> Discretisations:
    """Yield the discretisations for the tolerance of a problem, or for larger ones that the budget allows.

    The tolerance itself is `tried` first, with that part of the budget. If that does not do, larger ones come first.
    The last answer is returned, or None if h hides.
    """
    budget = problem.budget
    try:
        with budget.part(tried):
            answer = yield from _attempted(attempts(problem), None)
        if not budget.refusals or (answer is not None and answer.converged):
            return answer
        budget.refusals.clear()    # the part ran out, and not the whole
        steps = [*(step for step in _STEPS if step > problem.rtol), problem.rtol]
        while steps:
            step = steps.pop(0)
            answer = yield from _attempted(attempts(problem.at(step)), answer)
            if budget.refusals:
                return answer
            if answer is not None and len(answer.errors) > 0:
                budget.release()
            if answer is None or not answer.converged:    # and neither will those between
                steps = steps[-1:]
        return answer
    except _HiddenError:
        return None


def _attempted(discretisations: Iterator[Discretisation], last: Answer | None) -> Discretisations:
    """Yield until an answer is within the tolerance, h hides, or the budget refuses: the last answer of all."""
    with suppress(BudgetExhaustedError):
        for discretisation in discretisations:
            answer = yield discretisation
            if answer is None:
                raise _HiddenError
            last = answer
            if answer.converged:
                break
    return last
