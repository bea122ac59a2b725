"""Discrete measures: the operator is a matrix, and its SVD is exact."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from .._support.budget import announce
from ..bases import AtomBasis
from ..evidence.matrix import matrix_evidence
from ..kernels import BlockKernel, operator_grid
from ..measures import Discrete
from ..operator.discretisation import Block, Discretisation
from ..operator.problem import Problem
from .base import Method

# The SVD of a matrix of 2000 by 2000, with all vectors, takes some five seconds of one core, and 200 MB.
_MOST_ENTRIES = 8_000_000


class Atoms(Method):
    r"""The atoms of discrete measures as a basis, numbers or vectors: exact.

    With probabilities :math:`p_i` and :math:`q_j` the singular values are those of the matrix
    :math:`\sqrt{p_i}\, h(x_i, y_j) \sqrt{q_j}`. Error bars are what its computed SVD leaves of it, and rounding.

    Examples
    --------
    >>> import opsvd
    >>> coin = opsvd.Discrete([0.0, 1.0], [0.3, 0.7])
    >>> svd = opsvd.decompose(lambda x, y: x + y, coin, coin)
    >>> svd.method
    'atoms: the SVD of a 2 by 2 matrix, which is exact'
    """

    def refusal(self, problem: Problem) -> str | None:
        """Measures that are not discrete, blocks, and more atoms than fit."""
        if isinstance(problem.given, BlockKernel):
            return "takes kernels of points, not of blocks of rows"
        if not all(isinstance(mu, Discrete) for mu in (problem.mu_x, problem.mu_y)):
            return (f"takes discrete measures, such as opsvd.Discrete or opsvd.Empirical, got {problem.mu_x!r} and "
                    f"{problem.mu_y!r}")
        n, m = (AtomBasis(side).size for side in problem.sides)
        if n * m > _MOST_ENTRIES:
            return f"takes matrices of at most {_MOST_ENTRIES} entries, got {n} by {m}: take fewer points"
        return None

    def discretisations(self, problem: Problem) -> Iterator[Discretisation]:
        """Yield the one that is exact."""
        left, right = (AtomBasis(side) for side in problem.sides)
        announce(f"{left.size} by {right.size} atoms", left.size * right.size, left.size, right.size)
        matrix = weighted_grid(problem, left, right)
        note = f"atoms: the SVD of a {left.size} by {right.size} matrix, which is exact"
        yield Discretisation((Block(left, right, matrix),), partial(matrix_evidence, matrix), note,
                             limit="Bars are rounding: accept a larger rtol")


def weighted_grid(problem: Problem, left: AtomBasis, right: AtomBasis) -> np.ndarray:
    r"""The matrix :math:`\sqrt{p_i}\, h(x_i, y_j) \sqrt{q_j}` of all atoms, with matrices for values block by block."""
    values = operator_grid(problem.kernel, left.rule.nodes, right.rule.nodes)
    p, q = (np.repeat(basis.rule.sqrt_weights, basis.side.width) for basis in (left, right))
    return np.asarray(values * p[:, None] * q)
