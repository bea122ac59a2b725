"""The answer for a product of kernels of numbers, from the answers for these."""

import math
from collections.abc import Sequence
from functools import partial
from typing import cast

import numpy as np

from ..bases import FactoredBasis, LineBasis
from ..evidence.beside_product import away_from
from ..evidence.factored import FactoredEvidence, FactorSpectrum, largest_products
from ..evidence.moved import moved_evidence
from ..operator.discretisation import Block, Discretisation, Triplets
from ..operator.problem import Problem
from ..operator.singular_functions import SingularFunctions
from ..probing.factors import Factors
from .result import OperatorSVD


def product_of(problem: Problem, factors: Factors, parts: Sequence[tuple[Problem, OperatorSVD]]
               ) -> Discretisation | None:
    r"""The largest products of the factors' values, with products of their functions.

    With :math:`h = \prod_j h_j` the operator is a tensor product, and so is its SVD. How far h is from the product is
    seen on random grids, and is a part of every bar (Weyl). None where that is more than the tolerance; and where a
    factor has no value, or its functions are not sums in one basis.
    """
    most = 1000    # products: an array of them at a thousand points, for each coordinate, takes 8 MB
    answers = [svd for _, svd in parts]
    sides = [[getattr(svd, side) for svd in answers] for side in ("left", "right")]
    if not are_simple(answers):
        return None
    moved = away_from(factors, np.multiply)
    if moved > problem.rtol * math.prod(float(svd.singular_values[0]) for svd in answers):
        return None
    values, numbers = largest_products([svd.singular_values for svd in answers], most)
    turns = factors.frame.turn_x, factors.frame.turn_y
    coordinates = [factor.x for factor in factors.each], [factor.y for factor in factors.each]
    left, right = (FactoredBasis(
        side, turn, own, [cast("LineBasis", f.parts[0].basis) for f in functions],
        [f.parts[0].coefficients for f in functions], numbers) for side, turn, own, functions in zip(
            problem.sides, turns, coordinates, sides, strict=True))
    spectra = tuple(FactorSpectrum(svd.singular_values, svd.errors, svd.norm, svd.nuclear_norm(), svd.tail)
                    for svd in answers)
    by_rotations = problem.round and problem.invariant
    evidence = FactoredEvidence(values, numbers, spectra, any(svd.breaks for svd in answers), not by_rotations)
    note = "; ".join(dict.fromkeys(svd.method for svd in answers))
    seen = f"seen to be a function of |x|, |y| and <x, y> in R^{problem.mu_x.dim}, and " if by_rotations else ""
    block = Block(left, right, np.diag(values).astype(problem.given.dtype))
    return Discretisation((block,), partial(moved_evidence, lambda _: evidence, moved),
                          f"{seen}{_count(len(answers))}: {note}", factorise=_of_diagonal,
                          limit=better_parts("factors"))


def better_parts(what: str) -> str:
    """What limits an answer that is put together."""
    return (f"The answers for the {what} are not better within the budget: raise max_seconds or max_evaluations, or "
            f"accept a larger rtol or a smaller max_rank")


def _count(factors: int) -> str:
    """What is put together, in words."""
    return f"a product of {factors} kernels of numbers" if factors > 1 else "a kernel of one coordinate of x and of y"


def are_simple(answers: Sequence[OperatorSVD]) -> bool:
    """Whether all have values, and functions that are sums in one basis of functions of a number."""
    return all(svd.rank and _is_simple(svd.left) and _is_simple(svd.right) for svd in answers)


def _is_simple(functions: SingularFunctions) -> bool:
    """Whether functions are sums in one basis of functions of a number."""
    return len(functions.parts) == 1 and isinstance(functions.parts[0].basis, LineBasis)


def _of_diagonal(matrix: np.ndarray) -> Triplets:
    """The SVD of a diagonal matrix of nonincreasing positive numbers, with vectors of its type."""
    vectors = np.eye(len(matrix), dtype=matrix.dtype)
    return vectors, np.diagonal(matrix).real.copy(), vectors
