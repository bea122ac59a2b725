"""Functions of the two lengths alone, under laws that rotations do not change: kernels of numbers, the lengths."""

from collections.abc import Generator, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, cast

import numpy as np

from ..bases import LengthBasis, LineBasis, SectorBasis
from ..kernels import BlockKernel, Elementwise, MatrixKernel, Side, of_coordinates
from ..measures import Discrete, lengths_of
from ..operator.discretisation import Block, Discretisation, Discretisations
from ..operator.problem import Problem
from ..probing.invariance import of_any_length
from .lifted import holds_at_many_pairs, lifted


def problem_of_lengths(problem: Problem) -> Problem | None:
    """The same for the numbers |x| and |y| under their laws; None if h takes more than these, or a law is discrete.

    Both points of random pairs are turned, in any directions and in nearly the same or opposite ones; half of the pairs
    have nearly the same length, as what depends on |x - y| may differ there alone. As many have lengths from far out.
    """
    if not problem.round or isinstance(problem.given, BlockKernel | MatrixKernel | Elementwise):
        return None
    law_x, law_y = lengths_of(problem.mu_x), lengths_of(problem.mu_y)
    if isinstance(law_x, Discrete) or isinstance(law_y, Discrete):
        return None
    turned = partial(_turned, law_y.support)

    def far_out(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        return turned(of_any_length(x, law_x, rng), of_any_length(y, law_y, rng), rng)

    # What h has far out may be larger, and roundings with it.
    if not (holds_at_many_pairs(problem, turned) and holds_at_many_pairs(problem, far_out)):
        return None
    x, y = (np.eye(measure.dim)[0] for measure in (problem.mu_x, problem.mu_y))    # along which lengths are exact
    lengths = of_coordinates(problem.given, lambda r: np.multiply.outer(r, x), lambda r: np.multiply.outer(r, -y))
    return Problem(lengths, law_x, law_y, problem.rtol, problem.max_rank)


def functions_of_lengths(problem: Problem, finer: Generator[Discretisation, Any, Any]) -> Discretisations:
    """Yield what a method finds for the lengths, as functions of vectors."""
    return lifted(problem, finer, lambda block: _of_vectors(block, problem.sides), "|x| and |y|")


def _turned(support: tuple[float, float], x: np.ndarray, y: np.ndarray,
            rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pairs of the lengths of some, y within a support, in three kinds of directions."""
    lengths = [np.linalg.norm(points, axis=1) for points in (x, y)]
    nearly = 10.0 ** rng.uniform(-8.0, 0.0, len(x))
    lengths[1][::2] = np.clip(lengths[0] * (1.0 - nearly), *support)[::2]

    def pairs(u: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Those lengths along u and v."""
        first, second = (size[:, None] * along / np.linalg.norm(along, axis=1)[:, None]
                         for size, along in zip(lengths, (u, v), strict=True))
        return first, second

    u, v = (rng.standard_normal(points.shape) for points in (x, y))
    yield pairs(u, v)
    yield pairs(*(rng.standard_normal(points.shape) for points in (x, y)))
    if x.shape == y.shape:
        beside = 10.0 ** rng.uniform(-8.0, 0.0, len(x))[:, None] * v
        yield pairs(u, u + beside)
        yield pairs(u, beside - u)


def _of_vectors(block: Block, sides: tuple[Side, Side]) -> Block:
    """The same between functions of the lengths of vectors."""
    left, right = (SectorBasis(side, LengthBasis(cast("LineBasis", basis)), 0)
                   for side, basis in zip(sides, (block.left, block.right), strict=True))
    return replace(block, left=left, right=right)
