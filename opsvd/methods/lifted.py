"""Answers for a kernel of what h takes of vectors, as answers for h: lengths or directions alone."""

from collections.abc import Callable, Generator
from dataclasses import replace
from functools import partial
from typing import Any

from ..operator.discretisation import Block, Discretisation, Discretisations, handed_on
from ..operator.evidence import Evidence
from ..operator.problem import Problem
from ..operator.singular_functions import Part, SingularFunctions, SingularSystem
from ..probing.invariance import Moved, holds_at_pairs
from .sector_evidence import Unseen


def holds_at_many_pairs(problem: Problem, moved: Moved) -> bool:
    """Whether h stays the same where pairs of points are moved: at few, and then at many if values are not dear.

    20,000 pairs miss a difference at one in a thousand with a probability of 2e-9.
    """
    return all(holds_at_pairs(problem.given, problem.mu_x, problem.mu_y, moved, 1e-11, count=count)
               for count in ((40,) if problem.given.dear else (40, 10_000)))


def lifted(problem: Problem, finer: Generator[Discretisation, Any, Any], lift: Callable[[Block], Block],
           seen: str) -> Discretisations:
    """Yield what a method finds for the other kernel, with blocks between functions of vectors, and what was seen."""
    unseen = Unseen(problem)    # before the budget may run out
    return handed_on(finer, lambda attempt: replace(
        attempt, blocks=tuple(lift(block) for block in attempt.blocks), evidence=partial(_evidence, attempt, unseen),
        note=f"seen to be a function of {seen}: {attempt.note}"))


def _evidence(attempt: Discretisation, unseen: Unseen, system: SingularSystem) -> Evidence | None:
    """That of the other kernel's functions; None where h at random pairs contradicts the answer."""
    left, right = (SingularFunctions(tuple(
        Part(basis, part.coefficients, part.columns) for part, basis in zip(side.parts, bases, strict=True)))
        for side, bases in ((system.left, [block.left for block in attempt.blocks]),
                            (system.right, [block.right for block in attempt.blocks])))
    evidence = attempt.evidence(SingularSystem(system.values, left, right))
    return None if evidence is None or unseen.contradicts(system, evidence) else evidence
