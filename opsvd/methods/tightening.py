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
    Where it gives bars within the next larger one, it goes on with all that is left: larger ones would tell no more.
    The last answer is returned, or None if h hides.
    """
    budget = problem.budget
    try:
        with budget.part(tried) as whole:
            def heard(answer: Answer) -> None:
                if _near(answer, problem.rtol):
                    whole()

            answer = yield from _attempted(attempts(problem), None, heard)
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


def _near(answer: Answer, rtol: float) -> bool:
    """Whether an answer has values, with bars of at most a hundred times the tolerance: a step of `_STEPS` above it."""
    return len(answer.errors) > 0 and bool(answer.errors.max() <= 100.0 * rtol * answer.singular_values[0])


def _attempted(discretisations: Iterator[Discretisation], last: Answer | None,
               heard: Callable[[Answer], None] = lambda _: None) -> Discretisations:
    """Yield until an answer is within the tolerance, h hides, or the budget refuses: the last answer of all.

    Every answer is told to `heard`.
    """
    with suppress(BudgetExhaustedError):
        for discretisation in discretisations:
            answer = yield discretisation
            if answer is None:
                raise _HiddenError
            last = answer
            heard(answer)
            if answer.converged:
                break
    return last
