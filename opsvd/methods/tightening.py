"""Methods that aim at a tolerance at once: larger tolerances come first where the budget is short."""

from collections.abc import Callable, Generator, Iterator

from .._support.budget import Budget, BudgetExhaustedError
from ..operator.discretisation import Answer, Discretisation
from ..operator.problem import Problem

# What a tolerance may take at first, of the evaluations and of the seconds: little, so that a smaller tolerance leaves
# about as much for larger ones as these have of their own.
_TRIED = 0.25
_STEPS = (1e-2, 1e-4, 1e-6, 1e-8, 1e-10)    # tolerances that come before one that takes more than that


class Outcome:
    """What became of the discretisations for one tolerance.

    Attributes
    ----------
    answer : Answer or None
        The last.
    suited : bool
        Whether h did not hide from them.
    """

    def __init__(self) -> None:
        self.answer: Answer | None = None
        self.suited = True

    def ended_by(self, budget: Budget) -> bool:
        """Whether no larger or smaller tolerance is to be tried: h hides, or the budget refuses."""
        return not self.suited or bool(budget.refusals)

    @property
    def known(self) -> bool:
        """Whether any value is known."""
        return self.answer is not None and len(self.answer.errors) > 0

    @property
    def converged(self) -> bool:
        """Whether the last answer is within the tolerance that it was made for."""
        return self.answer is not None and self.answer.converged


Heard = Generator[Discretisation, Answer | None, None]


def tightened(problem: Problem, attempts: Callable[[Problem], Iterator[Discretisation]], outcome: Outcome) -> Heard:
    """Yield the discretisations for the tolerance of a problem, or for larger ones that the budget allows.

    The tolerance itself is tried first, with a part of the budget. If that does not do, larger ones come first.
    """
    budget = problem.budget
    with budget.part(_TRIED):
        yield from _attempted(attempts(problem), outcome)
    if outcome.converged or not outcome.suited or not budget.refusals:
        return
    budget.refusals.clear()    # the part ran out, and not the whole
    steps = [*(step for step in _STEPS if step > problem.rtol), problem.rtol]
    while steps:
        step = steps.pop(0)
        yield from _attempted(attempts(problem.at(step)), outcome)
        if outcome.ended_by(budget):
            return
        if outcome.known:
            budget.release()
        if not outcome.converged:    # and neither will those between
            steps = steps[-1:]


def _attempted(discretisations: Iterator[Discretisation], outcome: Outcome) -> Heard:
    """Yield until an answer is within the tolerance, h hides, or the budget refuses."""
    try:
        for discretisation in discretisations:
            answer = yield discretisation
            outcome.suited = answer is not None
            outcome.answer = outcome.answer if answer is None else answer
            if answer is None or answer.converged:
                return
    except BudgetExhaustedError:
        return
