"""Functions of the two lengths alone, under laws that rotations do not change: kernels of numbers, the lengths."""

from collections.abc import Generator, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, cast

import numpy as np

from .._support.budget import BudgetExhaustedError
from ..bases import LengthBasis, LineBasis, SectorBasis
from ..kernels import BlockKernel, Elementwise, MatrixKernel, Side, of_coordinates
from ..measures import Discrete, lengths_of
from ..operator.discretisation import Answer, Block, Discretisation, Discretisations
from ..operator.evidence import Evidence
from ..operator.problem import Problem
from ..operator.singular_functions import Part, SingularFunctions, SingularSystem
from ..probing.invariance import holds_at_pairs
from .sector_evidence import Unseen


def problem_of_lengths(problem: Problem) -> Problem | None:
    """The same for the numbers |x| and |y| under their laws; None if h takes more than these, or a law is discrete.

    Both points of random pairs are turned. Where values are not dear, 20,000 pairs miss a difference at one in a
    thousand with a probability of 2e-9.
    """
    if not problem.round or isinstance(problem.given, BlockKernel | MatrixKernel | Elementwise):
        return None
    law_x, law_y = lengths_of(problem.mu_x), lengths_of(problem.mu_y)
    if isinstance(law_x, Discrete) or isinstance(law_y, Discrete) or problem.rare:
        return None
    for count in (40,) if problem.given.dear else (40, 10_000):
        if not holds_at_pairs(problem.given, problem.mu_x, problem.mu_y, _turned, 1e-11, count=count):
            return None
    x, y = (np.eye(measure.dim)[0] for measure in (problem.mu_x, problem.mu_y))    # along which lengths are exact
    lengths = of_coordinates(problem.given, lambda r: np.multiply.outer(r, x), lambda r: np.multiply.outer(r, -y))
    return Problem(lengths, law_x, law_y, problem.rtol, problem.max_rank)


def functions_of_lengths(problem: Problem, finer: Generator[Discretisation, Any, Any]) -> Discretisations:
    """Yield what a method finds for the lengths, as functions of vectors."""
    unseen = Unseen(problem)    # before the budget may run out
    try:
        attempt = next(finer)
        while True:
            blocks = tuple(_lifted(block, problem.sides) for block in attempt.blocks)
            try:
                answer = yield replace(attempt, blocks=blocks, evidence=partial(_evidence, attempt, unseen),
                                       note=f"seen to be a function of |x| and |y|: {attempt.note}")
            except BudgetExhaustedError as exhausted:
                attempt = finer.throw(exhausted)
            else:
                attempt = finer.send(answer)
    except StopIteration as end:
        return cast("Answer | None", end.value)


def _turned(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The pairs, and others of the same lengths in any directions."""
    yield x, y
    directions = (rng.standard_normal(points.shape) for points in (x, y))
    x, y = (direction * (np.linalg.norm(points, axis=1) / np.linalg.norm(direction, axis=1))[:, None]
            for points, direction in zip((x, y), directions, strict=True))
    yield x, y


def _lifted(block: Block, sides: tuple[Side, Side]) -> Block:
    """The same between functions of the lengths of vectors."""
    left, right = (SectorBasis(side, LengthBasis(cast("LineBasis", basis)), 0)
                   for side, basis in zip(sides, (block.left, block.right), strict=True))
    return replace(block, left=left, right=right)


def _evidence(attempt: Discretisation, unseen: Unseen, system: SingularSystem) -> Evidence | None:
    """That of the functions of lengths; None where h at random pairs contradicts the answer."""
    left, right = (SingularFunctions(tuple(
        Part(line, part.coefficients, part.columns) for part, line in zip(side.parts, lines, strict=True)))
        for side, lines in ((system.left, [block.left for block in attempt.blocks]),
                            (system.right, [block.right for block in attempt.blocks])))
    evidence = attempt.evidence(SingularSystem(system.values, left, right))
    return None if evidence is None or unseen.contradicts(system, evidence) else evidence
