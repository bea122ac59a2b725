"""Many atoms: matrices that are too large for all of their singular values, or for all of their entries."""

from collections.abc import Iterator
from functools import partial
from typing import cast

import numpy as np

from .._support.budget import announce
from .._support.floats import EPS
from .._support.linalg import krylov_svd
from ..bases import AtomBasis
from ..evidence.matrix import leading_evidence
from ..evidence.sampled_matrix import COLUMNS_A_ROW, sampled_evidence
from ..kernels import Kernel, operator_grid
from ..matrices import KernelMatrix, SampledMatrix, Skeleton, StoredMatrix, WeightedMatrix
from ..measures import Discrete
from ..operator.discretisation import Block, Discretisation
from ..operator.problem import Problem

# Seconds for factorisations, over the number of points and the square of the rank: some twenty operations, of which a
# core does 4e9 a second, or what is left of it to others.
_A_FACTORISATION = 5e-9
_TOO_ROUGH = ("The matrix of so many atoms is not of low rank, so that a part of it does not tell the rest: take fewer "
              "points, such as some thousand of them at random, or accept a larger rtol")


def of_many_atoms(problem: Problem, left: AtomBasis, right: AtomBasis, *, stored: int, checked: int,
                  max_rank: int) -> Iterator[Discretisation]:
    """From some rows and columns, where the matrix is of low rank; else leading triplets, or what the budget allows.

    `stored`, `checked` and `max_rank` are those of `opsvd.Atoms`.
    """
    whole = KernelMatrix(problem.kernel, left.rule.nodes, right.rule.nodes)
    matrix = WeightedMatrix(whole, left.rule.sqrt_density, right.rule.sqrt_density)
    n, m = matrix.shape
    skeleton = Skeleton(matrix, (left.rule.weights, right.rule.weights), np.random.default_rng(0))
    most = _affordable_rank(problem, matrix, max_rank)
    rows, _ = skeleton.pivots(0.03 * problem.rtol, most)
    fits = n * m <= stored and problem.budget.affords(n * m, 100)
    if len(rows) < most or not fits:
        yield from _from_rows_and_columns(problem, skeleton, (left, right), most, checked)
    if fits:
        yield _stored(problem.kernel, left, right)


def weighted_grid(kernel: Kernel, left: AtomBasis, right: AtomBasis) -> np.ndarray:
    r"""The matrix :math:`\sqrt{p_i}\, h(x_i, y_j) \sqrt{q_j}` of all atoms, with matrices for values block by block."""
    matrix = operator_grid(kernel, left.rule.nodes, right.rule.nodes)
    p, q = (np.repeat(basis.rule.sqrt_density, basis.side.width) for basis in (left, right))
    for start in range(0, len(matrix), 1000):    # in place: there may be no room for a second one
        matrix[start:start + 1000] *= p[start:start + 1000, None] * q
    return matrix


def _stored(kernel: Kernel, left: AtomBasis, right: AtomBasis) -> Discretisation:
    """Leading triplets of the whole matrix."""
    announce(f"{left.size} by {right.size} atoms", left.size * right.size, left.size, right.size)
    matrix = weighted_grid(kernel, left, right)
    note = f"atoms: leading triplets of a {left.size} by {right.size} matrix, from a block Krylov space"
    # Of five times 48 triplets the leading tenth come out to rounding.
    return Discretisation((Block(left, right, matrix),), partial(leading_evidence, StoredMatrix(matrix)), note,
                          factorise=partial(krylov_svd, block=48), limit="Accept a larger rtol, or fewer values")


def _affordable_rank(problem: Problem, matrix: SampledMatrix, most: int) -> int:
    """How many rows and columns a gigabyte, and half of what is left of the budget, allow; twenty at least."""
    size, budget = sum(matrix.shape), problem.budget
    # Of each there are four copies while they are factorised.
    rank = min(*matrix.shape, most, int(1e9 / (4.0 * matrix.dtype.itemsize * size)))
    while rank > 20 and not (budget.affords(2 * (rank + 2 * COLUMNS_A_ROW) * size, 2 * rank) and
                             _A_FACTORISATION * size * rank**2 <= 0.5 * budget.seconds_left):
        rank -= 1 + rank // 8
    return rank


def _from_rows_and_columns(problem: Problem, skeleton: Skeleton, bases: tuple[AtomBasis, AtomBasis], most: int,
                           checked: int) -> Iterator[Discretisation]:
    """As many rows and columns as the tolerance asks for, or are affordable, chosen anew where they miss something."""
    (n, m), budget, (left, right) = skeleton.matrix.shape, problem.budget, bases
    for _ in range(5):
        rows, columns = skeleton.pivots(0.03 * problem.rtol, most)
        announce(f"{n} by {m} atoms", len(rows) * (n + m), n, len(rows))
        triplets = skeleton.triplets(rows, columns)
        exact = n * m <= checked and budget.affords(n * m, n // 500) and (
            0.2 * _A_FACTORISATION * n * m * len(rows) <= 0.5 * budget.seconds_left)
        evidence = partial(leading_evidence, skeleton.matrix) if exact else partial(
            sampled_evidence, skeleton.matrix, (left.rule.weights, right.rule.weights), neighbours(problem))
        where = "all of its entries" if exact else "random entries of every row and column, and at neighbours"
        note = f"atoms: a {n} by {m} matrix from {len(rows)} of its rows and columns, held against it at {where}"
        yield Discretisation((Block(left, right, np.diag(triplets[1])),), evidence, note, limit=_TOO_ROUGH,
                             factorise=lambda _, found=triplets: found)    # type: ignore[misc]
        usual, largest = skeleton.repaired(triplets)
        # With all rows that are affordable, those that are wrong can be exchanged, and no more can be had.
        if max(usual, largest) <= max(0.1 * problem.rtol, 50.0 * EPS) or (len(rows) == most and largest <= usual):
            return


def neighbours(problem: Problem) -> tuple[np.ndarray, np.ndarray]:
    """For each atom of x the nearest one of y, and the other way round: pairs (k,), of points of one dimension.

    Kernels often have something of their own where x = y, such as a nugget, that no random pair shows.
    """
    mu_x, mu_y = cast("tuple[Discrete, Discrete]", (problem.mu_x, problem.mu_y))
    if mu_x.dim != mu_y.dim:
        return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
    # With more than some coordinates the search takes all distances.
    step = 1 if mu_x.dim <= 5 else 50
    rows, columns = (np.arange(0, len(mu.atoms), step) for mu in (mu_x, mu_y))
    of_rows = mu_y.label(mu_y.coordinate(mu_x.atoms[rows]))
    of_columns = mu_x.label(mu_x.coordinate(mu_y.atoms[columns]))
    return np.concatenate([rows, of_columns]), np.concatenate([of_rows, columns])
