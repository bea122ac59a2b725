"""Functions of the angle between x and y alone, under laws that rotations do not change: kernels on spheres."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import cast

import numpy as np

from ..bases import LengthBasis, PolynomialBasis, SectorBasis
from ..kernels import Elementwise, Side
from ..measures import Discrete, LineMeasure, Sphere, lengths_of
from ..operator.discretisation import Block, Discretisations
from ..operator.problem import Problem
from ..probing.invariance import of_any_length
from .lifted import holds_at_many_pairs, lifted
from .sectors import Sectors


def functions_of_angles(problem: Problem) -> Discretisations:
    """Yield what sectors find for x and y on spheres, as functions of their directions; None if h takes more.

    It is for kernels that `Sectors` does not refuse.
    """
    if not _takes_angles(problem):
        return None
    k = problem.mu_x.dim
    on_spheres = Problem(problem.given, Sphere(k), Sphere(k), problem.rtol, problem.max_rank)

    def lift(block: Block) -> Block:
        left, right = (_of_directions(side, cast("SectorBasis", basis).degree)
                       for side, basis in zip(problem.sides, (block.left, block.right), strict=True))
        return replace(block, left=left, right=right)

    return (yield from lifted(problem, Sectors().discretisations(on_spheres), lift, "the angle between x and y"))


def _takes_angles(problem: Problem) -> bool:
    """Whether h stays the same if points take other lengths; of points on spheres there are none."""
    laws = lengths_of(problem.mu_x), lengths_of(problem.mu_y)
    if isinstance(problem.given, Elementwise) or all(isinstance(law, Discrete) for law in laws):
        return False
    return holds_at_many_pairs(problem, partial(_of_other_lengths, laws))


def _of_other_lengths(laws: tuple[LineMeasure, LineMeasure], x: np.ndarray, y: np.ndarray,
                      rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pairs of points, and the same directions with other lengths: some drawn from the laws, others from far out."""
    yield x, y
    moved = [points * (rng.permutation(lengths) / lengths)[:, None]
             for points, lengths in ((one, np.linalg.norm(one, axis=1)) for one in (x, y))]
    yield moved[0], moved[1]
    yield x, moved[1]
    far = [of_any_length(points, law, rng) for points, law in zip((x, y), laws, strict=True)]
    yield far[0], far[1]
    yield x, far[1]


def _of_directions(side: Side, degree: int) -> SectorBasis:
    """The harmonics of a degree, for any length."""
    return SectorBasis(side, LengthBasis(PolynomialBasis(lengths_of(side.measure), 0)), degree)
