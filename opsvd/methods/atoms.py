"""Discrete measures: the operator is a matrix, and its SVD is exact."""

from collections.abc import Iterator
from functools import partial

from .._support.budget import announce
from .._support.validation import nonnegative_int, positive_int
from ..bases import AtomBasis
from ..evidence.matrix import matrix_evidence
from ..kernels import BlockKernel
from ..operator.discretisation import Block, Discretisation
from ..operator.problem import Problem
from .atoms_and_line import of_atoms_and_line
from .base import Method
from .few_entries import of_few_entries
from .many_atoms import of_many_atoms, weighted_grid


class Atoms(Method):
    r"""The atoms of discrete measures as a basis, numbers or vectors: exact.

    With probabilities :math:`p_i` and :math:`q_j` the singular values are those of the matrix
    :math:`\sqrt{p_i}\, h(x_i, y_j) \sqrt{q_j}`. Error bars are what its computed SVD leaves of it, and rounding.

    Of large matrices only some rows and columns are asked for, where these tell the rest, and bars come from all
    entries, or are estimates from random entries of every row and every column, and at pairs of neighbours. Where they
    do not tell the rest, leading triplets of the whole matrix are computed, if it fits.

    If a budget has not all entries, some rows and columns are chosen on a small part of the matrix, as many as are
    affordable, and held against it at random entries. What differs in a few entries that were not asked for is in no
    bar. Where rows and columns do not tell the rest, quasi-random points make an answer.

    With atoms on one side and a measure on the line on the other, the rule of the first is exact, and panels on the
    second end wherever a slice h(x_i, .) breaks.

    Parameters
    ----------
    complete : int, default 4_000_000
        The most entries of a matrix all of whose singular values are computed: 2000 by 2000 take some five seconds.
    stored : int, default 48_000_000
        The most entries of a matrix that is stored, to take leading triplets of it: 0.4 GB.
    checked : int, default 100_000_000
        The most entries that are all looked at for the bars, if the budget allows it.
    max_rank : int, default 300
        The most rows and columns from which a matrix is approximated.

    Examples
    --------
    >>> import opsvd
    >>> coin = opsvd.Discrete([0.0, 1.0], [0.3, 0.7])
    >>> svd = opsvd.decompose(lambda x, y: x + y, coin, coin)
    >>> svd.method
    'atoms: the SVD of a 2 by 2 matrix, which is exact'
    """

    def __init__(self, complete: int = 4_000_000, stored: int = 48_000_000, checked: int = 100_000_000,
                 max_rank: int = 300) -> None:
        self.complete, self.stored = positive_int(complete, "complete"), nonnegative_int(stored, "stored")
        self.checked, self.max_rank = nonnegative_int(checked, "checked"), positive_int(max_rank, "max_rank")

    def refusal(self, problem: Problem) -> str | None:
        """Measures that are not discrete, blocks, and more atoms than fit."""
        if isinstance(problem.given, BlockKernel):
            return "takes kernels of points, not of blocks of rows"
        if problem.half_discrete:
            return None
        if not problem.discrete:
            return (f"takes discrete measures, such as opsvd.Discrete or opsvd.Empirical, or one of them and a measure "
                    f"on the line, got {problem.mu_x!r} and {problem.mu_y!r}")
        n, m = (AtomBasis(side).size for side in problem.sides)
        if n * m > self.complete and problem.given.value_shape != ():
            return (f"takes kernels with matrices for values at so many points that there are at most {self.complete} "
                    f"entries, got {n} by {m}: take fewer points")
        return None

    def discretisations(self, problem: Problem) -> Iterator[Discretisation]:
        """Yield the one that is exact, or what many atoms allow, or panels on one side."""
        if problem.half_discrete:
            yield from of_atoms_and_line(problem)
            return
        left, right = (AtomBasis(side) for side in problem.sides)
        if not _affordable(problem, min(left.size * right.size, self.complete)):
            yield from of_few_entries(problem, left, right)
            return
        if left.size * right.size > self.complete:
            yield from of_many_atoms(problem, left, right, stored=self.stored, checked=self.checked,
                                     max_rank=self.max_rank)
            return
        announce(f"{left.size} by {right.size} atoms", left.size * right.size, left.size, right.size)
        matrix = weighted_grid(problem.kernel, left, right)
        note = f"atoms: the SVD of a {left.size} by {right.size} matrix, which is exact"
        yield Discretisation((Block(left, right, matrix),), partial(matrix_evidence, matrix), note,
                             limit="Bars are rounding: accept a larger rtol")


def _affordable(problem: Problem, entries: int) -> bool:
    """Whether so many entries are, in one call; seconds count where values are dear, as prices of cheap ones vary."""
    budget = problem.budget
    return budget.affords(entries, 1) if budget.dear else entries <= budget.evaluations_left
