"""What the default method does for vectors, blocks and matrices."""

from collections.abc import Callable, Generator
from typing import Any, TypeAlias

from ..errors import KernelError
from ..kernels import BlockKernel, MatrixKernel
from ..operator.discretisation import Discretisation, Discretisations, is_poor
from ..operator.problem import Problem
from ..probing.coordinates import Component
from .functions_of_angles import functions_of_angles
from .functions_of_lengths import functions_of_lengths, problem_of_lengths
from .grids import Grid
from .polar import Polar
from .quasi_random import QuasiRandom
from .radial_stand_in import radial_stand_in
from .sectors import Sectors
from .tensor import Tensor, tensor_products
from .zonal import Zonal

Numbers: TypeAlias = Callable[[Problem], Generator[Discretisation, Any, Any]]
"""What the default method does for kernels of numbers."""


def discretisations_of_vectors(problem: Problem, of_numbers: Numbers) -> Discretisations:
    """By rotations, if h is invariant under them, else by products; and by points, where these do not suffice."""
    if (lengths := problem_of_lengths(problem)) is not None:
        with problem.budget.part(0.8):
            answer = yield from functions_of_lengths(problem, of_numbers(lengths))
        if answer is not None and not is_poor(answer):
            return answer
    if problem.given.dear and not isinstance(problem.kernel, BlockKernel | MatrixKernel):
        found = radial_stand_in(problem)
        if found is not None:
            return (yield from found.discretisations(discretisations_of_vectors(found.problem, of_numbers)))
    answer = yield from _of_rotations(problem)
    if answer is not None:
        return answer
    for method in (Polar(), Zonal()):
        answer = yield from _attempted(method, problem)
        if answer is not None and not is_poor(answer):
            return answer
    answer = yield from _of_products(problem)
    if answer is None or is_poor(answer):
        problem.budget.release()
        problem.budget.refusals.clear()
        answer = yield from QuasiRandom().discretisations(problem)
    return answer


def _of_rotations(problem: Problem) -> Discretisations:
    """By rotations: as a kernel on spheres if h takes the angle alone, else by lengths and angles."""
    if Sectors().refusal(problem) is not None:
        return None
    answer = yield from functions_of_angles(problem)
    if answer is not None and not is_poor(answer):
        return answer
    return (yield from Sectors().discretisations(problem))


def _attempted(method: Polar | Zonal, problem: Problem) -> Discretisations:
    """By a method, if it suits; no answer where phi has more pieces than it splits, which products do not split."""
    try:
        return (yield from method.discretisations(problem)) if method.refusal(problem) is None else None
    except KernelError:
        return None


def _of_products(problem: Problem) -> Discretisations:
    """By a basis in every direction, or by polynomials for each component, if there are not too many."""
    if isinstance(problem.kernel, BlockKernel | MatrixKernel):
        return (yield from Grid().discretisations(problem)) if Grid().refusal(problem) is None else None
    # What differs at few pairs only is not seen by probing coordinates.
    if problem.rare or Tensor().refusal(problem) is not None:
        return None
    if problem.given.dear:    # grids in all directions take more
        with problem.budget.part(0.7):
            return (yield from Tensor().discretisations(problem))
    if problem.whitened and _takes_all(problem):
        return (yield from Grid().discretisations(problem))
    if _takes_all(problem) and Grid().refusal(problem) is None:    # the laws may want more functions in one direction
        with problem.budget.part(0.3):
            answer, _ = yield from tensor_products(problem)
        if answer is None or not answer.converged:
            problem.budget.refusals.clear()
            answer = (yield from Grid().discretisations(problem)) or answer
        return answer
    # Points have the rest, where the products do not suffice.
    with problem.budget.part(0.6):
        return (yield from Tensor().discretisations(problem))


def _takes_all(problem: Problem) -> bool:
    """Whether h takes all of up to two coordinates a side together, for which panels are affordable."""
    coordinates = problem.coordinates
    x, y = len(coordinates.anchor_x), len(coordinates.anchor_y)
    return max(x, y) == 2 and coordinates.components == (Component(tuple(range(x)), tuple(range(y))),)
